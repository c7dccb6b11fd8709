import type { TypeId } from "../../btf/btf.ts";
import { type PaholeLayouts, withLayouts } from "../../dump/pahole/layouts.ts";
import { ByteSink } from "../../dump/sink.ts";
import { BtfxError } from "../../errors.ts";
import { EXIT } from "../exit.ts";
import type { Host } from "../host.ts";
import { asksForJson, type JsonOptions } from "../json.ts";
import { warnOfWrongBase } from "../output/wrong-base-warning.ts";
import { filesOrRunning } from "../words/dump-words.ts";
import { answerAbout, readQueried, readQueryWords } from "../words/query-words.ts";
import { choose, countOf, type LayoutChoice } from "./layout-choice.ts";

/** Options of `btfx layout`, as commander gives them. */
export interface LayoutCommandOptions extends LayoutChoice, JsonOptions {
  readonly name?: readonly string[];
  readonly baseBtf?: string;
  readonly expand?: boolean;
  readonly hex?: boolean;
  readonly at?: string;
  readonly sizes?: boolean;
  readonly packable?: boolean;
  readonly nrMembers?: boolean;
  readonly separator?: string;
  readonly format?: "text" | "tsv" | "json";
}

/** `btfx layout`: prints how structs and unions are laid out, as pahole does, and returns the exit code. */
export async function runLayout(
  words: readonly string[],
  options: LayoutCommandOptions,
  host: Host,
): Promise<number> {
  const { names, files } = readQueryWords(words, options.name);
  if (files.length > 1) {
    const hint = "a word is the name of a type unless there is a file of that name";
    throw new BtfxError("usage", `one file at a time: ${files.join(", ")}`, { hint });
  }
  const [file] = filesOrRunning(files, options.baseBtf);
  const { expand, hex, packable, sizes, nrMembers, at } = options;
  const isJson = asksForJson(options) || options.format === "json";
  const isPretty = options.pretty === true;
  const isTable = packable === true || sizes === true || nrMembers === true;
  const input = await readQueried(file, options.baseBtf);
  await warnOfWrongBase(input, file, options.baseBtf, host);
  const { btf, pointerSize } = input;
  return answerAbout(file, async () => {
    const how = { ...(expand && { expand }), ...(hex && { hex }), pointerSize };
    const withChosen = <T>(work: (ids: TypeId[], layouts: PaholeLayouts) => T): T =>
      withLayouts(btf, how, (layouts) => work(choose({ btf, layouts, file }, names, options), layouts));

    if (at !== undefined) {
      const { printPlace } = await import("../output/layout-place.ts");
      return printPlace(
        btf,
        withChosen((ids) => ids),
        countOf(at),
        { isJson, isPretty },
        host,
      );
    }
    if (isTable) {
      const { tableOf, tableText } = await import("../output/layout-table.ts");
      const table = withChosen((ids, layouts) => tableOf(btf, layouts, ids, options));
      const { isTerminal } = host.stdout;
      host.stdout.write(
        tableText(table, { ...options, isJson, isPretty, isNamed: names.length > 0, isTerminal }),
      );
      return EXIT.ok;
    }
    const sink = new ByteSink((chunk) => host.stdout.write(chunk));
    if (isJson) {
      const { dumpLayoutJson } = await import("../../dump/layout-json.ts");
      const ids = withChosen((chosen) => chosen);
      dumpLayoutJson(btf, sink, { ids, pretty: isPretty, ...(pointerSize && { pointerSize }) });
    } else {
      // pahole separates types by empty lines if they were asked for by name.
      withChosen((ids, layouts) => layouts.write(ids, sink, names.length > 0 ? 2 : 1));
    }
    sink.finish();
    return EXIT.ok;
  });
}
