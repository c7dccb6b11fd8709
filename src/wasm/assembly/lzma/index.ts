// The exports for src/wasm/lzma.ts: decodes LZMA by the specification in the LZMA SDK (lzma-specification.txt). The output is the dictionary.
// Nothing here checks that there is memory: the host provides it, with `SLACK` bytes behind each area.
import { LITERALS, PROBABILITIES } from "../../constants/lzma-memory";

/** Indexes of the first probability for each decision. Lengths have two coders, for matches and for repetitions. */
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
/** Indexes in a coder of lengths: two choices, then three trees. */
const LEN_CHOICE2: u32 = 1;
const LEN_LOW: u32 = 2;
const LEN_MID: u32 = LEN_LOW + MAX_POS_STATES * 8;
const LEN_HIGH: u32 = LEN_MID + MAX_POS_STATES * 8;
const LEN_SIZE: u32 = LEN_HIGH + 256;
const REP_LEN: u32 = MATCH_LEN + LEN_SIZE;
/** `REP_LEN + LEN_SIZE`, a constant because the host needs it too. */
const LITERAL: u32 = LITERALS;
/** Number of probabilities for one kind of literal. */
const LITERAL_SIZE: u32 = 0x300;

/** A probability of one half, in units of 1/2048. */
const EVEN: u16 = 1024;
/** When the range falls below this, it takes in another byte. */
const TOP: u32 = 1 << 24;
const RANGE_CODER_BYTES: usize = 5;
const MIN_MATCH: u32 = 2;
/** Value of `rep0` after the end marker was read. */
const MARKER: u32 = 0xffffffff;

/** Results of `decode`: `LzmaEnd` of src/wasm/lzma.ts. */
const FULL: u32 = 0;
const AT_MARKER: u32 = 1;
const TRUNCATED: u32 = 2;
const CORRUPT: u32 = 3;

/** Address of the next byte of the input. */
export let inputPos: usize = 0;
/** Address of the next byte of the output. */
export let outputPos: usize = 0;
/** How many bytes of the last match are still to be copied, because the output had no room. */
export let pending: u32 = 0;

let inputEnd: usize = 0;
/** Address in the output at which the dictionary begins. */
let dictionaryPos: usize = 0;
/** Literals choose their probabilities by the highest `lc` bits of the previous byte and the lowest bits of the position. */
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

/** Begins an output at an address. */
export function start(at: usize): void {
  outputPos = at;
  dictionaryPos = at;
  pending = 0;
}

/** Sets the properties, `(pb * 5 + lp) * 9 + lc`, and resets the state. */
export function setProperties(properties: u32): void {
  lc = properties % 9;
  literalMask = (1 << ((properties / 9) % 5)) - 1;
  posMask = (1 << (properties / 45)) - 1;
  resetState();
}

/** Resets probabilities, state and distances. */
export function resetState(): void {
  const end: usize = PROBABILITIES + ((LITERAL + (LITERAL_SIZE << lc) * (literalMask + 1)) << 1);
  for (let at: usize = PROBABILITIES; at < end; at += 2) store<u16>(at, EVEN);
  state = 0;
  rep0 = 0;
  rep1 = 0;
  rep2 = 0;
  rep3 = 0;
}

/** Begins a new dictionary at `outputPos`: no match refers to anything before. */
export function resetDictionary(): void {
  dictionaryPos = outputPos;
}

/** Skips bytes of the output, which the host writes itself since they are not compressed. */
export function skip(length: u32): void {
  outputPos += length;
}

/** Begins with the input from the address `at` up to `end`. */
export function begin(at: usize, end: usize): void {
  inputEnd = end;
  inputPos = at + RANGE_CODER_BYTES;
  range = 0xffffffff;
  code = bswap<u32>(load<u32>(at, 1));
}

/** Decodes until the output reaches the address `to`, or there is no more input. Returns {@link FULL}, {@link AT_MARKER}, … */
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
    // Bytes behind the end of the input may have been decoded. The host does not use what was made of them.
    if (isPastEnd()) return TRUNCATED;
  }
  return FULL;
}

function isPastEnd(): bool {
  return inputPos > inputEnd;
}

/** Decodes a literal byte. Its probabilities depend on the previous byte, and after a match also on the byte that would have continued it. */
function literal(position: u32): void {
  const before: u32 = position > 0 ? load<u8>(outputPos - 1) : 0;
  const kind = ((position & literalMask) << lc) + (before >>> (8 - lc));
  const base: usize = PROBABILITIES + ((LITERAL + LITERAL_SIZE * kind) << 1);
  // Local variables: globals lie in memory, and this loop is the hot path.
  let r = range;
  let c = code;
  let at = inputPos;
  let symbol: u32 = 1;
  // In a new dictionary there may be no byte that would continue the match.
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

/** Decodes a match. Returns its length, and leaves its distance less one in `rep0`. */
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

/** Decodes a length less {@link MIN_MATCH}. */
function lengthOf(coder: u32, posState: u32): u32 {
  if (bit(coder) === 0) return tree(coder + LEN_LOW + posState * 8, 8);
  if (bit(coder + LEN_CHOICE2) === 0) return 8 + tree(coder + LEN_MID + posState * 8, 8);
  return 16 + tree(coder + LEN_HIGH, 256);
}

/** Decodes a distance less one. Its probabilities depend on the length. */
function distance(length: u32): u32 {
  const slot = tree(POS_SLOT + (length < 3 ? length : 3) * 64, 64);
  if (slot < 4) return slot;
  const bits = (slot >>> 1) - 1;
  const high = (2 | (slot & 1)) << bits;
  if (slot < 14) return high + reverseTree(POS_SPECIAL + high - slot, bits);
  const middle = directBits(bits - 4);
  return high + (middle << 4) + reverseTree(POS_ALIGN, 4);
}

/** Copies the pending bytes of a match, as far as they fit before `to`. */
function copy(to: usize): void {
  const at = outputPos;
  const room = u32(to - at);
  const count = pending < room ? pending : room;
  const back: usize = usize(rep0) + 1;
  // A match may overlap with its own output, which then repeats.
  if (back >= 8) {
    for (let i: usize = 0; i < count; i += 8) store<u64>(at + i, load<u64>(at + i - back));
  } else {
    for (let i: usize = 0; i < count; i++) store<u8>(at + i, load<u8>(at + i - back));
  }
  outputPos = at + count;
  pending -= count;
}

/** Decodes a bit by the probability at an index, which adapts to it. */
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

/** Decodes a number below `end`, a power of two, from the highest bit down. Each bit has a probability for each value of those before it. */
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

/** Decodes a number of `bits` bits in the same way, from the lowest bit up. */
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

/** Decodes bits that have no probability: 0 and 1 are equally likely. */
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
