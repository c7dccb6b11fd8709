import { hashName, hashWord, sameName } from "../../btf/strings.ts";

/**
 * Numbers that stand for names and for tuples of numbers, the same for the same ones whichever BTF they come from. With them
 * two types of two BTFs are compared as two integers.
 */

/** Numbers for names. 0 is the empty name. */
export class NameNumbers {
  /** How many numbers there are. */
  count = 1;
  private readonly tables: Uint8Array[] = [];
  /** By number: which table the name was first seen in, where in it, and its hash. */
  private table: Uint8Array;
  private offsets: Uint32Array;
  private hashes: Int32Array;
  /** Open addressing, a power of two: the number, 0 for a free place. */
  private places: Uint32Array;

  /** Room for about so many names is made at once. */
  constructor(sizeHint: number) {
    const room = powerOfTwo(sizeHint);
    this.table = new Uint8Array(room);
    this.offsets = new Uint32Array(room);
    this.hashes = new Int32Array(room);
    this.places = new Uint32Array(room * 2);
  }

  /** Makes the names of another string section known; at most 256 of them. */
  of(strings: Uint8Array): Names {
    this.tables.push(strings);
    return new Names(this, strings, this.tables.length - 1);
  }

  /** The bytes of a name, without its NUL; a view. */
  bytes(number: number): Uint8Array {
    if (number === 0) return new Uint8Array(0);
    const strings = this.tables[this.table[number]];
    const start = this.offsets[number];
    const end = strings.indexOf(0, start);
    return strings.subarray(start, end < 0 ? strings.length : end);
  }

  /** The number of the name at `off` of a table, a new one if no table had the name before. */
  number(strings: Uint8Array, table: number, off: number): number {
    if (strings[off] === 0) return 0;
    const hash = hashName(strings, off);
    const mask = this.places.length - 1;
    let place = hash & mask;
    for (let known = this.places[place]; known !== 0; known = this.places[place]) {
      if (
        this.hashes[known] === hash &&
        sameName(this.tables[this.table[known]], this.offsets[known], strings, off)
      ) {
        return known;
      }
      place = (place + 1) & mask;
    }
    if (this.count === this.hashes.length) this.grow();
    const number = this.count++;
    this.table[number] = table;
    this.offsets[number] = off;
    this.hashes[number] = hash;
    if (this.count * 2 > this.places.length) this.places = rehashed(this.hashes, this.count);
    else this.places[place] = number;
    return number;
  }

  private grow(): void {
    this.table = doubled(this.table, new Uint8Array(this.count * 2));
    this.offsets = doubled(this.offsets, new Uint32Array(this.count * 2));
    this.hashes = doubled(this.hashes, new Int32Array(this.count * 2));
  }
}

/** The names of one string section. */
export class Names {
  private readonly numbers: NameNumbers;
  private readonly strings: Uint8Array;
  private readonly table: number;

  constructor(numbers: NameNumbers, strings: Uint8Array, table: number) {
    this.numbers = numbers;
    this.strings = strings;
    this.table = table;
  }

  /** Number of the name at `off`. */
  at(off: number): number {
    return off === 0 ? 0 : this.numbers.number(this.strings, this.table, off);
  }
}

/** Numbers for tuples of words, from 1 up. A tuple is written to {@link words} from {@link length} on, and then closed. */
export class TupleNumbers {
  count = 1;
  /** All tuples, and the one in the making; {@link room} may replace it. */
  words: Uint32Array;
  /** Where the next word of the tuple in the making goes. */
  length = 0;
  /** Where the tuple in the making begins: all before it have numbers. */
  private start = 0;
  /** By number: where its words begin. The next one's is the end. */
  private starts: Uint32Array;
  private hashes: Int32Array;
  /** Open addressing, a power of two: the number, 0 for a free place. */
  private places: Uint32Array;

  /** Room for about so many tuples is made at once. */
  constructor(sizeHint: number) {
    const room = powerOfTwo(sizeHint);
    this.words = new Uint32Array(room * 4);
    this.starts = new Uint32Array(room);
    this.hashes = new Int32Array(room);
    this.places = new Uint32Array(room * 2);
  }

  /** Makes room for a tuple of so many words and returns {@link words}. */
  room(size: number): Uint32Array {
    if (this.length + size > this.words.length) {
      this.words = doubled(this.words, new Uint32Array((this.length + size) * 2));
    }
    return this.words;
  }

  /** Ends the tuple in the making and gives its number. */
  close(): number {
    const { start, length, words } = this;
    let hash = length - start;
    for (let at = start; at < length; at++) hash = hashWord(hash, words[at]);
    const mask = this.places.length - 1;
    let place = hash & mask;
    for (let known = this.places[place]; known !== 0; known = this.places[place]) {
      if (this.hashes[known] === hash && this.isSame(known)) {
        this.length = start;
        return known;
      }
      place = (place + 1) & mask;
    }
    if (this.count + 1 >= this.starts.length) {
      this.starts = doubled(this.starts, new Uint32Array(this.count * 2));
      this.hashes = doubled(this.hashes, new Int32Array(this.count * 2));
    }
    const number = this.count++;
    this.starts[number] = start;
    this.starts[number + 1] = length;
    this.hashes[number] = hash;
    this.start = length;
    if (this.count * 2 > this.places.length) this.places = rehashed(this.hashes, this.count);
    else this.places[place] = number;
    return number;
  }

  private isSame(number: number): boolean {
    const { words, start } = this;
    const from = this.starts[number];
    const size = this.starts[number + 1] - from;
    if (size !== this.length - start) return false;
    for (let i = 0; i < size; i++) if (words[from + i] !== words[start + i]) return false;
    return true;
  }
}

/** A larger table of the numbers below `count` by their hashes. */
function rehashed(hashes: Int32Array, count: number): Uint32Array {
  const places = new Uint32Array(powerOfTwo(count) * 4);
  const mask = places.length - 1;
  for (let number = 1; number < count; number++) {
    let place = hashes[number] & mask;
    while (places[place] !== 0) place = (place + 1) & mask;
    places[place] = number;
  }
  return places;
}

/** The least power of two that is not below `count`, 1024 or more. */
function powerOfTwo(count: number): number {
  let size = 1024;
  while (size < count) size *= 2;
  return size;
}

function doubled<T extends Uint8Array | Uint32Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
