import type { TypeId } from "./btf.ts";
import { type EncodeForm, encodeBtf } from "./encode.ts";
import { HEAD_WORDS, makeInfo } from "./kinds.ts";
import { type KnownStrings, StringTableBuilder } from "./strings.ts";

/** The base of a BTF in the making: another one in the making, or one that was read. */
export interface BuildingBase {
  /** Its strings and those below it. */
  readonly strings: KnownStrings;
  /** First id that it does not have. */
  readonly nextId: TypeId;
}

/** A BTF in the making: records are appended as words, strings are added once each. */
export class BtfBuilder {
  readonly strings: StringTableBuilder;
  /** Id of the next type. */
  nextId: TypeId;
  /** Words in use; `words` is longer. Records begin where this stood when they were appended. */
  length = 0;
  words: Uint32Array;

  /** Begins an empty BTF, split on `base` if one is given; room for `sizeHint` words is reserved. */
  constructor(base: BuildingBase | null = null, sizeHint = 256) {
    this.strings = new StringTableBuilder(base === null ? null : base.strings, sizeHint * 4);
    this.nextId = base === null ? 1 : base.nextId;
    this.words = new Uint32Array(sizeHint);
  }

  /** Appends `count` types that fill `from[start..end)`, with ids and name offsets as they stand there. */
  append(from: Uint32Array, start: number, end: number, count: number): void {
    this.#reserve(end - start);
    const words = this.words;
    let to = this.length;
    if (end - start > 64) {
      words.set(from.subarray(start, end), to);
      to += end - start;
    } else {
      // A loop, since a view for each small record costs more than copying it.
      for (let at = start; at < end; at++) words[to++] = from[at];
    }
    this.length = to;
    this.nextId += count;
  }

  /** Appends a type without elements: a name, a kind, a size or type id. */
  appendHead(nameOff: number, kind: number, sizeOrType: number): void {
    this.#reserve(HEAD_WORDS);
    this.words[this.length++] = nameOff;
    this.words[this.length++] = makeInfo(kind, 0);
    this.words[this.length++] = sizeOrType;
    this.nextId++;
  }

  /** The finished BTF. */
  encode(form: EncodeForm): Uint8Array {
    return encodeBtf(this.words.subarray(0, this.length), this.strings.finish(), form);
  }

  #reserve(more: number): void {
    if (this.length + more <= this.words.length) return;
    const grown = new Uint32Array(Math.max(this.words.length * 2, this.length + more));
    grown.set(this.words.subarray(0, this.length));
    this.words = grown;
  }
}
