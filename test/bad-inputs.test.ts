import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import type { Btf } from "../src/btf/btf.ts";
import { encodeBtf } from "../src/btf/encode.ts";
import { makeInfo, PTR, STRUCT } from "../src/btf/kinds.ts";
import { unpack } from "../src/container/unpack.ts";
import {
  BtfxError,
  cText,
  Distiller,
  openImage,
  parseBtf,
  parseKernel,
  Relocator,
  verifyBtf,
} from "../src/index.ts";
import { NODE_CODECS } from "../src/io/node-codecs.ts";
import { assemble, btf } from "./support/btf.ts";
import { assembleElf, type SectionSpec } from "./support/elf.ts";

/**
 * Every bad input that peers were seen to fail on, made here, with what must be said of it: `ok`, the code and words of an
 * error, or the kernel's phrase. `npx vitest run test/bad-inputs.test.ts` prints the table: input, expected, got.
 */
const INT_LINE = "[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED";
const BASE = btf`
  ${INT_LINE}
  [2] STRUCT 'device' size=16 vlen=0`;
const FORM = { littleEndian: true, hdrLen: 24 };
const good = assemble(INT_LINE);
const long = assemble(INT_LINE, null, { hdrLen: 40 });

/** A copy with 32-bit words replaced, by their offset in bytes. */
function patched(bytes: Uint8Array, words: Readonly<Record<number, number>>): Uint8Array {
  const copy = new Uint8Array(bytes);
  const view = new DataView(copy.buffer);
  for (const [at, word] of Object.entries(words)) view.setUint32(Number(at), word, true);
  return copy;
}

/** BTF of these words and strings. */
function raw(words: readonly number[], strings = "\0"): Uint8Array {
  return encodeBtf(Uint32Array.from(words), Buffer.from(strings, "latin1"), FORM);
}

function elf(...sections: readonly SectionSpec[]): Uint8Array {
  return assembleElf({ bits: 64, littleEndian: true, sections });
}

/** The section header number `index` of a 64-bit file with one of its fields replaced. */
function withField(bytes: Uint8Array, index: number, field: number, value: bigint): Uint8Array {
  const copy = new Uint8Array(bytes);
  const view = new DataView(copy.buffer);
  view.setBigUint64(Number(view.getBigUint64(40, true)) + index * 64 + field, value, true);
  return copy;
}

const OK = "ok";
type Row = readonly [input: string, expected: string, run: () => unknown];
const parse =
  (bytes: Uint8Array, base: Btf | null = null) =>
  () =>
    parseBtf(bytes, base);
const types = (text: string) => parse(assemble(text));
/** What Linux 7.3 says, in its words. */
const judged = (bytes: Uint8Array) => () => {
  const { verdict, findings } = verifyBtf(bytes, { kernel: parseKernel("7.3") });
  return verdict === "accept" ? "accept" : String(findings[0].phrase);
};
const judgedTypes = (text: string) => judged(assemble(text));
const inC = (bytes: Uint8Array) => () => cText(parseBtf(bytes));
const opened = (bytes: Uint8Array) => () => openImage(bytes).parse(BASE);
const relocated =
  (distilled: string, on: Btf = BASE) =>
  () => {
    const base = parseBtf(assemble(distilled));
    const split = parseBtf(assemble(`[${base.typeCount}] PTR '(anon)' type_id=1`, base), base);
    const relocation = new Relocator(on).relocate(split);
    return relocation.ok ? OK : relocation.failures[0].rule;
  };
const unpacked =
  (bytes: Uint8Array, maxBytes = 1 << 20) =>
  () =>
    unpack(bytes, { codecs: NODE_CODECS, maxBytes });

const HEADER: readonly Row[] = [
  ["0 bytes", "truncated: header not found: 0 bytes", parse(new Uint8Array(0))],
  ["23 bytes", "truncated: header not found: 23 bytes", parse(good.subarray(0, 23))],
  ["another magic", "bad-magic: 0x0000", parse(patched(good, { 0: 0 }))],
  [
    "little-endian under a big-endian magic",
    "bad-header: larger than data",
    parse(patched(good, { 0: 0x0001_9feb })),
  ],
  ["version 2", "Unsupported version", judged(patched(good, { 0: 0x0002_eb9f }))],
  ["flags 1", "Unsupported flags", judged(patched(good, { 0: 0x0101_eb9f }))],
  ["hdr_len 20", "bad-header: header length 20", parse(patched(good, { 4: 20 }))],
  ["hdr_len beyond the file", "bad-header: larger than data", parse(patched(good, { 4: 1000 }))],
  ["hdr_len 0x30303030", "bad-header: larger than data", parse(patched(good, { 4: 0x30303030 }))],
  ["a long header of zeros", OK, parse(long)],
  ["a long header with a byte unknown", OK, parse(patched(long, { 36: 1 }))],
  [
    "distilling one with such a header",
    "bad-header: modification is disallowed",
    () => {
      const bytes = patched(assemble("[3] PTR '(anon)' type_id=2", BASE, { hdrLen: 40 }), { 36: 1 });
      return new Distiller(BASE).distill(parseBtf(bytes, BASE));
    },
  ],
  [
    "type_off + type_len over 32 bits",
    "bad-header: sections layout",
    parse(patched(good, { 8: 0xfffffff0, 12: 0x20 })),
  ],
  [
    "str_off + str_len over 32 bits",
    "truncated: total size",
    parse(patched(good, { 16: 0xfffffff0, 20: 0x20 })),
  ],
  ["type_off not aligned", "bad-header: not aligned", parse(patched(good, { 8: 1, 12: 15 }))],
  ["types over the strings", "bad-header: sections layout", parse(patched(good, { 12: 0x18 }))],
  ["only a header, on a base", OK, parse(raw([], "").subarray(0, 24), BASE)],
  ["only a header, alone", "bad-strings: empty", parse(raw([], "").subarray(0, 24))],
];

const STRINGS: readonly Row[] = [
  ["none", "bad-strings: empty", parse(raw([], ""))],
  ["of split BTF, no base given", "needs-base: did you forget to provide base BTF?", parse(raw([], "x\0"))],
  ["without a NUL at the end", "bad-strings: last byte is not NUL", parse(raw([], "\0x"))],
  ["a name at their end", "bad-name-off: outside the 1 bytes", parse(raw([1, makeInfo(PTR, 0), 0]))],
  ["a name at their last byte", OK, parse(raw([1, makeInfo(STRUCT, 0), 0], "\0\0"))],
  ["a name inside another", OK, parse(raw([2, makeInfo(STRUCT, 0), 0], "\0abc\0"))],
  ["a name of 64 kB", OK, parse(raw([1, makeInfo(STRUCT, 0), 0], `\0${"x".repeat(65536)}\0`))],
  [
    "matching a name of 64 kB",
    "bad-strings: longer than 4096",
    () => new Relocator(parseBtf(raw([], `\0${"x".repeat(65536)}\0`))),
  ],
  [
    "code in a name, in C",
    OK,
    () => !cText(btf`[1] STRUCT 'x; } evil { int y' size=0 vlen=0`).includes("evil {") || "injected",
  ],
  [
    "an escape in a name, in C",
    OK,
    () => !cText(btf`[1] STRUCT '\x1b[31m' size=0 vlen=0`).includes("\x1b") || "injected",
  ],
];

const LOOPS = {
  typedefs: "[1] TYPEDEF 'a' type_id=2\n[2] TYPEDEF 'b' type_id=1",
  qualifier: "[1] CONST '(anon)' type_id=1",
  array: `${INT_LINE}\n[2] ARRAY '(anon)' type_id=2 index_type_id=1 nr_elems=1`,
  struct: "[1] STRUCT 'a' size=8 vlen=1\n'x' type_id=1 bits_offset=0",
};
const chain = raw(
  Array.from({ length: 200_000 }, (_, i) => [0, makeInfo(PTR, 0), i === 199_999 ? 0 : i + 2]).flat(),
);

const TYPES: readonly Row[] = [
  ["cut short", "bad-type: left", parse(patched(good, { 12: 12, 16: 12 + 4 }))],
  ["vlen 0xffffff", "bad-type: elements takes", parse(raw([0, makeInfo(STRUCT, 0xffffff), 0]))],
  ["kind 0", "bad-type: Unsupported BTF_KIND: 0", parse(raw([0, 0, 0]))],
  ["kind 31", "bad-type: Unsupported BTF_KIND: 31", parse(raw([0, makeInfo(31, 0), 0]))],
  ["kind 127", "bad-type: Unsupported BTF_KIND: 127", parse(raw([0, makeInfo(127, 0), 0]))],
  ["an id beyond the types", "bad-type-id: type ID 2", types("[1] PTR '(anon)' type_id=2")],
  ["id 0xffffffff", "bad-type-id: type ID 4294967295", parse(raw([0, makeInfo(PTR, 0), 0xffffffff]))],
  ...Object.entries(LOOPS).map(([name, text]): Row => [`a loop of ${name}, read`, OK, types(text)]),
  ["a loop of typedefs, in C", "bad-type-id: cycle", inC(assemble(LOOPS.typedefs))],
  ["a qualifier of itself, in C", "bad-type-id: cycle", inC(assemble(LOOPS.qualifier))],
  ["an array of itself, in C", "bad-type-id: cycle", inC(assemble(LOOPS.array))],
  ["a struct in itself, in C", "bad-type-id: cycle", inC(assemble(LOOPS.struct))],
  ["a loop of typedefs, judged", "Loop detected", judgedTypes(LOOPS.typedefs)],
  ["a struct in itself, judged", "Loop detected", judgedTypes(LOOPS.struct)],
  ["200,000 pointers deep, in C", OK, inC(chain)],
  ["200,000 pointers deep, judged", "Exceeded max resolving depth:32", judged(chain)],
  [
    "a FUNC that is no FUNC_PROTO's",
    "bad-type-id: not FUNC_PROTO",
    types(`${INT_LINE}\n[2] FUNC 'f' type_id=1 linkage=static`),
  ],
  [
    "a PTR to a VAR",
    "Invalid type_id",
    judgedTypes(`${INT_LINE}\n[2] VAR 'v' type_id=1, linkage=global\n[3] PTR '(anon)' type_id=2`),
  ],
  [
    "a DATASEC of no VAR",
    "Not a VAR kind member",
    judgedTypes(`${INT_LINE}\n[2] DATASEC '.data' size=4 vlen=1\ntype_id=1 offset=0 size=4`),
  ],
  [
    "a DECL_TAG on component -2",
    "Invalid component_idx",
    judgedTypes("[1] STRUCT 's' size=0 vlen=0\n[2] DECL_TAG 't' type_id=1 component_idx=-2"),
  ],
  [
    "a DECL_TAG on component 1 of 1",
    "Invalid component_idx",
    judgedTypes(
      `${INT_LINE}\n[2] STRUCT 's' size=4 vlen=1\n'm' type_id=1 bits_offset=0\n[3] DECL_TAG 't' type_id=2 component_idx=1`,
    ),
  ],
  [
    "an INT of 129 bits",
    "nr_bits exceeds 128",
    judgedTypes("[1] INT 'i' size=32 bits_offset=0 nr_bits=129 encoding=(none)"),
  ],
  [
    "an INT wider than its size",
    "nr_bits exceeds type_size",
    judgedTypes("[1] INT 'i' size=1 bits_offset=0 nr_bits=16 encoding=(none)"),
  ],
  [
    "an INT of two encodings",
    "Unsupported encoding",
    judgedTypes("[1] INT 'i' size=1 bits_offset=0 nr_bits=8 encoding=3"),
  ],
  ["a FLOAT of 3 bytes", "Invalid type_size", judgedTypes("[1] FLOAT 'f' size=3")],
  ["an ENUM of 3 bytes", "Unexpected size", judgedTypes("[1] ENUM 'e' encoding=UNSIGNED size=3 vlen=0")],
  [
    "an ENUM64 at its ends",
    OK,
    types("[1] ENUM64 'e' encoding=UNSIGNED size=8 vlen=1\n'M' val=18446744073709551615ULL"),
  ],
  [
    "an ARRAY of 2^32 bytes",
    "Array size overflows U32_MAX",
    judgedTypes(`${INT_LINE}\n[2] ARRAY '(anon)' type_id=1 index_type_id=1 nr_elems=1073741824`),
  ],
  [
    "members out of order",
    "Invalid member bits_offset",
    judgedTypes(
      `${INT_LINE}\n[2] STRUCT 's' size=8 vlen=2\n'a' type_id=1 bits_offset=32\n'b' type_id=1 bits_offset=0`,
    ),
  ],
  [
    "a member beyond its struct",
    "Member exceeds struct_size",
    judgedTypes(`${INT_LINE}\n[2] STRUCT 's' size=4 vlen=1\n'a' type_id=1 bits_offset=32`),
  ],
  ["a struct of 4 GiB", OK, () => inC(raw([1, makeInfo(STRUCT, 0), 0xffffffff], "\0s\0"))()],
  [
    "the kind flag where none may be",
    "Invalid btf_info kind_flag",
    judgedTypes("[1] PTR '(anon)' type_id=0 kflag=1"),
  ],
  [
    "names that two types have",
    OK,
    inC(assemble("[1] STRUCT 's' size=0 vlen=0\n[2] STRUCT 's' size=4 vlen=0")),
  ],
];

const DISTILLED: readonly Row[] = [
  ["a type that the base has not", "missing", relocated("[1] STRUCT 'gone' size=8 vlen=0")],
  ["a type without a name", "anonymous", relocated("[1] STRUCT '(anon)' size=8 vlen=0")],
  ["a PTR in it", "unexpected-kind", relocated("[1] PTR 'p' type_id=0")],
  [
    "an INT of another sign",
    "int-encoding-differs",
    relocated("[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=(none)"),
  ],
  [
    "an INT of another size",
    "size-differs",
    relocated("[1] INT 'int' size=8 bits_offset=0 nr_bits=64 encoding=SIGNED"),
  ],
  [
    "two types of one name and size in the base",
    "several-candidates",
    relocated(
      "[1] STRUCT 's' size=8 vlen=0",
      btf`
        [1] STRUCT 's' size=8 vlen=0
        [2] STRUCT 's' size=8 vlen=0`,
    ),
  ],
  [
    "'int' of 4 and of 8 bytes in it",
    OK,
    relocated(
      "[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED",
      btf`
        ${INT_LINE}
        [2] INT 'int' size=8 bits_offset=0 nr_bits=64 encoding=SIGNED`,
    ),
  ],
  [
    "a forward declaration of two",
    "several-candidates",
    relocated(
      "[1] FWD 's' fwd_kind=struct",
      btf`
        [1] STRUCT 's' size=8 vlen=0
        [2] STRUCT 's' size=4 vlen=0`,
    ),
  ],
  ["a union for a struct", OK, relocated("[1] STRUCT 'u' size=8 vlen=0", btf`[1] UNION 'u' size=8 vlen=0`)],
  [
    "an ENUM64 for an ENUM",
    OK,
    relocated(
      "[1] ENUM 'e' encoding=UNSIGNED size=8 vlen=0",
      btf`[1] ENUM64 'e' encoding=UNSIGNED size=8 vlen=0`,
    ),
  ],
  [
    "a big-endian module",
    OK,
    () => {
      const split = assemble("[3] PTR '(anon)' type_id=2", BASE, { littleEndian: false });
      const distilled = new Distiller(BASE).distill(parseBtf(split, BASE));
      return new Relocator(BASE).relocate(parseBtf(distilled.split, parseBtf(distilled.base))).ok
        ? OK
        : "failed";
    },
  ],
  ["BTF that stands alone", "not-split: cannot be relocated", () => new Relocator(BASE).relocate(BASE)],
];

const split = assemble("[3] PTR '(anon)' type_id=2", BASE);
const module = elf({ name: ".BTF", data: split });
const COMPRESSED = 0x800;

const ELF: readonly Row[] = [
  ["no ELF", "bad-magic: neither BTF nor ELF", opened(Buffer.from("hello world, this is text"))],
  ["its header cut short", "truncated: ELF header", opened(module.subarray(0, 40))],
  ["its section table cut off", "truncated: ", opened(module.subarray(0, module.length - 32))],
  ["no .BTF", "no-btf: ", opened(elf({ name: ".text", data: split }))],
  [".BTF of NOBITS", "bad-elf: ", opened(elf({ name: ".BTF", type: 8, size: 4096 }))],
  [
    ".BTF of no bytes",
    "truncated: header not found: 0 bytes",
    opened(elf({ name: ".BTF", data: new Uint8Array(0) })),
  ],
  [
    ".BTF that claims to be compressed",
    "bad-elf: decompressed bytes, more than",
    opened(elf({ name: ".BTF", flags: COMPRESSED, data: split })),
  ],
  ["two .BTF", OK, opened(elf({ name: ".BTF", data: split }, { name: ".BTF", data: split }))],
  ["sh_offset beyond the file", "truncated: ", opened(withField(module, 1, 24, 1n << 40n))],
  ["sh_size of 2^63", "truncated: past the end of the file", opened(withField(module, 1, 32, 1n << 63n))],
  [
    "a 32-bit big-endian module",
    OK,
    opened(assembleElf({ bits: 32, littleEndian: false, sections: [{ name: ".BTF", data: split }] })),
  ],
  [
    "70,000 sections",
    OK,
    opened(
      elf(...Array.from({ length: 70_000 }, () => ({ name: ".text.f", type: 8 })), {
        name: ".BTF",
        data: split,
      }),
    ),
  ],
];

const PACKED: readonly Row[] = [
  [
    "a gzip file cut short",
    "bad-container: cut short or damaged",
    unpacked(gzipSync(module).subarray(0, 60)),
  ],
  [
    "a gzip file with a bit changed",
    "bad-container: cut short or damaged",
    unpacked(Uint8Array.from(gzipSync(module), (byte, i) => (i === 40 ? byte ^ 4 : byte))),
  ],
  ["a bomb", "too-large: decompresses to more", unpacked(gzipSync(new Uint8Array(1 << 26)))],
  ["bytes behind the end", OK, unpacked(Buffer.concat([gzipSync(module), new Uint8Array(16)]))],
];

/** What came of it: `ok`, the code and the message of the error, or the word that the row gives. */
async function outcome(run: () => unknown): Promise<string> {
  try {
    const result = await run();
    return typeof result === "string" && result.length < 100 ? result : OK;
  } catch (error) {
    if (error instanceof BtfxError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

const table: string[][] = [];

describe.each([
  ["header", HEADER],
  ["strings", STRINGS],
  ["types", TYPES],
  [".BTF.base", DISTILLED],
  ["ELF", ELF],
  ["compression", PACKED],
])("bad input: %s:", (group, rows) => {
  test.each(rows)("%s: %s", async (input, expected, run) => {
    const before = process.memoryUsage().rss;
    const cpu = process.cpuUsage();
    const got = await outcome(run);
    const { user, system } = process.cpuUsage(cpu);
    table.push([group, input, expected, got]);
    if (expected === OK) expect(got).toBe(OK);
    else {
      const [code, words = ""] = expected.split(": ");
      expect(got.startsWith(code)).toBe(true);
      expect(got).toContain(words);
    }
    expect((user + system) / 1e6).toBeLessThan(2);
    expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(256);
  });
});

afterAll(() => {
  const text = table.map(
    ([group, input, expected, got]) => `${group} | ${input} | ${expected} | ${got.slice(0, 90)}`,
  );
  console.log(`bad inputs: input | expected | got\n${text.join("\n")}`);
});
