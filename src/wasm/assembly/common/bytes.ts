// Eight bytes of a name at a time: which of them end what can be copied. A mark is the top bit of a byte.

/** All bytes but the NUL are copied. */
export const VERBATIM: u32 = 0;
/** Printable ASCII is copied, but no quote and no backslash. */
export const UNQUOTED: u32 = 1;
/** Printable ASCII is copied, but no backslash. */
export const UNESCAPED: u32 = 2;

/** A byte of 1, and one of 0x80, in each of eight places. */
const ONES: u64 = u64.MAX_VALUE / 255;
const TOPS: u64 = ONES << 7;

/** Marks the bytes that are not copied. Marks above the first may be wrong. */
export function endsIn(bytes: u64, form: u32): u64 {
  if (form === VERBATIM) return zeros(bytes);
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
