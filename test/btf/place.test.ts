import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Btf, TypeId } from "../../src/btf/btf.ts";
import { parseBtf } from "../../src/btf/parse.ts";
import { roomForBtf } from "../../src/btf/place.ts";
import { dumpJson } from "../../src/dump/json.ts";
import { dumpRaw } from "../../src/dump/raw.ts";
import { ByteSink } from "../../src/dump/sink.ts";
import { families } from "../support/arbitrary.ts";
import { assemble, LAYOUT } from "../support/btf.ts";
import { printed } from "../support/dump.ts";

/** So many zeros behind the strings that the bytes get a memory of their own. */
const GAPS = [0, 0, 1 << 20] as const;

/** The bytes of a BTF, read into a place. */
function placed(bytes: Uint8Array): Uint8Array {
  const room = roomForBtf(bytes.length);
  room.set(bytes);
  return room;
}

const raw = (btf: Btf, ids?: readonly TypeId[]) => printed((sink) => dumpRaw(btf, sink, ids && { ids }));
const json = (btf: Btf, ids?: readonly TypeId[]) => printed((sink) => dumpJson(btf, sink, ids && { ids }));

const KERNEL = assemble(
  `[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
   [2] VAR 'here' type_id=1, linkage=static
   [3] DATASEC '.data' size=4 vlen=1
     type_id=2 offset=0 size=4 (VAR 'here')
   [4] LOC_PARAM '(anon)' size=8 flags=56 vlen=2 words=2,16
   [5] LOC_PROTO '(anon)' vlen=2
     type_id=4
     type_id=0`,
  null,
  { gaps: GAPS },
);
const KERNEL_TEXT = `[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
[2] VAR 'here' type_id=1, linkage=static
[3] DATASEC '.data' size=4 vlen=1
	type_id=2 offset=0 size=4 (VAR 'here')
[4] LOC_PARAM '(anon)' size=8 flags=0x38 vlen=2 values='*(reg2 + 0x10)'
[5] LOC_PROTO '(anon)' vlen=2
	type_id=4 value='*(reg2 + 0x10)'
	type_id=0
`;

describe("BTF in a memory of its own", () => {
  it("has its words and starts there, and small BTF has none", () => {
    const { bytes, words, starts, kinds, strings } = parseBtf(placed(KERNEL));
    for (const part of [words, starts, kinds, strings.bytes]) expect(part.buffer).toBe(bytes.buffer);
    const small = placed(assemble("[1] FLOAT 'f' size=4"));
    expect(small.byteLength).toBe(small.buffer.byteLength);
  });

  it("is printed as written, also chosen types, void among them", () => {
    const btf = parseBtf(placed(KERNEL));
    expect(raw(btf)).toBe(KERNEL_TEXT);
    expect(raw(btf, [2, 0, 2])).toBe(
      "[2] VAR 'here' type_id=1, linkage=static\n[0] UNKNOWN '(anon)'\n[2] VAR 'here' type_id=1, linkage=static\n",
    );
    expect(raw(btf)).toBe(KERNEL_TEXT);
  });

  it("takes more chosen types than it has room for", () => {
    const ids = Array.from({ length: 20_000 }, (_, i) => 1 + (i % 2));
    const lines = KERNEL_TEXT.split("\n").slice(0, 2);
    const text = `${ids.map((id) => lines[id - 1]).join("\n")}\n`;
    expect(raw(parseBtf(placed(KERNEL)), ids) === text).toBe(true);
  });

  it("is printed by who receives its text meanwhile", () => {
    const btf = parseBtf(placed(KERNEL));
    let outer = "";
    const inner: string[] = [];
    const sink = new ByteSink((chunk) => {
      inner.push(raw(btf), raw(parseBtf(btf.bytes)));
      outer += Buffer.from(chunk).toString("latin1");
    }, 16);
    dumpRaw(btf, sink);
    sink.finish();
    expect(outer).toBe(KERNEL_TEXT);
    expect(inner.length).toBeGreaterThan(4);
    expect(new Set(inner)).toEqual(new Set([KERNEL_TEXT]));
  });

  it("stays as it is when the same bytes are parsed again", () => {
    const first = parseBtf(placed(KERNEL));
    const second = parseBtf(first.bytes);
    expect(second.starts).toEqual(first.starts);
    expect(second.starts.buffer).not.toBe(first.starts.buffer);
    expect(raw(second)).toBe(KERNEL_TEXT);
    expect(raw(first)).toBe(KERNEL_TEXT);
  });

  it("may have kinds that only its layout describes", () => {
    const layout = [...LAYOUT, [4, 0]] as const;
    const form = { layout, gaps: GAPS, hdrLen: 32 };
    const text = "[1] UNKNOWN 'x' kind=23 vlen=0 size=8 words=1\n[2] FLOAT 'f' size=4";
    const btf = parseBtf(placed(assemble(text, null, form)));
    expect(raw(btf)).toBe("[1] UNKNOWN 'x'\n[2] FLOAT 'f' size=4\n");
  });

  it("says the same as elsewhere: any types, in either byte order", () => {
    fc.assert(
      fc.property(families(), fc.nat(1000), ({ base, splits }, chosen) => {
        const [, , behind] = GAPS;
        const [a, b] = base.form.gaps ?? [0, 0];
        const bytes = assemble(base.text, null, { ...base.form, gaps: [a, b, behind] });
        const there = parseBtf(bytes);
        const here = parseBtf(placed(bytes));
        const ids = [chosen % there.typeCount, 0];
        for (const print of [raw, json]) {
          expect(print(here)).toBe(print(there));
          expect(print(here, ids)).toBe(print(there, ids));
        }
        const [split] = splits.map(({ text, form }) => {
          const [before = 0, between = 0] = form.gaps ?? [];
          return assemble(text, there, { ...form, gaps: [before, between, behind] });
        });
        expect(raw(parseBtf(placed(split), here))).toBe(raw(parseBtf(split, there)));
      }),
      { numRuns: 40 },
    );
  });
});
