import { byteOrder } from "../btf/header.ts";
import { type Elf, isElf, readElf } from "../elf/read.ts";
import { BtfxError, withContext } from "../errors.ts";
import { inflate } from "./inflate.ts";
import { FileSource } from "./source.ts";

/** An open file with BTF in it: raw, or ELF with sections. */
export type Input = { readonly source: FileSource } & (
  | { readonly form: "raw" }
  | { readonly form: "elf"; readonly elf: Elf }
);

/** Forms that are recognised and not read, by their first bytes, with what to do about it. */
const OTHER_FORMS: readonly { magic: readonly number[]; what: string; hint: string }[] = [
  { magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], what: "xz-compressed", hint: "unpack it first: xz -dk FILE" },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], what: "zstd-compressed", hint: "unpack it first: zstd -d FILE" },
  { magic: [0x1f, 0x8b], what: "gzip-compressed", hint: "unpack it first: gzip -dk FILE" },
  { magic: [0x21, 0x3c, 0x61, 0x72, 0x63, 0x68, 0x3e], what: "an ar archive", hint: "extract it first" },
];
/** `HdrS` of the x86 boot protocol at this offset marks a vmlinuz. */
const BOOT_MARK = { at: 0x202, bytes: [0x48, 0x64, 0x72, 0x53] };

/**
 * Opens a file and tells raw BTF from ELF by its first bytes. Throws `io`, or `bad-magic` or `unsupported` for anything
 * else, saying what it is. The caller closes `source`.
 */
export function openInput(path: string): Input {
  const source = new FileSource(path);
  try {
    return withContext({ file: path }, () => recognise(source));
  } catch (error) {
    source.close();
    throw error;
  }
}

function recognise(source: FileSource): Input {
  const start = source.read(0, Math.min(source.size, BOOT_MARK.at + BOOT_MARK.bytes.length));
  if (byteOrder(start) !== undefined) return { form: "raw", source };
  if (isElf(start)) return { form: "elf", source, elf: readElf(source, inflate) };
  if (start.length === 0) throw new BtfxError("truncated", "the file is empty");
  for (const { magic, what, hint } of OTHER_FORMS) {
    if (magic.every((byte, i) => start[i] === byte))
      throw new BtfxError("unsupported", `the file is ${what}`, { hint });
  }
  if (BOOT_MARK.bytes.every((byte, i) => start[BOOT_MARK.at + i] === byte)) {
    throw new BtfxError("unsupported", "the file is a vmlinuz, a compressed boot image", {
      hint: "give the vmlinux, or unpack it with the kernel's scripts/extract-vmlinux",
    });
  }
  const first = Array.from(start.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  throw new BtfxError("bad-magic", `neither BTF nor ELF: it begins with ${first}`, { at: { offset: 0 } });
}

/** Bytes of a section of an ELF file, undefined if it has none of that name. */
export function sectionBytes(elf: Elf, name: string): Uint8Array | undefined {
  const section = elf.section(name);
  return section === undefined ? undefined : elf.data(section);
}
