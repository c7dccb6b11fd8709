import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ascii } from "../../src/btf/strings.ts";
import type { ByteSink } from "../../src/dump/sink.ts";
import { printed } from "../support/dump.ts";

/** What is written, and the text that it must come out as. */
interface Piece {
  readonly text: string;
  readonly write: (sink: ByteSink) => void;
}

const word = fc.integer({ min: 0, max: 0xffffffff });
const letters = (maxLength: number) => fc.string({ unit: fc.constantFrom(..."abz_09"), maxLength });
const strings = (name: string): Uint8Array => ascii(`\0${name}\0`);

const piece: fc.Arbitrary<Piece> = fc.oneof(
  fc.integer({ min: 0x20, max: 0x7e }).map((byte) => ({
    text: String.fromCharCode(byte),
    write: (sink: ByteSink) => sink.byte(byte),
  })),
  letters(300).map((text) => ({ text, write: (sink: ByteSink) => sink.put(ascii(text)) })),
  letters(300).map((text) => ({
    text: text.slice(1),
    write: (sink: ByteSink) => sink.copy(ascii(text), Math.min(1, text.length), text.length),
  })),
  fc.integer({ min: 0, max: 299 }).map((count) => ({
    text: " ".repeat(count),
    write: (sink: ByteSink) => sink.spaces(count),
  })),
  // Names go on over several buffers.
  letters(3000).map((text) => ({ text, write: (sink: ByteSink) => sink.name(strings(text), 1) })),
  word.map((value) => ({ text: String(value), write: (sink: ByteSink) => sink.uint(value) })),
  fc.tuple(word, fc.integer({ min: 0, max: 12 })).map(([value, width]) => ({
    text: String(value).padStart(width),
    write: (sink: ByteSink) => sink.padded(value, width),
  })),
);

describe("ByteSink", () => {
  it("hands on all that is written, in order, whatever its buffer holds", () => {
    fc.assert(
      fc.property(fc.array(piece), fc.integer({ min: 300, max: 5000 }), (pieces, capacity) => {
        const text = printed((sink) => {
          for (const { write } of pieces) write(sink);
        }, capacity);
        expect(text).toBe(pieces.map((each) => each.text).join(""));
      }),
    );
  });

  it("stops a name at the first byte of a class", () => {
    const special = new Uint8Array(256);
    special[0x2d] = 1;
    for (const length of [0, 1, 511, 512, 513, 2000]) {
      const name = "n".repeat(length);
      let stop = -1;
      const text = printed((sink) => {
        stop = sink.plainName(ascii(`${name}-rest\0`), 0, special);
      });
      expect(text).toBe(name);
      expect(stop).toBe(length);
    }
  });
});
