import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { parseBtf } from "../../src/btf/parse.ts";
import { memorySource } from "../../src/elf/byte-source.ts";
import { readElf } from "../../src/elf/read.ts";
import { assemble, btf, raw, rawText } from "../support/btf.ts";
import { btfx, btfxUnread, workDirectory } from "../support/cli.ts";
import { OTHER_VMLINUX, SPLIT, VMLINUX } from "../support/driver.ts";
import { assembleElf, latin1 } from "../support/elf.ts";

const NEW_VMLINUX = btf`
  [1] STRUCT 'device' size=16 vlen=0
  [2] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
`;
/** The struct grew, and the integer lost its sign. */
const BAD_VMLINUX = btf`
  [1] STRUCT 'device' size=24 vlen=0
  [2] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=(none)
`;
/**
 * `.BTF` and `.BTF.base` after distilling, by the rules of libbpf: named types to the base, the pointer to the split
 * BTF.
 */
const DISTILLED_BASE = raw`
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] STRUCT 'device' size=16 vlen=0
`;
const DISTILLED_SPLIT = raw`
  [3] STRUCT 'driver' size=24 vlen=2
    'device' type_id=2 bits_offset=0
    'id' type_id=6 bits_offset=128
  [4] FUNC_PROTO '(anon)' ret_type_id=1 vlen=1
    'device' type_id=6
  [5] FUNC 'probe' type_id=4 linkage=static
  [6] PTR '(anon)' type_id=2
`;
const RELOCATED_SPLIT = raw`
  [3] STRUCT 'driver' size=24 vlen=2
    'device' type_id=1 bits_offset=0
    'id' type_id=6 bits_offset=128
  [4] FUNC_PROTO '(anon)' ret_type_id=2 vlen=1
    'device' type_id=6
  [5] FUNC 'probe' type_id=4 linkage=static
  [6] PTR '(anon)' type_id=1
`;
const SIGNATURE = Buffer.concat([
  Buffer.from("not really a signature"),
  Buffer.from([0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 22]),
  Buffer.from("~Module signature appended~\n"),
]);

/** A module with a set8 of one kfunc (`probe`, id 7) and a list of one struct (`device`, id 3). */
function module({ release = "6.12.0-a", stripped = false, extra = "" } = {}): Uint8Array {
  return assembleElf({
    bits: 64,
    littleEndian: true,
    machine: 62,
    sections: [
      { name: ".text", flags: 6, data: latin1("code"), align: 16 },
      { name: ".modinfo", flags: 2, data: latin1(`name=driver\0vermagic=${release} SMP \0`) },
      { name: ".BTF_ids", flags: 2, words: [1, 1, 7, 0, 3], align: 4 },
      { name: ".BTF", data: SPLIT.bytes },
      ...(extra === "" ? [] : [{ name: extra, data: SPLIT.bytes }]),
    ],
    symbols: stripped
      ? []
      : [
          { name: "__BTF_ID__set8__kfuncs", section: ".BTF_ids", value: 0, size: 16 },
          { name: "__BTF_ID__func__probe__1", section: ".BTF_ids", value: 8, size: 4, type: 1 },
          { name: "__BTF_ID__struct__device__2", section: ".BTF_ids", value: 16, size: 4, type: 1 },
        ],
  });
}

/** A directory with the kernels and `driver.ko`. */
function workshop(ko: Uint8Array = module()): string {
  const directory = workDirectory();
  writeFileSync(join(directory, "vmlinux"), VMLINUX.bytes);
  writeFileSync(join(directory, "vmlinux-new"), NEW_VMLINUX.bytes);
  writeFileSync(join(directory, "vmlinux-bad"), BAD_VMLINUX.bytes);
  writeFileSync(join(directory, "vmlinux-other"), OTHER_VMLINUX.bytes);
  writeFileSync(join(directory, "driver.ko"), ko);
  return directory;
}

function section(path: string, name: string): Uint8Array {
  const elf = readElf(memorySource(readFileSync(path)));
  const found = elf.section(name);
  if (found === undefined) throw new Error(`${path} has no ${name}`);
  return elf.data(found);
}

function sectionText(path: string): { base: string; split: string } {
  const base = parseBtf(section(path, ".BTF.base"));
  return { base: rawText(base), split: rawText(parseBtf(section(path, ".BTF"), base)) };
}

function words(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length / 4 }, (_, i) => view.getUint32(i * 4, true));
}

describe("btfx distill", () => {
  it("writes a module with a distilled base beside the input", async () => {
    const at = workshop();
    const before = readFileSync(join(at, "driver.ko"));
    const ran = await btfx("distill", join(at, "driver.ko"), "-B", join(at, "vmlinux"));
    expect(ran.exitCode).toBe(0);
    expect(ran.stdout).toContain("2 base types, 3 own + 1 copied");
    const { base, split } = sectionText(join(at, "driver.distilled.ko"));
    expect(base).toBe(DISTILLED_BASE);
    expect(split).toBe(DISTILLED_SPLIT);
    expect(readFileSync(join(at, "driver.ko"))).toEqual(before);
  });

  it("renumbers .BTF_ids, and warns of ids that kernels do not relocate", async () => {
    const at = workshop();
    const ran = await btfx("distill", join(at, "driver.ko"), "-B", join(at, "vmlinux"));
    expect(words(section(join(at, "driver.distilled.ko"), ".BTF_ids"))).toEqual([1, 1, 5, 0, 2]);
    expect(ran.stderr).toMatch(/ids outside a set8.*STRUCT device \[3\]/);
  });

  it.each([".BTF.inline", ".BTF.ext", ".BTF_more"])(
    "refuses a module with type ids in %s, which would name other types",
    async (extra) => {
      const at = workshop(module({ extra }));
      const ran = await btfx("distill", join(at, "driver.ko"), "-B", join(at, "vmlinux"));
      expect(ran.exitCode).toBe(3);
      expect(ran.stderr).toContain(`${extra}: its type ids are not renumbered`);
      expect(readdirSync(at)).not.toContain("driver.distilled.ko");
    },
  );

  it("refuses a module whose .BTF_ids lost their symbols", async () => {
    const at = workshop(module({ stripped: true }));
    const ran = await btfx("distill", join(at, "driver.ko"), "-B", join(at, "vmlinux"));
    expect(ran.exitCode).toBe(3);
    expect(ran.stderr).toMatch(/\.BTF_ids: the symbols .* are missing/);
    expect(readdirSync(at)).not.toContain("driver.distilled.ko");
  });

  it("refuses a vmlinux of another build, naming the kernel that the module was built for", async () => {
    const at = workshop();
    const ran = await btfx("distill", join(at, "driver.ko"), "-B", join(at, "vmlinux-other"));
    expect(ran.exitCode).toBe(1);
    expect(ran.stderr).toMatch(/not the vmlinux the module was built against/);
    expect(ran.stderr).toContain("6.12.0-a");
    expect(existsSync(join(at, "driver.distilled.ko"))).toBe(false);
  });

  it("says where it looked when the module's vmlinux is not here", async () => {
    const at = workshop();
    const ran = await btfx("distill", join(at, "driver.ko"));
    expect(ran.exitCode).toBe(4);
    expect(ran.stderr).toContain("it is not in /lib/modules/6.12.0-a, ");
  });

  it("overwrites an output only with --force", async () => {
    const at = workshop();
    writeFileSync(join(at, "driver.distilled.ko"), "precious");
    const args = ["distill", join(at, "driver.ko"), "-B", join(at, "vmlinux")];
    const refused = await btfx(...args);
    expect(refused.exitCode).toBe(4);
    expect(refused.stderr).toContain("--force");
    expect(readFileSync(join(at, "driver.distilled.ko"), "utf8")).toBe("precious");
    expect((await btfx(...args, "--force")).exitCode).toBe(0);
    expect(sectionText(join(at, "driver.distilled.ko")).base).toBe(DISTILLED_BASE);
  });

  it("never writes over its input unless asked to work in place", async () => {
    const at = workshop();
    const ran = await btfx(
      "distill",
      "-f",
      join(at, "driver.ko"),
      "-B",
      join(at, "vmlinux"),
      "-o",
      join(at, "driver.ko"),
    );
    expect(ran.exitCode).toBe(4);
    expect(readFileSync(join(at, "driver.ko"))).toEqual(Buffer.from(module()));
  });

  it("never writes over its base", async () => {
    const at = workshop();
    const distill = ["distill", join(at, "driver.ko"), "-B", join(at, "vmlinux"), "-f", "-o"];
    expect((await btfx(...distill, join(at, "vmlinux"))).exitCode).toBe(4);
    expect((await btfx(...distill, join(at, "distilled.ko"))).exitCode).toBe(0);
    const relocate = ["relocate", join(at, "distilled.ko"), "-B", join(at, "vmlinux"), "-f", "-o"];
    expect((await btfx(...relocate, join(at, "vmlinux"))).exitCode).toBe(4);
    expect(readFileSync(join(at, "vmlinux"))).toEqual(Buffer.from(VMLINUX.bytes));
  });

  it("does all modules when nobody reads what it says", async () => {
    const at = workshop();
    mkdirSync(join(at, "tree"));
    for (const name of ["a.ko", "b.ko", "c.ko"]) writeFileSync(join(at, "tree", name), module());
    const ran = await btfxUnread("distill", "--in-place", join(at, "tree"), "-B", join(at, "vmlinux"));
    expect(ran.exitCode).toBe(0);
    for (const name of ["a.ko", "b.ko", "c.ko"]) {
      expect(sectionText(join(at, "tree", name)).split).toBe(DISTILLED_SPLIT);
    }
    const bad = await btfxUnread("relocate", "-n", join(at, "tree"), "-B", join(at, "vmlinux-bad"));
    expect(bad.exitCode).toBe(1);
  });

  it("replaces a module in place, keeps its mode, and leaves nothing beside it", async () => {
    const at = workshop();
    chmodSync(join(at, "driver.ko"), 0o640);
    const names = readdirSync(at);
    const ran = await btfx("distill", "--in-place", join(at, "driver.ko"), "-B", join(at, "vmlinux"));
    expect(ran.exitCode).toBe(0);
    expect(sectionText(join(at, "driver.ko")).split).toBe(DISTILLED_SPLIT);
    expect(statSync(join(at, "driver.ko")).mode & 0o777).toBe(0o640);
    expect(readdirSync(at)).toEqual(names);
  });

  it("leaves a module that is distilled already as it is", async () => {
    const at = workshop();
    await btfx("distill", "--in-place", join(at, "driver.ko"), "-B", join(at, "vmlinux"));
    const once = readFileSync(join(at, "driver.ko"));
    const again = await btfx("distill", "--in-place", join(at, "driver.ko"), "-B", join(at, "vmlinux"));
    expect(again.exitCode).toBe(0);
    expect(readFileSync(join(at, "driver.ko"))).toEqual(once);
  });

  it("writes such a module's sections as they are with --detached, and those of raw BTF with -o", async () => {
    const at = workshop();
    const files = ["driver.BTF", "driver.BTF.base"];
    await btfx("distill", "--in-place", join(at, "driver.ko"), "-B", join(at, "vmlinux"));
    await btfx("distill", "--detached", join(at, "driver.ko"), "-o", join(at, "out/"));
    expect(readdirSync(join(at, "out"))).toEqual([...files, "driver.BTF_ids"]);
    for (const name of [".BTF", ".BTF.base", ".BTF_ids"]) {
      const written = readFileSync(join(at, "out", `driver${name}`));
      expect(written).toEqual(Buffer.from(section(join(at, "driver.ko"), name)));
    }
    await btfx("distill", join(at, "out/driver.BTF"), "-o", join(at, "again/"));
    for (const name of files) {
      expect(readFileSync(join(at, "again", name))).toEqual(readFileSync(join(at, "out", name)));
    }
  });

  it.each([
    ["empty", new Uint8Array(0)],
    ["no BTF", latin1("no BTF at all, whatever the section says")],
    ["another module's", assemble("[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED")],
  ])("does not take a module for distilled whose base is %s", async (_, base) => {
    const at = workshop(
      assembleElf({
        bits: 64,
        littleEndian: true,
        machine: 62,
        sections: [
          { name: ".BTF", data: SPLIT.bytes },
          { name: ".BTF.base", data: base },
        ],
      }),
    );
    const ran = await btfx("distill", join(at, "driver.ko"), "-B", join(at, "vmlinux"));
    expect(ran).toMatchObject({ exitCode: 3, stdout: "" });
    expect(ran.stderr).toMatch(/driver\.ko: \.BTF/);
  });

  it("drops a signature with a warning, and in place only with leave", async () => {
    const at = workshop(Buffer.concat([module(), SIGNATURE]));
    const args = ["distill", join(at, "driver.ko"), "-B", join(at, "vmlinux")];
    const beside = await btfx(...args);
    expect(beside.exitCode).toBe(0);
    expect(beside.stderr).toContain("sign the module again");
    expect(readFileSync(join(at, "driver.distilled.ko"), "latin1")).not.toContain(
      "~Module signature appended~",
    );
    const inPlace = await btfx(...args, "--in-place");
    expect(inPlace.exitCode).toBe(2);
    expect(inPlace.stderr).toContain("--strip-signature");
    expect(readFileSync(join(at, "driver.ko"), "latin1")).toContain("~Module signature appended~");
    expect((await btfx(...args, "--in-place", "--strip-signature")).exitCode).toBe(0);
  });

  describe("--sign-with", () => {
    /** Appends a signature, as sign-file of the kernel does, and notes the name that it was given. */
    const signer = (at: string) => {
      const path = join(at, "sign me");
      writeFileSync(join(at, "signature"), SIGNATURE);
      writeFileSync(
        path,
        `#!/bin/sh\necho "$1 $(basename "$2")" >> '${at}/log'\ncat '${at}/signature' >> "$2"\n`,
      );
      chmodSync(path, 0o755);
      return `'${path}' sha256`;
    };

    it("signs what is written, before it is compressed, and lets --in-place drop the old signature", async () => {
      const at = workshop(Buffer.concat([module(), SIGNATURE]));
      const args = ["distill", join(at, "driver.ko"), "-B", join(at, "vmlinux")];
      const packed = join(at, "driver.ko.gz");
      const words = [...args, "--sign-with", signer(at)];
      const beside = await btfx(...words, "-o", packed);
      expect(beside.exitCode).toBe(0);
      expect(beside.stderr).not.toContain("signature");
      const signed = gunzipSync(readFileSync(packed));
      expect((await btfx(...args, "-o", join(at, "plain.ko"))).exitCode).toBe(0);
      expect(signed.equals(Buffer.concat([readFileSync(join(at, "plain.ko")), SIGNATURE]))).toBe(true);
      expect((await btfx(...words, "--in-place")).exitCode).toBe(0);
      expect(readFileSync(join(at, "driver.ko")).equals(signed)).toBe(true);
      expect(readFileSync(join(at, "log"), "utf8")).toBe("sha256 driver.ko\nsha256 driver.ko\n");
    });

    it("signs a relocated module, and a copy of a distilled one that has no signature yet", async () => {
      const at = workshop();
      const vmlinux = join(at, "vmlinux");
      const distilled = join(at, "distilled.ko");
      await btfx("distill", join(at, "driver.ko"), "-B", vmlinux, "-o", distilled);
      for (const [command, output] of [
        ["relocate", "relocated.ko"],
        ["distill", "copy.ko"],
      ]) {
        const path = join(at, output);
        const ran = await btfx(command, distilled, "-B", vmlinux, "-o", path, "--sign-with", signer(at));
        expect(ran.exitCode).toBe(0);
        expect(readFileSync(path).subarray(-SIGNATURE.length).equals(SIGNATURE)).toBe(true);
      }
    });

    it("runs nothing in a dry run", async () => {
      const at = workshop();
      const words = ["distill", "-n", join(at, "driver.ko"), "-B", join(at, "vmlinux")];
      expect((await btfx(...words, "--sign-with", signer(at))).exitCode).toBe(0);
      expect(existsSync(join(at, "log"))).toBe(false);
    });

    it.each([
      ["fails", "echo 'no key' >&2; exit 3;", "it ended with exit code 3: no key"],
      ["does not exist", "/nowhere/sign-file", "it ended with exit code 127"],
      ["appends nothing", "true", "it appended no signature to the module"],
      [
        "changes the module",
        "changes() { cat '%/signature' '%/signature' >> \"$1\"; }; changes",
        "it changed the module itself",
      ],
    ])("writes nothing where the command %s", async (_, command, why) => {
      const at = workshop();
      signer(at);
      const output = join(at, "out.ko");
      const words = ["distill", join(at, "driver.ko"), "-B", join(at, "vmlinux"), "-o", output, "-j"];
      const ran = await btfx(...words, "--sign-with", command.replaceAll("%", at));
      expect(ran.exitCode).toBe(4);
      const { code, message } = JSON.parse(ran.stdout).results[0].failures[0];
      expect(code).toBe("sign-failed");
      expect(message).toContain(why);
      expect(existsSync(output)).toBe(false);
    });
  });

  it("writes sections as files of resolve_btfids' names with --detached", async () => {
    const at = workshop();
    await btfx("distill", "--detached", join(at, "driver.ko"), "-B", join(at, "vmlinux"));
    await btfx(
      "distill",
      "--detached",
      join(at, "driver.ko"),
      "-B",
      join(at, "vmlinux"),
      "-o",
      join(at, "out/"),
    );
    const files = ["BTF", "BTF.base", "BTF_ids"];
    expect(readdirSync(at).filter((name) => name.startsWith("driver.distilled"))).toEqual(
      files.map((name) => `driver.distilled.${name}`),
    );
    expect(readdirSync(join(at, "out"))).toEqual(files.map((name) => `driver.${name}`));
    expect(rawText(parseBtf(readFileSync(join(at, "out/driver.BTF.base"))))).toBe(DISTILLED_BASE);
  });

  it("mirrors a tree, follows no links to directories, and does the rest when one module fails", async () => {
    const at = workshop();
    mkdirSync(join(at, "tree/net"), { recursive: true });
    writeFileSync(join(at, "tree/net/driver.ko"), module());
    writeFileSync(join(at, "tree/broken.ko"), "not a module");
    writeFileSync(join(at, "tree/readme.txt"), "no module");
    symlinkSync("..", join(at, "tree/net/up"));
    const ran = await btfx(
      "distill",
      "-j",
      join(at, "tree"),
      "-B",
      join(at, "vmlinux"),
      "-o",
      join(at, "out"),
    );
    expect(ran.exitCode).toBe(3);
    const { results, summary } = JSON.parse(ran.stdout);
    expect(summary).toEqual({ inputs: 2, ok: 1, failed: 1 });
    expect(results).toMatchObject([
      { input: join(at, "tree/broken.ko"), ok: false, outputs: [], failures: [{ code: "bad-magic" }] },
      {
        input: join(at, "tree/net/driver.ko"),
        ok: true,
        outputs: [join(at, "out/net/driver.ko")],
        failures: [],
      },
    ]);
    expect(results[1].warnings).toHaveLength(1);
    expect(sectionText(join(at, "out/net/driver.ko")).base).toBe(DISTILLED_BASE);
  });

  it("refuses two inputs that would be one output", async () => {
    const at = workshop();
    mkdirSync(join(at, "second"));
    writeFileSync(join(at, "second/driver.ko"), module());
    const inputs = [join(at, "driver.ko"), join(at, "second/driver.ko")];
    const ran = await btfx("distill", ...inputs, "-B", join(at, "vmlinux"), "-o", join(at, "out"));
    expect(ran.exitCode).toBe(4);
    expect(ran.stderr).toContain("choose another -o");
  });

  it("distils raw BTF", async () => {
    const at = workshop();
    writeFileSync(join(at, "driver.btf"), SPLIT.bytes);
    const ran = await btfx("distill", join(at, "driver.btf"), "-B", join(at, "vmlinux"), "-o", `${at}/out/`);
    expect(ran.exitCode).toBe(0);
    expect(readdirSync(join(at, "out"))).toEqual(["driver.BTF", "driver.BTF.base"]);
    const noBase = await btfx("distill", join(at, "driver.btf"));
    expect(noBase.exitCode).toBe(4);
    expect(noBase.stderr).toContain("-B");
  });
});

describe("btfx relocate", () => {
  async function distilled(): Promise<string> {
    const at = workshop();
    await btfx("distill", "--in-place", join(at, "driver.ko"), "-B", join(at, "vmlinux"));
    return at;
  }

  it("writes a module on the new kernel's types, without distilled base, its .BTF_ids too", async () => {
    const at = await distilled();
    const ran = await btfx("relocate", join(at, "driver.ko"), "-B", join(at, "vmlinux-new"));
    expect(ran.exitCode).toBe(0);
    const out = join(at, "driver.relocated.ko");
    expect(rawText(parseBtf(section(out, ".BTF"), NEW_VMLINUX))).toBe(RELOCATED_SPLIT);
    expect(words(section(out, ".BTF_ids"))).toEqual([1, 1, 5, 0, 1]);
    expect(() => section(out, ".BTF.base")).toThrow("no .BTF.base");
  });

  it("tells all that does not fit, who needs it, and writes nothing", async () => {
    const at = await distilled();
    const ran = await btfx("relocate", join(at, "driver.ko"), "-B", join(at, "vmlinux-bad"));
    expect(ran.exitCode).toBe(1);
    expect(ran.stdout).toContain("2 of 2 base types do not fit");
    expect(ran.stdout).toMatch(
      /STRUCT device \[2\]: size differs: 16 bytes needed \(held by value\), .* STRUCT \[1\] of 24 bytes/,
    );
    expect(ran.stdout).toMatch(/embedded in STRUCT driver \[3\]/);
    expect(ran.stdout).toMatch(/INT int \[1\]: int encoding differs/);
    expect(existsSync(join(at, "driver.relocated.ko"))).toBe(false);
  });

  it("gives the same as data with --json", async () => {
    const at = await distilled();
    const ran = await btfx("relocate", "-j", join(at, "driver.ko"), "-B", join(at, "vmlinux-bad"));
    const { results, summary } = JSON.parse(ran.stdout);
    expect(summary).toEqual({ inputs: 1, ok: 0, failed: 1 });
    expect(results[0].failures).toMatchObject([
      { rule: "int-encoding-differs", id: 1, name: "int", candidates: [{ id: 2, kind: "INT", size: 4 }] },
      {
        rule: "size-differs",
        id: 2,
        kind: "STRUCT",
        name: "device",
        size: 16,
        embedded: true,
        candidates: [{ id: 1, kind: "STRUCT", size: 24 }],
        users: [
          { id: 3, name: "driver", how: "embeds" },
          { name: "probe", how: "uses" },
        ],
        message: "distilled base BTF type 'device' [2] is not mapped to base BTF id",
      },
    ]);
  });

  it("only tells with --dry-run", async () => {
    const at = await distilled();
    const ran = await btfx("relocate", "-n", join(at, "driver.ko"), "-B", join(at, "vmlinux-new"));
    expect(ran.exitCode).toBe(0);
    expect(existsSync(join(at, "driver.relocated.ko"))).toBe(false);
  });

  it("finds NAME.BTF.base beside NAME.BTF, or takes --distilled-base", async () => {
    const at = await distilled();
    writeFileSync(join(at, "driver.BTF"), section(join(at, "driver.ko"), ".BTF"));
    const args = ["relocate", join(at, "driver.BTF"), "-B", join(at, "vmlinux-new"), "-o", join(at, "out/")];
    const alone = await btfx(...args);
    expect(alone.exitCode).toBe(3);
    expect(alone.stderr).toContain("--distilled-base");
    writeFileSync(join(at, "base"), section(join(at, "driver.ko"), ".BTF.base"));
    expect((await btfx(...args, "--distilled-base", join(at, "base"))).exitCode).toBe(0);
    writeFileSync(join(at, "driver.BTF.base"), readFileSync(join(at, "base")));
    expect((await btfx(...args, "-f")).exitCode).toBe(0);
    expect(rawText(parseBtf(readFileSync(join(at, "out/driver.BTF")), NEW_VMLINUX))).toBe(RELOCATED_SPLIT);
  });

  it("takes no base for a module, which has its own", async () => {
    const at = await distilled();
    const args = ["relocate", join(at, "driver.ko"), "-B", join(at, "vmlinux-new")];
    const ran = await btfx(...args, "--distilled-base", join(at, "vmlinux"));
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toContain("a module has its own");
  });

  it("leaves no distilled base beside types that are split on a kernel", async () => {
    const at = await distilled();
    await btfx("distill", "--detached", join(at, "driver.ko"), "-o", join(at, "out/"));
    const before = readFileSync(join(at, "out/driver.BTF"));
    const args = ["relocate", "--detached", join(at, "driver.ko"), "-B", join(at, "vmlinux-new"), "-f"];
    const ran = await btfx(...args, "-o", join(at, "out/"));
    expect(ran.exitCode).toBe(4);
    expect(ran.stderr).toMatch(/driver\.BTF\.base exists, and would be taken/);
    expect(readFileSync(join(at, "out/driver.BTF"))).toEqual(before);
  });

  it("refuses a module that is not distilled", async () => {
    const at = workshop();
    const ran = await btfx("relocate", join(at, "driver.ko"), "-B", join(at, "vmlinux-new"));
    expect(ran.exitCode).toBe(3);
    expect(ran.stderr).toContain("btfx distill");
  });
});

describe("the command line", () => {
  it.each([
    [["distill"], "distill needs MODULE"],
    [["relocate", "x.ko"], "relocate needs -B VMLINUX"],
    [["distil", "x.ko"], "did you mean distill?"],
    [["distill", "x.ko", "--nonsense"], "unknown option"],
    [["distill", "x.ko", "--in-place", "-o", "y"], "exclude each other"],
  ])("refuses %j with exit code 2", async (argv, message) => {
    const ran = await btfx(...argv);
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toContain(message);
    expect(ran.stdout).toBe("");
  });

  it.each([["--help"], ["distill", "--help"], ["relocate", "--help"]])(
    "prints help with examples: %s %s",
    async (...argv) => {
      const ran = await btfx(...argv);
      expect(ran.exitCode).toBe(0);
      expect(ran.stdout).toMatch(/Examples:\n {2}btfx /);
    },
  );

  it.each(["--version", "-V", "version"])("prints the package's version for %s", async (word) => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    expect(await btfx(word)).toEqual({ exitCode: 0, stdout: `btfx v${version}\n`, stderr: "" });
  });

  it.each([
    ["nothing", new Uint8Array(0), "empty"],
    [
      "an xz file",
      Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0),
      "xz: offset 0x7: the data ends within the stream header",
    ],
    [
      "a zstd file",
      Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0),
      "zstd: offset 0x5: the data ends within the header",
    ],
    ["text", latin1("hello world"), "neither BTF nor ELF"],
    ["half a module", module().subarray(0, 100), "past the end of the file"],
    ["half a BTF", SPLIT.bytes.subarray(0, 40), "Invalid BTF total size"],
  ])("says what is wrong with %s", async (_what, bytes, message) => {
    const at = workshop(bytes);
    const ran = await btfx("distill", join(at, "driver.ko"), "-B", join(at, "vmlinux"));
    expect(ran.exitCode).toBe(3);
    expect(ran.stderr).toContain(join(at, "driver.ko"));
    expect(ran.stderr).toContain(message);
  });

  it("keeps control characters of paths away from the terminal", async () => {
    const ran = await btfx("distill", "/no/such/\u001b[31mfile", "-B", "/no/vmlinux");
    expect(ran.exitCode).toBe(4);
    expect(ran.stderr).not.toContain("\u001b");
  });
});
