import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Btf } from "../../src/btf/btf.ts";
import { parseBtf } from "../../src/btf/parse.ts";
import { Distiller } from "../../src/engine/distill.ts";
import { Relocator } from "../../src/engine/relocate.ts";
import { BtfxError } from "../../src/errors.ts";
import { rawText } from "../support/btf.ts";
import { firstDifference } from "../support/equivalent.ts";
import { corpus, needShared, shared } from "../support/shared.mjs";

/**
 * `npm run sweep`: distills and relocates every module of the corpus and compares verdict and bytes with what libbpf
 * made of them (`goldens/*.tsv`), then checks 200 modules by structure and the kernel's own distill cases. Prints a
 * line `N agree, 0 differ` for each; the exit code is 1 otherwise. The corpus lies in `BTFX_SHARED`, by default beside
 * the project; without it there is nothing to do, which is a failure in CI.
 */

const KERNELS = ["6.1.0-47-amd64", "6.12.100-amd64", "6.12.117-amd64"];
/** Kernels that modules are relocated onto and whose own modules are not swept. */
const TARGETS = ["6.1.0-56-amd64"];
const EQUIVALENT_MODULES = 200;
const MOST_TOLD = 5;

/** Type and string bytes of a BTF, without the header: its length is not what is compared. */
function sections(bytes: Uint8Array): { digest: string; typeLen: number; strLen: number } {
  // `struct btf_header`, read here, not by what is tested.
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const [hdrLen, typeOff, typeLen, strOff, strLen] = [4, 8, 12, 16, 20].map((at) =>
    view.getUint32(at, bytes[0] === 0x9f),
  );
  const digest = createHash("sha256")
    .update(bytes.subarray(hdrLen + typeOff, hdrLen + typeOff + typeLen))
    .update(bytes.subarray(hdrLen + strOff, hdrLen + strOff + strLen))
    .digest("hex");
  return { digest, typeLen, strLen };
}

/** Counts of one comparison, with the first differences. */
class Tally {
  agree = 0;
  differ = 0;
  readonly #name: string;
  readonly #begun: number = performance.now();

  constructor(name: string) {
    this.#name = name;
  }

  count(what: string, difference: string | undefined): void {
    if (difference === undefined) this.agree++;
    else if (this.differ++ < MOST_TOLD) console.log(`  ${what}: ${difference}`);
  }

  report(): void {
    const seconds = ((performance.now() - this.#begun) / 1000).toFixed(1);
    console.log(`${this.#name}: ${this.agree} agree, ${this.differ} differ (${seconds} s)`);
    if (this.differ > 0 || this.agree === 0) process.exitCode = 1;
  }
}

function rowsOf(file: string): string[][] {
  const lines = readFileSync(join(shared, "goldens", file), "utf8").split("\n");
  return lines
    .slice(1)
    .filter((line) => line !== "")
    .map((line) => line.split("\t"));
}

/** Distills all modules of a kernel and compares them; gives what was made. */
function sweepDistill(
  kernel: string,
  base: Btf,
  dir: string,
): Map<string, [base: Uint8Array, split: Uint8Array]> {
  const tally = new Tally(`${kernel}.distill.tsv`);
  const distiller = new Distiller(base);
  const made = new Map<string, [Uint8Array, Uint8Array]>();
  const rows = rowsOf(`${kernel}.distill.tsv`);
  for (const [module, ...row] of rows) {
    tally.count(
      module,
      failureOf(() => {
        const split = parseBtf(readFileSync(join(dir, `${module}.btf`)), base);
        const distilled = distiller.distill(split);
        made.set(module, [distilled.base, distilled.split]);
        const below = sections(distilled.base);
        const own = sections(distilled.split);
        const got = [
          [distilled.baseTypes, below.typeLen, below.strLen, below.digest],
          [distilled.splitTypes, own.typeLen, own.strLen, own.digest],
        ];
        return difference(row.join(" "), got.flat().join(" "));
      }),
    );
  }
  const modules = readdirSync(dir).length;
  if (modules !== rows.length) tally.count("the corpus", `${modules} modules, ${rows.length} rows`);
  tally.report();
  return made;
}

function sweepRelocate(
  file: string,
  target: Btf,
  distilled: ReadonlyMap<string, readonly [base: Uint8Array, split: Uint8Array]>,
): void {
  const tally = new Tally(file);
  const relocator = new Relocator(target);
  for (const [module, errno, typeLen, strLen, digest, firstFailure] of rowsOf(file)) {
    tally.count(
      module,
      failureOf(() => {
        const pair = distilled.get(module);
        if (pair === undefined) return "was not distilled";
        const relocation = relocator.relocate(parseBtf(pair[1], parseBtf(pair[0])));
        if (relocation.ok) {
          const own = sections(relocation.bytes);
          return difference(
            [errno, typeLen, strLen, digest].join(" "),
            [0, own.typeLen, own.strLen, own.digest].join(" "),
          );
        }
        const messages = relocation.failures.map((failure) => failure.message);
        if (errno === "0") return `libbpf relocates it, btfx: ${messages[0]}`;
        const theirs = firstFailure.replace(/^libbpf: /, "").trim();
        return messages.includes(theirs) ? undefined : `${theirs}; among: ${messages.slice(0, 3).join("; ")}`;
      }),
    );
  }
  tally.report();
}

/** Modules distilled and relocated onto their own kernel mean what they meant. */
function sweepEquivalence(
  kernel: string,
  base: Btf,
  dir: string,
  distilled: ReadonlyMap<string, readonly [base: Uint8Array, split: Uint8Array]>,
): void {
  const tally = new Tally(`${kernel}: type-equivalent after distill and relocate`);
  const relocator = new Relocator(base);
  const modules = [...distilled.keys()];
  const step = Math.floor(modules.length / EQUIVALENT_MODULES);
  for (let i = 0; i < EQUIVALENT_MODULES; i++) {
    const module = modules[i * step];
    const [newBase, newSplit] = distilled.get(module)!;
    const relocation = relocator.relocate(parseBtf(newSplit, parseBtf(newBase)));
    const original = parseBtf(readFileSync(join(dir, `${module}.btf`)), base);
    tally.count(
      module,
      relocation.ok ? firstDifference(original, parseBtf(relocation.bytes, base)) : "does not relocate",
    );
  }
  tally.report();
}

/** The cases of the kernel's `btf_distill.c` with what libbpf made of them. */
function sweepSelftests(dir: string): void {
  const tally = new Tally("selftests: distill");
  for (const name of readdirSync(dir)) {
    const at = (file: string): string => join(dir, name, file);
    const read = (file: string): Buffer => readFileSync(at(file));
    tally.count(
      name,
      selftest(read, (file) => existsSync(at(file))),
    );
  }
  tally.report();
}

function selftest(read: (file: string) => Buffer, has: (file: string) => boolean): string | undefined {
  return failureOf(() => {
    const base = parseBtf(read("base.btf"));
    const distilled = new Distiller(base).distill(parseBtf(read("split.btf"), base));
    for (const [ours, theirs] of [
      [distilled.base, "libbpf_distilled_base.btf"],
      [distilled.split, "libbpf_distilled_split.btf"],
    ] as const) {
      const differs = difference(sections(read(theirs)).digest, sections(ours).digest);
      if (differs !== undefined || ours[0] !== read(theirs)[0])
        return `${theirs}: ${differs ?? "byte order"}`;
    }
    if (!has("relocate_target.btf")) return undefined;
    const target = parseBtf(read("relocate_target.btf"));
    const relocation = new Relocator(target).relocate(parseBtf(distilled.split, parseBtf(distilled.base)));
    if (has("relocate_error.txt")) return relocation.ok ? "libbpf does not relocate it" : undefined;
    if (!relocation.ok) return relocation.failures[0].message;
    // Not against libbpf_relocated_split.btf: those hold the bytes from before the relocation, which libbpf had cached.
    const text = `${rawText(target)}\n${rawText(parseBtf(relocation.bytes, target))}`;
    // The selftests print 64-bit enumerators without bpftool's suffix.
    return difference(
      read("relocate_expected.txt").toString().trim(),
      text.replace(/(val=-?\d+)U?LL$/gm, "$1"),
    );
  });
}

function difference(expected: string, got: string): string | undefined {
  return expected === got ? undefined : `expected ${expected}, got ${got}`;
}

/** What `work` finds wrong, or the failure that it ends with. */
function failureOf(work: () => string | undefined): string | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof BtfxError) return error.toString();
    throw error;
  }
}

needShared();
const bases = new Map<string, Btf>();
for (const kernel of KERNELS) {
  bases.set(kernel, parseBtf(readFileSync(join(corpus(`${kernel}.tar.xz`), "vmlinux.btf"))));
}
for (const kernel of TARGETS) bases.set(kernel, parseBtf(readFileSync(corpus(`${kernel}.vmlinux.btf.xz`))));
const relocations = readdirSync(join(shared, "goldens")).filter((file) => file.endsWith(".relocate.tsv"));
for (const kernel of KERNELS) {
  const base = bases.get(kernel)!;
  const modules = join(corpus(`${kernel}.tar.xz`), "btf");
  const distilled = sweepDistill(kernel, base, modules);
  for (const file of relocations.filter((each) => each.startsWith(`${kernel}__`))) {
    sweepRelocate(file, bases.get(file.slice(kernel.length + 2, -".relocate.tsv".length))!, distilled);
  }
  if (kernel === KERNELS[KERNELS.length - 1]) sweepEquivalence(kernel, base, modules, distilled);
}
sweepSelftests(join(corpus("selftests.tar.xz"), "selftests/distill"));
