import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseBtf } from "../../src/btf/parse.ts";
import { Distiller } from "../../src/engine/distill.ts";
import { openBtfFile } from "../../src/io/read/btf-file.ts";
import { moduleIn } from "../../src/io/read/module.ts";
import { parseOnBase } from "../../src/io/read/split-btf.ts";
import { readVmlinux, type Vmlinux } from "../../src/io/read/vmlinux.ts";
import { remapIds } from "../../src/io/write/module-ids.ts";
import { patchModule } from "../../src/io/write/patched-module.ts";
import { peersDir, peersHeading } from "../support/libbpf.ts";

/**
 * bpftool on distilled modules of the corpus: with `-B VMLINUX` it relocates them and prints the module's own types as
 * it prints those of the original, reference by reference; a base type that was copied into the module has a new
 * number.
 */
const corpus = join(resolve(process.env.BTFX_SHARED ?? "../shared"), "corpus");
const KERNELS = [
  { kernel: "6.12.117-amd64", vmlinux: "6.12.117-amd64.tar.xz" },
  { kernel: "6.12.117-arm64", vmlinux: "6.12.117-arm64.vmlinux.btf.xz" },
  { kernel: "6.12.107-s390x", vmlinux: "6.12.107-s390x.vmlinux.btf.xz" },
].filter(({ vmlinux }) => existsSync(join(corpus, vmlinux)));

describe.skipIf(peersDir === undefined || KERNELS.length === 0)(peersHeading("bpftool"), () => {
  describe.each(KERNELS)("on modules of $kernel", ({ kernel, vmlinux }) => {
    const folder = join(corpus, "ko", kernel);
    const modules = readdirSync(folder).map((file) => file.replace(/\.ko\.xz$/, ""));
    let work: string;
    let base: Vmlinux;

    beforeAll(async () => {
      work = mkdtempSync(join(tmpdir(), "btfx-bpftool-"));
      const path = join(work, "vmlinux.btf");
      const archive = join(corpus, vmlinux);
      const args = vmlinux.endsWith(".tar.xz") ? ["xOf", archive, "vmlinux.btf"] : ["-dc", archive];
      writeFileSync(
        path,
        execFileSync(vmlinux.endsWith(".tar.xz") ? "tar" : "xz", args, { maxBuffer: 1 << 28 }),
      );
      base = await readVmlinux(path);
    });

    afterAll(() => {
      rmSync(work, { recursive: true, force: true });
    });

    /** Lines of bpftool's raw dump of a module on the vmlinux, by type. */
    function dump(path: string): string[] {
      const bpftool = join(peersDir!, "bin/bpftool");
      const args = ["-B", base.path, "btf", "dump", "file", path];
      return execFileSync(bpftool, args, { encoding: "utf8", maxBuffer: 1 << 28 }).split(/\n(?=\[)/);
    }

    it.each(modules)("prints the own types of %s as before", async (name) => {
      const original = join(work, `${name}.ko`);
      writeFileSync(
        original,
        execFileSync("xz", ["-dc", join(folder, `${name}.ko.xz`)], { maxBuffer: 1 << 28 }),
      );
      const file = await openBtfFile(original);
      const module = await moduleIn(file);
      const { split } = parseOnBase(module, base.btf);
      const distilled = new Distiller(base.btf).distill(split);
      const btfIds = remapIds(module, split, distilled.mapId, true).bytes;
      const sections = { btf: distilled.split, distilledBase: distilled.base, btfIds };
      const rewritten = join(work, `${name}.distilled.ko`);
      writeFileSync(rewritten, patchModule(module.ko!, sections));
      file.close();

      const ownTypes = split.typeCount - split.firstId;
      const copies = copiedIds(distilled.mapId, base, distilled.baseTypes, split.typeCount);
      const after = dump(rewritten).slice(0, ownTypes);
      const withOldIds = after.map((text) =>
        text.replaceAll(/(type_id=)(\d+)/g, (_, label, id) => `${label}${copies.get(Number(id)) ?? id}`),
      );
      expect(withOldIds.map((text) => text.trimEnd())).toEqual(dump(original).map((text) => text.trimEnd()));
      expect(parseBtf(distilled.base).typeCount - 1).toBe(distilled.baseTypes);
    });
  });
});

/** By number after relocation: the number in the vmlinux of a base type that was copied into the split BTF. */
function copiedIds(
  mapId: (id: number) => number,
  { btf }: Vmlinux,
  baseTypes: number,
  splitEnd: number,
): Map<number, number> {
  const copies = new Map<number, number>();
  for (let id = 1; id < btf.typeCount; id++) {
    const distilledId = mapId(id);
    if (distilledId > baseTypes) copies.set(distilledId - 1 - baseTypes + btf.typeCount, id);
  }
  expect([...copies.keys()].every((id) => id >= splitEnd)).toBe(true);
  return copies;
}
