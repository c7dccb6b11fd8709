/** Whether this machine keeps the low byte first. */
export const HOST_LITTLE_ENDIAN: boolean = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** Bytes in the given byte order, a multiple of four, as words in host order: a view if possible, otherwise a copy. */
export function wordsFromBytes(bytes: Uint8Array, littleEndian: boolean): Uint32Array {
  const isHostOrder = littleEndian === HOST_LITTLE_ENDIAN;
  if (isHostOrder && bytes.byteOffset % 4 === 0) {
    return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
  }
  const words = new Uint32Array(bytes.length >>> 2);
  new Uint8Array(words.buffer).set(bytes.subarray(0, words.byteLength));
  if (!isHostOrder) swapWords(words);
  return words;
}

/**
 * A copy of `count` words of the memory of WebAssembly, which keeps the low byte first. Its code gives addresses as
 * signed numbers.
 */
export function wordsAt(memory: Uint8Array, address: number, count: number): Uint32Array {
  const at = address >>> 0;
  return wordsFromBytes(memory.slice(at, at + count * 4), true);
}

/** Writes words of host order into `out` at byte `at`, in the given order. */
export function wordsToBytes(words: Uint32Array, littleEndian: boolean, out: Uint8Array, at: number): void {
  let ordered = words;
  if (littleEndian !== HOST_LITTLE_ENDIAN) {
    ordered = words.slice();
    swapWords(ordered);
  }
  out.set(new Uint8Array(ordered.buffer, ordered.byteOffset, ordered.byteLength), at);
}

function swapWords(words: Uint32Array): void {
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    words[i] = (word >>> 24) | ((word >>> 8) & 0xff00) | ((word << 8) & 0xff0000) | (word << 24);
  }
}
