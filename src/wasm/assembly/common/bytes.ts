// Looks at eight bytes of a name at once, to find the first one that cannot simply be copied. A byte is marked by its
// top bit.

/** Form of names: all bytes are copied, up to the NUL. */
export const VERBATIM: u32 = 0;
/** Form of names: printable ASCII except quotes and backslashes is copied. */
export const UNQUOTED: u32 = 1;
/** Form of names: printable ASCII except backslashes is copied. */
export const UNESCAPED: u32 = 2;
/** Form of names: letters, digits and underscores are copied. */
export const IDENTIFIER: u32 = 3;

/** 0x01 in each of the eight bytes. */
const ONES: u64 = u64.MAX_VALUE / 255;
/** 0x80 in each of the eight bytes. */
const TOPS: u64 = ONES << 7;

/** Marks the bytes that `form` does not copy. Only the lowest mark is reliable. */
export function endsIn(bytes: u64, form: u32): u64 {
  if (form === VERBATIM) return zeros(bytes);
  if (form === IDENTIFIER) return TOPS ^ identifierBytes(bytes);
  const controls = (bytes - ONES * 0x20) & ~bytes;
  const aboveTilde = bytes | (bytes + ONES);
  const ends = (controls | aboveTilde) & TOPS;
  const backslashes = zeros(bytes ^ (ONES * 0x5c));
  return ends | backslashes | (form === UNQUOTED ? zeros(bytes ^ (ONES * 0x22)) : 0);
}

/** Marks the bytes that are zero. Only the lowest mark is reliable. */
export function zeros(bytes: u64): u64 {
  return (bytes - ONES) & ~bytes & TOPS;
}

/** A mask of all bits in the bytes below the lowest mark. */
export function beforeFirst(marks: u64): u64 {
  return ((marks & -marks) >>> 7) - 1;
}

/** Marks exactly the letters, digits and underscores. */
function identifierBytes(bytes: u64): u64 {
  const ascii = bytes & ~TOPS;
  const lower = ascii | (ONES * 0x20);
  const letters = atLeast(lower, 0x61) & ~atLeast(lower, 0x7b);
  const digits = atLeast(ascii, 0x30) & ~atLeast(ascii, 0x3a);
  const underscores = ~atLeast(ascii ^ (ONES * 0x5f), 1);
  return (letters | digits | underscores) & ~bytes & TOPS;
}

/** Marks the bytes that are at least `least`. All bytes must be below 0x80. */
function atLeast(ascii: u64, least: u64): u64 {
  return ascii + ONES * (0x80 - least);
}
