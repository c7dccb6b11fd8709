import { takeZeros } from "../common/arena";
import { beginsIdentifier, identifierEnd, MAX_NAME_BYTES } from "../common/identifiers";

// Names are judged all at once: many types share one, and most are identifiers. Since a name may begin inside a string, the bytes of
// those strings that are none are marked, and what begins there is left to the host.

/** `BTF_MAX_NAME_OFFSET` (linux/btf.h): no name may begin after this. */
const MAX_NAME_OFF: u32 = 0x00ffffff;

/** The strings of the bases end to end, and how many bytes they are. */
let baseStrings: usize = 0;
let baseEnd: u32 = 0;
/** The strings of the BTF itself and their length; the offset of the first is `baseEnd`. */
let ownStrings: usize = 0;
let ownLength: u32 = 0;
/** The first offset that is invalid to the kernel. */
let validEnd: u32 = 0;

/** A bit for each byte of a string that is no identifier, and whether there are any. */
let baseMarks: usize = 0;
let hasBaseMarks: bool = false;
let isBaseMarked: bool = false;
let ownMarks: usize = 0;
let hasOwnMarks: bool = false;

/** Takes the strings of the bases, which end with a NUL. */
export function openBaseNames(strings: usize, length: u32): void {
  baseStrings = strings;
  baseEnd = length;
  baseMarks = takeZeros((length >>> 3) + 1);
  isBaseMarked = false;
}

/** Takes the strings of the BTF itself, which end with a NUL. */
export function openNames(strings: usize, length: u32): void {
  ownStrings = strings;
  ownLength = length;
  validEnd = min(baseEnd + length, MAX_NAME_OFF + 1);
}

/** Makes the strings of the BTF itself, which were looked at, those of the bases of what comes. */
export function keepNames(): void {
  baseStrings = ownStrings;
  baseEnd = ownLength;
  baseMarks = ownMarks;
  hasBaseMarks = hasOwnMarks;
  isBaseMarked = true;
}

/** Looks at all strings, those of the bases once. */
export function markNames(): void {
  if (!isBaseMarked) hasBaseMarks = mark(baseStrings, baseEnd, baseMarks);
  isBaseMarked = true;
  ownMarks = takeZeros((ownLength >>> 3) + 1);
  hasOwnMarks = mark(ownStrings, ownLength, ownMarks);
}

/** Whether the name at an offset is one of the BTF itself. */
export function isOwn(off: u32): bool {
  return off >= baseEnd && off - baseEnd < ownLength;
}

/** Whether an offset lies beyond all strings, or inside a string and not at the start of one. */
export function isAstray(off: u32): bool {
  if (off < baseEnd) return off > 0 && load<u8>(baseStrings + off - 1) !== 0;
  const at = off - baseEnd;
  return at >= ownLength || (at > 0 && load<u8>(ownStrings + at - 1) !== 0);
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

/** Where the name at a valid offset lies. */
export function addressOf(off: u32): usize {
  return off < baseEnd ? baseStrings + off : ownStrings + (off - baseEnd);
}

function isOdd(off: u32): bool {
  if (off < baseEnd) return hasBaseMarks && isMarked(baseMarks, off);
  return hasOwnMarks && isMarked(ownMarks, off - baseEnd);
}

function isMarked(marks: usize, at: u32): bool {
  return ((load<u8>(marks + (at >>> 3)) >>> (at & 7)) & 1) !== 0;
}

/** Marks the bytes of the strings that are no identifiers. Returns whether there are any. */
function mark(strings: usize, length: u32, marks: usize): bool {
  let found = false;
  for (let at: usize = strings; at < strings + length; at++) {
    const start = at;
    at = identifierEnd(at);
    if (load<u8>(at) === 0 && at - start <= MAX_NAME_BYTES) continue;
    while (load<u8>(at) !== 0) at++;
    found = true;
    for (let i = start - strings; i < at - strings; i++) {
      const place = marks + (i >>> 3);
      store<u8>(place, load<u8>(place) | (1 << u8(i & 7)));
    }
  }
  return found;
}
