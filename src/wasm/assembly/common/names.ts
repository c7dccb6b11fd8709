// The names of the types that are worked on: the strings of a BTF and its bases, laid by the host so that any name offset is one of them.

/** Address of the byte that a name offset of 0 means. */
let strings: usize = 0;

/** Takes the strings that the host has laid. */
export function takeNames(stringsAt: usize): void {
  strings = stringsAt;
}

/** The address of the name at an offset, which ends with a NUL. */
export function nameAt(off: u32): usize {
  return strings + off;
}

/** A byte of a name. */
export function byteAt(off: u32): u32 {
  return load<u8>(strings + off);
}

/** Whether the name at an offset is this text of ASCII. */
export function nameIs(off: u32, text: string): bool {
  for (let i = 0; i < text.length; i++) if (byteAt(off + i) !== text.charCodeAt(i)) return false;
  return byteAt(off + text.length) === 0;
}
