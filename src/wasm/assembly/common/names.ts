// The names of the current types. The host has laid the strings of a BTF and its bases end to end, so that a name
// offset leads to a string.

/** Address of the string with name offset 0. */
let strings: usize = 0;

/** Takes the strings that the host has laid. */
export function takeNames(stringsAt: usize): void {
  strings = stringsAt;
}

/** The address of the name at an offset, which ends with a NUL. */
export function nameAt(off: u32): usize {
  return strings + off;
}

/** The byte at an offset. */
export function byteAt(off: u32): u32 {
  return load<u8>(strings + off);
}

/** Whether the name at an offset equals `text`, which must be ASCII. */
export function nameIs(off: u32, text: string): bool {
  for (let i = 0; i < text.length; i++) if (byteAt(off + i) !== text.charCodeAt(i)) return false;
  return byteAt(off + text.length) === 0;
}
