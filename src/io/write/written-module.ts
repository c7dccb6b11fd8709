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
import { DETACHED_ENDINGS, isKoName, isObjectName, type OutputPlan } from "./outputs.ts";
import type { NewSections } from "./patched-module.ts";
import { isSameFile } from "./same-file.ts";

/** How modules are written. */
export interface WriteOptions {
  readonly inPlace?: boolean;
  /** Write the sections as files instead of a module. */
  readonly detached?: boolean;
  /** Lets `inPlace` remove the signature of a signed module. */
  readonly stripSignature?: boolean;
  /**
   * Command that signs each written module by appending a signature to it (`io/write/sign`). It also lets `inPlace`
   * remove the old signature.
   */
  readonly signWith?: string;
  /** How modules are compressed, whatever their names say. */
  readonly compress?: ModuleCompression | "none";
  /** Whether existing files are replaced. */
  readonly force?: boolean;
  /** Report what would be written, and write nothing. */
  readonly dryRun?: boolean;
  /** Skip inputs whose outputs exist and are not older. */
  readonly resume?: boolean;
}

/** The paths of the written files, and warnings. */
export interface Written {
  readonly outputs: string[];
  readonly warnings: string[];
  /** Size of the new .ko minus that of the old one, in bytes; 0 for detached sections. */
  readonly growth: number;
}

/**
 * Writes a rewritten module: a .ko with its new sections in place of the old ones, or the sections as files. `base` is
 * a file that was read for this module and that the plan does not know. Throws `signed` if the signature of a module in
 * place would be lost without permission, `exists` if an output exists already, and as {@link writeOutputs} does.
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

/** The module, signed if that was asked for and if it is written at all. */
async function signed(
  plan: OutputPlan,
  module: Uint8Array,
  { signWith, dryRun }: WriteOptions,
): Promise<Uint8Array> {
  if (signWith === undefined || dryRun === true) return module;
  const { signModule } = await import("./sign.ts");
  return signModule(plan.ko, module, signWith);
}

/**
 * Writes a module without changes, if it goes to another place or becomes files. Signs it if that was asked for and it
 * has no signature. Returns the paths.
 */
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
 * The compression of a module that is written to `path`: as asked for; else by the name, or in place as before. Throws
 * `unsupported` for compressions that modules do not have.
 */
export function compressionOf(
  path: string,
  { layers }: Pick<ModuleElf, "layers">,
  { compress, inPlace }: WriteOptions,
): ModuleCompression | undefined {
  if (compress !== undefined) return compress === "none" ? undefined : compress;
  if (inPlace !== true || layers.length === 0) return compressionNamed(path);
  const compression = compressionByForm(layers.join(" > "));
  if (compression !== undefined) return compression;
  throw new BtfxError("unsupported", `nothing here writes modules as ${layers.join(" > ")}`, {
    at: { file: path },
    hint: "choose an -o",
  });
}

function compressionNamed(path: string): ModuleCompression | undefined {
  const other = /\.(bz2|lz4|lzma|lzo)$/.exec(path)?.[1];
  if (other === undefined) return compressionByName(path);
  throw new BtfxError("unsupported", `nothing here writes modules as .${other}`, {
    at: { file: path },
    hint: "choose an -o that ends in .ko, .ko.gz, .ko.xz or .ko.zst, or a --compress",
  });
}

/** Whether the output of an input exists and is not older. */
export function isWritten({ path }: InputFile, plan: OutputPlan, { detached }: WriteOptions): boolean {
  const isOlder = (output: string) => {
    const there = statIfAny(output);
    return there === undefined || there.mtimeMs < (statIfAny(path)?.mtimeMs ?? 0);
  };
  const module = [plan.ko, ...(isKoName(path) ? [] : [`${plan.stem}.BTF`])];
  const files = detached ? [`${plan.stem}.BTF`] : isObjectName(path) ? [plan.object] : module;
  return files.some((output) => !isOlder(output));
}

/** NAME.BTF, NAME.BTF.base, NAME.BTF_ids. Throws `exists` if there is a NAME.BTF.base that does not belong to them. */
function detachedFiles(input: string, sections: NewSections, { stem }: OutputPlan): OutputFile[] {
  const [btf, base, ids] = DETACHED_ENDINGS.map((ending) => `${stem}${ending}`);
  // Readers of NAME.BTF would use it as its base.
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
