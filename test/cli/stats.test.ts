import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { release } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseBtf } from "../../src/btf/parse.ts";
import type { Host } from "../../src/cli/host.ts";
import { drawTable } from "../../src/cli/output/table.ts";
import { Distiller } from "../../src/engine/distill.ts";
import { RUNNING_VMLINUX } from "../../src/io/read/find-vmlinux.ts";
import { distribution, summarizeSizes } from "../../src/report/size-statistics.ts";
import { assemble } from "../support/btf.ts";
import { btfx, workDirectory } from "../support/cli.ts";
import { SPLIT, VMLINUX } from "../support/driver.ts";
import { assembleElf, latin1 } from "../support/elf.ts";

describe("statistics of sizes", () => {
  it("are those of the numbers", () => {
    expect(distribution([2, 4, 4, 4, 5, 5, 7, 9])).toMatchObject({
      ...{ count: 8, mean: 5, stddev: 2, median: 4.5, max: 9, total: 40 },
      histogram: [
        { from: 2, modules: 1 },
        { from: 4, modules: 6 },
        { from: 8, modules: 1 },
      ],
    });
    expect(distribution([])).toBeUndefined();
  });

  it("say what distilling adds", () => {
    const { growthPercent, base, largest } = summarizeSizes([
      { input: "a", oldBtfBytes: 100, btfBytes: 110, baseBytes: 20 },
      { input: "b", oldBtfBytes: 100, btfBytes: 100, baseBytes: 40 },
    ]);
    expect(growthPercent).toBe(35);
    expect(base).toMatchObject({ count: 2, mean: 30, stddev: 10 });
    expect(largest.map(({ input }) => input)).toEqual(["b", "a"]);
  });
});

describe("btfx stats", () => {
  function tree(): string {
    const directory = workDirectory();
    const { base, split } = new Distiller(VMLINUX).distill(SPLIT);
    mkdirSync(join(directory, "in"));
    writeFileSync(join(directory, "vmlinux"), VMLINUX.bytes);
    writeFileSync(join(directory, "in/plain.btf"), SPLIT.bytes);
    writeFileSync(join(directory, "in/distilled.BTF"), split);
    writeFileSync(join(directory, "in/distilled.BTF.base"), base);
    return directory;
  }

  it("distills in memory what is not distilled, and counts types by kind", async () => {
    const at = tree();
    const ran = await btfx("stats", join(at, "in"), "-B", join(at, "vmlinux"), "-j");
    expect(ran).toMatchObject({ exitCode: 0, stderr: "" });
    const { results, summary } = JSON.parse(ran.stdout);
    expect(results.map(({ baseBytes }: { baseBytes: number }) => baseBytes)).toEqual([
      results[0].baseBytes,
      results[0].baseBytes,
    ]);
    expect(results[1].oldBtfBytes).toBe(SPLIT.bytes.length);
    expect(summary).toMatchObject({
      ...{ modules: 2, failed: 0 },
      kinds: { PTR: 2, STRUCT: 2, FUNC_PROTO: 2, FUNC: 2 },
      baseKinds: { INT: 2, STRUCT: 2 },
    });
  });

  it.skipIf(!existsSync(RUNNING_VMLINUX))(
    "distills without -B on the kernel that a module names",
    async () => {
      const running = parseBtf(readFileSync(RUNNING_VMLINUX));
      const split = assemble(`[${running.typeCount}] PTR '(anon)' type_id=1`, running);
      const sections = [
        { name: ".modinfo", flags: 2, data: latin1(`vermagic=${release()} SMP \0`) },
        { name: ".BTF", data: split },
      ];
      const path = join(workDirectory(), "driver.ko");
      writeFileSync(path, assembleElf({ bits: 64, littleEndian: true, machine: 62, sections, symbols: [] }));
      const ran = await btfx("stats", path, "-j");
      expect(ran).toMatchObject({ exitCode: 0, stderr: "" });
      expect(JSON.parse(ran.stdout).summary.base).toMatchObject({ count: 1 });
    },
  );

  it("measures .BTF alone without a base, and says what it could not read", async () => {
    const at = tree();
    writeFileSync(join(at, "in/bad.ko"), "nothing of use");
    const ran = await btfx("stats", join(at, "in"));
    expect(ran.exitCode).toBe(3);
    expect(ran.stdout).toMatch(/^section\tmodules\tmean/m);
    expect(ran.stdout).toMatch(/^\.BTF\t2\t/m);
    expect(ran.stderr).toMatch(/bad\.ko: .*neither BTF nor ELF/);
  });

  it("does not measure what is cut short, without a base either", async () => {
    const at = tree();
    writeFileSync(join(at, "in/short.btf"), SPLIT.bytes.subarray(0, SPLIT.bytes.length - 1));
    const ran = await btfx("stats", join(at, "in"), "-j");
    expect(ran.exitCode).toBe(3);
    const { results, summary } = JSON.parse(ran.stdout);
    expect(summary).toMatchObject({ modules: 2, failed: 1 });
    expect(results[2].failure).toMatchObject({ code: "truncated" });
  });
});

describe("a table", () => {
  const rows = [
    ["drivers/net/wireless/realtek/rtw89/rtw89_8852a.ko", "size differs: sk_buff"],
    ["veth.ko", "ok"],
  ];
  const host = (columns: number, isTerminal = true): Host => {
    const output = { isTerminal, columns, write() {} };
    return { stdout: output, stderr: output, env: {} };
  };

  it("is as wide as the terminal, and shrinks the widest column", async () => {
    const text = await drawTable(["module", "vmlinux"], rows, host(64));
    const lines = text.trimEnd().split("\n");
    expect(lines.every((line) => line.length === lines[0].length)).toBe(true);
    expect(lines[0].length).toBeLessThanOrEqual(64);
    expect(text).toContain("…");
    expect(text).toContain("size differs: sk_buff");
  });

  it("cuts no number, and is a list where its columns do not fit", async () => {
    const head = ["section", "mean", "stddev", "median", "p90", "p99", "max", "total"];
    const row = [".BTF of all", ...head.slice(1).map((_, i) => `${i + 1},234,567.8`)];
    const wide = await drawTable(head, [row], host(120));
    expect(wide).toMatch(/^┌/);
    for (const number of row.slice(1)) expect(wide).toContain(` ${number} `);
    const narrow = await drawTable(head, [row], host(100));
    expect(narrow).toBe(
      `${row[0]}\n${head
        .slice(1)
        .map((name, i) => `  ${name}: ${row[i + 1]}\n`)
        .join("")}`,
    );
  });

  it("is a list on a narrow terminal, and tabs in a pipe", async () => {
    expect(await drawTable(["module", "vmlinux"], rows, host(50))).toBe(
      `${rows[0][0]}\n  vmlinux: size differs: sk_buff\nveth.ko\n  vmlinux: ok\n`,
    );
    expect(await drawTable(["module", "vmlinux"], rows, host(50, false))).toBe(
      `module\tvmlinux\n${rows[0].join("\t")}\nveth.ko\tok\n`,
    );
  });
});
