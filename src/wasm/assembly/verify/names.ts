import { takeZeros } from "../common/arena";
import { beginsIdentifier, identifierEnd, MAX_NAME_BYTES } from "../common/identifiers";

// Names are judged all at once: many types share one, and most are identifiers. Since a name may begin inside a string, the bytes of
// those strings that are none are marked, and what begins there is left to the host.

/** `BTF_MAX_NAME_OFFSET` (linux/btf.h): no name may begin after this. */
const MAX_NAME_OFF: u32 = 0x00ffffff;

/** The strings of the bases end to end, and a bit for each byte of a string that is no identifier; no bits where all are. */
let baseStrings: usize = 0;
let baseEnd: u32 = 0;
let baseOdd: usize = 0;
/** The same for the strings of the BTF itself, and the first offset that is invalid. */
let ownStrings: usize = 0;
let ownOdd: usize = 0;
let validEnd: u32 = 0;

/** Takes the strings of the bases, which end with a NUL. */
export function openBaseNames(strings: usize, length: u32): void {
  baseStrings = strings;
  baseEnd = length;
  baseOdd = markOdd(strings, length);
}

/** Takes the strings of the BTF itself, which end with a NUL. */
export function openNames(strings: usize, length: u32): void {
  ownStrings = strings - baseEnd;
  ownOdd = markOdd(strings, length);
  validEnd = min(baseEnd + length, MAX_NAME_OFF + 1);
}

/** Whether a name may begin at the offset. */
export function isValid(off: u32): bool {
  return off < validEnd;
}

/** Whether there is a name at a valid offset that is not empty. */
export function isSome(off: u32): bool {
  return load<u8>(addressOf(off)) !== 0;
}

/** Whether there is certainly an identifier at the offset. */
export function isNamed(off: u32): bool {
  return isValid(off) && beginsIdentifier(addressOf(off)) && !isOdd(off);
}

/** Whether there is no name, or certainly an identifier. */
export function isMaybeNamed(off: u32): bool {
  return off === 0 || isNamed(off);
}

function addressOf(off: u32): usize {
  return (off < baseEnd ? baseStrings : ownStrings) + off;
}

function isOdd(off: u32): bool {
  const isBase = off < baseEnd;
  const odd = isBase ? baseOdd : ownOdd;
  if (odd === 0) return false;
  const at = isBase ? off : off - baseEnd;
  return ((load<u8>(odd + (at >>> 3)) >>> (at & 7)) & 1) !== 0;
}

/** Marks the bytes of the strings that are no identifiers. Returns the marks; 0 if all are. */
function markOdd(strings: usize, length: u32): usize {
  let marks: usize = 0;
  for (let at: usize = strings; at < strings + length; at++) {
    const start = at;
    at = identifierEnd(at);
    if (load<u8>(at) === 0 && at - start <= MAX_NAME_BYTES) continue;
    while (load<u8>(at) !== 0) at++;
    if (marks === 0) marks = takeZeros((length >>> 3) + 1);
    for (let i = start - strings; i < at - strings; i++) {
      const place = marks + (i >>> 3);
      store<u8>(place, load<u8>(place) | (1 << u8(i & 7)));
    }
  }
  return marks;
}
