import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Distiller } from "../../src/engine/distill.ts";
import { btf } from "../support/btf.ts";
import { type Ran, btfx as run, workDirectory } from "../support/cli.ts";
import { assembleElf, latin1 } from "../support/elf.ts";

const kernel = (chip: number, more = "") => btf`
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] STRUCT 'gpio_chip' size=${chip} vlen=2
    'base' type_id=1 bits_offset=0
    'ngpio' type_id=1 bits_offset=${(chip - 4) * 8}
  [3] PTR '(anon)' type_id=2
  [4] FUNC_PROTO '(anon)' ret_type_id=1 vlen=1
    'chip' type_id=3
  [5] FUNC 'gpiochip_add' type_id=4 linkage=static
  [6] ENUM 'state' encoding=UNSIGNED size=4 vlen=2
    'OFF' val=0
    'ON' val=1${more}`;
const OLD = kernel(8);
const GROWN = kernel(12, "\n[7] STRUCT 'brand_new' size=4 vlen=0");
const LATER = kernel(16);
/** Holds a gpio_chip by value. */
const MODULE = btf.split(OLD)`
  [7] STRUCT 'expander' size=8 vlen=1
    'chip' type_id=2 bits_offset=0`;
/** Points to one. */
const POINTING = btf.split(OLD)`
  [7] STRUCT 'expander' size=8 vlen=1
    'chip' type_id=3 bits_offset=0`;

function workshop(): string {
  const directory = workDirectory();
  const { base, split } = new Distiller(OLD).distill(MODULE);
  const files: Record<string, Uint8Array> = {
    old: OLD.bytes,
    new: GROWN.bytes,
    later: LATER.bytes,
    "expander.btf": MODULE.bytes,
    "pointing.btf": POINTING.bytes,
    "distilled.ko": assembleElf({
      bits: 64,
      littleEndian: true,
      machine: 62,
      sections: [
        { name: ".modinfo", flags: 2, data: latin1("name=expander\0") },
        { name: ".BTF", data: split },
        { name: ".BTF.base", data: base },
      ],
    }),
  };
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(directory, name), bytes);
  return directory;
}

/** Runs the command with each word that names a file of `directory` taken from there. */
async function diff(directory: string, ...args: string[]): Promise<Ran> {
  const names = new Set(["old", "new", "later", "expander.btf", "pointing.btf", "distilled.ko", "modules"]);
  const { exitCode, stdout, stderr } = await run(
    "diff",
    ...args.map((arg) => (names.has(arg) ? join(directory, arg) : arg)),
  );
  const short = (text: string) => text.replaceAll(`${directory}/`, "");
  return { exitCode, stdout: short(stdout), stderr: short(stderr) };
}

describe("btfx diff of two kernels", () => {
  it("tells each change, what is new, and how many there are", async () => {
    expect(await diff(workshop(), "old", "new")).toEqual({
      exitCode: 1,
      stderr: "",
      stdout: `struct gpio_chip  8 -> 12 bytes  layout, pointed to by 1
  ~ ngpio  shifted by +4

+ 1 struct added
    brand_new

1 struct changed
1 struct added
3 the same
`,
    });
  });

  it("exits with 0 where nothing differs", async () => {
    expect(await diff(workshop(), "old", "old")).toMatchObject({ exitCode: 0, stdout: "4 the same\n" });
  });

  it("chooses by name, kind and class", async () => {
    const directory = workshop();
    expect((await diff(directory, "old", "new", "--name", "brand*")).stdout).toBe(
      "+ 1 struct added\n    brand_new\n\n1 struct added\n0 the same\n",
    );
    expect(await diff(directory, "old", "new", "--kind", "enum")).toMatchObject({ exitCode: 0 });
    expect((await diff(directory, "old", "new", "--class", "layout")).stdout).not.toContain("brand_new\n");
  });

  it("fails only on what it is asked to fail on", async () => {
    const directory = workshop();
    const codes = async (...args: string[]) => (await diff(directory, "old", "new", ...args)).exitCode;
    expect(await codes("--fail-on", "layout")).toBe(1);
    expect(await codes("--fail-on", "layout", "--name", "brand_new")).toBe(0);
    expect(await codes("--fail-on", "addition", "--name", "brand_new")).toBe(1);
    expect(await codes("--fail-on", "none")).toBe(0);
    expect(await codes("--fail-on", "relocation", "--module", "pointing.btf")).toBe(0);
    expect(await codes("--fail-on", "relocation", "--module", "expander.btf")).toBe(1);
    expect(await codes("--fail-on", "sometimes")).toBe(2);
  });

  it("prints counts alone", async () => {
    const { stdout } = await diff(workshop(), "old", "new", "--stat");
    expect(stdout).toMatch(/STRUCT +│ +0 │ +1 │ +1 │ +0/);
    expect(stdout).toContain("changes by class: 1 layout, 0 addition, 0 names, 0 qualifiers");
  });

  it("lists whom a change reaches", async () => {
    const { stdout } = await diff(workshop(), "old", "new", "--reach");
    expect(stdout).toContain("    pointed to by func gpiochip_add\n");
  });

  it("prints JSON", async () => {
    const { stdout } = await diff(workshop(), "old", "new", "-j", "--kind", "struct");
    expect(JSON.parse(stdout)).toEqual({
      old: "old",
      new: "new",
      summary: { STRUCT: { same: 0, changed: 1, added: 1, removed: 0 } },
      inherited: 0,
      changes: [
        {
          kind: "STRUCT",
          name: "gpio_chip",
          change: "changed",
          class: "layout",
          oldId: 2,
          newId: 2,
          oldSize: 8,
          newSize: 12,
          members: [
            {
              change: "moved",
              class: "layout",
              name: "ngpio",
              path: "ngpio",
              oldBitOffset: 32,
              newBitOffset: 64,
              oldBitSize: 32,
              newBitSize: 32,
            },
          ],
          embeddedBy: 0,
          pointedToBy: 1,
        },
        {
          kind: "STRUCT",
          name: "brand_new",
          change: "added",
          class: "addition",
          oldId: 0,
          newId: 7,
          newSize: 4,
          members: [],
          embeddedBy: 0,
          pointedToBy: 0,
        },
      ],
    });
  });
});

describe("btfx diff --module", () => {
  it("tells the change that keeps a module from relocating, as relocate does", async () => {
    const { stdout, exitCode } = await diff(workshop(), "old", "new", "--module", "expander.btf");
    expect(exitCode).toBe(1);
    expect(stdout).toContain("  ✗ expander.btf: needed by value: does not relocate (struct expander)\n");
    expect(stdout).toContain("size differs: 8 bytes needed (held by value), new has STRUCT [2] of 12 bytes");
    expect(stdout).toContain("0 of 1 module relocate");
    expect(stdout).not.toContain("brand_new\n");
  });

  it("tells that a pointer does no harm", async () => {
    const { stdout } = await diff(workshop(), "old", "new", "--module", "pointing.btf");
    expect(stdout).toContain("  ✓ pointing.btf: by pointer: harmless\n");
  });

  it("takes distilled modules and folders, and goes on after what it cannot read", async () => {
    const directory = workshop();
    mkdirSync(join(directory, "modules"));
    writeFileSync(join(directory, "modules/a.btf"), MODULE.bytes);
    writeFileSync(join(directory, "modules/b.btf"), "no BTF");
    const ran = await diff(directory, "old", "new", "-j", "-m", "modules", "-m", "distilled.ko");
    expect(ran.exitCode).toBe(3);
    const { changes, modules } = JSON.parse(ran.stdout);
    expect(
      changes[0].modules.map(({ how, relocates }: { how: string; relocates: boolean }) => [how, relocates]),
    ).toEqual([
      ["by value", false],
      ["by value", false],
    ]);
    expect(modules[0]).toMatchObject({ relocates: false, failures: [{ because: { name: "gpio_chip" } }] });
    expect(modules[1]).toMatchObject({
      relocates: false,
      failure: { code: "bad-magic", file: expect.stringContaining("b.btf") },
    });
  });
});

describe("btfx diff of several kernels", () => {
  it("tells in which step a type changed", async () => {
    const { stdout } = await diff(workshop(), "old", "old", "new", "later", "--name", "gpio_chip");
    expect(stdout).toMatch(/struct gpio_chip +│ +│ layout +│ layout/);
    const { steps } = JSON.parse(
      (await diff(workshop(), "old", "old", "new", "--name", "gpio_chip", "-j")).stdout,
    );
    expect(steps.map(({ changes }: { changes: unknown[] }) => changes.length)).toEqual([0, 1]);
  });
});

describe("btfx diff of two modules", () => {
  it("compares what they define, each on its base", async () => {
    const directory = workshop();
    const { stdout, exitCode } = await diff(
      directory,
      "expander.btf",
      "pointing.btf",
      "-B",
      "old",
      "-B",
      "old",
    );
    expect(exitCode).toBe(1);
    expect(stdout).toContain("~ chip  struct gpio_chip -> struct gpio_chip *  @ 0\n");
    expect(stdout).toContain("1 struct changed\n0 the same\n");
    expect(await diff(directory, "expander.btf", "distilled.ko", "-B", "old")).toMatchObject({ exitCode: 0 });
  });

  it("says what is missing or too much", async () => {
    const directory = workshop();
    expect(await diff(directory, "old")).toMatchObject({ exitCode: 2 });
    expect(await diff(directory, "expander.btf", "pointing.btf")).toMatchObject({ exitCode: 4 });
    const three = await diff(directory, "old", "new", "-B", "a", "-B", "b", "-B", "c");
    expect(three.stderr).toContain("3 bases for 2 files");
    const both = await diff(directory, "old", "new", "-m", "expander.btf", "-B", "old");
    expect(both).toMatchObject({ exitCode: 2 });
    expect((await diff(directory, "old", "new", "--class", "bad")).stderr).toContain(
      "classes are layout, addition",
    );
  });
});
