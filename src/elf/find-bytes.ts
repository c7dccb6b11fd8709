/**
 * Where `wanted` first occurs in `bytes` at or after `from`; -1 if it does not. A search after Horspool: it looks at
 * one byte in `wanted.length` where the last of them rarely occurs. `wanted` has 1 to 255 bytes.
 */
export function findBytes(bytes: Uint8Array, wanted: Uint8Array, from = 0): number {
  const last = wanted.length - 1;
  // How far to move on, by the byte that stands under the last one wanted.
  const skips = new Uint8Array(256).fill(wanted.length);
  for (let i = 0; i < last; i++) skips[wanted[i]] = last - i;
  for (let at = from; at + last < bytes.length; ) {
    const end = bytes[at + last];
    if (end === wanted[last] && startsAt(bytes, wanted, at)) return at;
    at += skips[end];
  }
  return -1;
}

function startsAt(bytes: Uint8Array, wanted: Uint8Array, at: number): boolean {
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false;
  return true;
}
