import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { parseBtf } from "../../src/btf/parse.ts";
import { btf, raw, rawText } from "../support/btf.ts";
import { btfx, workDirectory } from "../support/cli.ts";
import { coreElf, coreObject } from "../support/core.ts";

const KERNEL = btf`
  [1] INT 'unused' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [3] STRUCT 's' size=8 vlen=2
    'a' type_id=2 bits_offset=0
    'b' type_id=2 bits_offset=32`;
const MODULE = btf.split(KERNEL)`
  [4] STRUCT 'in_module' size=12 vlen=2
    'x' type_id=2 bits_offset=0
    'y' type_id=3 bits_offset=32`;
const TYPES = `
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] STRUCT 's' size=8 vlen=2
    'b' type_id=1 bits_offset=0
    'gone' type_id=1 bits_offset=32
  [3] STRUCT 'in_module' size=4 vlen=1
    'x' type_id=1 bits_offset=0`;
const CUT = raw`
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] STRUCT 's' size=8 vlen=1
    'b' type_id=1 bits_offset=32`;

describe("btfx minimize", () => {
  let work: string;
  let kernel: string;
  let object: string;
  let out: string;
  const put = (name: string, bytes: Uint8Array) => {
    writeFileSync(join(work, name), bytes);
    return join(work, name);
  };
  const written = () => rawText(parseBtf(readFileSync(out)));

  beforeEach(() => {
    work = workDirectory();
    kernel = put("vmlinux.btf", KERNEL.bytes);
    object = put("a.bpf.o", coreElf(coreObject(TYPES, ["byte_off [2] 0:0", "field_exists [2] 0:1"])));
    out = join(work, "out.btf");
  });

  test("writes what the relocations of an object need", async () => {
    const { exitCode, stdout, stderr } = await btfx("minimize", kernel, object, "-o", out);
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(stdout).toBe(
      `✓ ${out}: 2 of 3 types, ${readFileSync(out).length} B; 1 object, 2 relocations, 1 of them without a target\n`,
    );
    expect(written()).toBe(CUT);
  });

  test("takes bpftool's words, and overwrites as it does", async () => {
    writeFileSync(out, "old");
    expect(await btfx("gen", "min_core_btf", kernel, out, object)).toMatchObject({ exitCode: 0, stdout: "" });
    expect(written()).toBe(CUT);
    expect(await btfx("gen", "skeleton", object)).toMatchObject({ exitCode: 2 });
  });

  test("adds types of modules", async () => {
    const both = put("b.bpf.o", coreElf(coreObject(TYPES, ["byte_off [2] 0:0", "byte_off [3] 0:0"])));
    const module = put("mod.btf", MODULE.bytes);
    const ran = await btfx("minimize", kernel, object, both, "-m", module, "-o", out, "-j");
    expect(ran.exitCode).toBe(0);
    expect(JSON.parse(ran.stdout)).toMatchObject({ objects: 2, relocations: 4, unresolved: 1, types: 3 });
    expect(written()).toBe(
      `${CUT}\n${raw`
      [3] STRUCT 'in_module' size=12 vlen=1
        'x' type_id=1 bits_offset=0`}`,
    );
  });

  test.each<[string, number, () => string[], string]>([
    ["a file that exists", 4, () => [kernel, object, "-o", put("there", KERNEL.bytes)], "it exists already"],
    [
      "an input as the output",
      4,
      () => [kernel, object, "-o", object, "-f"],
      "it would be written over an input",
    ],
    ["no output", 2, () => [kernel, object], "minimize needs -o FILE"],
    ["no object", 2, () => [kernel, "-o", out], "minimize needs OBJECT"],
    ["what is no object", 3, () => [kernel, kernel, "-o", out], "this is no BPF object"],
    ["a file that is not there", 4, () => [kernel, join(work, "none.o"), "-o", out], "none.o"],
    [
      "a relocation that libbpf refuses",
      1,
      () => [kernel, put("bad.bpf.o", coreElf(coreObject(TYPES, ["byte_off [2] 0:9"]))), "-o", out],
      "relocation #0: parsing [2] struct s + 0:9 failed: -22",
    ],
    [
      "a module of another kernel",
      1,
      () => [
        kernel,
        object,
        "-m",
        put(
          "mod.btf",
          btf.split(btf`
        [1] INT 'longer_name_than_there' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
        [2] INT 'an_int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
        [3] PTR '(anon)' type_id=1
        [4] PTR '(anon)' type_id=2
        [5] PTR '(anon)' type_id=3`)`
        [6] TYPEDEF 'an_int' type_id=2
        [7] TYPEDEF 'longer_name_than_there' type_id=1`.bytes,
        ),
        "-o",
        out,
      ],
      "this is not the vmlinux the module was built against",
    ],
  ])("refuses %s and writes nothing", async (_, code, args, message) => {
    const { exitCode, stderr } = await btfx("minimize", ...args());
    expect(stderr).toContain(message);
    expect(exitCode).toBe(code);
    expect(existsSync(out)).toBe(false);
  });
});
