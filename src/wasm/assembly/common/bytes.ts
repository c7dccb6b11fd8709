// Eight bytes of a name at a time: which of them end what can be copied. A mark is the top bit of a byte.

/** All bytes but the NUL are copied. */
export const VERBATIM: u32 = 0;
/** Printable ASCII is copied, but no quote and no backslash. */
export const UNQUOTED: u32 = 1;
/** Printable ASCII is copied, but no backslash. */
export const UNESCAPED: u32 = 2;
/** Letters, digits and underscores are copied. */
export const IDENTIFIER: u32 = 3;

/** A byte of 1, and one of 0x80, in each of eight places. */
const ONES: u64 = u64.MAX_VALUE / 255;
const TOPS: u64 = ONES << 7;

/** Marks the bytes that are not copied. Marks above the first may be wrong. */
export function endsIn(bytes: u64, form: u32): u64 {
  if (form === VERBATIM) return zeros(bytes);
  if (form === IDENTIFIER) return TOPS ^ identifierBytes(bytes);
  const controls = (bytes - ONES * 0x20) & ~bytes;
  const aboveTilde = bytes | (bytes + ONES);
  const ends = (controls | aboveTilde) & TOPS;
  const backslashes = zeros(bytes ^ (ONES * 0x5c));
  return ends | backslashes | (form === UNQUOTED ? zeros(bytes ^ (ONES * 0x22)) : 0);
}

/** Marks the bytes that are zero. Marks above the first may be wrong. */
export function zeros(bytes: u64): u64 {
  return (bytes - ONES) & ~bytes & TOPS;
}

/** The bits of the bytes before the first mark. */
export function beforeFirst(marks: u64): u64 {
  return ((marks & -marks) >>> 7) - 1;
}

/** Marks letters, digits and underscores, and no others. */
function identifierBytes(bytes: u64): u64 {
  const ascii = bytes & ~TOPS;
  const lower = ascii | (ONES * 0x20);
  const letters = atLeast(lower, 0x61) & ~atLeast(lower, 0x7b);
  const digits = atLeast(ascii, 0x30) & ~atLeast(ascii, 0x3a);
  const underscores = ~atLeast(ascii ^ (ONES * 0x5f), 1);
  return (letters | digits | underscores) & ~bytes & TOPS;
}

/** Marks the bytes that are not below `least`; all are below 0x80. */
function atLeast(ascii: u64, least: u64): u64 {
  return ascii + ONES * (0x80 - least);
}
