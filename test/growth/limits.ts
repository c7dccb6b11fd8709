import { closeSync, ftruncateSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { encodeBtf } from "../../src/btf/encode.ts";
import { makeInfo, PTR, STRUCT, TYPEDEF } from "../../src/btf/kinds.ts";
import { assembleElf } from "../support/elf.ts";
import { cost, costText } from "./cost.ts";
import { kernelOf, Types, vmlinuxOf } from "./kernel.ts";

const FORM = { littleEndian: true, hdrLen: 24 };
/** `BTF_MAX_TYPE`, `BTF_MAX_NAME_OFFSET` (uapi/linux/btf.h). */
const MAX_TYPES = 0xfffff;
const MAX_STRINGS = 0xffffff;

/** What is at the limits of the format and of files, by name. */
const FILES: readonly (readonly [what: string, write: (path: string) => void])[] = [
  ["1,048,575 types", (path) => writeFileSync(path, kernelOf(MAX_TYPES))],
  [
    "more: 1,048,600 types",
    (path) =>
      writeFileSync(
        path,
        pointers(MAX_TYPES + 25, () => 0),
      ),
  ],
  ["16 MiB of strings", (path) => writeFileSync(path, longStrings(MAX_STRINGS + 1))],
  ["more: 17 MiB of strings", (path) => writeFileSync(path, longStrings(17 << 20))],
  [
    "a chain of 200,000",
    (path) =>
      writeFileSync(
        path,
        pointers(200_000, (id, last) => (id === last ? 0 : id + 1)),
      ),
  ],
  ["a struct of 1,000,000 members", (path) => writeFileSync(path, wideStruct(1_000_000))],
  ["200,000 structs of one name", (path) => writeFileSync(path, oneName(200_000))],
  ["1,000,000 names in 4,000 bytes", (path) => writeFileSync(path, endsOfOneString(1_000_000))],
  ["70,000 sections", (path) => writeFileSync(path, manySections(70_000))],
  ["1,000,000 sections", (path) => writeFileSync(path, manySections(1_000_000))],
  ["a sparse ELF file of 4 GiB", sparseElf],
];

/** A row for each: our commands on it, then bpftool. */
export function limits(directory: string, cli: string, bpftool: string | undefined): string[][] {
  return FILES.map(([what, write], i) => {
    const path = join(directory, `limit-${i}`);
    write(path);
    const ours = (...args: string[]) => costText(cost(process.execPath, [cli, ...args]));
    const theirs = bpftool === undefined ? "" : costText(cost(bpftool, ["btf", "dump", "file", path]));
    return [what, ours("dump", path), ours("verify", path), ours("dump", path, "format", "c"), theirs];
  });
}

function pointers(count: number, target: (id: number, last: number) => number): Uint8Array {
  const words = new Uint32Array(count * 3);
  for (let id = 1; id <= count; id++) words.set([0, makeInfo(PTR, 0), target(id, count)], (id - 1) * 3);
  return encodeBtf(words, new Uint8Array(1), FORM);
}

/** Names of 120 bytes until the strings have the size. */
function longStrings(size: number): Uint8Array {
  const strings = new Uint8Array(size).fill(0x61);
  const words: number[] = [];
  strings[0] = 0;
  for (let at = 1; at + 121 <= size; at += 121) {
    const name = Buffer.from(`n${at}_`);
    strings.set(name, at);
    strings[at + 120] = 0;
    words.push(at, makeInfo(STRUCT, 0), 0);
  }
  strings[size - 1] = 0;
  return encodeBtf(Uint32Array.from(words), strings, FORM);
}

function wideStruct(members: number): Uint8Array {
  const types = new Types();
  types.words.push(types.name("byte"), 0x0100_0000, 1, 8);
  types.words.push(types.name("wide"), makeInfo(STRUCT, members), members);
  for (let i = 0; i < members; i++) types.words.push(types.name(`m${i}`), 1, i * 8);
  return types.bytes();
}

function oneName(count: number): Uint8Array {
  const types = new Types();
  const name = types.name("same");
  for (let i = 0; i < count; i++) types.words.push(name, makeInfo(i % 2 === 0 ? STRUCT : TYPEDEF, 0), 0);
  return types.bytes();
}

function endsOfOneString(count: number): Uint8Array {
  const types = new Types();
  const name = types.name("a".repeat(4000));
  for (let i = 0; i < count; i++) types.words.push(name + (i % 4000), makeInfo(STRUCT, 0), 0);
  return types.bytes();
}

function manySections(count: number): Uint8Array {
  const section = { name: ".text.f", type: 8 };
  const sections = Array.from({ length: count }, () => section);
  return assembleElf({
    bits: 64,
    littleEndian: true,
    sections: [...sections, { name: ".BTF", data: kernelOf(100) }],
  });
}

/** A vmlinux whose types and section table lie behind 4 GiB of nothing. */
function sparseElf(path: string): void {
  const file = vmlinuxOf(kernelOf(1000));
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const table = Number(view.getBigUint64(40, true));
  const far = 2n ** 32n;
  const rows = view.getUint16(60, true);
  for (let i = 1; i < rows; i++) {
    const at = table + i * 64 + 24;
    view.setBigUint64(at, view.getBigUint64(at, true) + far, true);
  }
  view.setBigUint64(40, BigInt(table) + far, true);
  const fd = openSync(path, "w");
  try {
    ftruncateSync(fd, Number(far) + file.length);
    writeSync(fd, file, 0, 64, 0);
    writeSync(fd, file, 0, file.length, Number(far));
  } finally {
    closeSync(fd);
  }
}
