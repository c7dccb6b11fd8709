import { basename, dirname, join, resolve } from "node:path";
import { BtfxError } from "../../errors.ts";
import { compressionByName, type ModuleCompression } from "../codecs/compress.ts";
import type { InputFile } from "../collect.ts";
import { isDirectory, isLink, isThere, linksIn, startIn } from "../file-names.ts";
import { isStream } from "../open-source.ts";
import { stemOf } from "../read/module.ts";
import { realPathIfThere } from "./same-file.ts";

/** How outputs are named. */
export interface OutputOptions {
  /** File or directory as given with -o. */
  readonly output?: string;
  readonly inPlace?: boolean;
  readonly detached?: boolean;
  /** How modules are to be compressed, whatever the ending of their inputs' names. */
  readonly compress?: ModuleCompression | "none";
}

/** The output paths of one input. Plain data. */
export interface OutputPlan {
  /** Path of the rewritten .ko. */
  readonly ko: string;
  /** Path of the output if the input turns out to be a BPF object. */
  readonly object: string;
  /** Path of the rewritten sections as files, without their endings `.BTF`, `.BTF.base`, `.BTF_ids`. */
  readonly stem: string;
  /**
   * Which of these paths must not be written, and what they are (an input, another input's output); undefined if there
   * are none.
   */
  readonly taken: Readonly<Record<string, string>> | undefined;
  /** Whether the outputs have no place: the input is a pipe, and no other place was named. */
  readonly isNowhere: boolean;
}

/** Endings of the sections of a module as files, as resolve_btfids names them. */
export const DETACHED_ENDINGS: readonly string[] = [".BTF", ".BTF.base", ".BTF_ids"];

/**
 * Names the outputs of all inputs of a run. No two inputs get the same output, and no output replaces an input unless
 * that was asked for; the earlier input keeps a name. `infix` goes before the ending of outputs beside their inputs
 * (`distilled`). `reads` are other files that are read. Throws `usage` if -o names a file for several inputs.
 */
export function planOutputs(
  inputs: readonly InputFile[],
  options: OutputOptions,
  infix: string,
  reads: readonly string[],
): OutputPlan[] {
  const { output } = options;
  const intoDirectory = output !== undefined && (output.endsWith("/") || isDirectory(output));
  const toDirectory = intoDirectory || inputs.length > 1 || inputs.some((input) => input.found);
  if (output !== undefined && toDirectory && !intoDirectory && isThere(output)) {
    throw new BtfxError("usage", "-o names a file, but several modules are to be written", {
      at: { file: output },
    });
  }
  const start = output !== undefined && toDirectory ? startIn(output) : undefined;
  const identity = identities(inputs.length >= WORTH_LISTING);
  /** The role of each file, by path. */
  const uses = new Map<string, string>();
  for (const path of [...inputs.map((input) => input.path), ...reads]) uses.set(identity(path), "an input");
  return inputs.map((input) => {
    const place = placeOf(input, options, infix, start);
    let taken: Record<string, string> | undefined;
    for (const path of likelyOutputs(input, place, options)) {
      const file = identity(path);
      const use = uses.get(file);
      if (use === undefined) uses.set(file, `what ${input.path} is written to`);
      else {
        taken ??= {};
        taken[path] = use;
      }
    }
    return { ...place, taken };
  });
}

/** Where the outputs of one input go. `start` is the prefix of their paths if they go into the directory of -o. */
function placeOf(
  { path, below }: InputFile,
  { output, inPlace, compress }: OutputOptions,
  infix: string,
  start: string | undefined,
): Omit<OutputPlan, "taken"> {
  const stem = stemOf(path);
  if (output === undefined) {
    const beside = join(dirname(path), `${stem}.${infix}`);
    const packed = ENDING.exec(path)?.[0] ?? "";
    const ko = inPlace ? path : withEnding(`${beside}.ko${packed}`, compress);
    const object = inPlace ? path : withEnding(besideObject(path, infix), compress);
    return { ko, object, stem: beside, isNowhere: inPlace !== true && isStream(path) };
  }
  if (start !== undefined) {
    const ko = start + withEnding(below, compress);
    const directory = below.slice(0, -basename(below).length);
    return { ko, object: ko, stem: start + directory + stem, isNowhere: false };
  }
  return { ko: output, object: output, stem: output.replace(/\.(BTF|btf)$/, ""), isNowhere: false };
}

/** `a.relocated.bpf.o` beside `a.bpf.o`. */
function besideObject(path: string, infix: string): string {
  const [, stem, ending, packed = ""] =
    /^(.*?)((?:\.bpf)?\.o)?(\.(?:gz|xz|zst))?$/s.exec(basename(path)) ?? [];
  return join(dirname(path), `${stem}.${infix}${ending ?? ".bpf.o"}${packed}`);
}

/** The endings of compressed modules. */
const ENDING = /\.(gz|xz|zst)$/;

/** The name with the ending of the wanted compression. */
function withEnding(name: string, compress: OutputOptions["compress"]): string {
  if (compress === undefined) return name;
  const plain = name.replace(ENDING, "");
  return compress === "none" ? plain : `${plain}.${compress}`;
}

/** The compressions that a run will write, by names and options. */
export function compressionsOf(
  plans: readonly OutputPlan[],
  { compress, detached }: OutputOptions,
): Set<ModuleCompression | undefined> {
  if (detached === true) return new Set();
  if (compress !== undefined) return new Set([compress === "none" ? undefined : compress]);
  return new Set(plans.map(({ ko }) => compressionByName(ko)));
}

/** The outputs of an input, as far as its name tells: a file's form is unknown before it is opened. */
function likelyOutputs(
  { path }: InputFile,
  { ko, object, stem }: Omit<OutputPlan, "taken">,
  { detached, inPlace }: OutputOptions,
): string[] {
  const isRaw = /\.(BTF|btf)(\.\w+)?$/.test(path);
  const files = DETACHED_ENDINGS.map((ending) => `${stem}${ending}`);
  if (detached) return files;
  if (isObjectName(path)) return inPlace ? [] : [object];
  if (isRaw || inPlace) return isKoName(path) ? [] : files;
  return isKoName(path) ? [ko] : [ko, ...files];
}

/** Whether a file is a module by its name. */
export function isKoName(path: string): boolean {
  return /\.ko(\.(gz|xz|zst))?$/.test(path);
}

/** Whether a file is an object by its name. */
export function isObjectName(path: string): boolean {
  return /\.o(\.(gz|xz|zst))?$/.test(path);
}

/**
 * From this many inputs on, directories are listed: that costs less than asking about each file, and more than asking
 * about a few.
 */
const WORTH_LISTING = 16;

/** What is known about a directory. */
interface Directory {
  /** The prefix of the paths of all files in it, without links. */
  readonly start: string;
  /** Names of the links in it; undefined if it was not listed. */
  readonly links: ReadonlySet<string> | undefined;
}

/**
 * Returns the same string for all paths that lead to one file, through links too; for a file that does not exist yet,
 * through links to its directory.
 */
function identities(isListing: boolean): (path: string) => string {
  const directories = new Map<string, Directory>();
  // Resolving a path asks the system about each directory in it; but thousands of files have few directories and fewer
  // links.
  const directoryOf = (name: string): Directory => {
    let directory = directories.get(name);
    if (directory === undefined) {
      const links = isListing ? linksIn(name) : undefined;
      const real = realPathIfThere(name) ?? resolve(name);
      directory = { start: real.endsWith("/") ? real : `${real}/`, links };
      directories.set(name, directory);
    }
    return directory;
  };
  return (path) => {
    const { start, links } = directoryOf(dirname(path));
    const name = basename(path);
    const plain = start + name;
    const isALink = links === undefined ? isLink(path) : links.has(name);
    return isALink ? (realPathIfThere(path) ?? plain) : plain;
  };
}
