import { basename } from "node:path";
import type { Btf, TypeId } from "../../btf/btf.ts";
import { KIND, type KindName } from "../../btf/kinds.ts";
import { roomForBtf } from "../../btf/place.ts";
import { selectTypes } from "../../dump/select.ts";
import { ByteSink } from "../../dump/sink.ts";
import { BtfxError, type ErrorPlace, withContext, withContextAsync } from "../../errors.ts";
import { RUNNING_VMLINUX } from "../../io/read/find-vmlinux.ts";
import { type ParsedBtf, readParsedBtf, type Unrelocated } from "../../io/read/parsed-btf.ts";
import { readBaseFor } from "../../io/read/vmlinux.ts";
import { EXIT } from "../exit.ts";
import type { Host } from "../host.ts";
import { jsonText } from "../json.ts";
import type { ErrorJson } from "../output/json-output.ts";
import { safe } from "../output/safe.ts";
import {
  type DumpForm,
  type DumpWords,
  filesOrRunning,
  formatOf,
  isJson,
  numberOf,
  readDumpWords,
  splitNames,
} from "../words/dump-words.ts";
import { isGlob } from "../words/name-glob.ts";
import { kindsNamed, nameMatcher } from "../words/type-filters.ts";

/** Options of `btfx dump`, as commander gives them. */
export interface DumpOptions extends DumpForm {
  readonly baseBtf?: string;
  readonly unsorted?: boolean;
  readonly root?: readonly string[];
  readonly name?: readonly string[];
  readonly kind?: readonly string[];
  readonly kfuncs?: boolean;
  readonly compat?: "bpftool";
}

/** Warnings beyond this many are only counted. */
const MOST_WARNINGS = 10;

/** `btfx dump`: prints the types of a file and returns the exit code. */
export async function runDump(words: readonly string[], options: DumpOptions, host: Host): Promise<number> {
  const said = readDumpWords(words);
  const asJson = isJson(said, options);
  let isPartlyOut = false;
  const sink = new ByteSink((chunk) => {
    isPartlyOut = true;
    host.stdout.write(chunk);
  });
  try {
    if (options.ext === true) {
      const { runDumpExt } = await import("./dump-ext.ts");
      await runDumpExt(said, options, sink);
      sink.finish();
      return EXIT.ok;
    }
    const format = formatOf(said, options);
    const files = filesOrRunning(said.files, options.baseBtf);
    const paths = filesToMerge(files);
    const base = await readBaseFor(files, options.baseBtf);
    const input = await readInput(paths, base, options);
    if ("failures" in input) {
      const { path, failures } = input;
      const onto = options.baseBtf ?? RUNNING_VMLINUX;
      const message = `${path} does not relocate onto ${onto}: ${failures.length} ${failures.length === 1 ? "type does" : "types do"} not fit`;
      const [{ errorLines, relocationCure, relocationFailureLines }, { styleFor }] = await Promise.all([
        import("../output/error-text.ts"),
        import("../output/style.ts"),
      ]);
      const style = styleFor(host.stderr, host.env);
      const error = new BtfxError("bad-distilled-base", message);
      host.stderr.write(errorLines(error, style));
      const short = safe(basename(onto));
      for (const failure of failures) host.stderr.write(relocationFailureLines(failure, short, style));
      host.stderr.write(`    to make it fit: ${relocationCure(failures, short)}\n`);
      if (asJson) host.stdout.write(jsonError(error));
      return EXIT.no;
    }
    const place = paths.length === 1 ? { file: paths[0] } : {};
    const ids = await chosenTypes(input.btf, place, format, said, options);
    const warnings = await withContextAsync(place, () => print(input, ids, said, options, sink, host));
    sink.finish();
    await printWarnings(warnings, host);
    return EXIT.ok;
  } catch (error) {
    // Text before a failure is printed. Incomplete JSON is of no use, so the error replaces it.
    if (!asJson || isPartlyOut) sink.finish();
    throw error;
  }
}

/** The types of one file, or of several merged files. The code for merging is loaded only if needed. */
async function readInput(
  paths: readonly string[],
  base: Btf | null,
  options: DumpOptions,
): Promise<ParsedBtf | Unrelocated> {
  if (paths.length === 1) return await readParsedBtf(paths[0], base, roomForBtf);
  const { readMergedBtf } = await import("../../io/read/merged-btf.ts");
  return await readMergedBtf(paths, base, options.compat === "bpftool");
}

/** Prints, and returns warnings. The code of each format is loaded when it is used. */
async function print(
  input: ParsedBtf,
  ids: ChosenTypes | undefined,
  said: DumpWords,
  options: DumpOptions,
  sink: ByteSink,
  host: Host,
): Promise<string[]> {
  const { btf, pointerSize } = input;
  const format = formatOf(said, options);
  const asJson = isJson(said, options);
  const warnings: string[] = [];
  if (input.evidence?.wrong === true) {
    warnings.push("this was not built against the given base, so that names and types are wrong");
  }
  const compat = options.compat === "bpftool";
  const escapeControl = host.stdout.isTerminal;
  const pointer = pointerSize === undefined ? {} : { pointerSize };
  const chosen = ids === undefined ? {} : { ids: ids.ids };
  const pretty = options.pretty === true;
  if (format === "raw" && asJson) {
    const { dumpJson } = await import("../../dump/json.ts");
    dumpJson(btf, sink, { ...chosen, pretty, compat: compat && !escapeControl });
  } else if (format === "raw") {
    const { dumpRaw } = await import("../../dump/raw.ts");
    dumpRaw(btf, sink, { ...chosen, escapeControl });
  } else if (asJson) {
    const { dumpLayoutJson } = await import("../../dump/layout-json.ts");
    dumpLayoutJson(btf, sink, { ...chosen, ...pointer, pretty });
  } else {
    const { dumpC } = await import("../../dump/c.ts");
    dumpC(btf, sink, {
      ...chosen,
      ...pointer,
      unsorted: options.unsorted === true || said.unsorted || ids?.inOrder === true,
      noKfuncs: options.kfuncs === false,
      layout: options.layout === true,
      compat,
      escapeControl,
      onWarning: (warning) => warnings.push(warning),
    });
  }
  return warnings;
}

/** The wanted types; `inOrder` if they are in the order in which they were given. */
interface ChosenTypes {
  readonly ids: Uint32Array;
  readonly inOrder: boolean;
}

/** Chooses the types of the file at `place`; undefined means all. */
async function chosenTypes(
  btf: Btf,
  place: ErrorPlace,
  format: "raw" | "c",
  said: DumpWords,
  options: DumpOptions,
): Promise<ChosenTypes | undefined> {
  const roots = [...said.rootIds, ...(await rootsOf(btf, place, options.root ?? []))];
  const isSelected = options.name !== undefined || options.kind !== undefined;
  if (roots.length > 0) {
    if (isSelected) throw new BtfxError("usage", "cannot use root_id with other type filtering");
    const seen = new Set<TypeId>();
    for (const id of roots) {
      if (id >= btf.typeCount) {
        const hint = `ids go up to ${btf.typeCount - 1}`;
        throw new BtfxError("usage", `invalid root ID: ${id}`, { hint });
      }
      if (seen.has(id)) throw new BtfxError("usage", `duplicate root_id ${id} supplied`);
      seen.add(id);
    }
    return { ids: Uint32Array.from(roots), inOrder: true };
  }
  if (!isSelected) return undefined;
  const names = options.name?.flatMap(splitNames);
  const kinds = options.kind === undefined ? undefined : numbersOf(kindsNamed(options.kind));
  const withBase = format === "c";
  const named = new Map(names?.filter((name) => !isGlob(name)).map((name) => [name, btf.named(name)]));
  const ids = names?.every(isPlain)
    ? chosenFrom(btf, [...named.values()].flat(), kinds, withBase)
    : typesThatFit(btf, place, names, kinds, withBase);
  if (ids.length === 0) throw await withContextAsync(place, () => noneSelected(btf, names, options.kind));
  for (const [name, types] of named) {
    if (types.length === 0) throw await withContextAsync(place, () => noneSelected(btf, [name]));
  }
  return { ids, inOrder: false };
}

/** The types among these ids that have one of the kinds, ascending. Types of a base are included only if `withBase`. */
function chosenFrom(
  btf: Btf,
  ids: readonly TypeId[],
  kinds: ReadonlySet<number> | undefined,
  withBase: boolean,
): Uint32Array {
  const chosen = ids.filter((id) => (withBase || id >= btf.firstId) && (kinds?.has(btf.kind(id)) ?? true));
  return Uint32Array.from(new Set(chosen)).sort();
}

/** The types whose names fit a pattern, of some kinds or any, ascending. */
function typesThatFit(
  btf: Btf,
  place: ErrorPlace,
  patterns: readonly string[] | undefined,
  kinds: ReadonlySet<number> | undefined,
  withBase: boolean,
): Uint32Array {
  const name = patterns === undefined ? undefined : nameMatcher(patterns);
  return withContext(place, () => selectTypes(btf, { name, kinds }, withBase));
}

/** Whether a name is an identifier of C, so that it is not a pattern. */
function isPlain(name: string): boolean {
  return /^\w+$/.test(name);
}

/** Throws an error that says which names and kinds no type has, and which names are similar. */
async function noneSelected(
  btf: Btf,
  names: readonly string[] | undefined,
  kinds?: readonly string[],
): Promise<BtfxError> {
  if (names === undefined) return new BtfxError("usage", `there is no type of kind ${kinds?.join(", ")}`);
  const what = kinds === undefined ? "type" : `type of kind ${kinds.join(", ")}`;
  const { noSuchType } = await import("../words/query-words.ts");
  return noSuchType(btf, names, what);
}

/** `--root`: an id, or all types of exactly that name. */
async function rootsOf(btf: Btf, place: ErrorPlace, roots: readonly string[]): Promise<TypeId[]> {
  const ids: TypeId[] = [];
  for (const root of roots) {
    const named = /^\d/.test(root) ? [numberOf(root)] : btf.named(root);
    if (named.length === 0) {
      const { noSuchType } = await import("../words/query-words.ts");
      throw withContext(place, () => noSuchType(btf, [root]));
    }
    for (const id of named) ids.push(id);
  }
  return ids;
}

function numbersOf(kinds: ReadonlySet<KindName>): ReadonlySet<number> {
  return new Set([...kinds].map((kind) => KIND[kind]));
}

/**
 * The files whose types are printed as one BTF. Among other files, the running vmlinux is left out: it is their base.
 */
function filesToMerge(files: readonly string[]): readonly string[] {
  const split = files.filter((file) => file !== RUNNING_VMLINUX);
  return split.length === 0 ? [RUNNING_VMLINUX] : split;
}

function jsonError({ message, code }: BtfxError): string {
  return jsonText({ error: safe(message), code } satisfies ErrorJson, false);
}

/** Warnings on stderr, the first few. */
async function printWarnings(warnings: readonly string[], host: Host): Promise<void> {
  if (warnings.length === 0) return;
  const { styleFor } = await import("../output/style.ts");
  const label = styleFor(host.stderr, host.env).yellow("warning:");
  for (const warning of warnings.slice(0, MOST_WARNINGS)) host.stderr.write(`${label} ${safe(warning)}\n`);
  if (warnings.length > MOST_WARNINGS) {
    host.stderr.write(`and ${warnings.length - MOST_WARNINGS} warnings more\n`);
  }
}
