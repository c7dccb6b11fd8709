import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { memorySource } from "../../src/elf/byte-source.ts";
import { linuxBanner } from "../../src/elf/linux-banner.ts";
import { moduleInfo } from "../../src/elf/modinfo.ts";
import { patchElf } from "../../src/elf/patch.ts";
import { type Elf, readElf } from "../../src/elf/read.ts";
import { readBtfIds } from "../../src/elf/read-btf-ids.ts";
import { moduleSignature } from "../../src/elf/signature.ts";
import { remapBtfIds } from "../../src/engine/remap-btf-ids.ts";
import { HAS_READELF, readelf } from "../support/readelf.ts";

/**
 * Against binutils' readelf, on real modules of the corpus: amd64, arm64, s390x. `BTFX_SHARED` is where it lies, by
 * default beside the project. xfs is left out: its 5 MB take longer than all others.
 */
const folder = join(resolve(process.env.BTFX_SHARED ?? "../shared"), "corpus/ko");
const skipped = !HAS_READELF || !existsSync(folder);
const modules = skipped
  ? []
  : readdirSync(folder).flatMap((kernel) =>
      readdirSync(join(folder, kernel))
        .filter((file) => file.endsWith(".ko.xz") && file !== "xfs.ko.xz")
        .map((file) => `${kernel}/${file}`),
    );

/** What readelf lists, without what a patch may change: places, sizes and rows of the edited sections. */
function listing(file: Uint8Array): string[] {
  const edited = /\] \.(BTF|BTF\.base|shstrtab) /;
  return readelf(file)
    .output.replaceAll(/ at offset 0x[0-9a-f]+/g, "")
    .split("\n")
    .filter(
      (line) =>
        !edited.test(line) && !/^There are|Start of section headers|Number of section headers/.test(line),
    )
    .map((line) => line.replace(/^( +\[[ 0-9]+\] \S* +[A-Z_]+ +[0-9a-f]+) [0-9a-f]+/, "$1"));
}

function read(bytes: Uint8Array): Elf {
  return readElf(memorySource(bytes));
}

const suite = skipped
  ? "ELF and readelf (skipped: no readelf, or no corpus in BTFX_SHARED)"
  : "ELF and readelf";

describe.skipIf(skipped)(suite, () => {
  it.each(modules)("agree on what a patch leaves of %s", (path) => {
    const file = join(folder, path);
    const bytes = new Uint8Array(execFileSync("xz", ["-dc", file], { maxBuffer: 1 << 28 }));
    const elf = read(bytes);
    const old = elf.data(elf.section(".BTF")!);
    const ids = readBtfIds(elf);
    const grown = new Uint8Array(old.length + 1001).fill(7);
    const set = new Map<string, Uint8Array>([
      [".BTF", grown],
      [".BTF.base", new Uint8Array(333)],
    ]);
    if (ids !== undefined) {
      const remapped = remapBtfIds(ids.bytes, ids.layout, elf.littleEndian, (id) => id);
      // What resolve_btfids has sorted stays as it is.
      expect(remapped.bytes).toEqual(ids.bytes.slice());
      set.set(".BTF_ids", remapped.bytes);
    }
    const patched = patchElf(bytes, elf, { set });
    const back = patchElf(patched, read(patched), { set: new Map([[".BTF", old]]), remove: [".BTF.base"] });

    const before = listing(bytes);
    expect(before.length).toBeGreaterThan(100);
    for (const out of [patched, back]) {
      expect(listing(out)).toEqual(before);
      expect(readelf(out).warnings).toBe(readelf(bytes).warnings);
      const after = read(out);
      for (const section of elf.sections) {
        if (section.type === 0 || section.type === 8 || [".BTF", ".shstrtab"].includes(section.name))
          continue;
        expect(Buffer.compare(after.data(after.sections[section.index]), elf.data(section))).toBe(0);
      }
    }
    expect(moduleSignature(memorySource(bytes))?.size).toBeGreaterThan(300);
    expect(moduleSignature(memorySource(patched))).toBeUndefined();
    expect(moduleInfo(elf)?.release?.startsWith(path.split("/")[0].split("-")[0])).toBe(true);
    expect(linuxBanner(elf)).toBeUndefined();
  });
});
