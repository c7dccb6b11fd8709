import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import { setMaxBytes } from "../../src/io/limits.ts";
import { btfx, workDirectory } from "../support/cli.ts";
import { bzImage, flatImage } from "../support/images.ts";
import { kernelBytes } from "../support/kernel-bytes.ts";
import { hasTool, pipe } from "../support/tools.ts";

const sample = (name: string) => new URL(`../../samples/${name}`, import.meta.url).pathname;
const [meter, vmlinux, later] = ["meter.ko", "vmlinux-a", "vmlinux-b"].map(sample);
const program = new URL("../../bin/btfx.js", import.meta.url).pathname;

/** How a module may be compressed: the ending, and what does it. */
const PACKERS: [ending: string, pack: (bytes: Uint8Array) => Uint8Array][] = [
  ["gz", (bytes) => gzipSync(bytes)],
  ["xz", (bytes) => pipe("xz", ["--check=crc32", "--lzma2=dict=1MiB", "-c"], bytes)],
];
if (hasTool("zstd")) PACKERS.push(["zst", (bytes) => pipe("zstd", ["-qc"], bytes)]);

let directory: string;
beforeEach(() => {
  directory = workDirectory();
});

function file(name: string, bytes: Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, bytes);
  return path;
}

/** What a command says and does, without the places of files and the endings that are compared. */
async function answer(words: readonly string[]): Promise<unknown> {
  const { exitCode, stdout, stderr } = await btfx(...words);
  const hide = (text: string) =>
    text.replaceAll(/[^" ]*\/([\w-]+\.(?:ko|BTF[\w.]*))(?:\.(?:gz|xz|zst))?/g, "$1");
  return { exitCode, stderr: hide(stderr), stdout: hide(stdout) };
}

describe.each(PACKERS)("a module as .ko.%s", (ending, pack) => {
  it.each([
    ["dump", "KO", "-B", vmlinux],
    ["dump", "KO", "-B", vmlinux, "format", "c"],
    ["dump", "KO", "-B", vmlinux, "-j"],
    ["verify", "KO", "-B", vmlinux],
    ["verify", "KO", "-B", vmlinux, "-B", later, "-j"],
    ["distill", "--detached", "KO", "-B", vmlinux, "-o", "OUT", "-j"],
    ["dump", "KO"],
    ["extract", "KO", "--banner"],
  ])("gives what the plain one gives: btfx %s %s …", async (...words) => {
    const packed = file(`meter.ko.${ending}`, pack(readFileSync(meter)));
    const filled = (ko: string, out: string) =>
      words.map((word) => ({ KO: ko, OUT: `${join(directory, out)}/` })[word] ?? word);
    expect(await answer(filled(packed, "packed"))).toEqual(await answer(filled(meter, "plain")));
  });

  it("becomes a module that is compressed alike, in a tree, beside it and in place", async () => {
    const plain = join(directory, "expected.ko");
    await btfx("distill", meter, "-B", vmlinux, "-o", plain);
    mkdirSync(join(directory, "tree/net"), { recursive: true });
    const packed = join(directory, `tree/net/meter.ko.${ending}`);
    writeFileSync(packed, pack(readFileSync(meter)));
    const runs = [
      [["-o", join(directory, "out")], join(directory, `out/net/meter.ko.${ending}`)],
      [[], join(directory, `tree/net/meter.distilled.ko.${ending}`)],
      [["--in-place", "--strip-signature"], packed],
    ] as const;
    for (const [options, output] of runs) {
      const { exitCode, stderr } = await btfx("distill", join(directory, "tree"), "-B", vmlinux, ...options);
      expect([exitCode, stderr]).toEqual([0, expect.not.stringContaining("btfx:")]);
      const unpack = { gz: ["gzip", "-dc"], xz: ["xz", "-dc"], zst: ["zstd", "-qdc"] }[ending];
      const [command, ...args] = unpack ?? [];
      expect(Buffer.compare(pipe(command, args, readFileSync(output)), readFileSync(plain))).toBe(0);
    }
  });

  it("serves as a base and as raw BTF too, with its distilled base beside it", async () => {
    const base = file(`vmlinux.${ending}`, pack(readFileSync(vmlinux)));
    expect((await btfx("verify", meter, "-B", base)).exitCode).toBe(0);
    await btfx("distill", "--detached", meter, "-B", base, "-o", `${directory}/`);
    const [split, distilled] = ["meter.BTF", "meter.BTF.base"].map((name) =>
      readFileSync(join(directory, name)),
    );
    mkdirSync(join(directory, "packed"));
    const packed = file(`packed/meter.BTF.${ending}`, pack(split));
    file(`packed/meter.BTF.base.${ending}`, pack(distilled));
    expect((await btfx("relocate", "-n", packed, "-B", vmlinux)).exitCode).toBe(0);
    expect((await btfx("dump", packed)).stdout).toBe(
      (await btfx("dump", join(directory, "meter.BTF"))).stdout,
    );
  });
});

describe("--compress", () => {
  it.each([
    ["none", "meter.distilled.ko"],
    ["gz", "meter.distilled.ko.gz"],
  ])("%s names and writes %s", async (form, name) => {
    const packed = file("meter.ko.xz", pipe("xz", ["-c"], readFileSync(meter)));
    const { exitCode } = await btfx("distill", packed, "-B", vmlinux, "--compress", form);
    expect(exitCode).toBe(0);
    const written = readFileSync(join(directory, name));
    expect(written.subarray(0, 2).toString("latin1")).toBe(form === "none" ? "\x7fE" : "\x1f\x8b");
  });

  it("says before any work that xz is missing", () => {
    const bin = join(directory, "bin");
    mkdirSync(bin);
    const packed = file("meter.ko.xz", pipe("xz", ["-c"], readFileSync(meter)));
    const { status, stderr } = spawnSync(process.execPath, [program, "distill", packed, "-B", vmlinux], {
      env: { PATH: bin },
      encoding: "utf8",
    });
    expect([status, stderr]).toEqual([3, expect.stringContaining("takes the program xz")]);
    expect(stderr).toContain("--compress zst");
  });

  it("does not write what no kernel takes", async () => {
    const packed = file("meter.ko", pipe("xz", ["--format=lzma", "-c"], readFileSync(meter)));
    const words = ["distill", packed, "-B", vmlinux, "--in-place", "--strip-signature"];
    const { exitCode, stderr } = await btfx(...words);
    expect([exitCode, stderr]).toEqual([3, expect.stringContaining("nothing here writes modules as lzma")]);
  });
});

it.each(["bz2", "lz4", "lzma", "lzo"])(
  "no module is written under a name that ends in .%s",
  async (ending) => {
    const output = join(directory, `out.ko.${ending}`);
    const { exitCode, stderr } = await btfx("distill", meter, "-B", vmlinux, "-o", output);
    expect([exitCode, stderr]).toEqual([
      3,
      expect.stringContaining(`nothing here writes modules as .${ending}`),
    ]);
    expect(existsSync(output)).toBe(false);
    const asked = await btfx("distill", meter, "-B", vmlinux, "-o", output, "--compress", "none");
    expect([asked.exitCode, existsSync(output)]).toEqual([0, true]);
  },
);

describe("pipes", () => {
  /** Runs the built program in a shell, with the inputs as $KO and $BASE. */
  function shell(script: string): { status: number | null; stdout: string; stderr: string } {
    const env = { ...process.env, BTFX: program, KO: meter, BASE: vmlinux, OUT: join(directory, "out.ko") };
    return spawnSync("bash", ["-c", script.replaceAll("btfx ", `"${process.execPath}" "$BTFX" `)], {
      env,
      cwd: directory,
      encoding: "utf8",
    });
  }

  it.each([
    ["-", 'cat "$KO" | btfx dump -B "$BASE" -'],
    ["-, compressed", 'gzip -c "$KO" | btfx dump -B "$BASE" -'],
    ["- from a file", 'btfx dump - -B "$BASE" < "$KO"'],
    ["/dev/stdin", 'cat "$KO" | btfx dump /dev/stdin -B "$BASE"'],
    ["a process substitution", 'btfx dump <(cat "$KO") -B <(xz -c "$BASE")'],
    ["a base from -", 'cat "$BASE" | btfx dump "$KO" -B -'],
    ["a slow one", 'btfx dump <(sleep 0.3; cat "$KO") -B "$BASE"'],
  ])("are read: %s", async (_what, script) => {
    const { status, stdout, stderr } = shell(script);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toBe((await btfx("dump", meter, "-B", vmlinux)).stdout);
  });

  it.each([
    ["distill", 'cat "$KO" | btfx distill - -B "$BASE" -o "$OUT"'],
    ["verify", 'cat "$KO" | btfx verify - -B "$BASE"'],
    ["extract", 'cat "$KO" | btfx extract - -o "$OUT"'],
    ["stats", 'cat "$KO" | btfx stats - -B "$BASE"'],
    ["layout", 'cat "$BASE" | btfx layout machine -'],
    ["layout, of all", 'cat "$BASE" | btfx layout -s -'],
    ["who", 'cat "$BASE" | btfx who machine -'],
    ["offsets", 'cat "$BASE" | btfx offsets machine.ops -'],
    ["diff", 'cat "$BASE" | btfx diff - "$BASE"'],
  ])("are read by %s", (_what, script) => {
    expect(shell(script)).toMatchObject({ status: 0, stderr: "" });
  });

  it.each([
    ["twice", 'cat "$BASE" | btfx dump - -B -', 2, "standard input can be read only once"],
    ["without a place for the output", 'cat "$KO" | btfx distill - -B "$BASE"', 2, "give an -o"],
    ["in place", 'cat "$KO" | btfx distill - -B "$BASE" --in-place', 2, "nothing can be written back"],
    ["of a command that failed", 'btfx dump <(false) -B "$BASE"', 4, "nothing came through the pipe"],
    ["beyond --max-size", 'cat "$KO" | btfx dump - -B "$BASE" --max-size 100', 3, "the limit is 100 bytes"],
  ])("are refused %s", (_what, script, code, says) => {
    const { status, stderr } = shell(script);
    expect([status, stderr]).toEqual([code, expect.stringContaining(says)]);
    expect(existsSync(join(directory, "-"))).toBe(false);
  });
});

describe("--max-size", () => {
  it.each([
    ["1k", 3],
    ["1.5MiB", 0],
    ["2000000", 0],
  ])("of %s ends in %i", async (size, code) => {
    const packed = file("vmlinux.gz", gzipSync(readFileSync(vmlinux)));
    try {
      const { exitCode, stderr } = await btfx("verify", packed, "--max-size", size);
      expect(exitCode).toBe(code);
      if (code !== 0)
        expect(stderr).toMatch(/vmlinux\.gz: gzip: .*the limit is 1,024 bytes \[too-large\]\n.*--max-size/);
    } finally {
      setMaxBytes(1 << 30);
    }
  });

  it("must be a size", async () => {
    const { exitCode, stderr } = await btfx("dump", vmlinux, "--max-size", "much");
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining("such as 512M or 2G, not")]);
  });
});

describe("btfx extract", () => {
  const rawBtf = async (path: string): Promise<Buffer> => {
    const to = join(directory, "raw.btf");
    expect((await btfx("extract", path, "-o", to, "-f")).exitCode).toBe(0);
    return readFileSync(to);
  };

  it("takes the BTF out of kernels in any form", async () => {
    const btf = await rawBtf(vmlinux);
    const bare = kernelBytes(200_000);
    bare.set(Buffer.from("Linux version 6.12.1-made (gcc) #1 SMP\n\0"), 64);
    bare.set(btf, 5000);
    const forms = {
      elf: readFileSync(vmlinux),
      "bz.xz": bzImage(pipe("xz", ["--x86", "--lzma2", "-c"], readFileSync(vmlinux))),
      Image: flatImage(0x38, "ARMd", bare),
      "Image.gz": gzipSync(flatImage(0x38, "ARMd", bare)),
    };
    for (const [name, bytes] of Object.entries(forms)) {
      expect(Buffer.compare(await rawBtf(file(name, bytes)), btf)).toBe(0);
    }
    expect((await btfx("extract", "--banner", join(directory, "Image.gz"))).stdout).toBe("6.12.1-made\n");
    const { stdout } = await btfx("extract", join(directory, "Image.gz"), "-o", join(directory, "x.btf"));
    expect(stdout).toMatch(/x\.btf: \.BTF .* of Linux 6\.12\.1-made, gzip, arm64 Image\n$/);
    expect((await btfx("verify", join(directory, "Image"))).exitCode).toBe(0);
  });

  it("writes raw bytes to standard output", () => {
    const bytes = execFileSync(process.execPath, [program, "extract", meter]);
    expect(bytes.subarray(0, 3).toString("hex")).toBe("9feb01");
    expect(spawnSync(process.execPath, [program, "extract", "-j", meter]).status).toBe(2);
  });

  it("writes all sections to a directory, and tells them as JSON", async () => {
    const distilled = join(directory, "meter.ko");
    await btfx("distill", meter, "-B", vmlinux, "-o", distilled);
    const { stdout } = await btfx("extract", "--sections", distilled, "-o", `${directory}/s/`, "-j");
    const { outputs, sections, release } = JSON.parse(stdout);
    expect(outputs.map((path: string) => basename(path))).toEqual(
      expect.arrayContaining(["meter.BTF", "meter.BTF.base"]),
    );
    expect(sections[0]).toEqual({ name: ".BTF", bytes: readFileSync(join(directory, "s/meter.BTF")).length });
    expect(release).toMatch(/^\d/);
    const again = await btfx("extract", "--sections", distilled, "-o", `${directory}/s/`);
    expect([again.exitCode, again.stderr]).toEqual([4, expect.stringContaining("it exists already")]);
    const notADirectory = await btfx("extract", "--sections", distilled, "-o", distilled);
    expect(notADirectory.exitCode).toBe(2);
  });

  it("writes over no input, with --force too", async () => {
    const path = file("own.ko", readFileSync(meter));
    const { exitCode, stderr } = await btfx("extract", path, "-o", path, "-f");
    expect([exitCode, stderr]).toEqual([4, expect.stringContaining("over an input")]);
    expect(readFileSync(path)).toEqual(readFileSync(meter));
  });

  it("refuses what is cut short, and writes nothing", async () => {
    const { stdout } = await btfx("extract", "--sections", meter, "-o", `${directory}/s/`, "-j");
    const btf = readFileSync(JSON.parse(stdout).outputs[0]);
    for (const bytes of [btf.subarray(0, btf.length - 1), btf.subarray(0, 20)]) {
      const out = join(directory, "out.btf");
      expect(await btfx("extract", file("short.btf", bytes), "-o", out)).toMatchObject({
        ...{ exitCode: 3, stdout: "" },
        stderr: expect.stringContaining("[truncated]"),
      });
      expect(existsSync(out)).toBe(false);
    }
  });

  it("refuses what has no BTF or no banner", async () => {
    const image = file("Image", flatImage(0x38, "ARMd", kernelBytes(5000)));
    expect(await btfx("extract", image, "-o", join(directory, "no.btf"))).toMatchObject({
      exitCode: 3,
      stderr: expect.stringMatching(
        /no BTF was found in the kernel \(arm64 Image\) \[no-btf\]\n.*CONFIG_DEBUG_INFO_BTF/,
      ),
    });
    expect(existsSync(join(directory, "no.btf"))).toBe(false);
    expect((await btfx("extract", "--banner", image)).exitCode).toBe(3);
    const brotli = file("meter.br", brotliCompressSync(readFileSync(meter)));
    for (const words of [[], ["--banner"]]) {
      expect((await btfx("extract", ...words, brotli)).stderr).toContain("neither BTF nor ELF");
    }
  });
});

it("leaves a plain copy alone when the input is what it was named", async () => {
  const named = join(directory, "meter.ko.xz");
  copyFileSync(meter, named);
  expect((await btfx("verify", named, "-B", vmlinux)).exitCode).toBe(0);
});
