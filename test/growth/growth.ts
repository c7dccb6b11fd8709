import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { cost, costText } from "./cost.ts";
import { bpfObject, kernelOf, moduleOf, vmlinuxOf } from "./kernel.ts";
import { limits } from "./limits.ts";

/**
 * `npm run growth`: time and memory of each command at 10,000, 100,000 and 1,000,000 types, with bpftool beside it
 * where BTFX_PEERS names the peers, and then what lies at the limits of the format. Times are those of the processor. A
 * row grows linearly where each column is about ten times the one before, less what a start costs. `npm run growth --
 * limits` measures the limits alone, `-- sizes` the sizes.
 */
const SIZES = [10_000, 100_000, 1_000_000];
const cli = resolve("bin/btfx.js");
const peers = process.env.BTFX_PEERS;
const bpftool = peers === undefined ? undefined : join(peers, "bin/bpftool");
const what = process.argv[2];

const directory = mkdtempSync(join(tmpdir(), "btfx-growth-"));
try {
  if (what !== "limits") print(["types", ...SIZES.map((size) => size.toLocaleString("en-US"))], sizes());
  if (what !== "sizes")
    print(["limit", "btfx dump", "verify", "dump format c", "bpftool dump"], limits(directory, cli, bpftool));
} finally {
  rmSync(directory, { recursive: true, force: true });
}

/** A row for each command, a column for each size. */
function sizes(): string[][] {
  const rows = new Map<string, string[]>();
  const add = (name: string, cell: string) => void rows.set(name, [...(rows.get(name) ?? []), cell]);
  for (const size of SIZES) {
    const file = (name: string, bytes: Uint8Array) => {
      const path = join(directory, `${name}-${size}`);
      writeFileSync(path, bytes);
      return path;
    };
    const kernel = kernelOf(size);
    const raw = file("kernel", kernel);
    const later = file("later", kernelOf(size, true));
    const vmlinux = file("vmlinux", vmlinuxOf(kernel));
    const module = file("module.btf", moduleOf(kernel));
    const object = file("object.bpf.o", bpfObject());
    const out = join(directory, `out-${size}`);
    mkdirSync(out);
    const ours = (name: string, args: readonly string[], exitCode = 0) =>
      add(name, costText(cost(process.execPath, [cli, ...args]), exitCode));
    const theirs = (name: string, ...args: string[]) => {
      if (bpftool !== undefined) add(name, costText(cost(bpftool, args)));
    };
    const split = ["file", module, "file", module, "-B", raw];
    ours("dump", ["dump", raw]);
    theirs("bpftool dump", "btf", "dump", "file", raw);
    ours("dump -j", ["-j", "dump", raw]);
    theirs("bpftool -j dump", "-j", "btf", "dump", "file", raw);
    ours("dump format c", ["dump", raw, "format", "c"]);
    theirs("bpftool dump format c", "btf", "dump", "file", raw, "format", "c");
    ours("dump, two merged", ["dump", ...split]);
    theirs("bpftool dump, two merged", "-B", raw, "btf", "dump", "file", module, "file", module);
    ours("dump format c, two merged", ["dump", ...split, "format", "c"]);
    theirs(
      "bpftool dump format c, two merged",
      ...["-B", raw, "btf", "dump"],
      ...split.slice(0, 4),
      ...["format", "c"],
    );
    ours("extract", ["extract", vmlinux, "-o", join(out, "extracted")]);
    ours("verify vmlinux", ["verify", vmlinux]);
    ours("verify module", ["verify", "-B", raw, module]);
    ours("distill", ["distill", "-B", raw, "-o", `${out}/`, "--detached", module]);
    const distilled = join(out, `module.btf-${size}.BTF`);
    ours("relocate", ["relocate", "-B", raw, "-o", join(out, "relocated.btf"), distilled]);
    ours("minimize", ["minimize", raw, object, "-o", join(out, "minimized")]);
    theirs("bpftool gen min_core_btf", "gen", "min_core_btf", raw, join(out, "theirs"), object);
    ours("diff", ["diff", raw, later], 1);
    ours("stats", ["stats", "-B", raw, module]);
    ours("layout", ["layout", raw]);
    ours("layout of one", ["layout", "record_5", raw]);
    ours("who", ["who", "record_5", raw]);
    ours("offsets", ["offsets", "record_5.count_5", raw]);
  }
  return Array.from(rows, ([name, cells]) => [name, ...cells]);
}

/** A table as Markdown has it. */
function print(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((text, i) => Math.max(text.length, ...rows.map((row) => (row[i] ?? "").length)));
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, i) => (cells[i] ?? "").padEnd(width)).join(" | ")} |`;
  console.log([line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line), ""].join("\n"));
}
