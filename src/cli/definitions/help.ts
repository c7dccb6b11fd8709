import { type Command, Help, type Option } from "commander";

/** A command line to start from, and what it is for, empty where that goes without saying. */
export interface Example {
  readonly line: string;
  readonly purpose: string;
}

/** Rows of names and texts under a heading. */
export interface Table {
  readonly heading: string;
  readonly rows: readonly (readonly [name: string, text: string])[];
}

/** The parts of a command's help after its options. */
export interface Explained {
  readonly tables: readonly Table[];
  readonly examples: readonly Example[];
}

/** Text is no wider than this on any terminal: longer lines are hard to read. In columns. */
const MOST_COLUMNS = 120;
/** Narrower than this, a description stands below what it describes. In columns. */
const LEAST_DESCRIPTION = 36;
/** How far a description is indented that stands below. */
const BELOW = "      ";

/** Help as wide as the terminal: all text flows, on a narrow one below what it is about. */
export class BtfxHelp extends Help {
  override minWidthToWrap = 20;

  override prepareContext(context: { error?: boolean; helpWidth?: number; outputHasColors?: boolean }): void {
    super.prepareContext(context);
    this.helpWidth = Math.min(this.helpWidth ?? MOST_COLUMNS, MOST_COLUMNS);
  }

  override formatHelp(command: Command & Partial<Explained>, helper: Help): string {
    const { tables = [], examples = [] } = command;
    return [
      super.formatHelp(command, helper),
      ...tables.map((table) => this.#table(table)),
      ...(examples.length === 0 ? [] : [this.#examples(examples)]),
    ].join("\n");
  }

  /** The name alone: the command's own help has its arguments. */
  override subcommandTerm(command: Command): string {
    return command.name();
  }

  /** `--color[=when]`: a value that may be left out must stand in the same word. */
  override optionTerm(option: Option): string {
    return option.optional ? option.flags.replace(" [", "[=") : option.flags;
  }

  /** The text alone: it names choices and defaults in words. */
  override optionDescription(option: Option): string {
    return option.description;
  }

  override formatItem(term: string, termWidth: number, description: string, helper: Help): string {
    const width = this.helpWidth ?? MOST_COLUMNS;
    if (description === "" || width - termWidth - 4 >= LEAST_DESCRIPTION) {
      return super.formatItem(term, termWidth, description, helper);
    }
    return `  ${term}\n${indented(helper.boxWrap(description, width - BELOW.length))}`;
  }

  #table({ heading, rows }: Table): string {
    const width = rows.reduce((most, [name]) => Math.max(most, name.length), 0);
    const lines = rows.map(([name, text]) => this.formatItem(name, width, text, this));
    return this.formatItemList(heading, lines, this).join("\n");
  }

  /** Beside each other if every purpose fits beside every line, else the purpose below. */
  #examples(examples: readonly Example[]): string {
    const width = this.helpWidth ?? MOST_COLUMNS;
    const line = examples.reduce((most, each) => Math.max(most, each.line.length), 0);
    const purpose = examples.reduce((most, each) => Math.max(most, each.purpose.length), 0);
    const lines = examples.map((each) => {
      if (each.purpose === "") return `  ${each.line}`;
      if (line + purpose + 4 <= width) return `  ${each.line.padEnd(line)}  ${each.purpose}`;
      return `  ${each.line}\n${indented(this.boxWrap(each.purpose, width - BELOW.length))}`;
    });
    return this.formatItemList("Examples:", lines, this).join("\n");
  }
}

function indented(text: string): string {
  return text.replace(/^/gm, BELOW);
}
