import { type Distilled, Distiller } from "../../engine/distill.ts";
import { BtfxError, withContext } from "../../errors.ts";
import { type BtfFile, withBtfFile } from "../../io/btf-file.ts";
import { vmlinuxOf } from "../../io/find-vmlinux.ts";
import { isDistilled, type ModuleFile, moduleIn } from "../../io/module.ts";
import { remapIds } from "../../io/module-ids.ts";
import { parseOnBase, parseOnDistilled, wrongBase } from "../../io/split-btf.ts";
import { readVmlinux, type Vmlinux } from "../../io/vmlinux.ts";
import { copyModule, type WriteOptions, writeModule } from "../../io/written-module.ts";
import type { Outcome } from "../../report/outcome.ts";
import type { RewriteJob } from "./rewrite-job.ts";

/** What distill does to all inputs of a run. Plain data. */
export interface DistillSettings extends WriteOptions {
  /** Whether -o was given. */
  readonly hasOutput: boolean;
}

/** Makes what distills one module: on the base that was given, or on the vmlinux of each module's vermagic. */
export function distillJob(
  settings: DistillSettings,
  [given]: readonly Vmlinux[],
): (job: RewriteJob) => Promise<Outcome> {
  const bases = new Bases(given);
  return (job) => withBtfFile(job.input.path, (file) => distillOne(file, job, bases, settings));
}

/** The bases of one run: each is read, checked and made ready once. */
class Bases {
  readonly #given: Vmlinux | undefined;
  readonly #ready = new Map<string, { file: Vmlinux; distiller: Distiller }>();

  constructor(given: Vmlinux | undefined) {
    this.#given = given;
  }

  /** The base for a module: the one given with -B, else the vmlinux of the module's vermagic. Throws `no-base`. */
  async for(module: ModuleFile): Promise<{ file: Vmlinux; distiller: Distiller }> {
    const path = this.#given?.path ?? vmlinuxOf(module);
    let ready = this.#ready.get(path);
    if (ready === undefined) {
      const file = this.#given ?? (await readVmlinux(path));
      ready = { file, distiller: withContext({ file: path }, () => new Distiller(file.btf)) };
      this.#ready.set(path, ready);
    }
    return ready;
  }
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
  const { file: base, distiller } = await bases.for(module);
  const warnings: string[] = [];
  const { split, evidence } = parseOnBase(module, base.btf);
  if (evidence.wrong) insist(settings, warnings, wrongBase(evidence, module.release));
  insistOnRelease(module, base, settings, warnings);

  const distilled = withContext({ section: ".BTF" }, () => distiller.distill(split));
  const ids = remapIds(module, split, distilled.mapId, true);
  const sections = { btf: distilled.split, distilledBase: distilled.base, btfIds: ids.bytes };
  const written = await writeModule(module, sections, plan, settings, base.path);
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
