import type { ChalkInstance } from "chalk";
import { Relocator } from "../../engine/relocate.ts";
import { BtfxError, withContext } from "../../errors.ts";
import { type BtfFile, withBtfFile } from "../../io/btf-file.ts";
import type { InputFile } from "../../io/collect.ts";
import { isDistilled, moduleIn } from "../../io/module.ts";
import { remapIds } from "../../io/module-ids.ts";
import type { OutputNames } from "../../io/outputs.ts";
import { parseOnDistilled } from "../../io/split-btf.ts";
import { readVmlinux, type Vmlinux } from "../../io/vmlinux.ts";
import type { Host } from "../host.ts";
import type { Outcome } from "../report.ts";
import { type RewriteOptions, runRewrite, writeModule } from "../rewrite.ts";
import { safe } from "../safe.ts";
import { bytesText, count } from "../style.ts";

/** Options of `btfx relocate`, as commander gives them. */
export interface RelocateOptions extends RewriteOptions {
  readonly baseBtf: string;
  readonly distilledBase?: string;
}

/** `btfx relocate`: returns the exit code. */
export async function runRelocate(
  paths: readonly string[],
  options: RelocateOptions,
  host: Host,
): Promise<number> {
  if (options.distilledBase !== undefined && paths.length > 1) {
    throw new BtfxError("usage", "--distilled-base goes with one raw BTF input", {
      hint: "others find NAME.BTF.base beside NAME.BTF",
    });
  }
  const base = await readVmlinux(options.baseBtf);
  const relocator = withContext({ file: base.path }, () => new Relocator(base.btf));
  return runRewrite(paths, options, host, {
    name: "relocate",
    infix: "relocated",
    reads: [options.baseBtf, options.distilledBase],
    work: (input, names) =>
      withBtfFile(input.path, (file) => relocateOne(file, input, names, base, relocator, options)),
    describe,
  });
}

async function relocateOne(
  file: BtfFile,
  input: InputFile,
  names: OutputNames,
  base: Vmlinux,
  relocator: Relocator,
  options: RelocateOptions,
): Promise<Outcome> {
  const module = await moduleIn(file, options.distilledBase);
  if (module.ko !== undefined && options.distilledBase !== undefined) {
    throw new BtfxError("usage", "--distilled-base goes with raw BTF: a module has its own, in .BTF.base", {
      hint: "leave it out",
    });
  }
  if (!isDistilled(module)) throw notDistilled(module.ko === undefined);
  const { distilled, split } = parseOnDistilled(module);
  const relocation = withContext({ section: ".BTF" }, () => relocator.relocate(split));
  const stats = { baseTypes: distilled.typeCount - 1, ownTypes: split.typeCount - split.firstId };
  if (!relocation.ok) {
    const failures = relocation.failures.map((failure) => ({ code: "unmapped" as const, ...failure }));
    return { input: input.path, ok: false, base: base.path, outputs: [], stats, failures, warnings: [] };
  }
  const ids = remapIds(module, split, relocation.mapId, false);
  const written = await writeModule(
    input,
    module,
    { btf: relocation.bytes, distilledBase: undefined, btfIds: ids.bytes },
    names,
    options,
  );
  return {
    input: input.path,
    ok: true,
    base: base.path,
    outputs: written.outputs,
    stats: { ...stats, btfBytes: relocation.bytes.length, fileGrowthBytes: written.growth },
    failures: [],
    warnings: [...ids.warnings, ...written.warnings],
  };
}

function notDistilled(raw: boolean): BtfxError {
  return raw
    ? new BtfxError("not-distilled", "there is no distilled base beside it", {
        hint: "give it with --distilled-base FILE",
      })
    : new BtfxError(
        "not-distilled",
        "the module has no .BTF.base section: there is nothing to relocate it from",
        { hint: "make it one with: btfx distill" },
      );
}

function describe(outcome: Outcome, style: ChalkInstance): string {
  const to = outcome.outputs.length === 0 ? "" : ` → ${outcome.outputs.map(safe).join(", ")}`;
  const { baseTypes = 0, ownTypes = 0, btfBytes = 0 } = outcome.stats ?? {};
  const types = `${count(baseTypes, "base type")} found in ${safe(outcome.base ?? "")}`;
  return `${style.green("✓")} ${safe(outcome.input)}${to}: ${types}, ${count(ownTypes, "own type")}, .BTF ${bytesText(btfBytes)}`;
}
