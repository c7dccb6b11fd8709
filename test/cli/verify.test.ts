import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { assemble, btf } from "../support/btf.ts";
import { btfxUnread, type Ran, btfx as run, workDirectory } from "../support/cli.ts";
import { OTHER_VMLINUX, SPLIT, VMLINUX } from "../support/driver.ts";
import { assembleElf, latin1 } from "../support/elf.ts";
import { flatImage } from "../support/images.ts";
import { kernelBytes } from "../support/kernel-bytes.ts";

/** The struct grew. */
const BAD_VMLINUX = btf`
  [1] STRUCT 'device' size=24 vlen=0
  [2] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
`;
/** As clang writes it: libbpf would fill in the size. */
const RAW_OBJECT = assemble(`
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] DATASEC '.data' size=0 vlen=0
  [3] PTR 'named' type_id=1
`);

function module(kfunc = 7, bytes: Uint8Array = SPLIT.bytes): Uint8Array {
  return assembleElf({
    bits: 64,
    littleEndian: true,
    machine: 62,
    sections: [
      { name: ".modinfo", flags: 2, data: latin1("name=the_driver\0vermagic=6.12.0-a SMP \0") },
      { name: ".BTF_ids", flags: 2, words: [1, 1, kfunc, 0], align: 4 },
      { name: ".BTF", data: bytes },
    ],
    symbols: [
      { name: "__BTF_ID__set8__kfuncs", section: ".BTF_ids", value: 0, size: 16 },
      { name: "__BTF_ID__func__probe__1", section: ".BTF_ids", value: 8, size: 4, type: 1 },
    ],
  });
}

/** A directory with kernels, a module and BTF that stands alone. */
function workshop(): string {
  const directory = workDirectory();
  const files = {
    vmlinux: VMLINUX.bytes,
    "vmlinux-bad": BAD_VMLINUX.bytes,
    "vmlinux-other": OTHER_VMLINUX.bytes,
    "driver.ko": module(),
    "object.btf": RAW_OBJECT,
  };
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(directory, name), bytes);
  return directory;
}

/** Runs a command as if in `directory`: file names are taken, and printed, from there. */
async function btfx(directory: string, command: string, ...args: string[]): Promise<Ran> {
  const isValue = (i: number) => ["--kernel", "--byte-order"].includes(args[i - 1]);
  const paths = args.map((arg, i) => (arg.startsWith("-") || isValue(i) ? arg : join(directory, arg)));
  const { exitCode, stdout, stderr } = await run(command, ...paths);
  const short = (text: string) => text.replaceAll(`${directory}/`, "");
  return { exitCode, stdout: short(stdout), stderr: short(stderr) };
}

describe("btfx verify of BTF that stands alone", () => {
  it("says that the kernel takes it", async () => {
    const ran = await btfx(workshop(), "verify", "vmlinux");
    expect(ran).toMatchObject({ exitCode: 0, stderr: "" });
    expect(ran.stdout).toBe("✓ vmlinux: Linux 7.3 accepts it\nby the rules of Linux 7.3, the newest known\n");
  });

  it("says of a file that is no BTF what it is, also when a kernel is given", async () => {
    const directory = workshop();
    writeFileSync(join(directory, "driver.html"), "<!DOCTYPE html>");
    const said = 'it is neither BTF nor ELF, but text ("<!DOCTYPE html>")';
    for (const words of [[], ["-B", "vmlinux"]]) {
      const ran = await btfx(directory, "verify", "driver.html", ...words);
      expect(ran.exitCode).toBe(1);
      expect(ran.stdout).toContain(said);
    }
  });

  it("says whose rules it takes for a kernel that is too new", async () => {
    const ran = await btfx(workshop(), "verify", "vmlinux", "--kernel", "9.1.4-rc2");
    expect(ran).toMatchObject({
      exitCode: 0,
      stdout:
        "✓ vmlinux: Linux 7.4 accepts it\nby the rules of Linux 7.4, as asked (9.1.4-rc2, whose own rules are not known here)\n",
      stderr: "note: the rules of 9.1 are not known here, those of 7.4 are taken\n",
    });
  });

  it("says the kernel's line, why, and what else is wrong", async () => {
    const ran = await btfx(workshop(), "verify", "object.btf", "--kernel", "6.12");
    expect(ran.exitCode).toBe(1);
    expect(ran.stdout).toBe(
      `✗ object.btf: Linux 6.12 refuses it: EINVAL (-22)
    [2] DATASEC .data size=0 vlen=0 size == 0
      the section has no size; clang writes it so, and libbpf fills it in before loading
    further:
    [3] PTR named type_id=1 Invalid name
      the kind has no name, but name_off is not 0
by the rules of Linux 6.12, as asked
`,
    );
  });

  it("gives the same as JSON", async () => {
    const ran = await btfx(workshop(), "verify", "object.btf", "-j");
    const { results, summary } = JSON.parse(ran.stdout);
    expect(results).toEqual([
      expect.objectContaining({
        input: "object.btf",
        verdict: "reject",
        errno: 22,
        phrase: "size == 0",
        log: "[2] DATASEC .data size=0 vlen=0 size == 0",
        typeId: 2,
        bases: [],
      }),
    ]);
    expect(results[0].findings).toHaveLength(2);
    expect(summary).toMatchObject({ inputs: 1, accepted: 0, rejected: 1, kernels: ["7.3"] });
    expect(results[0].kernel).toMatchObject({ rules: "7.3", source: "newest", release: null });
  });

  it("gives the kernel's word on bytes that are nothing", async () => {
    const directory = workshop();
    writeFileSync(join(directory, "text.btf"), "this is no BTF at all, but text");
    const ran = await btfx(directory, "verify", "text.btf", "-j");
    expect(ran.exitCode).toBe(1);
    expect(JSON.parse(ran.stdout).results[0]).toMatchObject({ errno: 22, phrase: "btf_header not found" });
  });

  it("takes big-endian BTF for a big-endian kernel", async () => {
    const directory = workshop();
    const big = assemble("[1] FLOAT 'f' size=4", null, { littleEndian: false });
    writeFileSync(join(directory, "big.btf"), big);
    expect((await btfx(directory, "verify", "big.btf")).stdout).toMatch(
      /this is big-endian BTF[\s\S]*--byte-order big asks a kernel of its byte order/,
    );
    expect((await btfx(directory, "verify", "big.btf", "--byte-order", "big")).exitCode).toBe(0);
    // The kernel in an image reads its own.
    const types = Array.from({ length: 4000 }, (_, i) => `[${i + 1}] FLOAT 'number${i}' size=4`).join("\n");
    const kernel = kernelBytes(500_000);
    kernel.set(assemble(types, null, { littleEndian: false }), 5000);
    writeFileSync(join(directory, "image"), flatImage(0x38, "ARMd", kernel));
    expect((await btfx(directory, "verify", "image")).exitCode).toBe(0);
    expect((await btfx(directory, "verify", "image", "--byte-order", "little")).exitCode).toBe(1);
  });

  it("prints no control characters of names", async () => {
    const directory = workshop();
    writeFileSync(join(directory, "evil.btf"), assemble("[1] TYPEDEF '\\x1b[31mred' type_id=0"));
    const ran = await btfx(directory, "verify", "evil.btf");
    expect(ran.stdout).not.toContain("\u001b");
    expect(ran.stdout).toContain("TYPEDEF \\x1b[31mred type_id=0 Invalid name");
  });
});

describe("btfx verify of what Rust and C++ leave behind", () => {
  it("says once what is wrong with their names, and what leaves them out", async () => {
    const directory = workshop();
    const text = ["core::fmt::Formatter", "Vec<u8>", "Box<T>"]
      .map((name, i) => `[${i + 1}] STRUCT '${name}' size=0 vlen=0`)
      .join("\n");
    writeFileSync(join(directory, "rust.btf"), assemble(text));
    const { stdout } = await btfx(directory, "verify", "rust.btf");
    expect(stdout.match(/Invalid name/g)).toHaveLength(1);
    expect(stdout).toContain("2 other types likewise: [2] Vec<u8>, [3] Box<T>");
    expect(stdout).toContain("--lang_exclude=rust,c++11");
  });

  it("names the struct that a member is in", async () => {
    const directory = workshop();
    writeFileSync(
      join(directory, "hyphen.btf"),
      assemble(`[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
        [2] STRUCT 'evt' size=4 vlen=1
          'event-kind' type_id=1 bits_offset=0
        [3] VAR 'a' type_id=1 linkage=static
        [4] VAR 'b' type_id=1 linkage=static
        [5] DATASEC '.data' size=32 vlen=2
          type_id=3 offset=16 size=8
          type_id=4 offset=16 size=4`),
    );
    const { stdout } = await btfx(directory, "verify", "hyphen.btf");
    expect(stdout).toContain("STRUCT evt, member event-kind: the member's name is no identifier");
    expect(stdout).toContain(
      "DATASEC .data, VAR b at 16..20 (the one before ends at 24): the section entry begins before",
    );
  });
});

describe("btfx verify of modules", () => {
  it("says that the module is fine on its kernel", async () => {
    const ran = await btfx(workshop(), "verify", "driver.ko", "-B", "vmlinux");
    expect(ran).toMatchObject({ exitCode: 0, stderr: "" });
    expect(ran.stdout).toBe(
      "✓ driver.ko on vmlinux: Linux 6.12 accepts it\nby the rules of Linux 6.12, from the module's vermagic\n",
    );
  });

  it("knows a kernel that the module was not built for", async () => {
    const ran = await btfx(workshop(), "verify", "driver.ko", "-B", "vmlinux-other");
    expect(ran.exitCode).toBe(1);
    expect(ran.stdout).toMatch(
      /^✗ driver.ko on vmlinux-other: this is not the vmlinux the module was built against/,
    );
    expect(ran.stdout).toContain("the kernel would say: failed to validate module [the_driver] BTF: -22");
    expect(ran.stdout).toMatch(/follows? from that/);
    expect(ran.stdout).toContain(
      "to make it fit: build it against vmlinux-other, or 'btfx distill' it with the vmlinux that it was built against",
    );
    expect(ran.stdout).not.toContain("further:");
  });

  it("judges raw split BTF without a base as a program's load would be, and asks for -B", async () => {
    const directory = workshop();
    writeFileSync(join(directory, "veth.btf"), SPLIT.bytes);
    const ran = await btfx(directory, "verify", "-j", "veth.btf");
    const [result] = JSON.parse(ran.stdout).results;
    expect(result).toMatchObject({
      form: "standalone",
      verdict: "reject",
      errno: 22,
      phrase: "Invalid string section",
    });
    expect(result.notes).toEqual([expect.stringContaining("looks like split BTF")]);
  });

  it("judges BTF that stands alone without the base, and says so", async () => {
    const ran = await btfx(workshop(), "verify", "object.btf", "-B", "vmlinux");
    expect(ran.exitCode).toBe(1);
    expect(ran.stdout).toContain("it stands alone: judged by itself, not as split on -B");
  });

  it("says what the kernel logs when the module's BTF is damaged", async () => {
    const directory = workshop();
    const damaged = SPLIT.bytes.slice(0, -1);
    writeFileSync(join(directory, "damaged.ko"), module(7, damaged));
    const ran = await btfx(directory, "verify", "damaged.ko", "-B", "vmlinux");
    expect(ran.exitCode).toBe(1);
    expect(ran.stdout).toMatch(
      /^✗ damaged\.ko on vmlinux: failed to validate module \[the_driver\] BTF: -22\n {4}Total section length too long\n/,
    );
  });

  it("finds ids that are wrong although the kernel loads the BTF", async () => {
    const directory = workshop();
    writeFileSync(join(directory, "ids.ko"), module(5));
    const ran = await btfx(directory, "verify", "ids.ko", "-B", "vmlinux");
    expect(ran.exitCode).toBe(1);
    expect(ran.stdout).toMatch(/accepts it, but it is wrong\n.*holds \[5\], which is STRUCT driver/);
  });

  it("says of a distilled module which types do not fit, with old and new size", async () => {
    const directory = workshop();
    expect((await btfx(directory, "distill", "driver.ko", "-B", "vmlinux")).exitCode).toBe(0);
    const ran = await btfx(directory, "verify", "driver.distilled.ko", "-B", "vmlinux-bad");
    expect(ran.exitCode).toBe(1);
    expect(ran.stdout).toMatch(/failed to validate module \[the_driver\] BTF: -22\n/);
    expect(ran.stdout).toContain(
      "the kernel logs: distilled base BTF type 'device' [2] is not mapped to base BTF id\n",
    );
    expect(ran.stdout).toMatch(/size differs: 16 bytes needed.*24 bytes/);
  });

  it("answers with its exit code when nobody reads what it says", async () => {
    const at = workshop();
    const paths = ["driver.ko", "-B", "vmlinux-bad"].map((arg) => (arg === "-B" ? arg : join(at, arg)));
    expect(await btfxUnread("verify", ...paths)).toEqual({ exitCode: 1, stderr: "" });
  });

  it("needs a kernel", async () => {
    const ran = await btfx(workshop(), "verify", "driver.ko");
    expect(ran).toMatchObject({ exitCode: 4, stdout: "" });
    expect(ran.stderr).toMatch(/the vmlinux of 6\.12\.0-a, which the module was built for, is not here/);
  });
});

describe("btfx verify of several modules on several kernels", () => {
  async function tree(): Promise<string> {
    const directory = workshop();
    mkdirSync(join(directory, "tree"));
    writeFileSync(join(directory, "tree", "plain.ko"), module());
    await btfx(directory, "distill", "driver.ko", "-B", "vmlinux", "-o", "tree/distilled.ko");
    return directory;
  }

  it("prints a table, totals, and the types that break most", async () => {
    const ran = await btfx(await tree(), "verify", "tree", "-B", "vmlinux", "-B", "vmlinux-bad");
    expect(ran.exitCode).toBe(1);
    expect(ran.stdout).toMatch(/^tree\/distilled\.ko\tok\tsize differs: device$/m);
    expect(ran.stdout).toMatch(/^tree\/plain\.ko\tok\t.+$/m);
    expect(ran.stdout).toMatch(/^total\t2 of 2 ok\t0 of 2 ok$/m);
    expect(ran.stdout).toMatch(/^1\tSTRUCT device\tsize differs\t16\t24$/m);
  });

  it("gives all of it as JSON", async () => {
    const ran = await btfx(await tree(), "verify", "tree", "-B", "vmlinux", "-B", "vmlinux-bad", "-p");
    const { results, summary } = JSON.parse(ran.stdout);
    expect(
      results.map((it: { bases: { verdict: string }[] }) => it.bases.map(({ verdict }) => verdict)),
    ).toEqual([
      ["accept", "reject"],
      ["accept", expect.any(String)],
    ]);
    expect(summary.breaking).toEqual([
      {
        kind: "STRUCT",
        name: "device",
        reason: "size-differs",
        neededSizes: [16],
        foundSizes: [24],
        modules: 1,
        users: ["STRUCT driver"],
        userCount: 1,
      },
    ]);
    expect(summary.bases[0]).toMatchObject({ base: "vmlinux", ok: 2 });
  });

  it("goes on after a file that cannot be read, and exits with the worse code", async () => {
    const directory = await tree();
    writeFileSync(join(directory, "tree", "packed.ko.xz"), Buffer.from("fd377a585a0000", "hex"));
    const ran = await btfx(directory, "verify", "tree", "-B", "vmlinux");
    expect(ran.exitCode).toBe(3);
    expect(ran.stderr).toMatch(/packed\.ko\.xz: xz: offset 0x7: the data ends within the stream header/);
    expect(ran.stdout).toMatch(/2 of 3 inputs accepted, 1 not readable/);
  });
});
