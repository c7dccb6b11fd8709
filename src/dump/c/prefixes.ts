import type { TypeId } from "../../btf/btf.ts";
import type { ByteSink } from "../sink.ts";

const SPACE = 0x20;
/** Bytes; names of kernels are shorter. */
const LONGEST = 256;

/**
 * What stands before the name in a declaration of each type, as text, once it has been written: `struct list_head *`.
 * A kernel declares 80,000 members and parameters of 10,000 types.
 */
export class Prefixes {
  readonly #sink: ByteSink;
  /** Where in the text the prefix of each type lies; it ends with the space before a name, if one is due. No end: not kept. */
  readonly #starts: Uint32Array;
  readonly #ends: Uint32Array;
  #text: Uint8Array = new Uint8Array(1 << 18);
  #length = 1;

  constructor(sink: ByteSink, typeCount: number) {
    this.#sink = sink;
    this.#starts = new Uint32Array(typeCount);
    this.#ends = new Uint32Array(typeCount);
  }

  /** Writes the prefix of a type, ready for a name if `isNamed`, or returns false if it is not kept. */
  write(id: TypeId, isNamed: boolean): boolean {
    const end = this.#ends[id];
    if (end === 0) return false;
    const hasSpace = this.#text[end - 1] === SPACE;
    this.#sink.copy(this.#text, this.#starts[id], isNamed || !hasSpace ? end : end - 1);
    return true;
  }

  /** Keeps what was written since `position` as the prefix of a type, unless it is too long or no longer at hand. */
  keep(id: TypeId, position: number, endsInPtr: boolean): void {
    if (this.#sink.position - position > LONGEST) return;
    if (this.#length + LONGEST + 1 > this.#text.length) {
      const larger = new Uint8Array(this.#text.length * 2);
      larger.set(this.#text);
      this.#text = larger;
    }
    const length = this.#sink.copyOut(position, this.#text, this.#length);
    if (length < 0) return;
    this.#starts[id] = this.#length;
    this.#length += length;
    if (!endsInPtr) this.#text[this.#length++] = SPACE;
    this.#ends[id] = this.#length;
  }
}
