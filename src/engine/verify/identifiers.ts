import type { StringTable } from "../../btf/strings.ts";

/** `BTF_MAX_NAME_OFFSET` (linux/btf.h): no name may begin after this. */
export const MAX_NAME_OFF = 0x00ffffff;
/** `KSYM_NAME_LEN` (linux/kallsyms.h): bytes of the longest name. */
const MAX_NAME_BYTES = 512;

/** The role that a byte can have in a name; the kernel's character classes are those of Latin-1 (lib/ctype.c). */
const FIRST = 1;
const REST = 2;
const PRINTABLE = 4;
const CLASSES = classes();

/** The kernel's judgement of the names in a string table and its bases. */
export class Identifiers {
  readonly strings: StringTable;

  constructor(strings: StringTable) {
    this.strings = strings;
  }

  /**
   * Whether a name may begin at the offset: in range for the kernel, and inside the strings (`btf_name_offset_valid`).
   */
  isValidOff(off: number): boolean {
    return off <= MAX_NAME_OFF && off < this.strings.end;
  }

  /** Whether there is a name at the offset that is not empty; any bytes will do. */
  isSome(off: number): boolean {
    return !this.strings.isEmpty(off);
  }

  /**
   * Whether the name is an identifier to the kernel (`btf_name_valid_identifier`): 1 to 512 bytes, letters, digits, `_`
   * and `.`, no digit in front. For valid offsets.
   */
  isIdentifier(off: number): boolean {
    const table = this.strings.holder(off);
    const { bytes } = table;
    const start = off - table.firstOff;
    if ((CLASSES[bytes[start]] & FIRST) === 0) return false;
    let at = start;
    while (at < start + MAX_NAME_BYTES && (CLASSES[bytes[at]] & REST) !== 0) at++;
    return bytes[at] === 0;
  }

  /**
   * Whether the name may be a section's since 6.12 (`btf_name_valid_section`): 1 to 512 printable bytes. For valid
   * offsets.
   */
  isSectionName(off: number): boolean {
    const table = this.strings.holder(off);
    const { bytes } = table;
    const start = off - table.firstOff;
    let at = start;
    while (at < start + MAX_NAME_BYTES && (CLASSES[bytes[at]] & PRINTABLE) !== 0) at++;
    return at > start && bytes[at] === 0;
  }
}

function classes(): Uint8Array {
  const table = new Uint8Array(256);
  for (let byte = 0; byte < 256; byte++) {
    const letter =
      (byte >= 0x41 && byte <= 0x5a) ||
      (byte >= 0x61 && byte <= 0x7a) ||
      (byte >= 0xc0 && byte !== 0xd7 && byte !== 0xf7) ||
      byte === 0x5f ||
      byte === 0x2e;
    const digit = byte >= 0x30 && byte <= 0x39;
    const printable = (byte >= 0x20 && byte <= 0x7e) || byte >= 0xa0;
    table[byte] = (letter ? FIRST : 0) | (letter || digit ? REST : 0) | (printable ? PRINTABLE : 0);
  }
  return table;
}
