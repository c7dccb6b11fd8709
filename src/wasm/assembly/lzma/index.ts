// The exports for src/wasm/lzma.ts: LZMA after the specification that comes with the LZMA SDK (lzma-specification.txt). The output
// is the dictionary. Nothing here checks that memory is there: the host makes sure of it, of `SLACK` bytes behind each area too.
import { LITERALS, PROBABILITIES } from "../../constants/lzma-memory";

/** Where the probabilities of each decision begin. Lengths have a coder each for matches and for repetitions. */
const MAX_POS_STATES: u32 = 16;
const STATES: u32 = 12;
const IS_MATCH: u32 = 0;
const IS_REP: u32 = IS_MATCH + STATES * MAX_POS_STATES;
const IS_REP0: u32 = IS_REP + STATES;
const IS_REP1: u32 = IS_REP0 + STATES;
const IS_REP2: u32 = IS_REP1 + STATES;
const IS_REP0_LONG: u32 = IS_REP2 + STATES;
const POS_SLOT: u32 = IS_REP0_LONG + STATES * MAX_POS_STATES;
const POS_SPECIAL: u32 = POS_SLOT + 4 * 64;
const POS_ALIGN: u32 = POS_SPECIAL + 128;
const MATCH_LEN: u32 = POS_ALIGN + 16;
/** Within a coder of lengths: two choices, then three trees. */
const LEN_CHOICE2: u32 = 1;
const LEN_LOW: u32 = 2;
const LEN_MID: u32 = LEN_LOW + MAX_POS_STATES * 8;
const LEN_HIGH: u32 = LEN_MID + MAX_POS_STATES * 8;
const LEN_SIZE: u32 = LEN_HIGH + 256;
const REP_LEN: u32 = MATCH_LEN + LEN_SIZE;
/** `REP_LEN + LEN_SIZE`, which the host needs to know. */
const LITERAL: u32 = LITERALS;
/** Probabilities of one kind of literal. */
const LITERAL_SIZE: u32 = 0x300;

/** A probability of one half, of 2048. */
const EVEN: u16 = 1024;
/** Below this the range takes another byte. */
const TOP: u32 = 1 << 24;
const RANGE_CODER_BYTES: usize = 5;
const MIN_MATCH: u32 = 2;
/** `rep0` where the marker of the end was read. */
const MARKER: u32 = 0xffffffff;

/** What `decode` returns: see `LzmaEnd` in src/wasm/lzma.ts. */
const FULL: u32 = 0;
const AT_MARKER: u32 = 1;
const TRUNCATED: u32 = 2;
const CORRUPT: u32 = 3;

/** How far the input was read, and the output was written. */
export let inputPos: usize = 0;
export let outputPos: usize = 0;
/** Rest of the last match, for which the output had no room. */
export let pending: u32 = 0;

let inputEnd: usize = 0;
/** Where in the output the dictionary begins. */
let dictionaryPos: usize = 0;
/** Literals choose their probabilities by `lc` bits of the byte before and the position's lowest bits. */
let lc: u32 = 0;
let literalMask: u32 = 0;
let posMask: u32 = 0;
let range: u32 = 0;
let code: u32 = 0;
let state: u32 = 0;
let rep0: u32 = 0;
let rep1: u32 = 0;
let rep2: u32 = 0;
let rep3: u32 = 0;

/** Begins an output at `at`. */
export function start(at: usize): void {
  outputPos = at;
  dictionaryPos = at;
  pending = 0;
}

/** Takes properties, `(pb * 5 + lp) * 9 + lc`, and forgets what was learned. */
export function setProperties(properties: u32): void {
  lc = properties % 9;
  literalMask = (1 << ((properties / 9) % 5)) - 1;
  posMask = (1 << (properties / 45)) - 1;
  resetState();
}

/** Forgets what was learned. */
export function resetState(): void {
  const end: usize = PROBABILITIES + ((LITERAL + (LITERAL_SIZE << lc) * (literalMask + 1)) << 1);
  for (let at: usize = PROBABILITIES; at < end; at += 2) store<u16>(at, EVEN);
  state = 0;
  rep0 = 0;
  rep1 = 0;
  rep2 = 0;
  rep3 = 0;
}

/** Nothing before `outputPos` will be referred to. */
export function resetDictionary(): void {
  dictionaryPos = outputPos;
}

/** Leaves room in the output for bytes that are not compressed. */
export function skip(length: u32): void {
  outputPos += length;
}

/** Begins to read the data from `at` to `end`. */
export function begin(at: usize, end: usize): void {
  inputEnd = end;
  inputPos = at + RANGE_CODER_BYTES;
  range = 0xffffffff;
  code = bswap<u32>(load<u32>(at, 1));
}

/** Goes on at `outputPos` until `to` is reached. */
export function decode(to: usize): u32 {
  copy(to);
  while (outputPos < to) {
    const position = u32(outputPos - dictionaryPos);
    const posState = position & posMask;
    if (bit(IS_MATCH + state * MAX_POS_STATES + posState) === 0) {
      literal(position);
    } else {
      pending = match(posState);
      if (rep0 === MARKER) return isPastEnd() ? TRUNCATED : AT_MARKER;
      if (rep0 >= position) return isPastEnd() ? TRUNCATED : CORRUPT;
      copy(to);
    }
    // Bytes beyond the end are decoded until here; nothing that is made of them is given out.
    if (isPastEnd()) return TRUNCATED;
  }
  return FULL;
}

function isPastEnd(): bool {
  return inputPos > inputEnd;
}

/** A byte, by the one before it; after a match also by the one that would have gone on with it. */
function literal(position: u32): void {
  const before: u32 = position > 0 ? load<u8>(outputPos - 1) : 0;
  const kind = ((position & literalMask) << lc) + (before >>> (8 - lc));
  const base: usize = PROBABILITIES + ((LITERAL + LITERAL_SIZE * kind) << 1);
  // Local variables: globals lie in memory, and this loop is the hot path.
  let r = range;
  let c = code;
  let at = inputPos;
  let symbol: u32 = 1;
  // Behind a dictionary that began anew lies nothing that a match could go on with.
  if (state >= 7 && rep0 < position) {
    let matched: u32 = load<u8>(outputPos - rep0 - 1);
    let offset: u32 = 0x100;
    do {
      matched <<= 1;
      const expected = matched & offset;
      const place = base + ((offset + expected + symbol) << 1);
      const prob: u32 = load<u16>(place);
      const bound = (r >>> 11) * prob;
      if (c < bound) {
        r = bound;
        store<u16>(place, u16(prob + ((2048 - prob) >>> 5)));
        symbol <<= 1;
        offset &= ~expected;
      } else {
        r -= bound;
        c -= bound;
        store<u16>(place, u16(prob - (prob >>> 5)));
        symbol = (symbol << 1) | 1;
        offset = expected;
      }
      if (r < TOP) {
        r <<= 8;
        c = (c << 8) | load<u8>(at++);
      }
    } while (symbol < 0x100);
    range = r;
    code = c;
    inputPos = at;
  } else {
    symbol = 0x100 | tree(u32(base - PROBABILITIES) >>> 1, 0x100);
  }
  store<u8>(outputPos, u8(symbol));
  outputPos++;
  state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
}

/** Length of a match, whose distance less one is left in `rep0`. */
function match(posState: u32): u32 {
  const before = state;
  if (bit(IS_REP + before) === 0) {
    rep3 = rep2;
    rep2 = rep1;
    rep1 = rep0;
    state = before < 7 ? 7 : 10;
    const length = lengthOf(MATCH_LEN, posState);
    rep0 = distance(length);
    return MIN_MATCH + length;
  }
  if (bit(IS_REP0 + before) === 0) {
    if (bit(IS_REP0_LONG + before * MAX_POS_STATES + posState) === 0) {
      state = before < 7 ? 9 : 11;
      return 1;
    }
  } else {
    let far = rep1;
    if (bit(IS_REP1 + before) !== 0) {
      far = rep2;
      if (bit(IS_REP2 + before) !== 0) {
        far = rep3;
        rep3 = rep2;
      }
      rep2 = rep1;
    }
    rep1 = rep0;
    rep0 = far;
  }
  state = before < 7 ? 8 : 11;
  return MIN_MATCH + lengthOf(REP_LEN, posState);
}

function lengthOf(coder: u32, posState: u32): u32 {
  if (bit(coder) === 0) return tree(coder + LEN_LOW + posState * 8, 8);
  if (bit(coder + LEN_CHOICE2) === 0) return 8 + tree(coder + LEN_MID + posState * 8, 8);
  return 16 + tree(coder + LEN_HIGH, 256);
}

/** A new distance less one. Short ones depend on the length. */
function distance(length: u32): u32 {
  const slot = tree(POS_SLOT + (length < 3 ? length : 3) * 64, 64);
  if (slot < 4) return slot;
  const bits = (slot >>> 1) - 1;
  const high = (2 | (slot & 1)) << bits;
  if (slot < 14) return high + reverseTree(POS_SPECIAL + high - slot, bits);
  const middle = directBits(bits - 4);
  return high + (middle << 4) + reverseTree(POS_ALIGN, 4);
}

/** Copies what is pending of a match, as far as `to` allows. */
function copy(to: usize): void {
  const at = outputPos;
  const room = u32(to - at);
  const count = pending < room ? pending : room;
  const back: usize = usize(rep0) + 1;
  // A match may overlap what it makes: then it repeats itself.
  if (back >= 8) {
    for (let i: usize = 0; i < count; i += 8) store<u64>(at + i, load<u64>(at + i - back));
  } else {
    for (let i: usize = 0; i < count; i++) store<u8>(at + i, load<u8>(at + i - back));
  }
  outputPos = at + count;
  pending -= count;
}

/** One bit, by the probability at `index`, which learns from it. */
function bit(index: u32): u32 {
  const place: usize = PROBABILITIES + (index << 1);
  const prob: u32 = load<u16>(place);
  const bound = (range >>> 11) * prob;
  let value: u32 = 0;
  if (code < bound) {
    range = bound;
    store<u16>(place, u16(prob + ((2048 - prob) >>> 5)));
  } else {
    range -= bound;
    code -= bound;
    store<u16>(place, u16(prob - (prob >>> 5)));
    value = 1;
  }
  if (range < TOP) {
    range <<= 8;
    code = (code << 8) | load<u8>(inputPos++);
  }
  return value;
}

/** A number below `end`, a power of two, the highest bit first, each with a probability for all that came before it. */
function tree(index: u32, end: u32): u32 {
  const base: usize = PROBABILITIES + (index << 1);
  let r = range;
  let c = code;
  let at = inputPos;
  let symbol: u32 = 1;
  do {
    const place = base + (symbol << 1);
    const prob: u32 = load<u16>(place);
    const bound = (r >>> 11) * prob;
    if (c < bound) {
      r = bound;
      store<u16>(place, u16(prob + ((2048 - prob) >>> 5)));
      symbol <<= 1;
    } else {
      r -= bound;
      c -= bound;
      store<u16>(place, u16(prob - (prob >>> 5)));
      symbol = (symbol << 1) | 1;
    }
    if (r < TOP) {
      r <<= 8;
      c = (c << 8) | load<u8>(at++);
    }
  } while (symbol < end);
  range = r;
  code = c;
  inputPos = at;
  return symbol - end;
}

/** A number of `bits` bits in the same way, the lowest first. */
function reverseTree(index: u32, bits: u32): u32 {
  let symbol: u32 = 1;
  let value: u32 = 0;
  for (let i: u32 = 0; i < bits; i++) {
    const next = bit(index + symbol);
    symbol = (symbol << 1) | next;
    value |= next << i;
  }
  return value;
}

/** Bits that are as often 0 as 1. */
function directBits(count: u32): u32 {
  let r = range;
  let c = code;
  let at = inputPos;
  let value: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    r >>>= 1;
    const isZero = u32(c < r);
    if (isZero === 0) c -= r;
    value = (value << 1) | (isZero ^ 1);
    if (r < TOP) {
      r <<= 8;
      c = (c << 8) | load<u8>(at++);
    }
  }
  range = r;
  code = c;
  inputPos = at;
  return value;
}
