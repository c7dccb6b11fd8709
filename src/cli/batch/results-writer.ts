import type { Output } from "../host.ts";

/** The forms of results for programs: one JSON object, the same indented, or a line for each result. */
export type ResultsForm = "json" | "pretty" | "lines";

/** The form of results that the options ask for; undefined for text for people. */
export function resultsForm(options: {
  readonly json?: boolean;
  readonly pretty?: boolean;
  readonly jsonl?: boolean;
}): ResultsForm | undefined {
  if (options.jsonl === true) return "lines";
  return options.pretty === true ? "pretty" : options.json === true ? "json" : undefined;
}

/**
 * Writes results as they come, so that a long run takes no memory for them: `{"results":[…],"summary":{…}}`, or JSON
 * lines. The first JSON line has `run`, which describes the run; each other line has a result and its number among all
 * inputs.
 */
export class ResultsWriter {
  readonly #output: Output;
  readonly #form: ResultsForm;
  #count = 0;

  constructor(output: Output, form: ResultsForm, run: object) {
    this.#output = output;
    this.#form = form;
    if (form === "lines") this.#output.write(`${JSON.stringify({ run })}\n`);
  }

  /** Writes one result; `number` is its place among the inputs of all shards. */
  write(result: object, number: number): void {
    const isFirst = this.#count++ === 0;
    if (this.#form === "lines") this.#output.write(`${JSON.stringify({ number, ...result })}\n`);
    else if (this.#form === "json")
      this.#output.write((isFirst ? '{"results":[' : ",") + JSON.stringify(result));
    else this.#output.write(`${isFirst ? '{\n  "results": [\n' : ",\n"}${indented(result, "    ")}`);
  }

  /** Writes the summary. JSON lines have none, since `btfx report` joins shards. */
  end(summary: object): void {
    const isEmpty = this.#count === 0;
    if (this.#form === "json") {
      this.#output.write(`${isEmpty ? '{"results":[' : ""}],"summary":${JSON.stringify(summary)}}\n`);
    } else if (this.#form === "pretty") {
      const results = isEmpty ? '{\n  "results": []' : "\n  ]";
      this.#output.write(`${results},\n  "summary": ${indented(summary, "  ").trimStart()}\n}\n`);
    }
  }
}

/** JSON as `JSON.stringify` indents it at that depth. Strings in JSON contain no line breaks. */
function indented(value: object, by: string): string {
  return JSON.stringify(value, null, 2)
    .split("\n")
    .map((line) => by + line)
    .join("\n");
}
