import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { parseBtfExt } from "../../src/btf/ext.ts";
import { memorySource } from "../../src/elf/byte-source.ts";
import { readElf } from "../../src/elf/read.ts";
import { btfx, workDirectory } from "../support/cli.ts";
import { SECTION } from "../support/core.ts";
import { kernelOf, taskObject } from "../support/task-object.ts";

let work: string;
const put = (name: string, bytes: Uint8Array): string => {
  writeFileSync(join(work, name), bytes);
  return join(work, name);
};
beforeEach(() => {
  work = workDirectory();
});

/** Positions where two files of one length differ. */
function differences(a: Uint8Array, b: Uint8Array): number[] {
  expect(b.length).toBe(a.length);
  return [...a.keys()].filter((at) => a[at] !== b[at]);
}

describe("btfx relocate OBJECT -B KERNEL patches instructions as libbpf does", () => {
  test("and changes nothing else but the relocations, which are done", async () => {
    const before = taskObject(false);
    const path = put("a.bpf.o", before);
    const ran = await btfx("relocate", path, "-B", put("k.btf", kernelOf("pid").bytes));
    const to = join(work, "a.relocated.bpf.o");
    expect(ran.stderr).toBe("");
    expect(ran.stdout).toBe(`✓ ${path} → ${to}: 1 instruction patched for ${join(work, "k.btf")}\n`);
    expect(ran.exitCode).toBe(0);

    const after = readFileSync(to);
    const elf = readElf(memorySource(after));
    const code = elf.section(SECTION)!;
    const ext = elf.section(".BTF.ext")!;
    // r3 = *(u32 *)(r1 + 4) reads at 8 now: the member is elsewhere on that kernel.
    expect([...elf.data(code).subarray(16, 24)]).toEqual([0x61, 0x13, 8, 0, 0, 0, 0, 0]);
    expect(parseBtfExt(elf.data(ext)).coreRelo.sections).toEqual([]);
    expect(parseBtfExt(elf.data(ext)).lineInfo.sections).toHaveLength(1);
    for (const at of differences(before, after)) {
      const isIn = ({ offset, size }: { offset: number; size: number }) => at >= offset && at < offset + size;
      expect(at === code.offset + 18 || isIn(ext)).toBe(true);
    }
  });

  test("and once more changes nothing", async () => {
    const kernel = put("k.btf", kernelOf("pid").bytes);
    const once = join(work, "once.o");
    const twice = join(work, "twice.o");
    await btfx("relocate", put("a.o", taskObject(false)), "-B", kernel, "-o", once);
    const ran = await btfx("relocate", once, "-B", kernel, "-o", twice);
    expect(ran.stdout).toContain("no CO-RE relocations");
    expect(readFileSync(twice)).toEqual(readFileSync(once));
  });

  test("and poisons what is guarded", async () => {
    const to = join(work, "out.bpf.o");
    const path = put("a.bpf.o", taskObject(true));
    const ran = await btfx("relocate", path, "-B", put("k.btf", kernelOf("x").bytes), "-o", to, "-j");
    expect(ran.exitCode).toBe(0);
    expect(JSON.parse(ran.stdout).results[0]).toMatchObject({
      ok: true,
      outputs: [to],
      stats: { relocations: 2, patched: 1, poisoned: 1 },
      warnings: [],
    });
    const elf = readElf(memorySource(readFileSync(to)));
    const code = elf.data(elf.section(SECTION)!);
    expect([...code.subarray(0, 8)]).toEqual([0xb7, 2, 0, 0, 0, 0, 0, 0]);
    expect([...code.subarray(16, 24)]).toEqual([0x85, 0, 0, 0, 0x10, 0x23, 0xad, 0x0b]);
  });

  test("but not where a program comes to what is missing, unless --poison asks for it", async () => {
    const path = put("a.bpf.o", taskObject(false));
    const kernel = put("k.btf", kernelOf("pid2").bytes);
    const to = join(work, "out.bpf.o");
    const refused = await btfx("relocate", path, "-B", kernel, "-o", to);
    expect(
      refused.stdout,
    ).toContain(`✗ ${path} does not relocate onto ${kernel}: 1 of 1 relocation without a target
    prog
      struct task.pid (byte_off): struct task has no member pid
        nearest: pid2 @8 int
`);
    expect([refused.exitCode, existsSync(to)]).toEqual([1, false]);
    const json = JSON.parse((await btfx("relocate", path, "-B", kernel, "-o", to, "-j")).stdout);
    expect(json.results[0]).toMatchObject({
      ok: false,
      outputs: [],
      failures: [
        { code: "unresolved", program: "prog", issue: { code: "no-member", wants: "struct task.pid" } },
      ],
    });
    const poisoned = await btfx("relocate", path, "-B", kernel, "-o", to, "--poison");
    expect(poisoned.stderr).toContain(
      "prog comes to a poisoned instruction, and will not load: struct task.pid",
    );
    expect([poisoned.exitCode, existsSync(to)]).toEqual([0, true]);
  });

  test("for many objects, on many kernels with -n", async () => {
    const objects = join(work, "objects");
    mkdirSync(objects);
    for (const name of ["a.bpf.o", "b.o"]) writeFileSync(join(objects, name), taskObject(false));
    const paths = ["a.bpf.o", "b.o"].map((name) => join(objects, name));
    const kernels = ["k1", "k2"].map((name, i) => put(name, kernelOf(["pid", "gone"][i]).bytes));
    const dry = await btfx("relocate", ...paths, "-n", "-B", kernels[0], "-B", kernels[1]);
    expect(dry.stdout).toContain("2 of 4 objects relocated, 2 failed\n");
    expect(dry.exitCode).toBe(1);
    const out = `${join(work, "out")}/`;
    const ran = await btfx("relocate", ...paths, "-B", kernels[0], "-o", out);
    expect(ran.stdout).toContain("2 of 2 objects relocated\n");
    expect(existsSync(join(out, "a.bpf.o")) && existsSync(join(out, "b.o"))).toBe(true);
    const inPlace = await btfx("relocate", paths[1], "-B", kernels[0], "--in-place");
    expect(inPlace.exitCode).toBe(0);
    expect(readFileSync(paths[1])).toEqual(readFileSync(join(out, "b.o")));
  });

  test.each([
    ["--detached", ["--detached"], 2, "--detached is for modules"],
    ["--sign-with", ["--sign-with", "true"], 2, "--sign-with is for modules"],
    ["an output that exists", ["-o", "EXISTS"], 4, "exists"],
  ])("refuses %s", async (_, args, code, message) => {
    const path = put("a.bpf.o", taskObject(false));
    const kernel = put("k.btf", kernelOf("pid").bytes);
    const there = put("there.o", new Uint8Array(1));
    const given = args.map((arg) => arg.replace("EXISTS", there));
    const ran = await btfx("relocate", path, "-B", kernel, ...given);
    expect(ran.stderr).toContain(message);
    expect(ran.exitCode).toBe(code);
    expect(readFileSync(there)).toHaveLength(1);
  });
});
