import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Btf } from "../src/btf/btf.ts";
import { parseBtf } from "../src/btf/parse.ts";
import { memorySource } from "../src/elf/byte-source.ts";
import { type Elf, readElf } from "../src/elf/read.ts";
import { rawText } from "./support/btf.ts";
import { btfx } from "./support/cli.ts";

/** The samples against test/golden/samples: what libbpf made of them and bpftool printed, see samples/build.sh. */
const path = (...parts: string[]): string => fileURLToPath(new URL(join("..", ...parts), import.meta.url));
const sample = (name: string): string => path("samples", name);
const golden = (name: string): string => readFileSync(path("test", "golden", "samples", name), "utf8");

function elfOf(file: string): Elf {
  return readElf(memorySource(readFileSync(file)));
}

function btfOf(file: string, base: Btf | null = null, section = ".BTF"): Btf {
  const elf = elfOf(file);
  return parseBtf(elf.data(elf.section(section)!), base);
}

/** The words of `.BTF_ids`. */
function idsOf(file: string): number[] {
  const elf = elfOf(file);
  const bytes = elf.data(elf.section(".BTF_ids")!);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 4 }, (_, i) => view.getUint32(i * 4, true));
}

/** Id of a function in a text of bpftool. */
function funcId(text: string, name: string): number {
  return Number(new RegExp(`^\\[(\\d+)\\] FUNC '${name}'`, "m").exec(text)?.[1]);
}

let dir = "";
const out = (name: string): string => join(dir, name);

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "btfx-samples-"));
  const distilled = await btfx(
    ...["distill", "-B", sample("vmlinux-a"), sample("meter.ko"), sample("pump.ko"), "-o", dir],
  );
  expect(distilled).toMatchObject({ exitCode: 0 });
}, 60_000);

afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

const base = btfOf(sample("vmlinux-a"));
const later = btfOf(sample("vmlinux-b"));

test.each(["vmlinux-a", "vmlinux-b"])("%s holds the types that bpftool prints", (name) => {
  expect(`${rawText(btfOf(sample(name)))}\n`).toBe(golden(`${name}.txt`));
});

describe.each(["meter", "pump"])("%s.ko", (name) => {
  test("holds the types that bpftool prints", () => {
    expect(`${rawText(btfOf(sample(`${name}.ko`), base))}\n`).toBe(golden(`${name}.txt`));
  });

  test("is distilled as libbpf does", () => {
    const below = btfOf(out(`${name}.ko`), null, ".BTF.base");
    expect(`${rawText(below)}\n`).toBe(golden(`${name}.distilled-base.txt`));
    expect(`${rawText(btfOf(out(`${name}.ko`), below))}\n`).toBe(golden(`${name}.distilled.txt`));
  });

  test("keeps all other sections as they were", () => {
    const before = elfOf(sample(`${name}.ko`));
    const after = elfOf(out(`${name}.ko`));
    const names = before.sections.map((section) => section.name);
    expect(after.sections.map((section) => section.name)).toEqual([...names, ".BTF.base"]);
    for (const section of before.sections) {
      // Two without bytes, and three that are rewritten.
      if (["", ".bss", ".BTF", ".BTF_ids", ".shstrtab"].includes(section.name)) continue;
      const data = after.data(after.section(section.name)!);
      expect(Buffer.compare(data, before.data(section)), section.name).toBe(0);
    }
  });
});

test("the ids in .BTF_ids go along, sorted within their set", () => {
  const idsIn = (text: string): number[] =>
    [funcId(text, "meter_read"), funcId(text, "meter_reset")].sort((a, b) => a - b);
  // A set8 is count, flags, then pairs of id and flags.
  const [first, second] = idsIn(golden("meter.txt"));
  expect(idsOf(sample("meter.ko"))).toEqual([2, 1, first, 0, second, 0]);
  const [newFirst, newSecond] = idsIn(golden("meter.distilled.txt"));
  expect(idsOf(out("meter.ko"))).toEqual([2, 1, newFirst, 0, newSecond, 0]);
});

test("meter.ko relocates onto vmlinux-b as libbpf does it", async () => {
  const run = await btfx("relocate", "-B", sample("vmlinux-b"), out("meter.ko"), "-o", out("relocated.ko"));
  expect(run).toMatchObject({ exitCode: 0, stderr: "" });
  expect(`${rawText(btfOf(out("relocated.ko"), later))}\n`).toBe(golden("meter.relocated.txt"));
  const text = golden("meter.relocated.txt");
  const ids = [funcId(text, "meter_read"), funcId(text, "meter_reset")].sort((a, b) => a - b);
  expect(idsOf(out("relocated.ko"))).toEqual([2, 1, ids[0], 0, ids[1], 0]);
});

test("pump.ko does not, and all three reasons are told, libbpf's first", async () => {
  const args = ["relocate", "-B", sample("vmlinux-b"), out("pump.ko"), "-o", out("pump.relocated.ko")];
  const run = await btfx(...args, "--json");
  expect(run.exitCode).toBe(1);
  const [{ ok, failures }] = JSON.parse(run.stdout).results;
  expect(ok).toBe(false);
  const told = failures.map((each: { name: string; rule: string }) => [each.name, each.rule]);
  expect(told).toEqual([
    ["latch", "size-differs"],
    ["alarm", "missing"],
    ["char", "int-encoding-differs"],
  ]);
  const [, , warning] = golden("relocate.tsv").split("\n")[1].split("\t");
  expect(`libbpf: ${failures[0].message}`).toBe(warning.trim());
  expect(existsSync(out("pump.relocated.ko"))).toBe(false);
});

test("a kernel that a module was not built for is refused, with the one that it names", async () => {
  const run = await btfx("distill", "-B", sample("vmlinux-b"), sample("meter.ko"), "-o", out("wrong.ko"));
  expect(run.exitCode).toBe(1);
  expect(run.stderr).toContain("built for 6.99.1-sample");
  expect(existsSync(out("wrong.ko"))).toBe(false);
});

describe.skipIf(!existsSync(path("dist", "bundle", "btfx.cjs")))(
  "the built command (skipped unless btfx is built)",
  () => {
    const run = (...args: string[]) => spawnSync(process.execPath, args, { encoding: "utf8" });
    const btfxBuilt = (...args: string[]) => run(path("bin", "btfx.js"), ...args);

    test("prints what bpftool does, and not a word besides", () => {
      const { status, stdout, stderr } = btfxBuilt("dump", sample("vmlinux-a"));
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout).toBe(golden("vmlinux-a.txt"));
    });

    test.each([
      ["dump", "format", "c"],
      ["dump", "--layout"],
      ["dump", "-j", "format", "c"],
      ["verify", "-q"],
    ])("says nothing of its own on stderr: %s %s %s", (...words) => {
      const { status, stderr } = btfxBuilt(...words, sample("vmlinux-a"));
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    });

    test("goes through the demo as that says", () => {
      const { status, stdout, stderr } = run(sample("demo.mjs"));
      expect(stderr).not.toContain("btfx ended with");
      expect(status).toBe(0);
      expect(stdout).toContain("STRUCT latch [4]: size differs");
    });
  },
);
