import {
  ANONYMOUS,
  BETWEEN_ELEMENTS,
  BETWEEN_TYPES,
  HEAD_STEPS,
  KIND_WITH_LOCATION,
  PROGRAMS,
} from "../../constants/format-offsets";
import * as STEP from "../../constants/format-steps";
import { UNQUOTED, VERBATIM } from "../common/bytes";
import { kindOfInfo } from "../common/kinds";
import { copyName, handOn, hex, int64, makeRoom, put, startText, uint, uint64 } from "../common/text";
import { writeLocation, writeName } from "./host";

/** The format; `wasm/constants/format-offsets` names its parts and has its size, `FORMAT_BYTES`. */
const FORMAT: usize = memory.data(28672, 8);

/** Address at which the host lays a format. All positions in a format are addresses. */
export function formatPlace(): usize {
  return FORMAT;
}

// Offsets in a program, in bytes. Four pairs of addresses, the start and end of steps: those that follow the head,
// those of an element, those of the end after elements, and those of the end if there are none. Then the offset of the
// first element in the record, and the bytes of each element.
const FIELDS: usize = 0;
const ELEMENT: usize = 8;
const END: usize = 16;
const END_OF_NONE: usize = 24;
const FIRST_ELEMENT: usize = 32;
const ELEMENT_BYTES: usize = 36;
// Offsets in a step, in bytes: address and length of its text at 0, what is written after the text, the offset of its
// word in the record or element, and the address of its phrases.
const VERB: usize = 8;
const WORD: usize = 12;
const PHRASES: usize = 16;
const STEP_BYTES: usize = 20;

let words: usize = 0;
let strings: usize = 0;
let starts: usize = 0;
/** Which bytes of names are copied. From the first other byte on the host writes the name. */
let form: u32 = VERBATIM;
/** The first type, and the address of chosen ids, or 0. */
let first: u32 = 0;
let ids: usize = 0;
/** The type that is being printed, and its info word. */
let id: u32 = 0;
let info: u32 = 0;

/**
 * Begins to print types: from id `firstId` on, or those whose ids lie at the address `idsAt` if that is not 0.
 * `startsAt` is the address of the word position of each record, by id, void included. Ids, names and records must have
 * been checked.
 */
export function startPrint(
  wordsAt: usize,
  stringsAt: usize,
  startsAt: usize,
  hasEscapes: bool,
  firstId: u32,
  idsAt: usize,
): void {
  words = wordsAt;
  strings = stringsAt;
  starts = startsAt;
  form = hasEscapes ? UNQUOTED : VERBATIM;
  first = firstId;
  ids = idsAt;
  startText();
}

/** Prints the types number `from` up to `to`, the first of all being number 0. The last text stays in the buffer. */
export function print(from: u32, to: u32): void {
  for (let i = from; i < to; i++) {
    makeRoom();
    if (i > 0) putAt(FORMAT + BETWEEN_TYPES);
    id = ids === 0 ? first + i : load<u32>(ids + (i << 2));
    printType();
  }
}

function printType(): void {
  const record = recordOf(id);
  info = load<u32>(record, 4);
  take(FORMAT + HEAD_STEPS, record);
  const program: usize = load<u32>(FORMAT + PROGRAMS + (kindOfInfo(info) << 2));
  take(program + FIELDS, record);
  const step = load<u32>(program, ELEMENT_BYTES);
  const vlen: u32 = step === 0 ? 0 : info & 0xffffff;
  let element = record + load<u32>(program, FIRST_ELEMENT);
  for (let i: u32 = 0; i < vlen; i++, element += step) {
    if (i > 0) putAt(FORMAT + BETWEEN_ELEMENTS);
    take(program + ELEMENT, element);
  }
  take(program + (vlen > 0 ? END : END_OF_NONE), record);
}

/** Writes by the steps whose start and end stand at `steps`, from the record or element at `place`. */
function take(steps: usize, place: usize): void {
  const end: usize = load<u32>(steps, 4);
  for (let step: usize = load<u32>(steps); step < end; step += STEP_BYTES) {
    const verb = load<u32>(step, VERB);
    const value = load<u32>(place + load<u32>(step, WORD));
    const isFlagged = info >>> 31 === 1;
    if (verb === STEP.BITFIELD_SIZE && (!isFlagged || value >>> 24 === 0)) continue;
    if (
      verb === STEP.LOCATION_OF_TYPE &&
      kindOfInfo(load<u32>(recordOf(value), 4)) !== load<u32>(FORMAT + KIND_WITH_LOCATION)
    )
      continue;
    makeRoom();
    putAt(step);
    switch (verb) {
      case STEP.UINT:
        uint(value);
        break;
      case STEP.NAME:
        putName(value);
        break;
      case STEP.ID:
        uint(id);
        break;
      case STEP.VLEN:
        uint(info & 0xffffff);
        break;
      case STEP.BITS_OFFSET:
        uint(isFlagged ? value & 0xffffff : value);
        break;
      case STEP.BITFIELD_SIZE:
        uint(value >>> 24);
        break;
      case STEP.INT:
        int64(i32(value));
        break;
      case STEP.HEX:
        hex(value);
        break;
      case STEP.VALUE:
        if (isFlagged) int64(i32(value));
        else uint(value);
        break;
      case STEP.VALUE_EXTENDED:
        if (isFlagged) int64(i32(value));
        else uint64(i64(i32(value)));
        break;
      case STEP.VALUE64: {
        const wide = load<u64>(place + load<u32>(step, WORD));
        if (isFlagged) int64(wide);
        else uint64(wide);
        break;
      }
      case STEP.INT_OFFSET:
        uint((value >>> 16) & 0xff);
        break;
      case STEP.INT_BITS:
        uint(value & 0xff);
        break;
      case STEP.INT_ENCODING:
        putPhrase(step, (value >>> 24) & 0xf);
        break;
      case STEP.PHRASE:
        putPhrase(step, value);
        break;
      case STEP.PHRASE_OF_VLEN:
        putPhrase(step, info & 0xffffff);
        break;
      case STEP.PHRASE_OF_FLAG:
        putPhrase(step, info >>> 31);
        break;
      case STEP.PHRASE_OF_KIND:
        putPhrase(step, kindOfInfo(info));
        break;
      case STEP.PHRASE_OF_TYPE:
        putPhrase(step, kindOfInfo(load<u32>(recordOf(value), 4)));
        break;
      case STEP.NAME_OF_TYPE:
        putName(load<u32>(recordOf(value)));
        break;
      case STEP.LOCATION:
        handOn();
        writeLocation(id);
        break;
      case STEP.LOCATION_OF_TYPE:
        handOn();
        writeLocation(value);
        putPhrase(step, 0);
        break;
    }
  }
}

function recordOf(type: u32): usize {
  return words + (load<u32>(starts + (type << 2)) << 2);
}

/** Writes the text whose address and length stand at `place`. */
function putAt(place: usize): void {
  put(load<u32>(place), load<u32>(place, 4));
}

/**
 * Writes the phrase of that number, or the last one if there are fewer. A list of phrases begins with the number of the
 * last; the texts follow.
 */
function putPhrase(step: usize, number: u32): void {
  const phrases: usize = load<u32>(step, PHRASES);
  const last = load<u32>(phrases);
  putAt(phrases + 4 + ((number < last ? number : last) << 3));
}

function putName(off: u32): void {
  if (off === 0) {
    putAt(FORMAT + ANONYMOUS);
    return;
  }
  const stop = copyName(strings + off, form);
  if (load<u8>(stop) === 0) return;
  handOn();
  writeName(u32(stop - strings));
}
