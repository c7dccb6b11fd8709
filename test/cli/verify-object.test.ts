import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { withoutSteps } from "../../src/report/verify-summary.ts";
import { btf } from "../support/btf.ts";
import { btfx, workDirectory } from "../support/cli.ts";
import { coreObject, SECTION } from "../support/core.ts";
import { assembleElf } from "../support/elf.ts";
import { kernelOf, taskObject } from "../support/task-object.ts";

let work: string;
const put = (name: string, bytes: Uint8Array): string => {
  writeFileSync(join(work, name), bytes);
  return join(work, name);
};
beforeEach(() => {
  work = workDirectory();
});

describe("btfx verify OBJECT -B KERNEL says whether its programs will load there", () => {
  test("and that all is there", async () => {
    const path = put("a.bpf.o", taskObject(false));
    const { exitCode, stdout } = await btfx("verify", path, "-B", put("k.btf", kernelOf("pid").bytes));
    expect(stdout).toContain(`${path} on ${join(work, "k.btf")}: fits (1 relocation)`);
    expect(exitCode).toBe(0);
  });

  test("and that what is missing is guarded", async () => {
    const path = put("a.bpf.o", taskObject(true));
    const kernel = put("k.btf", kernelOf("tgid").bytes);
    const quietly = await btfx("verify", path, "-B", kernel);
    expect(quietly.stdout).toContain(
      "fits, since what is missing is guarded (2 relocations, 2 without a target)",
    );
    expect(quietly.stdout).not.toContain("no member pid");
    expect(quietly.exitCode).toBe(0);
    const verbosely = await btfx("verify", path, "-v", "-B", kernel);
    expect(verbosely.stdout).toContain(
      "struct task.pid (byte_off): struct task has no member pid – never reached on this kernel",
    );
  });

  test("and if not, what is missing, what is like it, and where", async () => {
    const path = put("a.bpf.o", taskObject(false));
    const ran = await btfx("verify", path, "-B", put("k.btf", kernelOf("pid2").bytes));
    expect(ran.stdout).toContain(`prog (${SECTION}): does not fit
      struct task.pid (byte_off): struct task has no member pid
        nearest: pid2 @8 int
`);
    expect(ran.stdout).toContain("insn 2 of prog");
    expect(ran.exitCode).toBe(1);
  });

  test("and of one that was made to need endless steps, only that", async () => {
    const count = 8_000;
    const core = coreObject(
      `[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
       [2] STRUCT 'task' size=4 vlen=1
         'pid' type_id=1 bits_offset=0`,
      Array.from({ length: count }, () => "byte_off [2] 0:0"),
    );
    const load = [0x61, 0x13, 0, 0, 0, 0, 0, 0];
    const code = Uint8Array.from([
      ...Array.from({ length: count }, () => load).flat(),
      0x95,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
    ]);
    const sections = [
      { name: SECTION, flags: 6, data: code },
      { name: ".BTF", data: core.btfBytes },
      { name: ".BTF.ext", data: core.extBytes },
    ];
    const name = "p".repeat(1000);
    const symbols = [{ name, section: SECTION, type: 2, size: code.length, global: true }];
    const object = put(
      "a.bpf.o",
      assembleElf({ bits: 64, littleEndian: true, machine: 247, sections, symbols }),
    );
    const kernels = ["k1", "k2", "k3"].flatMap((each) => ["-B", put(each, kernelOf("pid").bytes)]);
    expect((await btfx("verify", object, ...kernels)).exitCode).toBe(0);
    expect(await btfx("verify", object, ...kernels, "--explain")).toMatchObject({
      exitCode: 3,
      stderr: `btfx: ${object}: the steps of relocating it are more than 67,108,864 characters of text [unsupported]
      without --explain, verify says whether it fits
`,
    });
  });

  test("and that a summary needs no steps", async () => {
    const argv = ["verify", put("a.bpf.o", taskObject(true)), "-B", put("k.btf", kernelOf("x").bytes), "-j"];
    const judged = async (...more: string[]) => JSON.parse((await btfx(...argv, ...more)).stdout).results[0];
    const explained = await judged("--explain");
    expect(explained.programs[0].steps).not.toEqual([]);
    expect(withoutSteps(explained)).toEqual(await judged());
  });

  test("as a table for several kernels, and as JSON with each step", async () => {
    const paths = [put("a.bpf.o", taskObject(true)), put("b.bpf.o", taskObject(false))];
    const kernels = ["-B", put("k1.btf", kernelOf("pid").bytes), "-B", put("k2.btf", kernelOf("x").bytes)];
    const table = await btfx("verify", ...paths, ...kernels);
    expect(table.stdout).toMatch(/a\.bpf\.o\tok\tguarded/);
    expect(table.stdout).toMatch(/b\.bpf\.o\tok\tno member: struct task\.pid/);
    expect(table.stdout).toMatch(/total\t2 of 2 fit\t1 of 2 fit/);
    expect(table.exitCode).toBe(1);
    const json = JSON.parse((await btfx("verify", paths[1], ...kernels, "--explain", "-j")).stdout);
    expect(json.summary.bases.map(({ objects }: { objects: unknown }) => objects)).toEqual([
      { fits: 1, guarded: 0, broken: 0 },
      { fits: 0, guarded: 0, broken: 1 },
    ]);
    const [first, second] = json.results[0].programs;
    expect([first.fit, second.fit]).toEqual(["fits", "broken"]);
    expect(first.steps).toContain("prog 'prog': relo #0: patched insn #2 (LDX/ST/STX) off 4 -> 8");
    expect(second.steps).toContain("prog 'prog': relo #0: substituting insn #2 w/ invalid insn");
    expect(second.programs[0].issues[0]).toMatchObject({ code: "no-member", guard: "reached" });
  });

  test("as a page, with what is missing most and why", async () => {
    const paths = [put("a.bpf.o", taskObject(true)), put("b.bpf.o", taskObject(false))];
    const kernels = ["-B", put("k1.btf", kernelOf("pid").bytes), "-B", put("k2.btf", kernelOf("pid2").bytes)];
    const page = join(work, "page.html");
    const ran = await btfx("verify", ...paths, ...kernels, "--html", page);
    expect(ran.exitCode).toBe(1);
    const html = readFileSync(page, "utf8");
    expect(html).toContain("<h1>Which BPF programs fit which kernel</h1>");
    expect(html.match(/<tr data-name=/g)).toHaveLength(2);
    expect(html).toContain('<td class="ok">ok</td><td class="ok">guarded</td>');
    expect(html).toContain('<td class="ok">ok</td><td class="bad">no member: struct task.pid</td>');
    expect(html).toContain("What programs miss most");
    expect(html).toContain(
      '<bdi>struct task.pid</bdi></td><td data-head="the kernel">struct task has no member pid</td><td data-head="nearest">pid2</td>',
    );
    expect(html).not.toContain("Other files");
  });

  test("and finds objects in directories by what they are", async () => {
    const tree = join(work, "tree");
    mkdirSync(join(tree, "sub"), { recursive: true });
    writeFileSync(join(tree, "a.bpf.o"), taskObject(false));
    writeFileSync(join(tree, "sub/b.o"), taskObject(false));
    writeFileSync(join(tree, "c.o"), assembleElf({ bits: 64, littleEndian: true, sections: [] }));
    writeFileSync(join(tree, "short.o"), "\x7fELF");
    const ran = await btfx("verify", tree, "-B", put("k.btf", kernelOf("pid").bytes), "-j");
    const { results } = JSON.parse(ran.stdout);
    expect(results.map(({ input }: { input: string }) => input)).toEqual([
      join(tree, "a.bpf.o"),
      join(tree, "sub/b.o"),
    ]);
    expect(ran.exitCode).toBe(0);
  });
});

describe("with -m, types of modules are meant where the kernel has none", () => {
  const KERNEL = btf`
    [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
    [2] TYPEDEF 'btf_trace_x' type_id=1`;
  const OTHER = btf`
    [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
    [2] TYPEDEF 'btf_trace_x' type_id=1
    [3] PTR '(anon)' type_id=1`;
  const MODULE = btf.split(KERNEL)`
    [3] STRUCT 'task' size=16 vlen=2
      'flags' type_id=1 bits_offset=0
      'pid' type_id=1 bits_offset=64`;
  const files = () => ({
    object: put("a.bpf.o", taskObject(false)),
    kernel: put("k.btf", KERNEL.bytes),
    module: put("mod.btf", MODULE.bytes),
  });

  test("by verify", async () => {
    const { object, kernel, module } = files();
    const without = await btfx("verify", object, "-B", kernel);
    expect(without.stdout).toContain("no such type: struct task");
    const ran = await btfx("verify", object, "-B", kernel, "-m", module, "--explain");
    expect(ran.stdout).toContain("found target candidate [3] struct task in [mod]");
    expect([ran.stderr, ran.exitCode]).toEqual(["", 0]);
  });

  test("by relocate, from a directory, and from a distilled module", async () => {
    const { object, kernel } = files();
    const modules = join(work, "modules");
    mkdirSync(modules);
    writeFileSync(join(modules, "mod.BTF"), MODULE.bytes);
    const ran = await btfx("relocate", object, "-B", kernel, "-m", modules);
    expect(ran.stdout).toContain("1 instruction patched");
    await btfx("distill", join(modules, "mod.BTF"), "-B", kernel, "-o", `${join(work, "out")}/`);
    const distilled = join(work, "out/mod.BTF");
    expect(existsSync(`${distilled}.base`)).toBe(true);
    const other = await btfx("verify", object, "-B", put("other.btf", OTHER.bytes), "-m", distilled);
    expect([other.stderr, other.exitCode]).toEqual(["", 0]);
  });

  test("and not without a kernel", async () => {
    const { object, module } = files();
    const ran = await btfx("verify", object, "-m", module);
    expect(ran.stderr).toContain("-m names modules of a kernel, but no kernel was given");
    expect(ran.exitCode).toBe(2);
  });
});
