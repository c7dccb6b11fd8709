import { takeZeros } from "../common/arena";
import { beginsIdentifier, identifierEnd, MAX_NAME_BYTES } from "../common/identifiers";

// Judges all strings at once, since many types share a name and most names are identifiers. The bytes of strings that
// are no identifiers are marked. A name that begins at a marked byte may still be one, since names may begin inside a
// string; that is left to the host.

/** `BTF_MAX_NAME_OFFSET` (linux/btf.h): no name may begin after this. */
const MAX_NAME_OFF: u32 = 0x00ffffff;

/** The strings of the bases, laid end to end, and their length in bytes. */
let baseStrings: usize = 0;
let baseEnd: u32 = 0;
/** The strings of the BTF itself and their length. The first has the name offset `baseEnd`. */
let ownStrings: usize = 0;
let ownLength: u32 = 0;
/** The kernel rejects name offsets from here on. */
let validEnd: u32 = 0;

/**
 * A bit for each byte of the bases' strings, set if the string is no identifier; whether any is set, and whether that
 * was found out yet.
 */
let baseMarks: usize = 0;
let hasBaseMarks: bool = false;
let isBaseMarked: bool = false;
/** The same for the strings of the BTF itself. */
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

/** Makes the strings of the BTF itself, which were judged, the base's strings for the BTFs that follow. */
export function keepNames(): void {
  baseStrings = ownStrings;
  baseEnd = ownLength;
  baseMarks = ownMarks;
  hasBaseMarks = hasOwnMarks;
  isBaseMarked = true;
}

/** Judges all strings, those of the bases only once. */
export function markNames(): void {
  if (!isBaseMarked) hasBaseMarks = mark(baseStrings, baseEnd, baseMarks);
  isBaseMarked = true;
  ownMarks = takeZeros((ownLength >>> 3) + 1);
  hasOwnMarks = mark(ownStrings, ownLength, ownMarks);
}

/** Whether a name offset leads to the strings of the BTF itself. */
export function isOwn(off: u32): bool {
  return off >= baseEnd && off - baseEnd < ownLength;
}

/** Whether a name offset lies beyond all strings, or not at the start of a string. */
export function isAstray(off: u32): bool {
  if (off < baseEnd) return off > 0 && load<u8>(baseStrings + off - 1) !== 0;
  const at = off - baseEnd;
  return at >= ownLength || (at > 0 && load<u8>(ownStrings + at - 1) !== 0);
}

/** Whether the kernel accepts a name offset (`btf_name_offset_valid`). */
export function isValid(off: u32): bool {
  return off < validEnd;
}

/** Whether the name at a valid offset is not empty. */
export function isSome(off: u32): bool {
  return load<u8>(addressOf(off)) !== 0;
}

/** Whether the name at an offset is certainly an identifier. */
export function isNamed(off: u32): bool {
  return isValid(off) && beginsIdentifier(addressOf(off)) && !isOdd(off);
}

/** Whether a name offset is 0, or the name there is certainly an identifier. */
export function isMaybeNamed(off: u32): bool {
  return off === 0 || isNamed(off);
}

/** Address of the name at a valid offset. */
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

/** Marks the bytes of strings that are no identifiers. Returns whether there are any. */
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
