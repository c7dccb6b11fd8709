import type { Btf, TypeId } from "../../btf/btf.ts";
import { forEachNameOff, forEachTypeId } from "../../btf/fields.ts";
import { HEAD_WORDS, INFO, infoKind, type KindNumber } from "../../btf/kinds.ts";
import { StringIndex } from "../../btf/string-index.ts";
import { StringTableBuilder } from "../../btf/strings.ts";
import { BtfxError } from "../../errors.ts";
import { refuseUnknown } from "../rewritable.ts";

/**
 * Void, a base and the BTFs that are added to it, in one array: any type is `words[starts[id]]`. Void is three zero words
 * at the start, so that it has a kind and a name like the others. Types of the base are never written to.
 */
export class TypeGraph {
  readonly words: Uint32Array;
  readonly starts: Uint32Array;
  /** First id that is not the base's. */
  readonly firstId: TypeId;
  /** Ids below this are valid. */
  typeCount = 1;
  /** The strings of what was added; those of the base keep their offsets. */
  readonly strings: StringTableBuilder;
  private readonly base: Btf;
  private length: number = HEAD_WORDS;

  /** The base, with room for `splits`. */
  constructor(base: Btf, splits: readonly Btf[]) {
    refuseUnknown(base);
    const chain: Btf[] = [];
    for (let btf: Btf | null = base; btf !== null; btf = btf.base) chain.unshift(btf);
    let words = HEAD_WORDS;
    let types = 1;
    for (const btf of [...chain, ...splits]) {
      words += btf.words.length;
      types += btf.starts.length - 1;
    }
    this.words = new Uint32Array(words);
    this.starts = new Uint32Array(types);
    this.strings = new StringTableBuilder(new StringIndex(base.strings));
    this.base = base;
    for (const btf of chain) this.append(btf);
    this.firstId = this.typeCount;
  }

  /**
   * Adds a BTF that is split on the same base behind those that are there (`btf__add_btf`): own types get the next ids,
   * own names the offset that the base or an earlier BTF has for them. Returns the id of its first type.
   */
  add(split: Btf): TypeId {
    if (split.base !== this.base) {
      throw new BtfxError("wrong-base", "only BTFs that are split on the same base can be merged");
    }
    refuseUnknown(split);
    const { words, starts } = this;
    const added = this.typeCount;
    const shift = added - split.firstId;
    this.append(split);
    const { strings } = split;
    const names = new Uint32Array(strings.bytes.length);
    const rename = (word: number) => {
      const nameOff = words[word];
      if (nameOff < strings.firstOff) return;
      const at = nameOff - strings.firstOff;
      // Stored plus one, since an own empty name becomes 0.
      if (names[at] === 0) names[at] = this.strings.add(strings.bytes, at) + 1;
      words[word] = names[at] - 1;
    };
    const renumber = (word: number) => {
      if (words[word] >= split.firstId) words[word] += shift;
    };
    for (let id = added; id < this.typeCount; id++) {
      forEachNameOff(words, starts[id], rename);
      forEachTypeId(words, starts[id], renumber);
    }
    return added;
  }

  /** Kind of a type; of void 0. */
  kind(id: TypeId): KindNumber {
    return infoKind(this.words[this.starts[id] + INFO]);
  }

  private append(btf: Btf): void {
    const { starts, typeCount, length } = this;
    this.words.set(btf.words, length);
    const count = btf.starts.length - 1;
    for (let i = 0; i < count; i++) starts[typeCount + i] = length + btf.starts[i];
    this.typeCount = typeCount + count;
    this.length = length + btf.words.length;
  }
}
