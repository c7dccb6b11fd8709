import { concat } from "./bytes.ts";
import { corrupt } from "./damage.ts";

/** So many streams may be tiny. */
const MANY = 256;
/** Fewer bytes than the least that programs put in a stream before they begin another. */
const TINY_BYTES = 1024;

/** The outputs of streams, or parts of them, that follow each other. */
export class Parts {
  /** How many bytes they have together. */
  size = 0;
  private readonly parts: Uint8Array[] = [];

  /**
   * Adds the output of the stream at `at`. Throws `bad-container` for many tiny ones, since beginning a stream takes up
   * to a thousand times as long as decompressing it.
   */
  add(output: Uint8Array, at: number): void {
    this.parts.push(output);
    this.size += output.length;
    const count = this.parts.length;
    if (count > MANY && this.size < count * TINY_BYTES) {
      throw corrupt(
        `it has ${count} streams with ${this.size} bytes in all, which is no kernel or module`,
        at,
      );
    }
  }

  /** All in one piece; a single one is returned as it is. */
  join(): Uint8Array {
    return concat(this.parts, this.size);
  }
}
