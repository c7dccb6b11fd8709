import { makeInfo, PTR, STRUCT } from "../../src/btf/kinds.ts";
import { cText, jsonText, parseBtf, Relocator } from "../../src/index.ts";
import { assemble, btf } from "../support/btf.ts";
import { judged, judgedTypes, OK, parse, type Row, raw } from "./make.ts";

const hostile = btf`[1] STRUCT 'a"b\x0a\x5c\xff\x1b' size=0 vlen=0`;

export const STRINGS: readonly Row[] = [
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
  [
    "quotes, newlines and no UTF-8 in a name, in JSON",
    OK,
    () => {
      const text = jsonText(hostile);
      JSON.parse(text);
      return !/[^\x20-\x7e\n]/.test(text) || "injected";
    },
  ],
  ["a name that C cannot have", "Invalid name", judgedTypes("[1] STRUCT 'a-b' size=0 vlen=0")],
  ["a name of Rust", "Invalid name", judgedTypes("[1] STRUCT 'Vec<u8>' size=0 vlen=0")],
  [
    "a section with dots in its name",
    "accept",
    judgedTypes(
      "[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED\n[2] VAR 'v' type_id=1, linkage=global\n[3] DATASEC '.data..percpu' size=4 vlen=1\ntype_id=2 offset=0 size=4",
    ),
  ],
  [
    "17 MiB of them",
    "the BTF is larger than 16 MiB",
    judged(raw([1, makeInfo(STRUCT, 0), 0], `\0${"x".repeat(17 << 20)}\0`)),
  ],
  ["only a header, judged", "No data", judged(assemble("").subarray(0, 24))],
];
