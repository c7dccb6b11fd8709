import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseBtf } from "../../src/btf/parse.ts";
import { btf, rawText } from "../support/btf.ts";
import { btfx, workDirectory } from "../support/cli.ts";
import { OTHER_VMLINUX, SPLIT, VMLINUX } from "../support/driver.ts";
import { assembleElf, latin1 } from "../support/elf.ts";

/** A driver with a struct that nothing uses, of a kernel type that later kernels do not have. */
const WITH_UNUSED = btf.split(VMLINUX)`
  [5] STRUCT 'zone' size=8 vlen=1
    'gone' type_id=2 bits_offset=0
  [6] FUNC_PROTO '(anon)' ret_type_id=1 vlen=1
    'device' type_id=4
  [7] FUNC 'probe' type_id=6 linkage=static
`;
const LATER_VMLINUX = btf`
  [1] STRUCT 'device' size=16 vlen=0
  [2] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
`;
/** Kernels that say by their struct module whether they read `.BTF.base`. */
const reader = (member: string) => btf`
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] STRUCT 'unused' size=8 vlen=0
  [3] STRUCT 'device' size=16 vlen=1
    'id' type_id=1 bits_offset=0
  [4] PTR '(anon)' type_id=3
  [5] STRUCT 'module' size=8 vlen=2
    'btf_data' type_id=1 bits_offset=0
    '${member}' type_id=1 bits_offset=32
`;

function workshop(files: Readonly<Record<string, Uint8Array>>): string {
  const at = workDirectory();
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(at, name), bytes);
  return at;
}

function ko(release: string, bytes: Uint8Array): Uint8Array {
  return assembleElf({
    bits: 64,
    littleEndian: true,
    machine: 62,
    sections: [
      { name: ".modinfo", flags: 2, data: latin1(`name=driver\0vermagic=${release} SMP \0`) },
      { name: ".BTF", data: bytes },
    ],
  });
}

describe("distill for a kernel that does not read .BTF.base", () => {
  test("is refused by its release, and done with --force", async () => {
    const at = workshop({ vmlinux: VMLINUX.bytes, "driver.ko": ko("6.1.0-47-amd64", SPLIT.bytes) });
    const args = ["distill", join(at, "driver.ko"), "-B", join(at, "vmlinux")];
    const ran = await btfx(...args);
    expect(ran.exitCode).toBe(1);
    expect(ran.stderr).toMatch(/Linux 6.1.0-47-amd64 does not read .BTF.base, which kernels do from 6.11 on/);
    expect((await btfx(...args, "--force")).exitCode).toBe(0);

    const verdict = await btfx(
      "verify",
      "-j",
      join(at, "driver.distilled.ko"),
      "-B",
      join(at, "vmlinux"),
      "-k",
      "6.1",
    );
    expect(JSON.parse(verdict.stdout).results[0].bases[0]).toMatchObject({
      cause: { code: "distilled-base-ignored" },
      kernel: { rules: "6.1", source: "asked", readsDistilledBase: false },
    });
  });

  test("is refused or allowed by what its own types show, whatever its release", async () => {
    for (const [member, release, exitCode] of [
      ["btf_base_data", "5.14.0-570.el9", 0],
      ["another_member", "6.12.0", 1],
    ] as const) {
      const base = reader(member);
      const split = btf.split(base)`[6] TYPEDEF 'mine' type_id=3`;
      const at = workshop({ vmlinux: base.bytes, "driver.ko": ko(release, split.bytes) });
      const ran = await btfx("distill", join(at, "driver.ko"), "-B", join(at, "vmlinux"));
      expect(ran.exitCode).toBe(exitCode);
      if (exitCode === 0) expect(ran.stderr).toContain("its struct module has btf_base_data");
    }
  });
});

describe("distill with several bases", () => {
  test("takes the one that the module was built against", async () => {
    const at = workshop({ vmlinux: VMLINUX.bytes, other: OTHER_VMLINUX.bytes, "driver.btf": SPLIT.bytes });
    const both = ["-B", join(at, "other"), "-B", join(at, "vmlinux")];
    const ran = await btfx("distill", "-j", join(at, "driver.btf"), ...both);
    expect(JSON.parse(ran.stdout).results[0]).toMatchObject({ ok: true, base: join(at, "vmlinux") });
  });

  test("refuses a module that was built against none of them", async () => {
    const at = workshop({ a: OTHER_VMLINUX.bytes, b: OTHER_VMLINUX.bytes, "driver.btf": SPLIT.bytes });
    const ran = await btfx("distill", join(at, "driver.btf"), "-B", join(at, "a"), "-B", join(at, "b"));
    expect(ran.exitCode).toBe(1);
    expect(ran.stderr).toContain("built against none of the 2 vmlinux that were given");
  });
});

describe("relocate with several bases", () => {
  test("tells of each whether the module fits, and writes for one only", async () => {
    const at = workshop({
      vmlinux: VMLINUX.bytes,
      later: LATER_VMLINUX.bytes,
      "driver.btf": WITH_UNUSED.bytes,
    });
    await btfx("distill", join(at, "driver.btf"), "-B", join(at, "vmlinux"));
    const args = [
      "relocate",
      join(at, "driver.distilled.BTF"),
      "-B",
      join(at, "vmlinux"),
      "-B",
      join(at, "later"),
    ];
    expect(await btfx(...args)).toMatchObject({ exitCode: 2 });
    const ran = await btfx(...args, "-n", "-j");
    const results = JSON.parse(ran.stdout).results as { base: string; ok: boolean }[];
    expect(results.map(({ base, ok }) => [base, ok])).toEqual([
      [join(at, "vmlinux"), true],
      [join(at, "later"), false],
    ]);
    const text = await btfx(...args, "-n");
    expect(text.stdout).toContain(
      "only types that nothing in the module uses need it: distill --prune drops them",
    );
  });
});

describe("distill", () => {
  const distilled = async (...options: string[]) => {
    const at = workshop({ vmlinux: VMLINUX.bytes, "driver.btf": WITH_UNUSED.bytes });
    const ran = await btfx("distill", join(at, "driver.btf"), "-B", join(at, "vmlinux"), ...options);
    expect(ran).toMatchObject({ exitCode: 0 });
    const base = parseBtf(readFileSync(join(at, "driver.distilled.BTF.base")));
    return {
      base: rawText(base),
      split: rawText(parseBtf(readFileSync(join(at, "driver.distilled.BTF")), base)),
    };
  };

  test("--prune leaves out what nothing uses, but for --keep", async () => {
    const { base, split } = await distilled("--prune");
    expect(base).not.toContain("unused");
    expect(split).not.toContain("zone");
    expect((await distilled("--prune", "--keep", "zo*")).split).toContain("STRUCT 'zone'");
  });

  test("--keep without --prune makes no sense", async () => {
    expect(await btfx("distill", "x.ko", "--keep", "a")).toMatchObject({ exitCode: 2 });
  });

  test("--sort orders base and split by name, those without first", async () => {
    const { base, split } = await distilled("--sort");
    expect([...base.matchAll(/^\[\d+\] \w+ '(.*?)'/gm)].map(([, name]) => name)).toEqual([
      "device",
      "int",
      "unused",
    ]);
    expect([...split.matchAll(/^\[\d+\] \w+ '(.*?)'/gm)].map(([, name]) => name)).toEqual([
      "(anon)",
      "(anon)",
      "probe",
      "zone",
    ]);
  });
});
