/** Where the probabilities of each decision begin. Lengths have a coder each for matches and for repetitions. */
const MAX_POS_STATES = 16;
const STATES = 12;
const IS_MATCH = 0;
const IS_REP = IS_MATCH + STATES * MAX_POS_STATES;
const IS_REP0 = IS_REP + STATES;
const IS_REP1 = IS_REP0 + STATES;
const IS_REP2 = IS_REP1 + STATES;
const IS_REP0_LONG = IS_REP2 + STATES;
const POS_SLOT = IS_REP0_LONG + STATES * MAX_POS_STATES;
const POS_SPECIAL = POS_SLOT + 4 * 64;
const POS_ALIGN = POS_SPECIAL + 128;
const MATCH_LEN = POS_ALIGN + 16;
/** Within a coder of lengths: two choices, then three trees. */
const LEN_CHOICE2 = 1;
const LEN_LOW = 2;
const LEN_MID = LEN_LOW + MAX_POS_STATES * 8;
const LEN_HIGH = LEN_MID + MAX_POS_STATES * 8;
const LEN_SIZE = LEN_HIGH + 256;
const REP_LEN = MATCH_LEN + LEN_SIZE;
const LITERAL = REP_LEN + LEN_SIZE;

/** A probability of one half, of 2048. */
const EVEN = 1 << 10;
/** Below this the range takes another byte. */
const TOP = 1 << 24;
const RANGE_CODER_BYTES = 5;
const MIN_MATCH = 2;

/** Why {@link LzmaDecoder.decode} came back: the output is full, or the input says that it ends, is too short, or wrong. */
export type LzmaEnd = "full" | "marker" | "truncated" | "corrupt";

/**
 * LZMA after the specification that comes with the LZMA SDK (lzma-specification.txt). The output is the dictionary.
 * Why it is no library's: docs/architecture.md.
 */
export class LzmaDecoder {
  /** How far the input was read. */
  inputPos = 0;
  /** How far the output was written. */
  outputPos = 0;

  private readonly input: Uint8Array;
  /** Where in the input the data ends. */
  private end = 0;
  private probs: Uint16Array = new Uint16Array(0);
  /** Literals choose their probabilities by `lc` bits of the byte before and the position's lowest bits. */
  private lc = 0;
  private literalMask = 0;
  private posMask = 0;
  private range = -1;
  private code = 0;
  private state = 0;
  private rep0 = 0;
  private rep1 = 0;
  private rep2 = 0;
  private rep3 = 0;
  /** Rest of the last match, for which the output had no room. */
  private pending = 0;
  /** Where in the output the dictionary begins. */
  private dictionaryPos = 0;

  constructor(input: Uint8Array) {
    this.input = input;
  }

  /** Takes properties, `(pb * 5 + lp) * 9 + lc`, and forgets what was learned; false if they are none of LZMA's. */
  setProperties(properties: number): boolean {
    if (properties >= 9 * 5 * 5) return false;
    const lp = Math.floor(properties / 9) % 5;
    this.lc = properties % 9;
    this.literalMask = (1 << lp) - 1;
    this.posMask = (1 << Math.floor(properties / 45)) - 1;
    this.probs = new Uint16Array(LITERAL + (0x300 << (this.lc + lp)));
    this.resetState();
    return true;
  }

  /** Forgets what was learned. */
  resetState(): void {
    this.probs.fill(EVEN);
    this.state = 0;
    this.rep0 = 0;
    this.rep1 = 0;
    this.rep2 = 0;
    this.rep3 = 0;
  }

  /** Nothing before {@link outputPos} will be referred to. */
  resetDictionary(): void {
    this.dictionaryPos = this.outputPos;
  }

  /** Begins to read the data from `start` to `end`; false if it is not LZMA's. */
  begin(start: number, end: number): boolean {
    const { input } = this;
    this.end = end;
    this.inputPos = start + RANGE_CODER_BYTES;
    this.range = -1;
    this.code =
      (input[start + 1] << 24) | (input[start + 2] << 16) | (input[start + 3] << 8) | input[start + 4];
    return start >= end || input[start] === 0;
  }

  /** Goes on at {@link outputPos} until `to` is reached; the bytes before are those that were decoded so far. */
  decode(output: Uint8Array, to: number): LzmaEnd {
    this.copy(output, to);
    while (this.outputPos < to) {
      const position = this.outputPos - this.dictionaryPos;
      const posState = position & this.posMask;
      if (this.bit(IS_MATCH + this.state * MAX_POS_STATES + posState) === 0) {
        this.literal(output, position);
      } else {
        this.pending = this.match(posState);
        if (this.rep0 === -1) return this.isPastEnd() ? "truncated" : "marker";
        if (this.rep0 >>> 0 >= position) return this.isPastEnd() ? "truncated" : "corrupt";
        this.copy(output, to);
      }
      // Bytes beyond the end are decoded until here; nothing that is made of them is given out.
      if (this.isPastEnd()) return "truncated";
    }
    return "full";
  }

  /** Whether a match is not over yet. */
  get isWithinMatch(): boolean {
    return this.pending > 0;
  }

  private isPastEnd(): boolean {
    return this.inputPos > this.end;
  }

  /** A byte, by the one before it; after a match also by the one that would have gone on with it. */
  private literal(output: Uint8Array, position: number): void {
    const { probs, input, outputPos, lc } = this;
    const before = position > 0 ? output[outputPos - 1] : 0;
    const base = LITERAL + 0x300 * (((position & this.literalMask) << lc) + (before >> (8 - lc)));
    // Local variables: this loop is the hot path.
    let { range, code, inputPos } = this;
    let symbol = 1;
    let matched = this.state >= 7 ? output[outputPos - this.rep0 - 1] : 0;
    let offset = this.state >= 7 ? 0x100 : 0;
    do {
      matched <<= 1;
      const expected = matched & offset;
      const index = base + offset + expected + symbol;
      const prob = probs[index];
      const bound = Math.imul(range >>> 11, prob);
      if (code >>> 0 < bound >>> 0) {
        range = bound;
        probs[index] = prob + ((2048 - prob) >> 5);
        symbol <<= 1;
        offset &= ~expected;
      } else {
        range = (range - bound) | 0;
        code = (code - bound) | 0;
        probs[index] = prob - (prob >> 5);
        symbol = (symbol << 1) | 1;
        offset = expected;
      }
      if (range >>> 0 < TOP) {
        range <<= 8;
        code = (code << 8) | input[inputPos++];
      }
    } while (symbol < 0x100);
    this.range = range;
    this.code = code;
    this.inputPos = inputPos;
    output[outputPos] = symbol;
    this.outputPos = outputPos + 1;
    this.state = this.state < 4 ? 0 : this.state < 10 ? this.state - 3 : this.state - 6;
  }

  /** Length of a match, whose distance less one is left in `rep0`; -1 there is the marker of the end. */
  private match(posState: number): number {
    const { state } = this;
    if (this.bit(IS_REP + state) === 0) {
      this.rep3 = this.rep2;
      this.rep2 = this.rep1;
      this.rep1 = this.rep0;
      this.state = state < 7 ? 7 : 10;
      const length = this.length(MATCH_LEN, posState);
      this.rep0 = this.distance(length);
      return MIN_MATCH + length;
    }
    if (this.bit(IS_REP0 + state) === 0) {
      if (this.bit(IS_REP0_LONG + state * MAX_POS_STATES + posState) === 0) {
        this.state = state < 7 ? 9 : 11;
        return 1;
      }
    } else {
      let distance = this.rep1;
      if (this.bit(IS_REP1 + state) !== 0) {
        distance = this.rep2;
        if (this.bit(IS_REP2 + state) !== 0) {
          distance = this.rep3;
          this.rep3 = this.rep2;
        }
        this.rep2 = this.rep1;
      }
      this.rep1 = this.rep0;
      this.rep0 = distance;
    }
    this.state = state < 7 ? 8 : 11;
    return MIN_MATCH + this.length(REP_LEN, posState);
  }

  private length(coder: number, posState: number): number {
    if (this.bit(coder) === 0) return this.tree(coder + LEN_LOW + posState * 8, 3);
    if (this.bit(coder + LEN_CHOICE2) === 0) return 8 + this.tree(coder + LEN_MID + posState * 8, 3);
    return 16 + this.tree(coder + LEN_HIGH, 8);
  }

  /** A new distance less one. Short ones depend on the length. */
  private distance(length: number): number {
    const slot = this.tree(POS_SLOT + Math.min(length, 3) * 64, 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const high = (2 | (slot & 1)) << bits;
    if (slot < 14) return high + this.reverseTree(POS_SPECIAL + high - slot, bits);
    const middle = this.directBits(bits - 4);
    return (high + (middle << 4) + this.reverseTree(POS_ALIGN, 4)) | 0;
  }

  /** Copies what is pending of a match, as far as `to` allows. */
  private copy(output: Uint8Array, to: number): void {
    const at = this.outputPos;
    const from = at - this.rep0 - 1;
    const count = Math.min(this.pending, to - at);
    // A match may overlap what it makes: then it repeats itself.
    for (let i = 0; i < count; i++) output[at + i] = output[from + i];
    this.outputPos = at + count;
    this.pending -= count;
  }

  /** One bit, by the probability at `index`, which learns from it. */
  private bit(index: number): number {
    const prob = this.probs[index];
    const bound = Math.imul(this.range >>> 11, prob);
    const isZero = this.code >>> 0 < bound >>> 0;
    if (isZero) {
      this.range = bound;
      this.probs[index] = prob + ((2048 - prob) >> 5);
    } else {
      this.range = (this.range - bound) | 0;
      this.code = (this.code - bound) | 0;
      this.probs[index] = prob - (prob >> 5);
    }
    if (this.range >>> 0 < TOP) this.takeByte();
    return isZero ? 0 : 1;
  }

  private takeByte(): void {
    this.range <<= 8;
    this.code = (this.code << 8) | this.input[this.inputPos++];
  }

  /** A number of `bits` bits, the highest first, each with a probability for all that came before it. */
  private tree(base: number, bits: number): number {
    const { probs, input } = this;
    let { range, code, inputPos } = this;
    const end = 1 << bits;
    let symbol = 1;
    do {
      const index = base + symbol;
      const prob = probs[index];
      const bound = Math.imul(range >>> 11, prob);
      if (code >>> 0 < bound >>> 0) {
        range = bound;
        probs[index] = prob + ((2048 - prob) >> 5);
        symbol <<= 1;
      } else {
        range = (range - bound) | 0;
        code = (code - bound) | 0;
        probs[index] = prob - (prob >> 5);
        symbol = (symbol << 1) | 1;
      }
      if (range >>> 0 < TOP) {
        range <<= 8;
        code = (code << 8) | input[inputPos++];
      }
    } while (symbol < end);
    this.range = range;
    this.code = code;
    this.inputPos = inputPos;
    return symbol - end;
  }

  /** The same with the lowest bit first. */
  private reverseTree(base: number, bits: number): number {
    let symbol = 1;
    let value = 0;
    for (let i = 0; i < bits; i++) {
      const bit = this.bit(base + symbol);
      symbol = (symbol << 1) | bit;
      value |= bit << i;
    }
    return value;
  }

  /** Bits that are as often 0 as 1. */
  private directBits(count: number): number {
    const { input } = this;
    let { range, code, inputPos } = this;
    let value = 0;
    for (let i = 0; i < count; i++) {
      range >>>= 1;
      const rest = (code - range) | 0;
      // Below 2^31 both, so the sign tells which is larger.
      const isOne = rest >= 0 ? 1 : 0;
      if (isOne === 1) code = rest;
      value = (value << 1) | isOne;
      if (range < TOP) {
        range <<= 8;
        code = (code << 8) | input[inputPos++];
      }
    }
    this.range = range;
    this.code = code;
    this.inputPos = inputPos;
    return value;
  }
}
