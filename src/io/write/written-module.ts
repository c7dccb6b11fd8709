import { BtfxError } from "../../errors.ts";
import {
  compressionByForm,
  compressionByName,
  type ModuleCompression,
  packModule,
} from "../codecs/compress.ts";
import type { InputFile } from "../collect.ts";
import { statIfAny } from "../file-names.ts";
import { isStream } from "../open-source.ts";
import type { ModuleElf, ModuleFile } from "../read/module.ts";
import { isOutputThere, type OutputFile, writeOutputs } from "./atomic-write.ts";
import { DETACHED_ENDINGS, isKoName, isObjectName, isSameFile, type OutputPlan } from "./outputs.ts";
import type { NewSections } from "./patched-module.ts";

/** How modules are written. */
export interface WriteOptions {
  readonly inPlace?: boolean;
  /** Sections as files of their own instead of a module. */
  readonly detached?: boolean;
  /** Lets `inPlace` drop the signature of a signed module. */
  readonly stripSignature?: boolean;
  /** Command that signs each written module, which appends a signature to a file (`io/write/sign`); it also lets `inPlace` drop the old signature. */
  readonly signWith?: string;
  /** How modules are to be compressed, whatever their names say. */
  readonly compress?: ModuleCompression | "none";
  /** Whether existing files are replaced. */
  readonly force?: boolean;
  /** Says what would be written, and writes nothing. */
  readonly dryRun?: boolean;
  /** Skips inputs whose outputs are there and not older. */
  readonly resume?: boolean;
}

/** The files that a rewritten module became, and the warnings on the way. */
export interface Written {
  readonly outputs: string[];
  readonly warnings: string[];
  /** Size of the new .ko less that of the old, in bytes; 0 for detached sections. */
  readonly growth: number;
}

/**
 * Writes the new sections of a module: a .ko with them in place of the old ones, or files of their own. `base` is a file that
 * was read for it and that the plan does not know of. Throws `signed` for a signed module that would be replaced without leave, `exists` for an output that is in
 * the way, and as {@link writeOutputs} does.
 */
export async function writeModule(
  module: ModuleFile,
  sections: NewSections,
  plan: OutputPlan,
  options: WriteOptions,
  base: string | undefined,
): Promise<Written> {
  const { ko, path } = module;
  if (options.inPlace && isStream(path)) {
    throw new BtfxError("usage", "--in-place is for files: nothing can be written back into a pipe", {
      at: { file: path },
      hint: "give an -o",
    });
  }
  if (ko === undefined || options.detached === true) {
    if (options.inPlace) {
      throw new BtfxError("usage", "--in-place is for modules: raw BTF becomes several files", {
        at: { file: path },
      });
    }
    const files = detachedFiles(path, sections, plan);
    return { outputs: place(path, files, plan, options, base), warnings: [], growth: 0 };
  }
  const isSigned = ko.signature !== undefined;
  const { signWith } = options;
  if (isSigned && options.inPlace && options.stripSignature !== true && signWith === undefined) {
    throw new BtfxError("signed", "the module is signed, and a rewritten one loses its signature", {
      at: { file: path },
      hint: "--sign-with COMMAND signs the new one; --strip-signature lets the signature go",
    });
  }
  const { patchModule } = await import("./patched-module.ts");
  const bytes = await signed(plan, patchModule(ko, sections), options);
  const packed = await packModule(bytes, compressionOf(plan.ko, ko, options));
  if (options.inPlace && !ko.isAsOpened()) {
    throw new BtfxError("io", "another process changed it in the meantime: it is left as it is now", {
      at: { file: path },
      hint: "run this again when that one is done",
    });
  }
  return {
    outputs: place(path, [{ path: plan.ko, bytes: packed }], plan, options, base),
    warnings:
      isSigned && signWith === undefined ? ["the appended signature was dropped: sign the module again"] : [],
    growth: bytes.length - ko.elf.source.size,
  };
}

/** The module with the signature that was asked for, if any and if it is written at all. */
async function signed(
  plan: OutputPlan,
  module: Uint8Array,
  { signWith, dryRun }: WriteOptions,
): Promise<Uint8Array> {
  if (signWith === undefined || dryRun === true) return module;
  const { signModule } = await import("./sign.ts");
  return signModule(plan.ko, module, signWith);
}

/** Writes a module as it is, if it is to be elsewhere or as files; one without a signature is signed if that was asked for. Returns the paths. */
export async function copyModule(
  module: ModuleFile,
  plan: OutputPlan,
  options: WriteOptions,
  hasOutput: boolean,
): Promise<string[]> {
  const { ko, btf, distilledBase, path } = module;
  if (options.detached === true || (ko === undefined && hasOutput)) {
    const btfIds = ko?.elf.section(".BTF_ids");
    const files = detachedFiles(path, { btf, distilledBase, btfIds: btfIds && ko?.elf.data(btfIds) }, plan);
    return place(path, files, plan, options, undefined);
  }
  if (ko === undefined || !hasOutput) return [];
  const whole = ko.signature === undefined ? await signed(plan, ko.bytes(), options) : ko.bytes();
  const bytes = await packModule(whole, compressionOf(plan.ko, ko, options));
  return place(path, [{ path: plan.ko, bytes }], plan, options, undefined);
}

/**
 * How a module is compressed that is written to `path`: as asked for, else as its name says; in place as it was. Throws
 * `unsupported` for what modules do not come in.
 */
export function compressionOf(
  path: string,
  { layers }: Pick<ModuleElf, "layers">,
  { compress, inPlace }: WriteOptions,
): ModuleCompression | undefined {
  if (compress !== undefined) return compress === "none" ? undefined : compress;
  if (inPlace !== true || layers.length === 0) return compressionByName(path);
  const compression = compressionByForm(layers.join(" > "));
  if (compression !== undefined) return compression;
  throw new BtfxError("unsupported", `nothing here writes modules as ${layers.join(" > ")}`, {
    at: { file: path },
    hint: "choose an -o",
  });
}

/** Whether an input is written already, to a file that is not older. */
export function isWritten({ path }: InputFile, plan: OutputPlan, { detached }: WriteOptions): boolean {
  const isOlder = (output: string) => {
    const there = statIfAny(output);
    return there === undefined || there.mtimeMs < (statIfAny(path)?.mtimeMs ?? 0);
  };
  const module = [plan.ko, ...(isKoName(path) ? [] : [`${plan.stem}.BTF`])];
  const files = detached ? [`${plan.stem}.BTF`] : isObjectName(path) ? [plan.object] : module;
  return files.some((output) => !isOlder(output));
}

/** NAME.BTF, NAME.BTF.base, NAME.BTF_ids. Throws `exists` where a NAME.BTF.base lies that is no part of them. */
function detachedFiles(input: string, sections: NewSections, { stem }: OutputPlan): OutputFile[] {
  const [btf, base, ids] = DETACHED_ENDINGS.map((ending) => `${stem}${ending}`);
  // A reader of NAME.BTF would take the base beside it for its own.
  if (sections.distilledBase === undefined && isOutputThere(base)) {
    throw new BtfxError(
      "exists",
      `${base} exists, and would be taken for the distilled base of the types written beside it, which need none`,
      { at: { file: input }, hint: "remove it, or choose another -o" },
    );
  }
  const files: OutputFile[] = [{ path: btf, bytes: sections.btf }];
  if (sections.distilledBase !== undefined) files.push({ path: base, bytes: sections.distilledBase });
  if (sections.btfIds !== undefined) files.push({ path: ids, bytes: sections.btfIds });
  return files;
}

/** Writes the outputs of one input unless it is a dry run. Returns their paths. */
export function place(
  input: string,
  files: readonly OutputFile[],
  plan: OutputPlan,
  options: WriteOptions,
  base: string | undefined,
): string[] {
  if (plan.isNowhere) {
    throw new BtfxError("usage", "it is a pipe, with no place beside it to write to", {
      at: { file: input },
      hint: "give an -o",
    });
  }
  for (const { path } of files) {
    if (options.inPlace && path === input) continue;
    const use = plan.taken?.[path] ?? (base !== undefined && isSameFile(path, base) ? "an input" : undefined);
    if (use !== undefined) {
      throw new BtfxError("exists", `it would be written to ${path}, which is ${use}`, {
        at: { file: input },
        hint: "choose another -o",
      });
    }
  }
  const isReplaced = options.force === true || options.inPlace === true || options.resume === true;
  if (options.dryRun !== true) writeOutputs(files, isReplaced);
  return options.dryRun === true ? [] : files.map((file) => file.path);
}
