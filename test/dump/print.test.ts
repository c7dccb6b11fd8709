import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeBtf } from "../../src/btf/encode.ts";
import { ENUM64, makeInfo, STRUCT, TYPEDEF } from "../../src/btf/kinds.ts";
import { parseBtf } from "../../src/btf/parse.ts";
import { printable } from "../../src/btf/strings.ts";
import { dumpJson } from "../../src/dump/json.ts";
import { dumpRaw } from "../../src/dump/raw.ts";
import { ByteSink } from "../../src/dump/sink.ts";
import { btf } from "../support/btf.ts";
import { printed } from "../support/dump.ts";

/** A BTF of these words whose strings are "" and `name`. */
const named = (name: Uint8Array, ...words: number[]) =>
  parseBtf(
    encodeBtf(Uint32Array.from(words), Uint8Array.from([0, ...name, 0]), {
      littleEndian: true,
      hdrLen: 24,
    }),
  );
const S = Uint8Array.of(0x73);

/** Numbers whose digits are written in other steps, and all others. */
const word = fc.oneof(
  fc.constantFrom(0, 9, 10, 99, 100, 999, 1000, 9999, 10_000, 99_999_999, 100_000_000, 0xffffffff),
  fc.integer({ min: 0, max: 0xffffffff }),
);

const byte = fc.oneof(
  fc.integer({ min: 1, max: 255 }),
  fc.constantFrom(1, 0x1f, 0x20, 0x22, 0x5c, 0x7e, 0x7f, 0x80, 0xff),
);
const name = fc.array(byte, { minLength: 1, maxLength: 40 });

describe("what the loops write", () => {
  it("numbers of 32 bits, signed and not", () => {
    fc.assert(
      fc.property(word, (size) => {
        const types = named(S, 1, makeInfo(STRUCT, 0), size);
        expect(printed((sink) => dumpRaw(types, sink))).toBe(`[1] STRUCT 's' size=${size} vlen=0\n`);
        const tag = btf`[1] DECL_TAG 't' type_id=0 component_idx=${String(size | 0)}`;
        expect(printed((sink) => dumpRaw(tag, sink))).toBe(
          `[1] DECL_TAG 't' type_id=0 component_idx=${size | 0}\n`,
        );
      }),
    );
  });

  it("numbers of 64 bits, signed and not", () => {
    fc.assert(
      fc.property(word, word, fc.boolean(), (low, high, signed) => {
        const types = named(S, 1, makeInfo(ENUM64, 1, signed), 8, 1, low, high);
        const value = (BigInt(high) << 32n) | BigInt(low);
        const text = signed ? `${BigInt.asIntN(64, value)}LL` : `${value}ULL`;
        expect(printed((sink) => dumpRaw(types, sink))).toContain(`\n\t's' val=${text}\n`);
      }),
    );
  });

  it("names of any bytes: as they are, escaped, and as JSON that says the same", () => {
    fc.assert(
      fc.property(name, (bytes) => {
        const types = named(Uint8Array.from(bytes), 1, makeInfo(TYPEDEF, 0), 0);
        const raw = (escapeControl: boolean) => printed((sink) => dumpRaw(types, sink, { escapeControl }));
        expect(raw(false)).toBe(`[1] TYPEDEF '${Buffer.from(bytes).toString("latin1")}' type_id=0\n`);
        expect(raw(true)).toBe(`[1] TYPEDEF '${escaped(bytes)}' type_id=0\n`);
        const json = JSON.parse(
          Buffer.from(
            printed((sink) => dumpJson(types, sink)),
            "latin1",
          ).toString(),
        );
        if (bytes.every((each) => each < 0x80)) {
          expect(json.types[0].name).toBe(String.fromCharCode(...bytes));
        }
      }),
    );
  });

  it.each([
    ["shorter than", 262_000],
    ["as long as", 262_144],
    ["longer than", 1_000_001],
  ])("a name %s what is handed on at a time", (_, length) => {
    const bytes = new Uint8Array(length).fill(0x6e);
    const types = named(bytes, 1, makeInfo(TYPEDEF, 0), 0);
    const text = `[1] TYPEDEF '${"n".repeat(length)}' type_id=0\n`;
    expect(printed((sink) => dumpRaw(types, sink)) === text).toBe(true);
    bytes[length - 1] = 0x1b;
    const cut = named(bytes, 1, makeInfo(TYPEDEF, 0), 0);
    const expected = `[1] TYPEDEF '${"n".repeat(length - 1)}\\x1b' type_id=0\n`;
    expect(printed((sink) => dumpRaw(cut, sink, { escapeControl: true })) === expected).toBe(true);
  });
});

describe("a dump", () => {
  const types = btf`[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED`;
  const text = "[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED\n";

  it("is not disturbed by who receives it and parses and dumps meanwhile", () => {
    const outer = named(new Uint8Array(1_000_000).fill(0x6f), 1, makeInfo(TYPEDEF, 0), 0);
    let whole = "";
    let inner = "";
    const sink = new ByteSink((chunk) => {
      inner += printed((other) => dumpRaw(parseBtf(types.bytes), other));
      whole += Buffer.from(chunk).toString("latin1");
    });
    dumpRaw(outer, sink);
    sink.finish();
    expect(whole === `[1] TYPEDEF '${"o".repeat(1_000_000)}' type_id=0\n`).toBe(true);
    expect(inner.replaceAll(text, "")).toBe("");
    expect(inner.length).toBeGreaterThan(text.length);
  });

  it("whose receiver fails leaves nothing behind for the next", () => {
    const failing = new ByteSink(() => {
      throw new Error("full");
    }, 16);
    expect(() => dumpRaw(types, failing)).toThrow("full");
    expect(printed((sink) => dumpRaw(types, sink))).toBe(text);
  });

  it("of an id that no type has is refused before a byte is out", () => {
    for (const ids of [[2], [1, 0xffffffff], [-1]]) {
      let bytes = 0;
      const sink = new ByteSink((chunk) => {
        bytes += chunk.length;
      }, 1);
      expect(() => dumpRaw(types, sink, { ids })).toThrow(RangeError);
      expect(() => dumpJson(types, sink, { ids })).toThrow(RangeError);
      expect(bytes).toBe(0);
    }
  });
});

/** What `printable` makes of bytes that are no UTF-8: each of them by itself. */
function escaped(bytes: readonly number[]): string {
  return bytes.map((byte) => printable(Uint8Array.of(byte))).join("");
}
