// npm run sweep:verify: verify against kernels. Every blob of the kernel's own BTF tests against what eight kernels
// said of it; vmlinux of four kernels; all modules on their own kernel, on another, and distilled. Prints `N agree, 0
// differ` for each.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseBtf } from "../../src/btf/parse.ts";
import { Distiller } from "../../src/engine/distill.ts";
import { parseKernel } from "../../src/engine/verify/kernel.ts";
import { ModuleVerifier } from "../../src/engine/verify/module-verifier.ts";
import { verifyBtf } from "../../src/engine/verify/verify.ts";
import { corpus, needShared, shared } from "../support/shared.mjs";

needShared();

const ERRNOS = { EINVAL: 22, E2BIG: 7, EEXIST: 17, ELOOP: 40, ENOTSUPP: 524, EFAULT: 14, ENOENT: 2 };
const MOST_TOLD = 5;

/** Counts comparisons, tells the first that differ, and reports as the other sweeps do. */
function tally(name, count) {
  const begun = performance.now();
  let agree = 0;
  let differ = 0;
  count((what, ours, theirs) => {
    if (ours === theirs) agree++;
    else if (differ++ < MOST_TOLD)
      console.log(`  ${what}: ${JSON.stringify(ours)}, not ${JSON.stringify(theirs)}`);
  });
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(`${name}: ${agree} agree, ${differ} differ (${seconds} s)`);
  if (differ > 0 || agree === 0) process.exitCode = 1;
}

/** The kernel writes names as they are, we escape what is not printable. */
function escaped(line) {
  return line.replace(/[^\t\x20-\x7e]|\\/g, (char) => {
    return `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}

/** Errno on 6.18 and the other releases, and the whole log line of 6.18. */
function sweepSelftests(set) {
  const dir = join(corpus("selftests.tar.xz"), "selftests", set);
  const tests = JSON.parse(readFileSync(join(dir, "manifest.json"), "utf8"));
  tally(`selftests: ${set}, ${tests.length} cases`, (compare) => {
    for (const test of tests) {
      const bytes = readFileSync(join(dir, test.file));
      const judge = (kernel) => verifyBtf(bytes, { kernel: parseKernel(kernel) });
      const of618 = judge("6.18");
      compare(
        `${test.file} 6.18`,
        `${of618.verdict} ${of618.errno}`,
        `${test.verdict_6_18} ${test.errno_6_18}`,
      );
      // A refusal without a word leaves the line of the last type that was read, which says nothing.
      const isSilent = of618.verdict === "reject" && of618.phrase === null;
      const line = test.last_log_line_6_18;
      if (line !== null && !isSilent) compare(`${test.file} log`, of618.log, escaped(line));
      for (const [kernel, answer] of Object.entries(test.by_kernel)) {
        const [verdict, name] = answer.split(":");
        const ours = judge(kernel);
        const errno = name === undefined ? 0 : ERRNOS[name];
        compare(`${test.file} ${kernel}`, `${ours.verdict} ${ours.errno}`, `${verdict} ${errno}`);
      }
    }
  });
}

function sweepVmlinux() {
  tally("vmlinux of 6.1, 6.12, arm64, s390x", (compare) => {
    const files = {
      "6.1.0-47-amd64": join(corpus("6.1.0-47-amd64.tar.xz"), "vmlinux.btf"),
      "6.1.0-56-amd64": corpus("6.1.0-56-amd64.vmlinux.btf.xz"),
      "6.12.117-amd64": join(corpus("6.12.117-amd64.tar.xz"), "vmlinux.btf"),
      "6.12.117-arm64": corpus("6.12.117-arm64.vmlinux.btf.xz"),
      "6.12.107-s390x": corpus("6.12.107-s390x.vmlinux.btf.xz"),
    };
    for (const [name, file] of Object.entries(files)) {
      for (const kernel of [name, "7.3"]) {
        const options = { kernel: parseKernel(kernel), littleEndian: !name.endsWith("s390x") };
        const { verdict, findingCount } = verifyBtf(readFileSync(file), options);
        compare(`${name} on ${kernel}`, `${verdict} ${findingCount}`, "accept 0");
      }
    }
  });
}

const kernels = new Map();

function kernelOf(name) {
  let kernel = kernels.get(name);
  if (kernel === undefined) {
    const dir = corpus(`${name}.tar.xz`);
    const base = parseBtf(readFileSync(join(dir, "vmlinux.btf")));
    const modules = readdirSync(join(dir, "btf")).map((file) => ({
      name: file.replace(/\.btf$/, ""),
      btf: readFileSync(join(dir, "btf", file)),
    }));
    kernel = { base, modules };
    kernels.set(name, kernel);
  }
  return kernel;
}

/** All modules on their own kernel are fine, on another they are known for strangers. */
function sweepModules(name, other) {
  const { base, modules } = kernelOf(name);
  const own = new ModuleVerifier(base);
  tally(`modules of ${name} on it`, (compare) => {
    for (const { name: module, btf } of modules) {
      const { verdict, findingCount } = own.verify({ btf });
      compare(module, `${verdict} ${findingCount}`, "accept 0");
    }
  });
  if (other === undefined) return;
  const foreign = new ModuleVerifier(kernelOf(other).base);
  tally(`modules of ${name} on ${other}`, (compare) => {
    for (const { name: module, btf } of modules)
      compare(module, foreign.verify({ btf }).evidence?.wrong, true);
  });
}

/** Distilled modules: the base loads as BTF by itself, and relocates or not as libbpf found. */
function sweepDistilled(name, targets) {
  const { base, modules } = kernelOf(name);
  const distiller = new Distiller(base);
  const distilled = modules.map(({ name: module, btf }) => [module, distiller.distill(parseBtf(btf, base))]);
  tally(`.BTF.base of ${name}`, (compare) => {
    for (const [module, { base: bytes }] of distilled) compare(module, verifyBtf(bytes).verdict, "accept");
  });
  for (const target of targets) {
    const verifier = new ModuleVerifier(kernelOf(target).base);
    const rows = readFileSync(join(shared, `goldens/${name}__${target}.relocate.tsv`), "utf8")
      .trim()
      .split("\n");
    const golden = new Map(
      rows
        .slice(1)
        .map((row) => row.split("\t"))
        .map((cells) => [cells[0], cells]),
    );
    tally(`${name}__${target}.relocate.tsv`, (compare) => {
      for (const [module, { base: distilledBase, split }] of distilled) {
        const { verdict, log } = verifier.verify({ btf: split, distilledBase });
        const [, errno, , , , first = ""] = golden.get(module) ?? [];
        const theirs = errno === "0" ? "accept" : `reject ${first.replace(/^libbpf: /, "").trim()}`;
        compare(module, verdict === "accept" ? verdict : `${verdict} ${log}`, theirs);
      }
    });
  }
}

sweepSelftests("raw");
sweepSelftests("raw32");
sweepVmlinux();
sweepModules("6.12.100-amd64", "6.12.117-amd64");
sweepModules("6.12.117-amd64");
sweepModules("6.1.0-47-amd64");
sweepDistilled("6.12.100-amd64", ["6.12.117-amd64"]);
sweepDistilled("6.12.117-amd64", ["6.12.117-amd64"]);
sweepDistilled("6.1.0-47-amd64", ["6.12.117-amd64"]);
