import type { Decompressed } from "./codecs.ts";
import { corrupt, cutShort, tooLarge } from "./damage.ts";

/** Runs of one symbol are counted in these two, as digits 1 and 2. */
const RUN_A = 0;
const RUN_B = 1;
const MAX_CODE_BITS = 20;
/** Symbols that one table decodes before the next is selected. */
const GROUP_SYMBOLS = 50;
const MAX_SYMBOLS = 258;

/** Whether a bzip2 stream begins at `at`: its magic with the size of blocks, and the magic of a block or of the end. */
export function beginsBzip2(bytes: Uint8Array, at = 0): boolean {
  const level = bytes[at + 3];
  if (bytes[at] !== 0x42 || bytes[at + 1] !== 0x5a || bytes[at + 2] !== 0x68) return false;
  if (!(level >= 0x31 && level <= 0x39)) return false;
  return [BLOCK_MAGIC, END_MAGIC].some((magic) => magic.every((byte, i) => bytes[at + 4 + i] === byte));
}

/** Digits of pi, and of its square root. */
const BLOCK_MAGIC = [0x31, 0x41, 0x59, 0x26, 0x53, 0x59];
const END_MAGIC = [0x17, 0x72, 0x45, 0x38, 0x50, 0x90];

/**
 * Decompresses the bzip2 streams that `bytes` begin with. The libraries at hand are half as fast, and take `Buffer` or
 * native code.
 */
export function decompressBzip2(bytes: Uint8Array, limit: number): Decompressed {
  const output = new Output(limit);
  const bits = new BitReader(bytes);
  do {
    bits.at += 3;
    const blockBytes = (bytes[bits.at++] - 0x30) * 100_000;
    const block = new Uint32Array(blockBytes);
    let sum = 0;
    for (;;) {
      const start = bits.at;
      const magic = Array.from({ length: 6 }, () => bits.take(8));
      const crc = (bits.take(16) << 16) | bits.take(16);
      if (magic.every((byte, i) => byte === END_MAGIC[i])) {
        if (crc !== sum) throw corrupt("the check of the whole does not match the data", start);
        break;
      }
      if (!magic.every((byte, i) => byte === BLOCK_MAGIC[i])) throw corrupt("no block begins here", start);
      if (bits.take(1) === 1) throw corrupt("a block of a form that bzip2 0.9 gave up (randomised)", start);
      const origin = bits.take(24);
      const count = readBlock(bits, block);
      const blockCrc = writeBlock(block, count, origin, output, start);
      if (blockCrc !== crc) throw corrupt("the check of a block does not match the data", start);
      sum = ((sum << 1) | (sum >>> 31)) ^ crc;
    }
    bits.align();
  } while (beginsBzip2(bytes, bits.at));
  return { output: output.bytes(), consumed: bits.at };
}

/** Undoes Huffman coding, run lengths and move-to-front: fills the lowest bytes of `block`, and says how many. */
function readBlock(bits: BitReader, block: Uint32Array): number {
  const start = bits.at;
  const front = readAlphabet(bits);
  const endOfBlock = front.length + 1;
  const tables = bits.take(3);
  const selectors = readSelectors(bits, tables, start);
  const codes = Array.from({ length: tables }, () => readCode(bits, endOfBlock + 1, start));
  let count = 0;
  let run = 0;
  let digit = 1;
  for (let group = 0; group < selectors.length; group++) {
    const code = codes[selectors[group]];
    for (let i = 0; i < GROUP_SYMBOLS; i++) {
      const symbol = decodeSymbol(bits, code);
      if (symbol === RUN_A || symbol === RUN_B) {
        // A longer run than a block ends below.
        if (digit <= 1 << 21) run += digit << symbol;
        digit *= 2;
        continue;
      }
      if (run > block.length - count) throw corrupt("a block is longer than its stream allows", bits.at);
      block.fill(front[0], count, count + run);
      count += run;
      run = 0;
      digit = 1;
      if (symbol === endOfBlock) return count;
      if (count >= block.length) throw corrupt("a block is longer than its stream allows", bits.at);
      const byte = front[symbol - 1];
      front.copyWithin(1, 0, symbol - 1);
      front[0] = byte;
      block[count++] = byte;
    }
  }
  throw corrupt("a block has no end", bits.at);
}

/** Which bytes there are: a map of 16 ranges, then a map of each range that is used. */
function readAlphabet(bits: BitReader): Uint8Array {
  const ranges = bits.take(16);
  const used: number[] = [];
  for (let range = 0; range < 16; range++) {
    if ((ranges & (0x8000 >> range)) === 0) continue;
    const map = bits.take(16);
    for (let i = 0; i < 16; i++) if ((map & (0x8000 >> i)) !== 0) used.push(range * 16 + i);
  }
  if (used.length === 0) throw corrupt("a block uses no bytes", bits.at);
  return Uint8Array.from(used);
}

/** Which table each group is coded by, moved to front in their turn. */
function readSelectors(bits: BitReader, tables: number, start: number): Uint8Array {
  const count = bits.take(15);
  if (tables < 2 || tables > 6 || count === 0) throw corrupt("a block has no tables", start);
  const front = Array.from({ length: tables }, (_, i) => i);
  return Uint8Array.from({ length: count }, () => {
    let index = 0;
    while (bits.take(1) === 1) {
      index++;
      if (index === tables) throw corrupt("a block selects a table that it does not have", bits.at);
    }
    front.unshift(...front.splice(index, 1));
    return front[0];
  });
}

/** A canonical Huffman code. For each length of codes: the largest, and what to subtract to get the place in `symbols`. */
interface Code {
  readonly symbols: Uint16Array;
  readonly largest: Int32Array;
  readonly minus: Int32Array;
}

function readCode(bits: BitReader, symbolCount: number, start: number): Code {
  const lengths = new Uint8Array(Math.min(symbolCount, MAX_SYMBOLS));
  let length = bits.take(5);
  for (let i = 0; i < lengths.length; i++) {
    while (bits.take(1) === 1) length += bits.take(1) === 0 ? 1 : -1;
    if (length < 1 || length > MAX_CODE_BITS) throw corrupt("a code is of no possible length", start);
    lengths[i] = length;
  }
  const symbols = new Uint16Array(lengths.length);
  const largest = new Int32Array(MAX_CODE_BITS + 1).fill(-1);
  const minus = new Int32Array(MAX_CODE_BITS + 1);
  let place = 0;
  let code = 0;
  for (let bitsOf = 1; bitsOf <= MAX_CODE_BITS; bitsOf++) {
    code <<= 1;
    minus[bitsOf] = code - place;
    for (let i = 0; i < lengths.length; i++) {
      if (lengths[i] !== bitsOf) continue;
      symbols[place++] = i;
      code++;
    }
    if (place > 0) largest[bitsOf] = code - 1;
  }
  return { symbols, largest, minus };
}

function decodeSymbol(bits: BitReader, { symbols, largest, minus }: Code): number {
  let code = 0;
  for (let length = 1; length <= MAX_CODE_BITS; length++) {
    code = (code << 1) | bits.take(1);
    if (code <= largest[length]) {
      const place = code - minus[length];
      if (place >= 0) return symbols[place];
    }
  }
  throw corrupt("the compressed data has a code that stands for nothing", bits.at);
}

/** Undoes the Burrows-Wheeler transform and the first run lengths. Returns the CRC of what it wrote. */
function writeBlock(
  block: Uint32Array,
  count: number,
  origin: number,
  output: Output,
  start: number,
): number {
  if (count === 0) return 0;
  if (origin >= count) throw corrupt("a block begins outside itself", start);
  // The upper bytes of each entry become the place of the byte that follows it.
  const next = new Uint32Array(256);
  for (let i = 0; i < count; i++) next[block[i] & 0xff]++;
  for (let byte = 0, sum = 0; byte < 256; byte++) {
    sum += next[byte];
    next[byte] = sum - next[byte];
  }
  for (let i = 0; i < count; i++) block[next[block[i] & 0xff]++] |= i << 8;
  let entry = block[origin];
  let crc = -1;
  let last = -1;
  let same = 0;
  for (let i = 0; i < count; i++) {
    entry = block[entry >>> 8];
    const byte = entry & 0xff;
    // After four of a kind comes how many more there are.
    let times = 1;
    let written = byte;
    if (same === 4) {
      times = byte;
      written = last;
      same = 0;
      last = -1;
    } else {
      same = byte === last ? same + 1 : 1;
      last = byte;
    }
    output.write(written, times);
    for (; times > 0; times--) crc = (crc << 8) ^ CRC_TABLE[(crc >>> 24) ^ written];
  }
  return ~crc;
}

/** CRC-32 with the highest bit first. */
const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc;
});

class Output {
  private data = new Uint8Array(1 << 20);
  private length = 0;
  private readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  write(byte: number, times: number): void {
    const end = this.length + times;
    if (end > this.limit) throw tooLarge(this.limit);
    if (end > this.data.length) {
      const larger = new Uint8Array(this.data.length * 2);
      larger.set(this.data);
      this.data = larger;
    }
    if (times === 1) this.data[this.length] = byte;
    else this.data.fill(byte, this.length, end);
    this.length = end;
  }

  bytes(): Uint8Array {
    return this.data.subarray(0, this.length);
  }
}

/** Takes bits from bytes, the highest first. */
class BitReader {
  /** The next byte; bits of the one before may be left. */
  at = 0;
  private readonly bytes: Uint8Array;
  private held = 0;
  private heldBits = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** At most 24 bits. */
  take(count: number): number {
    while (this.heldBits < count) {
      if (this.at >= this.bytes.length) throw cutShort("the compressed data", this.bytes.length);
      this.held = ((this.held & 0xffffff) << 8) | this.bytes[this.at++];
      this.heldBits += 8;
    }
    this.heldBits -= count;
    return (this.held >>> this.heldBits) & ((1 << count) - 1);
  }

  /** Drops the rest of the byte. */
  align(): void {
    this.heldBits = 0;
  }
}
