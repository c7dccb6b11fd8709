import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { release } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseBtf } from "../../../src/btf/parse.ts";
import { FoundBases } from "../../../src/cli/output/found-bases.ts";
import { RUNNING_VMLINUX } from "../../../src/io/read/find-vmlinux.ts";
import { assemble } from "../../support/btf.ts";
import { btfx, fakeTerminal, workDirectory } from "../../support/cli.ts";
import { assembleElf, latin1 } from "../../support/elf.ts";

test("each base that was found is told once, and safe for a terminal", () => {
  const lines: string[] = [];
  const host = fakeTerminal(80);
  const found = new FoundBases({
    ...host,
    stderr: { ...host.stderr, write: (line) => lines.push(`${line}`) },
  });
  for (const path of ["/boot/a", "/boot/\x1b[1m", "/boot/a"]) found.tell(path);
  expect(lines).toEqual([
    "base: /boot/a, found by vermagic\n",
    "base: /boot/\\u001b[1m, found by vermagic\n",
  ]);
});

test.skipIf(!existsSync(RUNNING_VMLINUX))(
  "verify and distill tell which vmlinux they found, except with -B, -q and in JSON",
  async () => {
    const running = parseBtf(readFileSync(RUNNING_VMLINUX));
    const sections = [
      { name: ".modinfo", flags: 2, data: latin1(`vermagic=${release()} SMP \0`) },
      { name: ".BTF", data: assemble(`[${running.typeCount}] PTR '(anon)' type_id=1`, running) },
    ];
    const module = assembleElf({ bits: 64, littleEndian: true, machine: 62, sections, symbols: [] });
    const directory = workDirectory();
    const modules = ["a.ko", "b.ko"].map((name) => join(directory, name));
    for (const path of modules) writeFileSync(path, module);
    for (const words of [["verify"], ["distill", "-n", "--force"]]) {
      const { stderr } = await btfx(...words, ...modules);
      expect(stderr).toBe(`base: ${RUNNING_VMLINUX}, found by vermagic\n`);
      for (const options of [["-B", RUNNING_VMLINUX], ["-q"], ["-j"]]) {
        expect((await btfx(...words, ...modules, ...options)).stderr).toBe("");
      }
    }
  },
);
