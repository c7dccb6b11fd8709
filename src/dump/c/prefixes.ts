import type { TypeId } from "../../btf/btf.ts";
import { touched } from "../../types/flat.ts";
import type { ByteSink } from "../sink.ts";

const SPACE = 0x20;
/** Longest text kept, in bytes, since a byte holds the length. Declarations in kernels are shorter. */
const LONGEST = 254;

/**
 * Keeps the text before the name in declarations of a type, `struct list_head *`, once it has been written. A kernel
 * declares 80,000 members and parameters of 10,000 types.
 */
export class Prefixes {
  private readonly sink: ByteSink;
  /** Where in the text the prefix of each type lies, 0 where none is kept. */
  private readonly places: Uint32Array;
  /** For each prefix its length, then its bytes, with the space before a name if one is needed. */
  private text: Uint8Array = new Uint8Array(1 << 18);
  private length = 1;

  constructor(sink: ByteSink, typeCount: number) {
    this.sink = sink;
    this.places = touched(new Uint32Array(typeCount));
  }

  /** Writes the prefix of a type, ready for a name if `isNamed`, or returns false if none is kept. */
  write(id: TypeId, isNamed: boolean): boolean {
    const place = this.places[id];
    if (place === 0) return false;
    const text = this.text;
    const end = place + 1 + text[place];
    this.sink.copy(text, place + 1, isNamed || text[end - 1] !== SPACE ? end : end - 1);
    return true;
  }

  /** Keeps what was written since `position` as the prefix of a type, unless it is too long or already flushed. */
  keep(id: TypeId, position: number, endsInPtr: boolean): void {
    if (this.sink.position - position > LONGEST) return;
    const place = this.length;
    if (place + 2 + LONGEST > this.text.length) {
      const larger = new Uint8Array(this.text.length * 2);
      larger.set(this.text);
      this.text = larger;
    }
    const text = this.text;
    let length = this.sink.copyOut(position, text, place + 1);
    if (length < 0) return;
    if (!endsInPtr) text[place + 1 + length++] = SPACE;
    text[place] = length;
    this.places[id] = place;
    this.length = place + 1 + length;
  }
}
