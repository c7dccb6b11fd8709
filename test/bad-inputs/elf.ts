import { gzipSync } from "node:zlib";
import { withBtfFile } from "../../src/io/read/btf-file.ts";
import { assembleElf, latin1, rowFieldAt } from "../support/elf.ts";
import { elf, module, OK, opened, patched, type Row, split, withField } from "./make.ts";

const COMPRESSED = 0x800;

/** The module with 16 bits of its file header replaced. */
function withHalf(at: number, value: number): Uint8Array {
  const copy = new Uint8Array(module);
  new DataView(copy.buffer).setUint16(at, value, true);
  return copy;
}

export const ELF: readonly Row[] = [
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
  ["a compressed file where a plain one is read", "bad-magic: neither BTF nor ELF", opened(gzipSync(module))],
  [
    "a 64-bit big-endian module",
    OK,
    opened(
      assembleElf({ bits: 64, littleEndian: false, machine: 22, sections: [{ name: ".BTF", data: split }] }),
    ),
  ],
  [
    "a name beyond the names",
    "bad-elf: the name of section 1",
    opened(patched(module, { [rowFieldAt(module, 1, "name")]: 0xffff })),
  ],
  ["names in no section", "bad-elf: ", opened(withHalf(62, 7))],
  ["rows of 63 bytes", "bad-elf: ", opened(withHalf(58, 63))],
  [
    "a count of sections of 2^40",
    "bad-elf: sections, more than 1048576",
    opened(withField(withHalf(60, 0), 0, 32, 1n << 40n)),
  ],
  [
    "relocations of .BTF",
    OK,
    opened(
      elf(
        { name: ".BTF", data: split },
        { name: ".rel.BTF", type: 9, relocations: [0], link: 0, info: ".BTF" },
      ),
    ),
  ],
  [
    "a signature behind the end",
    OK,
    opened(Buffer.concat([module, latin1("~Module signature appended~\n")])),
  ],
  ["/dev/zero", "io: not a regular file", () => withBtfFile("/dev/zero", (file) => file.btf())],
  ["a directory", "io: it is a directory", () => withBtfFile(".", (file) => file.btf())],
];
