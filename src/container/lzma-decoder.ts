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
 * LZMA after the specification that comes with the LZMA SDK (lzma-specification.txt). The output is the dictionary. The
 * libraries at hand take a cut file for one of 8 GB, and are no faster.
 */
export class LzmaDecoder {
  /** How far the input was read. */
  inputPos: number;
  /** How far the output was written. */
  outputPos = 0;

  private readonly input: Uint8Array;
  private readonly probs: Uint16Array;
  /** Literals choose their probabilities by `lc` bits of the byte before and the position's lowest bits. */
  private readonly lc: number;
  private readonly literalMask: number;
  private readonly posMask: number;
  private range = -1;
  private code: number;
  private state = 0;
  private rep0 = 0;
  private rep1 = 0;
  private rep2 = 0;
  private rep3 = 0;
  /** What the output had no room for of the last match. */
  private pending = 0;

  private constructor(input: Uint8Array, start: number, lc: number, lp: number, pb: number) {
    this.input = input;
    this.inputPos = start + RANGE_CODER_BYTES;
    this.probs = new Uint16Array(LITERAL + (0x300 << (lc + lp))).fill(EVEN);
    this.lc = lc;
    this.literalMask = (1 << lp) - 1;
    this.posMask = (1 << pb) - 1;
    this.code =
      (input[start + 1] << 24) | (input[start + 2] << 16) | (input[start + 3] << 8) | input[start + 4];
  }

  /** Begins to decode at `start`; `properties` are `(pb * 5 + lp) * 9 + lc`. Undefined if either is none of LZMA's. */
  static open(input: Uint8Array, start: number, properties: number): LzmaDecoder | undefined {
    if (properties >= 9 * 5 * 5 || (start < input.length && input[start] !== 0)) return undefined;
    const lp = Math.floor(properties / 9) % 5;
    return new LzmaDecoder(input, start, properties % 9, lp, Math.floor(properties / 45));
  }

  /** Goes on at {@link outputPos} until `output` is full; the bytes before are those that were decoded so far. */
  decode(output: Uint8Array): LzmaEnd {
    this.copy(output);
    while (this.outputPos < output.length) {
      const posState = this.outputPos & this.posMask;
      if (this.bit(IS_MATCH + this.state * MAX_POS_STATES + posState) === 0) {
        this.literal(output);
      } else {
        this.pending = this.match(posState);
        if (this.rep0 === -1) return this.isPastEnd() ? "truncated" : "marker";
        if (this.rep0 >>> 0 >= this.outputPos) return this.isPastEnd() ? "truncated" : "corrupt";
        this.copy(output);
      }
      // Bytes beyond the end read as 0 until here; nothing that is made of them is given out.
      if (this.isPastEnd()) return "truncated";
    }
    return "full";
  }

  private isPastEnd(): boolean {
    return this.inputPos > this.input.length;
  }

  /** A byte, by the one before it; after a match also by the one that would have gone on with it. */
  private literal(output: Uint8Array): void {
    const { probs, input, outputPos, lc } = this;
    const before = outputPos > 0 ? output[outputPos - 1] : 0;
    const base = LITERAL + 0x300 * (((outputPos & this.literalMask) << lc) + (before >> (8 - lc)));
    // What is decoded most is decoded in local variables.
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

  /** Copies what is pending of a match, as far as the output has room. */
  private copy(output: Uint8Array): void {
    const to = this.outputPos;
    const from = to - this.rep0 - 1;
    const count = Math.min(this.pending, output.length - to);
    // A match may overlap what it makes: then it repeats itself.
    for (let i = 0; i < count; i++) output[to + i] = output[from + i];
    this.outputPos = to + count;
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

  private tree(base: number, bits: number): number {
    let symbol = 1;
    for (let i = 0; i < bits; i++) symbol = (symbol << 1) | this.bit(base + symbol);
    return symbol - (1 << bits);
  }

  /** A tree whose lowest bit comes first. */
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
    let value = 0;
    for (let i = 0; i < count; i++) {
      this.range >>>= 1;
      const isOne = this.code >>> 0 >= this.range >>> 0;
      if (isOne) this.code = (this.code - this.range) | 0;
      value = (value << 1) | (isOne ? 1 : 0);
      if (this.range >>> 0 < TOP) this.takeByte();
    }
    return value;
  }
}
