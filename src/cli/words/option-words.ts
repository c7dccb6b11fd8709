import type { Option } from "commander";

/** Options that ask for JSON, by the names that commander has for them. */
const ASK_FOR_JSON: ReadonlySet<string> = new Set(["json", "pretty"]);

/** Reads the words of a command line as options of any command, by the definitions of the commands alone. */
export class OptionWords {
  /** Commands may use one letter for different options. */
  readonly #byFlag = new Map<string, Option[]>();

  constructor(options: Iterable<Option>) {
    for (const option of options) {
      for (const flag of [option.short, option.long]) {
        if (flag === undefined || flag === null) continue;
        const others = this.#byFlag.get(flag);
        if (others === undefined) this.#byFlag.set(flag, [option]);
        else others.push(option);
      }
    }
  }

  /**
   * Whether the next word is the value of the option in `word`, which may be the last of several letters (`-jB
   * vmlinux`). `maybe` if the option has a value in one command and none in another.
   */
  takesNext(word: string): "yes" | "maybe" | "no" {
    const { options, isWhole } = this.#read(word);
    const last = options.at(-1) ?? [];
    const withValue = last.filter(({ required }) => required).length;
    if (!isWhole || withValue === 0) return "no";
    return withValue === last.length ? "yes" : "maybe";
  }

  /**
   * The option in `word` that has a value, with the part of the value that `word` contains (`--kind=str`). Without
   * `value`, the next word is the value. Undefined if no option in `word` has a value, or if the value follows a letter
   * (`-Bvmlinux`).
   */
  valued(word: string): { readonly option: Option; readonly value?: string } | undefined {
    const { options, isWhole } = this.#read(word);
    // An optional value is always in the same word.
    const option = options.at(-1)?.find(({ required, optional }) => required || (optional && !isWhole));
    if (option === undefined) return undefined;
    if (isWhole) return { option };
    return word.startsWith("--") ? { option, value: word.slice(word.indexOf("=") + 1) } : undefined;
  }

  /**
   * Whether a command line, which may be wrong otherwise, asks for JSON: `-j`, `-qp`, `--format=json`, `format json`.
   */
  askForJson(argv: readonly string[]): boolean {
    return argv.some((word, i) => {
      const isJson = word.endsWith("=json") || argv[i + 1] === "json";
      if (word === "format") return isJson;
      return this.#read(word).options.some((options) =>
        options.some((option) => {
          const name = option.attributeName();
          return ASK_FOR_JSON.has(name) || (name === "format" && isJson);
        }),
      );
    });
  }

  /**
   * The possible options of a word: one entry for `--long`, one for each letter of `-jB`. A word is whole if nothing
   * else is in it, neither a value (`--long=value`, `-Bvalue`) nor letters that are no options.
   */
  #read(word: string): { options: readonly Option[][]; isWhole: boolean } {
    if (word.startsWith("--")) {
      const [flag, ...value] = word.split("=");
      return { options: [this.#byFlag.get(flag) ?? []], isWhole: value.length === 0 };
    }
    const letters = word.startsWith("-") ? word.slice(1) : "";
    const options: Option[][] = [];
    for (const letter of letters) {
      const found = this.#byFlag.get(`-${letter}`);
      if (found === undefined) break;
      options.push(found);
      if (found.every(({ required }) => required)) break;
    }
    return { options, isWhole: options.length === letters.length };
  }
}
