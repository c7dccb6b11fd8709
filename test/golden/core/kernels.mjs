// The CO-RE relocations of 57 real BPF objects on the vmlinux of several kernels, and on the running one: each line of
// `bpftool -d gen min_core_btf`, which is what libbpf does step by step, and each byte of what it writes.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseBtfExt } from "../../../src/btf/ext.ts";
import { checkExtRecords } from "../../../src/btf/ext-records.ts";
import { parseBtf } from "../../../src/btf/parse.ts";
import { memorySource } from "../../../src/elf/byte-source.ts";
import { readElf } from "../../../src/elf/read.ts";
import { Minimizer } from "../../../src/engine/core/minimize.ts";
import { CoreResolver, coreRelos } from "../../../src/engine/core/resolve-relocation.ts";
import { Side } from "../../../src/engine/core/side.ts";
import { pointerSizeOf } from "../../../src/types/pointer-size.ts";
import { corpus, needShared, peer } from "../../support/shared.mjs";

const RUNNING = "/sys/kernel/btf/vmlinux";

/** Kernels to relocate for. */
const kernels = () => [
  ...["6.12.117-amd64", "6.12.100-amd64", "6.1.0-47-amd64"].map((name) => ({
    name,
    path: join(corpus(`${name}.tar.xz`), "vmlinux.btf"),
  })),
  ...["6.1.0-56-amd64", "6.12.117-arm64"].map((name) => ({ name, path: corpus(`${name}.vmlinux.btf.xz`) })),
  ...(existsSync(RUNNING) ? [{ name: "running", path: RUNNING }] : []),
];

/** Compares all objects on all kernels; prints a line for each kernel. */
export function sweepKernels() {
  needShared();
  const bpftool = peer("bpftool");
  const objects = corpus("bpf-objects.tar.xz");
  const work = mkdtempSync(join(tmpdir(), "btfx-core-"));
  for (const { name, path } of kernels()) {
    const begun = performance.now();
    const btf = parseBtf(readFileSync(path));
    const kernel = new Side(btf, "vmlinux", pointerSizeOf(btf));
    let agree = 0;
    let differ = 0;
    let relocations = 0;
    let unresolved = 0;
    let equalBytes = 0;
    for (const file of readdirSync(objects)) {
      const ours = ourLines(join(objects, file), kernel);
      const theirs = bpftoolLines(bpftool, work, join(objects, file), path);
      if (ours.minimized.equals(readFileSync(join(work, "out.btf")))) equalBytes++;
      else console.log(`  ${file}: other bytes of the minimized BTF`);
      relocations += ours.relocations;
      unresolved += ours.lines.filter((line) => line.endsWith("no matching targets found")).length;
      if (ours.lines.join("\n") === theirs.join("\n")) agree++;
      else if (differ++ < 3) {
        const i = theirs.findIndex((line, at) => line !== ours.lines[at]);
        console.log(`  ${file}: ${ours.lines[i]}\n    not ${theirs[i]}`);
      }
    }
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    console.log(
      `core: ${name}, ${relocations} relocations, ${unresolved} without a target: ${agree} objects agree, ${differ} differ, ${equalBytes} minimized alike (${seconds} s)`,
    );
    if (differ > 0 || agree === 0 || equalBytes !== agree) process.exitCode = 1;
  }
  rmSync(work, { recursive: true, force: true });
}

function ourLines(path, kernel) {
  const elf = readElf(memorySource(readFileSync(path)));
  const btf = parseBtf(elf.data(elf.section(".BTF")));
  const ext = parseBtfExt(elf.data(elf.section(".BTF.ext")));
  checkExtRecords(ext, btf);
  const local = new Side(btf, "object", 8);
  const relos = coreRelos(ext, local);
  const lines = [];
  const resolver = new CoreResolver(local, [kernel], relos, (line) => lines.push(line));
  const minimizer = new Minimizer([kernel]);
  for (const relo of relos) {
    const resolution = resolver.resolve(relo, relo.section);
    if (!resolution.ok) break;
    minimizer.add(resolution);
  }
  return { lines, relocations: relos.length, minimized: Buffer.from(minimizer.finish()) };
}

function bpftoolLines(bpftool, work, path, kernel) {
  const args = ["-d", "gen", "min_core_btf", kernel, join(work, "out.btf"), path];
  const { stderr } = spawnSync(bpftool, args, { encoding: "latin1", maxBuffer: 1 << 28 });
  return stderr
    .split("\n")
    .filter((line) => line.startsWith("libbpf: "))
    .map((line) => line.slice("libbpf: ".length));
}
