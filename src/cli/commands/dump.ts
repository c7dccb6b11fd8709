import picomatch from "picomatch";
import type { Btf, TypeId } from "../../btf/btf.ts";
import { KINDS } from "../../btf/kinds.ts";
import { dumpC } from "../../dump/c.ts";
import { dumpJson } from "../../dump/json.ts";
import { dumpLayoutJson } from "../../dump/layout-json.ts";
import { dumpRaw } from "../../dump/raw.ts";
import { selectTypes } from "../../dump/select.ts";
import { ByteSink } from "../../dump/sink.ts";
import { BtfxError } from "../../errors.ts";
import { type DumpInput, readDumpBase, readDumpInput } from "../../io/dump-input.ts";
import { RUNNING_VMLINUX } from "../../io/find-vmlinux.ts";
import { type DumpWords, numberOf, readDumpWords } from "../dump-words.ts";
import { EXIT } from "../exit.ts";
import type { Host } from "../host.ts";
import { relocationFailureLines } from "../report.ts";
import { safe, styleFor } from "../style.ts";

/** Options of `btfx dump`, as commander gives them. */
export interface DumpOptions {
  readonly baseBtf?: string;
  readonly format?: string;
  readonly unsorted?: boolean;
  readonly root?: readonly string[];
  readonly name?: readonly string[];
  readonly kind?: readonly string[];
  readonly kfuncs?: boolean;
  readonly layout?: boolean;
  readonly compat?: "bpftool";
  readonly json?: boolean;
  readonly pretty?: boolean;
}

/** Warnings beyond this many are only counted. */
const MOST_WARNINGS = 10;

/** `btfx dump`: prints the types of a file and returns the exit code. */
export function runDump(words: readonly string[], options: DumpOptions, host: Host): number {
  const said = readDumpWords(words);
  const asJson = isJson(said, options);
  let isPartlyOut = false;
  const sink = new ByteSink((chunk) => {
    isPartlyOut = true;
    host.stdout.write(chunk);
  });
  try {
    const format = formatOf(said, options);
    const path = onlyFile(said);
    const base = readDumpBase(options.baseBtf, [path]);
    const input = readDumpInput(path, base);
    if ("failures" in input) {
      const onto = options.baseBtf ?? RUNNING_VMLINUX;
      const style = styleFor(host.stderr, host.env);
      const count = input.failures.length === 1 ? "1 type does" : `${input.failures.length} types do`;
      host.stderr.write(
        `${style.red("btfx:")} ${safe(path)} does not relocate onto ${safe(onto)}: ${count} not fit\n`,
      );
      for (const failure of input.failures) {
        host.stderr.write(relocationFailureLines(failure, safe(onto), style));
      }
      if (asJson) host.stdout.write(jsonError(`${path} does not relocate onto ${onto}: ${count} not fit`));
      return EXIT.no;
    }
    print(input, format, said, options, sink, host);
    sink.finish();
    return EXIT.ok;
  } catch (error) {
    // Text up to a failure is printed; JSON is of no use without its end, and the failure takes its place.
    if (!asJson || isPartlyOut) sink.finish();
    throw error;
  }
}

function print(
  input: DumpInput,
  format: "raw" | "c",
  said: DumpWords,
  options: DumpOptions,
  sink: ByteSink,
  host: Host,
): void {
  const { btf, pointerSize } = input;
  const asJson = isJson(said, options);
  const warnings = new Warnings(host);
  if (input.evidence?.wrong === true) {
    warnings.add(
      "the base is not the vmlinux that this was built against: names and types below are not its own",
    );
  }
  const ids = chosenTypes(btf, format, said, options);
  const compat = options.compat === "bpftool";
  const escapeControl = host.stdout.isTerminal;
  const pointer = pointerSize === undefined ? {} : { pointerSize };
  const chosen = ids === undefined ? {} : { ids: ids.ids };
  const pretty = options.pretty === true;
  if (format === "raw" && asJson)
    dumpJson(btf, sink, { ...chosen, pretty, compat: compat && !escapeControl });
  else if (format === "raw") dumpRaw(btf, sink, { ...chosen, escapeControl });
  else if (asJson) dumpLayoutJson(btf, sink, { ...chosen, ...pointer, pretty });
  else {
    dumpC(btf, sink, {
      ...chosen,
      ...pointer,
      unsorted: options.unsorted === true || said.unsorted || ids?.inOrder === true,
      noKfuncs: options.kfuncs === false,
      layout: options.layout === true,
      compat,
      escapeControl,
      onWarning: (warning) => warnings.add(warning),
    });
  }
  warnings.end();
}

/** Which types are asked for, undefined for all; `inOrder` if in the order they were given. */
function chosenTypes(
  btf: Btf,
  format: "raw" | "c",
  said: DumpWords,
  options: DumpOptions,
): { ids: Uint32Array; inOrder: boolean } | undefined {
  const roots = [...said.rootIds, ...(options.root ?? []).flatMap((root) => rootTypes(btf, root))];
  const isSelected = options.name !== undefined || options.kind !== undefined;
  if (roots.length > 0) {
    if (isSelected) throw new BtfxError("usage", "cannot use root_id with other type filtering");
    const seen = new Set<TypeId>();
    for (const id of roots) {
      if (id >= btf.typeCount) {
        const hint = `ids go up to ${btf.typeCount - 1}`;
        throw new BtfxError("usage", `invalid root ID: ${id}`, {}, hint);
      }
      if (seen.has(id)) throw new BtfxError("usage", `duplicate root_id ${id} supplied`);
      seen.add(id);
    }
    return { ids: Uint32Array.from(roots), inOrder: true };
  }
  if (!isSelected) return undefined;
  const globs = options.name?.map((glob) => picomatch(glob, { dot: true, nobrace: false, noextglob: true }));
  const ids = selectTypes(
    btf,
    {
      name: globs === undefined ? undefined : (name) => globs.some((matches) => matches(name)),
      kinds: options.kind === undefined ? undefined : kindNumbers(options.kind),
    },
    format === "c",
  );
  if (ids.length === 0) throw new BtfxError("usage", "no type is of that name and kind");
  return { ids, inOrder: false };
}

/** `--root`: an id, or all types of exactly that name. */
function rootTypes(btf: Btf, root: string): TypeId[] {
  if (/^\d/.test(root)) return [numberOf(root)];
  const ids = selectTypes(btf, { name: (name) => name === root }, true);
  if (ids.length === 0) throw new BtfxError("usage", `no type is named ${root}`);
  return Array.from(ids);
}

function kindNumbers(names: readonly string[]): ReadonlySet<number> {
  return new Set(
    names
      .flatMap((name) => name.split(","))
      .map((name) => {
        const kind = KINDS.findIndex((row, i) => i > 0 && row.name === name.toUpperCase());
        if (kind > 0) return kind;
        const known = KINDS.slice(1).map((row) => row.name.toLowerCase());
        throw new BtfxError("usage", `there is no kind ${name}`, {}, `kinds are ${known.join(", ")}`);
      }),
  );
}

function formatOf(said: DumpWords, options: DumpOptions): "raw" | "c" {
  const asked = said.format ?? options.format ?? (options.layout === true ? "c" : "raw");
  if (asked === "json") return "raw";
  if (asked !== "raw" && asked !== "c") {
    throw new BtfxError("usage", `unrecognized format specifier: '${asked}', possible values: raw, c, json`);
  }
  if (options.layout === true && asked === "raw") {
    throw new BtfxError("usage", "--layout is for format c");
  }
  return asked;
}

/** JSON is a format of its own, and with `-j` or `-p` the form of the others. */
function isJson(said: DumpWords, options: DumpOptions): boolean {
  const asked = said.format ?? options.format;
  return asked === "json" || options.json === true || options.pretty === true;
}

function onlyFile(said: DumpWords): string {
  if (said.files.length > 1) throw new BtfxError("usage", "one file at a time");
  return said.files[0] ?? RUNNING_VMLINUX;
}

function jsonError(message: string): string {
  return `${JSON.stringify({ error: safe(message) })}\n`;
}

/** Warnings on stderr, the first few. */
class Warnings {
  readonly #host: Host;
  #count = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  add(warning: string): void {
    this.#count++;
    if (this.#count > MOST_WARNINGS) return;
    const style = styleFor(this.#host.stderr, this.#host.env);
    this.#host.stderr.write(`${style.yellow("warning:")} ${safe(warning)}\n`);
  }

  end(): void {
    if (this.#count <= MOST_WARNINGS) return;
    this.#host.stderr.write(`and ${this.#count - MOST_WARNINGS} warnings more\n`);
  }
}
