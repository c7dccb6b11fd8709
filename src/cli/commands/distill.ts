import type { ChalkInstance } from "chalk";
import { type Distilled, Distiller } from "../../engine/distill.ts";
import { BtfxError, withContext } from "../../errors.ts";
import { type BtfFile, withBtfFile } from "../../io/btf-file.ts";
import type { InputFile } from "../../io/collect.ts";
import { packModule } from "../../io/compress.ts";
import { vmlinuxOf } from "../../io/find-vmlinux.ts";
import { type DistilledFile, isDistilled, type ModuleFile, moduleIn } from "../../io/module.ts";
import { remapIds } from "../../io/module-ids.ts";
import type { OutputNames } from "../../io/outputs.ts";
import { parseOnBase, parseOnDistilled, wrongBase } from "../../io/split-btf.ts";
import { readVmlinux, type Vmlinux } from "../../io/vmlinux.ts";
import { type OutputFile, writeOutputs } from "../../io/write.ts";
import type { Host } from "../host.ts";
import type { Outcome } from "../report.ts";
import { type RewriteOptions, runRewrite, writeModule } from "../rewrite.ts";
import { safe } from "../safe.ts";
import { bytesText, count } from "../style.ts";

/** `btfx distill`: returns the exit code. */
export async function runDistill(
  paths: readonly string[],
  options: RewriteOptions,
  host: Host,
): Promise<number> {
  const bases = new Bases(options, host);
  if (options.baseBtf !== undefined) await bases.read(options.baseBtf);
  return runRewrite(paths, options, host, {
    name: "distill",
    infix: "distilled",
    reads: [options.baseBtf],
    work: (input, names) => withBtfFile(input.path, (file) => distillOne(file, input, names, bases, options)),
    describe,
  });
}

/** The bases of one run: each is read, checked and made ready once. */
class Bases {
  readonly #options: RewriteOptions;
  readonly #host: Host;
  readonly #ready = new Map<string, { file: Vmlinux; distiller: Distiller }>();

  constructor(options: RewriteOptions, host: Host) {
    this.#options = options;
    this.#host = host;
  }

  /** The base for a module: the one given with -B, else the vmlinux of the module's vermagic. Throws `no-base`. */
  for(module: ModuleFile, names: OutputNames): Promise<{ file: Vmlinux; distiller: Distiller }> {
    if (this.#options.baseBtf !== undefined) return this.read(this.#options.baseBtf);
    return this.read(vmlinuxOf(module), names);
  }

  /** Reads a base, or gives the one that was read before. `names` is told of one that was found and not named. */
  async read(path: string, names?: OutputNames): Promise<{ file: Vmlinux; distiller: Distiller }> {
    let ready = this.#ready.get(path);
    if (ready === undefined) {
      const file = await readVmlinux(path);
      ready = { file, distiller: withContext({ file: path }, () => new Distiller(file.btf)) };
      this.#ready.set(path, ready);
      names?.keep(path);
      if (this.#options.baseBtf === undefined && !this.#options.json && !this.#options.pretty) {
        this.#host.stderr.write(`base: ${safe(path)}, found by vermagic\n`);
      }
    }
    return ready;
  }
}

async function distillOne(
  opened: BtfFile,
  input: InputFile,
  names: OutputNames,
  bases: Bases,
  options: RewriteOptions,
): Promise<Outcome> {
  const module = await moduleIn(opened);
  if (isDistilled(module)) return alreadyDistilled(opened, input, module, names, options);
  const { file, distiller } = await bases.for(module, names);
  const warnings: string[] = [];
  const { split, evidence } = parseOnBase(module, file.btf);
  if (evidence.wrong) insist(options, warnings, wrongBase(evidence, module.release));
  insistOnRelease(module, file, options, warnings);

  const distilled = withContext({ section: ".BTF" }, () => distiller.distill(split));
  const ids = remapIds(module, split, distilled.mapId, true);
  const written = await writeModule(
    input,
    module,
    { btf: distilled.split, distilledBase: distilled.base, btfIds: ids.bytes },
    names,
    options,
  );
  return {
    input: input.path,
    ok: true,
    base: file.path,
    outputs: written.outputs,
    stats: stats(module, distilled, written.growth),
    failures: [],
    warnings: [...warnings, ...ids.warnings, ...written.warnings],
  };
}

/**
 * A module that has a distilled base, and types that are split on it, is left as it is; where it is to be written elsewhere,
 * or as files, it is copied.
 */
async function alreadyDistilled(
  opened: BtfFile,
  input: InputFile,
  module: DistilledFile,
  names: OutputNames,
  options: RewriteOptions,
): Promise<Outcome> {
  parseOnDistilled(module);
  const files = await copies(opened, input, module, names, options);
  if (files.length > 0) writeOutputs(files, options.force === true);
  const what = files.length === 0 ? "left as it is" : "copied as it is";
  const warnings = [`it has a distilled base already: ${what}`];
  return { input: input.path, ok: true, outputs: files.map(({ path }) => path), failures: [], warnings };
}

/** What a distilled module becomes on disk: nothing if it may stay where it is. */
async function copies(
  opened: BtfFile,
  input: InputFile,
  module: DistilledFile,
  names: OutputNames,
  options: RewriteOptions,
): Promise<OutputFile[]> {
  const { ko, btf, distilledBase } = module;
  if (options.detached === true || (ko === undefined && options.output !== undefined)) {
    const btfIds = opened.section(".BTF_ids");
    return names.detached(input, module, { btf, distilledBase, btfIds });
  }
  if (ko === undefined || options.output === undefined) return [];
  const path = names.module(input);
  return [{ path, bytes: await packModule(ko.bytes(), names.compression(path, ko)) }];
}

/** Refuses a base of another release than the module names, where both are known: its BTF may fit by chance. */
function insistOnRelease(
  module: ModuleFile,
  base: Vmlinux,
  options: RewriteOptions,
  warnings: string[],
): void {
  const { release } = module;
  if (release === undefined || base.release === undefined || release === base.release) return;
  const error = new BtfxError(
    "wrong-base",
    `the module says it was built for ${release}, but ${base.path} is ${base.release}`,
    { hint: `give the vmlinux of ${release}, or --force if you know that it was built against this one` },
  );
  insist(options, warnings, error);
}

/** Throws the error, or with --force turns it into a warning. */
function insist(options: RewriteOptions, warnings: string[], error: BtfxError): void {
  if (options.force !== true) throw error;
  warnings.push(`${error.message} (--force)`);
}

function stats(module: ModuleFile, distilled: Distilled, growth: number): Record<string, number> {
  return {
    baseTypes: distilled.baseTypes,
    ownTypes: distilled.splitTypes - distilled.copiedTypes,
    copiedTypes: distilled.copiedTypes,
    oldBtfBytes: module.btf.length,
    btfBytes: distilled.split.length,
    baseBytes: distilled.base.length,
    fileGrowthBytes: growth,
  };
}

function describe(outcome: Outcome, style: ChalkInstance): string {
  const { stats } = outcome;
  const to = outcome.outputs.length === 0 ? "" : ` → ${outcome.outputs.map(safe).join(", ")}`;
  const head = `${style.green("✓")} ${safe(outcome.input)}${to}`;
  if (stats === undefined) return `${head}: already distilled`;
  const types = `${count(stats.baseTypes, "base type")}, ${stats.ownTypes} own + ${stats.copiedTypes} copied`;
  const bytes = `.BTF ${bytesText(stats.oldBtfBytes)} → ${bytesText(stats.btfBytes)} + .BTF.base ${bytesText(stats.baseBytes)}`;
  const growth = stats.fileGrowthBytes === 0 ? "" : `, file ${signed(stats.fileGrowthBytes)}`;
  return `${head}: ${types}; ${bytes}${growth}`;
}

function signed(bytes: number): string {
  return `${bytes < 0 ? "−" : "+"}${bytesText(Math.abs(bytes))}`;
}
