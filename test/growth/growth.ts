import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { encodeBtf } from "../../src/btf/encode.ts";
import { FUNC, FUNC_PROTO, INT, makeInfo, PTR, STRUCT, TYPEDEF } from "../../src/btf/kinds.ts";
import { parseBtf } from "../../src/btf/parse.ts";

/**
 * `npm run growth`: time and memory of each command at 10,000, 100,000 and 1,000,000 types, with bpftool beside it where
 * BTFX_PEERS names the peers. Times are of whole processes; a column grows linearly where its last two steps are about ten
 * times the one before, less what a start costs. The peak needs /usr/bin/time (the Debian package `time`).
 */
const SIZES = [10_000, 100_000, 1_000_000];
const FORM = { littleEndian: true, hdrLen: 24 };
const cli = resolve("bin/btfx.js");
const bpftool =
  process.env.BTFX_PEERS === undefined ? undefined : join(process.env.BTFX_PEERS, "bin/bpftool");
const TIME = "/usr/bin/time";

/** Structs that point to each other, functions that take them, and as many names, in the shape of a kernel. */
function kernel(types: number): { words: number[]; strings: string[] } {
  const strings: string[] = [""];
  let end = 1;
  const name = (text: string) => {
    strings.push(text);
    end += text.length + 1;
    return end - text.length - 1;
  };
  const words = [name("int"), makeInfo(INT, 0), 4, 0x0100_0020];
  let id = 2;
  for (let i = 0; id + 5 <= types; i++, id += 5) {
    words.push(
      name(`record_${i}`),
      makeInfo(STRUCT, 2),
      16,
      name(`next_${i}`),
      id + 1,
      0,
      name(`count_${i}`),
      1,
      64,
    );
    words.push(0, makeInfo(PTR, 0), id);
    words.push(name(`record_${i}_t`), makeInfo(TYPEDEF, 0), id);
    words.push(0, makeInfo(FUNC_PROTO, 1), 1, name(`r_${i}`), id + 1);
    words.push(name(`use_record_${i}`), makeInfo(FUNC, 0), id + 3);
  }
  return { words, strings };
}

/** A module that refers to every fifth type of the kernel. */
function moduleOf(base: Uint8Array): Uint8Array {
  const parsed = parseBtf(base);
  const words: number[] = [];
  for (let target = 2; target < parsed.typeCount; target += 5) words.push(0, makeInfo(PTR, 0), target);
  return encodeBtf(Uint32Array.from(words), new Uint8Array(0), FORM);
}

interface Cost {
  readonly seconds: number;
  readonly mebibytes: number | undefined;
  readonly exitCode: number | null;
}

function cost(command: string, args: readonly string[]): Cost {
  const isTimed = existsSync(TIME);
  const start = performance.now();
  const run = isTimed
    ? spawnSync(TIME, ["-f", "%M", command, ...args], { stdio: ["ignore", "ignore", "pipe"] })
    : spawnSync(command, args, { stdio: "ignore" });
  const seconds = (performance.now() - start) / 1000;
  const peak = isTimed ? Number(run.stderr.toString().trim().split("\n").at(-1)) / 1024 : undefined;
  return { seconds, mebibytes: peak, exitCode: run.status };
}

const dir = mkdtempSync(join(tmpdir(), "btfx-growth-"));
const rows = new Map<string, string[]>();
const add = (name: string, { seconds, mebibytes, exitCode }: Cost) => {
  const memory = mebibytes === undefined ? "" : ` ${Math.round(mebibytes)} MiB`;
  const code = exitCode === 0 ? "" : ` (exit ${exitCode})`;
  const row = rows.get(name) ?? [];
  row.push(`${seconds.toFixed(2)} s${memory}${code}`);
  rows.set(name, row);
};

for (const size of SIZES) {
  const { words, strings } = kernel(size);
  const base = encodeBtf(Uint32Array.from(words), Buffer.from(`${strings.join("\0")}\0`), FORM);
  const [vmlinux, module, out] = [`vmlinux-${size}`, `module-${size}.btf`, `out-${size}`].map((each) =>
    join(dir, each),
  );
  writeFileSync(vmlinux, base);
  writeFileSync(module, moduleOf(base));
  mkdirSync(out);
  const ours = (name: string, ...args: string[]) =>
    add(`btfx ${name}`, cost(process.execPath, [cli, ...args]));
  const theirs = (name: string, ...args: string[]) => {
    if (bpftool !== undefined) add(`bpftool ${name}`, cost(bpftool, args));
  };
  ours("dump raw", "dump", vmlinux);
  theirs("dump raw", "btf", "dump", "file", vmlinux);
  ours("dump c", "dump", vmlinux, "format", "c");
  theirs("dump c", "btf", "dump", "file", vmlinux, "format", "c");
  ours("dump json", "-j", "dump", vmlinux);
  theirs("dump json", "-j", "btf", "dump", "file", vmlinux);
  ours("merge raw", "dump", "file", module, "file", module, "-B", vmlinux);
  ours("verify", "verify", vmlinux);
  ours("verify module", "verify", "-B", vmlinux, module);
  ours("distill", "distill", "-B", vmlinux, "-o", `${out}/`, "--detached", module);
  ours(
    "relocate",
    "relocate",
    "-B",
    vmlinux,
    "-o",
    join(out, "relocated.btf"),
    join(out, `module-${size}.BTF`),
  );
}

const width = Math.max(...Array.from(rows.keys(), (name) => name.length));
console.log([" ".repeat(width), ...SIZES.map((size) => size.toLocaleString("en-US").padStart(22))].join(""));
for (const [name, cells] of rows)
  console.log([name.padEnd(width), ...cells.map((cell) => cell.padStart(22))].join(""));
rmSync(dir, { recursive: true, force: true });
