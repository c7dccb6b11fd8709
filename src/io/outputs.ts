import { existsSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { BtfxError } from "../errors.ts";
import type { InputFile } from "./collect.ts";
import { compressionByForm, compressionByName, type ModuleCompression } from "./compress.ts";
import type { ModuleElf, ModuleFile } from "./module.ts";
import { isStream } from "./open-source.ts";
import type { OutputFile } from "./write.ts";

/** The sections of a rewritten module. */
export interface NewSections {
  readonly btf: Uint8Array;
  /** Undefined where the module has none any more. */
  readonly distilledBase: Uint8Array | undefined;
  readonly btfIds: Uint8Array | undefined;
}

/** How outputs are named. */
export interface OutputOptions {
  /** File or directory as given with -o. */
  readonly output?: string;
  readonly inPlace?: boolean;
  readonly detached?: boolean;
  /** How modules are to be compressed, whatever the ending of their inputs' names. */
  readonly compress?: ModuleCompression | "none";
}

/** Names the outputs of one run, so that no two inputs write one file and none replaces an input unasked. */
export class OutputNames {
  readonly #options: OutputOptions;
  /** What stands before the ending of outputs beside their inputs: `distilled` or `relocated`. */
  readonly #infix: string;
  readonly #toDirectory: boolean;
  readonly #taken = new Map<string, string>();

  /** Throws `usage` if -o names a file for several inputs. */
  constructor(options: OutputOptions, infix: string, inputs: readonly InputFile[]) {
    this.#options = options;
    this.#infix = infix;
    const { output } = options;
    const isDirectory = output !== undefined && (output.endsWith("/") || isExistingDirectory(output));
    this.#toDirectory = isDirectory || inputs.length > 1 || inputs.some((input) => input.found);
    if (output !== undefined && this.#toDirectory && !isDirectory && existsSync(output)) {
      throw new BtfxError("usage", "-o names a file, but several modules are to be written", {
        at: { file: output },
      });
    }
    for (const { path } of inputs) this.keep(path);
  }

  /** Keeps a file that is read, a base say, from being written over. */
  keep(path: string): void {
    this.#taken.set(this.#identity(path), path);
  }

  /** Path of the rewritten .ko. Throws `exists` if another input of this run is or writes that file. */
  module(input: InputFile): string {
    const { output, inPlace } = this.#options;
    if (inPlace) return input.path;
    if (output === undefined) {
      if (isStream(input.path)) throw noPlaceBeside(input);
      return this.#take(input, this.#withEnding(besides(input.path, this.#infix)));
    }
    return this.#take(input, this.#toDirectory ? join(output, this.#withEnding(input.below)) : output);
  }

  /**
   * How a module is compressed that is written to `path`: as asked for, else as its name says; in place as it was. Throws
   * `unsupported` for what modules do not come in.
   */
  compression(path: string, ko: ModuleElf): ModuleCompression | undefined {
    const { compress, inPlace } = this.#options;
    if (compress !== undefined) return compress === "none" ? undefined : compress;
    if (inPlace !== true || ko.layers.length === 0) return compressionByName(path);
    const compression = compressionByForm(ko.layers.join(" > "));
    if (compression !== undefined) return compression;
    throw new BtfxError("unsupported", `nothing here writes modules as ${ko.layers.join(" > ")}`, {
      at: { file: path },
      hint: "choose an -o",
    });
  }

  /** The compressions that this run will write, by names and options. */
  compressions(inputs: readonly InputFile[]): Set<ModuleCompression | undefined> {
    const { compress, output, inPlace, detached } = this.#options;
    if (detached === true) return new Set();
    if (compress !== undefined) return new Set([compress === "none" ? undefined : compress]);
    if (output !== undefined && !this.#toDirectory && inPlace !== true)
      return new Set([compressionByName(output)]);
    return new Set(inputs.map(({ path }) => compressionByName(path)));
  }

  /** The name with the ending of the compression that was asked for. */
  #withEnding(name: string): string {
    const { compress } = this.#options;
    if (compress === undefined) return name;
    const plain = name.replace(/\.(gz|xz|zst)$/, "");
    return compress === "none" ? plain : `${plain}.${compress}`;
  }

  /**
   * The rewritten sections as files: NAME.BTF, NAME.BTF.base, NAME.BTF_ids (as resolve_btfids names them). Throws `exists` as
   * {@link module} does, and where a NAME.BTF.base lies that is no part of them.
   */
  detached(input: InputFile, module: ModuleFile, sections: NewSections): OutputFile[] {
    const { output } = this.#options;
    let stem: string;
    if (output === undefined && isStream(input.path)) throw noPlaceBeside(input);
    if (output === undefined) stem = join(dirname(input.path), `${module.stem}.${this.#infix}`);
    else if (this.#toDirectory) stem = join(output, dirname(input.below), module.stem);
    else stem = output.replace(/\.(BTF|btf)$/, "");
    const files: OutputFile[] = [{ path: `${stem}.BTF`, bytes: sections.btf }];
    if (sections.distilledBase !== undefined)
      files.push({ path: `${stem}.BTF.base`, bytes: sections.distilledBase });
    else this.#refuseStaleBase(input, `${stem}.BTF.base`);
    if (sections.btfIds !== undefined) files.push({ path: `${stem}.BTF_ids`, bytes: sections.btfIds });
    for (const { path } of files) this.#take(input, path);
    return files;
  }

  /** Whoever reads NAME.BTF would take the base beside it for its own. */
  #refuseStaleBase(input: InputFile, path: string): void {
    if (!existsSync(path)) return;
    throw new BtfxError(
      "exists",
      `${path} lies where types that need no distilled base would be written, and would be taken for theirs`,
      { at: { file: input.path }, hint: "remove it, or choose another -o" },
    );
  }

  #take(input: InputFile, path: string): string {
    const full = this.#identity(path);
    const by = this.#taken.get(full);
    if (by !== undefined) {
      const what = this.#identity(by) === full ? "an input" : `what ${by} is written to`;
      throw new BtfxError("exists", `it would be written to ${path}, which is ${what}`, {
        at: { file: input.path },
        hint: "choose another -o",
      });
    }
    this.#taken.set(full, input.path);
    return path;
  }

  /** The same for all paths to one file, through links too; of a file to be made, through those to its directory. */
  #identity(path: string): string {
    const directory = dirname(path);
    return realPath(path) ?? join(realPath(directory) ?? resolve(directory), basename(path));
  }
}

function noPlaceBeside(input: InputFile): BtfxError {
  return new BtfxError("usage", "it is a pipe, with no place beside it to write to", {
    at: { file: input.path },
    hint: "give an -o",
  });
}

/** `DIR/veth.distilled.ko` for `DIR/veth.ko`, `DIR/veth.distilled.ko.xz` for `DIR/veth.ko.xz`. */
function besides(path: string, infix: string): string {
  const name = basename(path);
  const [ending, packed = ""] = /(?:\.ko)?(\.(?:gz|xz|zst))?$/.exec(name) ?? [""];
  return join(dirname(path), `${name.slice(0, name.length - ending.length)}.${infix}.ko${packed}`);
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}

function isExistingDirectory(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}
