import type { TypeId } from "../../btf/btf.ts";
import type { ByteSink } from "../sink.ts";

const KEPT = 1;
const KEPT_PTR = 2;
/** Bytes; names of kernels are shorter. */
const LONGEST = 256;

/**
 * What stands before the name in a declaration of each type, as text, once it has been written: `struct list_head *`.
 * A kernel declares 80,000 members and parameters of 10,000 types.
 */
export class Prefixes {
  /** Whether the one that was written last ends in a `*`, so that no space is to follow. */
  endsInPtr = false;
  readonly #sink: ByteSink;
  /** 0 where nothing is kept, {@link KEPT}, or {@link KEPT_PTR}. */
  readonly #state: Uint8Array;
  readonly #starts: Uint32Array;
  readonly #ends: Uint32Array;
  #text: Uint8Array = new Uint8Array(1 << 18);
  #length = 0;

  constructor(sink: ByteSink, typeCount: number) {
    this.#sink = sink;
    this.#state = new Uint8Array(typeCount);
    this.#starts = new Uint32Array(typeCount);
    this.#ends = new Uint32Array(typeCount);
  }

  /** Writes the prefix of a type, or returns false if it is not kept. */
  write(id: TypeId): boolean {
    const state = this.#state[id];
    if (state === 0) return false;
    this.endsInPtr = state === KEPT_PTR;
    this.#sink.copy(this.#text, this.#starts[id], this.#ends[id]);
    return true;
  }

  /** Keeps what was written since `position` as the prefix of a type, unless it is too long or no longer at hand. */
  keep(id: TypeId, position: number, endsInPtr: boolean): void {
    if (this.#sink.position - position > LONGEST) return;
    if (this.#length + LONGEST > this.#text.length) {
      const larger = new Uint8Array(this.#text.length * 2);
      larger.set(this.#text);
      this.#text = larger;
    }
    const length = this.#sink.copyOut(position, this.#text, this.#length);
    if (length < 0) return;
    this.#starts[id] = this.#length;
    this.#length += length;
    this.#ends[id] = this.#length;
    this.#state[id] = endsInPtr ? KEPT_PTR : KEPT;
  }
}
