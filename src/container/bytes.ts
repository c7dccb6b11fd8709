/** Joins parts of `size` bytes together; a single one is returned as it is. */
export function concat(parts: readonly Uint8Array[], size: number): Uint8Array {
  if (parts.length === 1) return parts[0];
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A view of fields. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Whether `pattern`, bytes or Latin-1 text, lies at `at`. */
export function hasAt(bytes: Uint8Array, at: number, pattern: string | readonly number[]): boolean {
  for (let i = 0; i < pattern.length; i++) {
    const expected = typeof pattern === "string" ? pattern.charCodeAt(i) : pattern[i];
    if (bytes[at + i] !== expected) return false;
  }
  return true;
}
