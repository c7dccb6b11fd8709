import { Command } from "commander";
import type { Host } from "../host.ts";
import { BtfxHelp, type Example, type Explained, type Table } from "./help.ts";

/** A command with what its help and its man page show besides options. */
export class BtfxCommand extends Command implements Explained {
  readonly examples: Example[] = [];
  readonly tables: Table[] = [];

  /** Adds an example to the help. */
  example(line: string, purpose = ""): this {
    this.examples.push({ line, purpose });
    return this;
  }

  /** Adds rows of names and texts to the help. */
  table(heading: string, rows: Table["rows"]): this {
    this.tables.push({ heading, rows });
    return this;
  }

  override createCommand(name?: string): BtfxCommand {
    return new BtfxCommand(name);
  }

  override createHelp(): BtfxHelp {
    return Object.assign(new BtfxHelp(), this.configureHelp());
  }
}

/** Adds a command to the program. `finish` receives its exit code. */
export type AddCommand = (program: BtfxCommand, host: Host, finish: (exitCode: number) => void) => void;
