import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { expandBraces } from "../../src/cli/commands/offsets.ts";
import { assemble, btf, rawText } from "../support/btf.ts";
import { btfx, workDirectory } from "../support/cli.ts";

const kernel = (offset: number, name = "nr") => btf`
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] STRUCT 'rq' size=16 vlen=2
    '${name}' type_id=1 bits_offset=${offset * 8}
    'idle' type_id=1 bits_offset=3 bitfield_size=1
`;

/** Two kernels in files of their own. */
function kernels(): [string, string] {
  const folder = workDirectory();
  writeFileSync(join(folder, "6.1"), kernel(4).bytes);
  writeFileSync(join(folder, "6.12"), kernel(8, "queued").bytes);
  return [join(folder, "6.1"), join(folder, "6.12")];
}

describe("btfx offsets", () => {
  it("prints a row for each member of one kernel", async () => {
    const [path] = kernels();
    expect(await btfx("offsets", "rq.{nr,idle}", path)).toEqual({
      exitCode: 0,
      stdout: "path     offset  size   type\nrq.nr    4       4      int\nrq.idle  0:3     1 bit  int\n",
      stderr: "",
    });
  });

  it("prints a column for each of several, with what only some have", async () => {
    const { exitCode, stdout } = await btfx("offsets", "rq.{nr,queued}", ...kernels());
    expect(stdout).toBe("path       6.1  6.12\nrq.nr      4    -\nrq.queued  -    8\n");
    expect(exitCode).toBe(0);
  });

  it("takes no memory of WebAssembly for each of several kernels: a process may have few", async () => {
    const folder = workDirectory();
    const paths = ["a", "b", "c", "d"].map((name) => join(folder, name));
    for (const path of paths)
      writeFileSync(path, assemble(rawText(kernel(4)), null, { gaps: [0, 0, 1 << 20] }));
    const { Memory } = WebAssembly;
    let made = 0;
    WebAssembly.Memory = class extends Memory {
      constructor(descriptor: WebAssembly.MemoryDescriptor) {
        super(descriptor);
        made++;
      }
    };
    try {
      expect((await btfx("offsets", "rq.nr", ...paths)).exitCode).toBe(0);
    } finally {
      WebAssembly.Memory = Memory;
    }
    expect(made).toBeLessThan(2);
  });

  it("names a file in JSON as it is", async () => {
    const path = join(workDirectory(), "\x1b[31m\nred");
    writeFileSync(path, kernel(4).bytes);
    const { stdout } = await btfx("offsets", "rq.nr", path, "-j");
    expect(JSON.parse(stdout).kernels[0].file).toBe(path);
    expect(stdout).not.toContain("\x1b");
  });

  it("prints JSON and TSV", async () => {
    const [path] = kernels();
    expect(JSON.parse((await btfx("offsets", "rq.idle", "rq.none", path, "-j")).stdout)).toEqual({
      kernels: [
        {
          file: path,
          members: [
            { path: "rq.idle", type: "int", offset: 0, size: 1, bit_offset: 3, bit_size: 1 },
            { path: "rq.none", error: "struct rq has no member 'none'" },
          ],
        },
      ],
    });
    expect((await btfx("offsets", "rq.nr", path, "-f", "tsv")).stdout).toBe(
      "path\toffset\tsize\ttype\nrq.nr\t4\t4\tint\n",
    );
  });

  it.each([
    ["c", "#define RQ_NR_OFFSET 4\n#define RQ_NR_SIZE 4\n#define RQ_IDLE_BIT_OFFSET 3\n"],
    ["rust", "pub const RQ_NR_OFFSET: usize = 4;\n"],
    ["go", "const RqNrOffset = 4\nconst RqNrSize = 4\n"],
    ["shell", "RQ_NR_OFFSET=4\nRQ_NR_SIZE=4\n"],
  ])("prints source in %s", async (format, expected) => {
    const [path, other] = kernels();
    expect((await btfx("offsets", "rq.nr", "rq.idle", path, "-f", format)).stdout).toContain(expected);
    const both = (await btfx("offsets", "rq.nr", path, other, "-f", format)).stdout;
    expect(both).toMatch(/V_?6_?1_?RQ_?NR_?OFFSET/i);
    expect(both).toContain("rq.nr: struct rq has no member 'nr'");
  });

  it("gives constants of files that are named alike names of their own", async () => {
    const folder = workDirectory();
    const files = ["6.1/vmlinux", "6-1/vmlinux"].map((name) => join(folder, name));
    for (const file of files) {
      mkdirSync(dirname(file));
      writeFileSync(file, kernel(4).bytes);
    }
    const { stdout } = await btfx("offsets", "rq.nr", ...files, "-f", "c");
    expect(stdout.match(/\w+_OFFSET/g)).toEqual(["V_6_1_RQ_NR_OFFSET", "V_6_1_2_RQ_NR_OFFSET"]);
  });

  it.each(["c", "rust", "go", "shell"])("gives no constant twice in %s", async (format) => {
    const folder = workDirectory();
    const source = btf`
      [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
      [2] STRUCT 'a' size=24 vlen=5
        'b_c' type_id=1 bits_offset=0
        'B_C' type_id=1 bits_offset=32
        'b' type_id=3 bits_offset=64
        'flag' type_id=1 bits_offset=96 bitfield_size=1
        'flag_bit' type_id=1 bits_offset=128
      [3] STRUCT 'inner' size=4 vlen=1
        'c' type_id=1 bits_offset=0
      [4] STRUCT 'c_a' size=4 vlen=1
        'flag' type_id=1 bits_offset=0
    `;
    // The names of files come to v_6_1 twice, and then to what the second of them is called.
    const files = ["v_6_1", "v-6-1", "v-6-1-2", "v-6-1-c"].map((name) => join(folder, name));
    for (const file of files) writeFileSync(file, source.bytes);
    const members = ["a.b_c", "a.B_C", "a.b.c", "a.flag", "a.flag_bit", "c_a.flag"];
    const { stdout } = await btfx("offsets", ...members, ...files, "-f", format);
    const constants = stdout.match(/^(?!\/|#(?!define)).*?\w+_?(?:offset|size)\b/gim) ?? [];
    expect(constants).toHaveLength(members.length * files.length * 2);
    expect(new Set(constants).size).toBe(constants.length);
  });

  it("says in a comment what may have been meant", async () => {
    const { stdout } = await btfx("offsets", "rq.{nr,idl}", kernels()[0], "-f", "c");
    expect(stdout).toContain("/* rq.idl: struct rq has no member 'idl'; did you mean idle? */\n");
  });

  it("fails where an assertion does not hold, and says where the member is", async () => {
    const [path, other] = kernels();
    expect((await btfx("offsets", "--assert", "rq.nr=4", path)).exitCode).toBe(0);
    const { exitCode, stderr } = await btfx("offsets", "--assert", "rq.nr=0x8", path, other);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`${path}: rq.nr is at 4, not at 8\n`);
    expect(stderr).toContain(`${other}: rq.nr should be at 8: struct rq has no member 'nr'\n`);
  });

  it("says what no kernel has, and names like a wrong one", async () => {
    const none = await btfx("offsets", "rq.none", ...kernels());
    expect([none.exitCode, none.stderr]).toEqual([1, "btfx: rq.none: struct rq has no member 'none'\n"]);
    const slip = await btfx("offsets", "rqq.nr", kernels()[0]);
    expect([slip.exitCode, slip.stderr]).toEqual([
      2,
      "btfx: there is no struct or union 'rqq'\n      did you mean rq?\n",
    ]);
    expect((await btfx("offsets", kernels()[0])).stderr).toContain("no member is named");
    expect((await btfx("offsets", "--assert", "rq.nr", kernels()[0])).exitCode).toBe(2);
  });
});

it("expands braces as a shell does", () => {
  expect(expandBraces("a.{b,c}.{d,e}")).toEqual(["a.b.d", "a.b.e", "a.c.d", "a.c.e"]);
  expect(expandBraces("a.b")).toEqual(["a.b"]);
});
