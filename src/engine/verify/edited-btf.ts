import type { Btf, TypeId } from "../../btf/btf.ts";
import { encodeBtf, formOf, withTypes } from "../../btf/encode.ts";
import { HEAD_WORDS, SECTION_VAR_WORDS, VAR } from "../../btf/kinds.ts";
import { ascii } from "../../btf/strings.ts";

/**
 * A copy of a BPF object's BTF, in which libbpf changes words and to which it adds types before it loads the object.
 */
export class EditedBtf {
  /** The BTF as it was. */
  readonly btf: Btf;
  /** The words of its types, which may be changed. Positions are those in `btf.words`. */
  readonly words: Uint32Array;
  /** The changes so far, as text. */
  readonly changes: string[] = [];
  readonly #added: number[] = [];
  readonly #addedNames: number[] = [];
  /** The strings, once one is changed. */
  #changedStrings: Uint8Array | undefined;
  #nextId: TypeId;

  constructor(btf: Btf) {
    this.btf = btf;
    this.words = btf.words.slice();
    this.#nextId = btf.typeCount;
  }

  /** Word positions of the entries of a DATASEC. */
  entries(section: TypeId): number[] {
    const first = this.btf.start(section) + HEAD_WORDS;
    return Array.from({ length: this.btf.vlen(section) }, (_, i) => first + i * SECTION_VAR_WORDS);
  }

  /** Kind of the type in an entry of a DATASEC. An added type is a VAR. */
  kindOfEntry(at: number): number {
    return this.words[at] < this.btf.typeCount ? this.btf.kind(this.words[at]) : VAR;
  }

  /** Adds a type with these words. Returns its id. */
  addRecord(words: readonly number[]): TypeId {
    this.#added.push(...words);
    return this.#nextId++;
  }

  /** Adds a name. Returns its offset. */
  addName(name: string): number {
    const offset = this.btf.strings.end + this.#addedNames.length;
    this.#addedNames.push(...ascii(`${name}\0`));
    return offset;
  }

  /** Replaces the byte at a name offset if it is `from`. Returns whether it was. Other names may share the byte. */
  replaceByte(nameOff: number, from: number, to: number): boolean {
    const { bytes, firstOff } = this.btf.strings;
    const at = nameOff - firstOff;
    if ((this.#changedStrings ?? bytes)[at] !== from) return false;
    this.#changedStrings ??= bytes.slice();
    this.#changedStrings[at] = to;
    return true;
  }

  /** The changed BTF. */
  encode(): Uint8Array {
    const { strings } = this.btf;
    if (this.#added.length === 0 && this.#changedStrings === undefined)
      return withTypes(this.btf, this.words);
    const words = new Uint32Array(this.words.length + this.#added.length);
    words.set(this.words);
    words.set(this.#added, this.words.length);
    const names = new Uint8Array(strings.bytes.length + this.#addedNames.length);
    names.set(this.#changedStrings ?? strings.bytes);
    names.set(this.#addedNames, strings.bytes.length);
    return encodeBtf(words, names, formOf(this.btf));
  }
}

/** A count and what is counted, with an `s` unless it is one. */
export function counted(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? "" : "s"}`;
}
