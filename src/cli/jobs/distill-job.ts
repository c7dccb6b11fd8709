import type { Btf, TypeId } from "../../btf/btf.ts";
import { parseBtf } from "../../btf/parse.ts";
import type { Distilled, Distiller } from "../../engine/distill.ts";
import { wrongBase } from "../../engine/parse-split.ts";
import { prune } from "../../engine/prune.ts";
import { sortByName } from "../../engine/sort.ts";
import { isBeyondDoubt } from "../../engine/verify/beyond-doubt.ts";
import type { Finding } from "../../engine/verify/findings.ts";
import type { Kernel } from "../../engine/verify/kernel.ts";
import { chooseKernel, type KernelChoice } from "../../engine/verify/kernel-choice.ts";
import { BtfxError, withContext } from "../../errors.ts";
import { type BtfFile, withInput } from "../../io/read/btf-file.ts";
import { parseOnDistilled } from "../../io/read/distilled-btf.ts";
import { isDistilled, type ModuleFile, moduleIn } from "../../io/read/module.ts";
import { parseOnBase } from "../../io/read/split-btf.ts";
import type { Vmlinux } from "../../io/read/vmlinux.ts";
import { idsUsedBy, newIdsOf } from "../../io/write/ids-of-module.ts";
import { copyModule, type WriteOptions, writeModule } from "../../io/write/written-module.ts";
import type { Outcome } from "../../report/outcome.ts";
import { nameMatcher } from "../words/type-filters.ts";
import { Bases } from "./bases.ts";
import type { RewriteJob } from "./rewrite-job.ts";

/** Settings of distill for all inputs of a run. Plain data. */
export interface DistillSettings extends WriteOptions {
  /** Whether -o was given. */
  readonly hasOutput: boolean;
  /** Drops the types that nothing in a module uses. */
  readonly prune?: boolean;
  /** Globs of type names that pruning keeps. */
  readonly keep?: readonly string[];
  /** Orders types by name, as kernels 7.x build modules. */
  readonly sort?: boolean;
}

/**
 * Makes the function that distills one module: on the given base that it was built against, or on the vmlinux of its
 * vermagic.
 */
export function distillJob(
  settings: DistillSettings,
  given: readonly Vmlinux[],
): (job: RewriteJob) => Promise<Outcome> {
  const bases = new Bases(given);
  return (job) => withInput(job.input, (file) => distillOne(file, job, bases, settings));
}

async function distillOne(
  file: BtfFile,
  { input, plan }: RewriteJob,
  bases: Bases,
  settings: DistillSettings,
): Promise<Outcome> {
  const module = await moduleIn(file);
  if (isDistilled(module)) {
    parseOnDistilled(module);
    const outputs = await copyModule(module, plan, settings, settings.hasOutput);
    const what = outputs.length === 0 ? "left as it is" : "copied as it is";
    const warnings = [`it has a distilled base already: ${what}`];
    return { input: input.path, ok: true, outputs, failures: [], warnings };
  }
  const warnings: string[] = [];
  const base = builtAgainst(module, await bases.for(module));
  const { split, evidence } = parseOnBase(module, base.btf);
  if (evidence.wrong) insist(settings, warnings, wrongBase(evidence, module.release));
  insistOnRelease(module, base, settings, warnings);
  const kernel = insistOnReader(module, base, settings, warnings);

  const distilled = await distillSplit(split, module, bases.distiller(base), settings);
  const refusal = await foreseen(distilled, kernel.kernel);
  if (refusal !== undefined) {
    warnings.push(
      `kernels will refuse these types: ${refusal.log ?? refusal.detail} (-${refusal.errno}); verify says more`,
    );
  }
  const ids = await newIdsOf(module, split, distilled.mapId, true);
  const sections = { btf: distilled.split, distilledBase: distilled.base, btfIds: ids.bytes };
  const written = await writeModule(module, sections, plan, settings, bases.areGiven ? undefined : base.path);
  return {
    input: input.path,
    ok: true,
    base: base.path,
    outputs: written.outputs,
    stats: stats(module, distilled, written.growth),
    failures: [],
    warnings: [...warnings, ...ids.warnings, ...written.warnings],
  };
}

/** Chooses, by the evidence, the base that the module was built against. Throws `wrong-base` if it was none of them. */
function builtAgainst(module: ModuleFile, bases: readonly Vmlinux[]): Vmlinux {
  if (bases.length === 1) return bases[0];
  const fits = bases.filter(({ btf, release }) => {
    const isOther = release !== undefined && module.release !== undefined && release !== module.release;
    return !isOther && fitsBase(module, btf);
  });
  if (fits.length > 0) return fits.find(({ release }) => release === module.release) ?? fits[0];
  const release = module.release === undefined ? "the kernel that it was built for" : module.release;
  throw new BtfxError(
    "wrong-base",
    `the module was built against none of the ${bases.length} vmlinux that were given`,
    { hint: `give the vmlinux of ${release}` },
  );
}

function fitsBase(module: ModuleFile, base: Btf): boolean {
  try {
    return !parseOnBase(module, base).evidence.wrong;
  } catch (error) {
    if (error instanceof BtfxError && error.code !== "not-split") return false;
    throw error;
  }
}

/** Distills; with `prune` drops unused types before, with `sort` orders types by name after. */
async function distillSplit(
  split: Btf,
  module: ModuleFile,
  distiller: Distiller,
  settings: DistillSettings,
): Promise<Distilled> {
  const pruned =
    settings.prune === true ? prune(split, await keptTypes(split, module, settings.keep ?? [])) : undefined;
  const input = pruned === undefined ? split : parseBtf(pruned.bytes, distiller.base);
  const distilled = withContext({ section: ".BTF" }, () => distiller.distill(input));
  const mapId = pruned === undefined ? distilled.mapId : (id: TypeId) => distilled.mapId(pruned.mapId(id));
  if (settings.sort !== true) return { ...distilled, mapId };
  const plainBase = parseBtf(distilled.base);
  const base = sortByName(plainBase);
  const own = sortByName(parseBtf(distilled.split, plainBase), base.mapId);
  return { ...distilled, base: base.bytes, split: own.bytes, mapId: (id) => own.mapId(mapId(id)) };
}

/** The first complaint of a kernel about what was made. The rules are loaded only where one may be broken. */
async function foreseen({ split, base }: Distilled, kernel: Kernel): Promise<Finding | undefined> {
  if (isBeyondDoubt(split, base, kernel)) return undefined;
  const { foresee } = await import("../../engine/verify/foresee.ts");
  return foresee(split, base, kernel);
}

/**
 * Ids of the types that pruning keeps besides those that functions and variables reach: ids in `.BTF_ids`, and of types
 * whose names match `keep`.
 */
async function keptTypes(
  split: Btf,
  module: ModuleFile,
  globs: readonly string[],
): Promise<readonly TypeId[]> {
  const used = await idsUsedBy(module);
  if (globs.length === 0) return used;
  const isKept = nameMatcher(globs);
  return [...used, ...[...split.ids()].filter((id) => isKept(split.name(id)))];
}

/** Refuses a kernel that does not read `.BTF.base`: the types of a distilled module mean nothing to it. */
function insistOnReader(
  module: ModuleFile,
  base: Vmlinux,
  settings: DistillSettings,
  warnings: string[],
): KernelChoice {
  const found =
    base.found ??
    (module.release === undefined ? undefined : { release: module.release, source: "vermagic" as const });
  const choice = chooseKernel(found, base.btf);
  if (choice.readsDistilledBase) {
    if (choice.isBackport) {
      warnings.push(
        `Linux ${choice.release} reads .BTF.base although it is older than 6.11: its struct module has btf_base_data`,
      );
    }
    return choice;
  }
  const error = new BtfxError(
    "kernel-too-old",
    `Linux ${choice.release ?? choice.rules} does not read .BTF.base, which kernels do from 6.11 on: a distilled module's types would mean nothing to it`,
    { hint: "leave the module as it is; --force distills it anyway" },
  );
  insist(settings, warnings, error);
  return choice;
}

/** Refuses a base of another release than the module names, where both are known: its BTF may fit by chance. */
function insistOnRelease(
  module: ModuleFile,
  base: Vmlinux,
  settings: DistillSettings,
  warnings: string[],
): void {
  const { release } = module;
  if (release === undefined || base.release === undefined || release === base.release) return;
  const error = new BtfxError(
    "wrong-base",
    `the module says it was built for ${release}, but ${base.path} is ${base.release}`,
    { hint: `give the vmlinux of ${release}, or --force if you know that it was built against this one` },
  );
  insist(settings, warnings, error);
}

/** Throws the error, or with --force turns it into a warning. */
function insist(settings: DistillSettings, warnings: string[], error: BtfxError): void {
  if (settings.force !== true) throw error;
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
