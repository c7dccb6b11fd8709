import { CommanderError } from "commander";
import { BtfxError } from "../errors.ts";
import { VERSION } from "../version.ts";
import { type AddCommand, BtfxCommand } from "./definitions/command.ts";
import { addCompletion } from "./definitions/completion.ts";
import { addDiff, addMinimize } from "./definitions/kernels.ts";
import { addDump, addExtract } from "./definitions/printing.ts";
import { addLayout, addOffsets, addWho } from "./definitions/questions.ts";
import { addDistill, addRelocate, addStats } from "./definitions/rewriting.ts";
import { addColour } from "./definitions/shared.ts";
import { addReport, addVerify } from "./definitions/verdicts.ts";
import { EXIT, EXIT_CODES } from "./exit.ts";
import type { Host, Output } from "./host.ts";
import { columnsOf } from "./output/columns.ts";
import { safe } from "./output/safe.ts";
import { commandFirst } from "./words/bpftool-words.ts";
import { OptionWords } from "./words/option-words.ts";
import { withOwnNames } from "./words/pahole-words.ts";

/**
 * Parses `argv`, runs the command and returns its exit code. Rethrows the error of a failed command for the caller to
 * print; where JSON was asked for, also writes it to stdout if nothing was written yet.
 */
export async function runProgram(argv: readonly string[], host: Host): Promise<number> {
  let exitCode: number = EXIT.ok;
  let words = argv;
  const stdout = watched(host.stdout);
  try {
    words = commandFirst(withOwnNames(argv), COMMANDS, () => allOptions(host));
    if (words[0] === "help" && words[1] === "errors") {
      const { errorHelpText } = await import("./output/error-help-text.ts");
      stdout.write(errorHelpText(words[2], columnsOf(host.stdout, host.env)));
      return EXIT.ok;
    }
    if (words[0] === "help" && words[1] === "help") words = ["help"];
    if (words[0] === "help") await refuseUnknown(words[1]);
    const program = makeProgram(words[0], { ...host, stdout }, (code) => {
      exitCode = code;
    });
    await program.parseAsync(words, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    // Without arguments, the answer is the help.
    if (error instanceof CommanderError && error.code === "commander.help") return EXIT.usage;
    const failure =
      error instanceof CommanderError ? await inOurWords(error, words, argv, host) : orLostDirectory(error);
    if (failure instanceof BtfxError && !stdout.isUsed && allOptions(host).askForJson(argv)) {
      const { code, hint } = failure;
      const json = {
        error: safe(failure.toString()),
        code,
        ...(hint === undefined ? {} : { hint: safe(hint) }),
      };
      stdout.write(`${JSON.stringify(json)}\n`);
    }
    throw failure;
  }
}

/** The error itself, or a clear one if Node could not tell the current directory because it was deleted. */
function orLostDirectory(error: unknown): unknown {
  if ((error as NodeJS.ErrnoException | null)?.syscall !== "uv_cwd") return error;
  const hint = "change to another directory";
  return new BtfxError("io", "the current directory does not exist any more", { hint, cause: error });
}

/** An output that knows whether it was written to. */
function watched(output: Output): Output & { readonly isUsed: boolean } {
  let isUsed = false;
  return {
    get isTerminal() {
      return output.isTerminal;
    },
    get columns() {
      return output.columns;
    },
    get isUsed() {
      return isUsed;
    },
    write(data) {
      isUsed = true;
      output.write(data);
    },
  };
}

async function inOurWords(
  error: CommanderError,
  words: readonly string[],
  argv: readonly string[],
  host: Host,
): Promise<BtfxError> {
  const { usageError } = await import("./words/usage-error.ts");
  const flags = describedProgram(host).commands.map((command): [string, string[]] => [
    command.name(),
    command.options.flatMap(({ short, long }) => [short, long]).filter((flag) => typeof flag === "string"),
  ]);
  return usageError(error, words, argv, new Map(flags));
}

/** Rejects `help` for an unknown command. */
async function refuseUnknown(command: string | undefined): Promise<void> {
  if (command === undefined || command.startsWith("-") || COMMANDS.has(command)) return;
  const { noSuchCommand } = await import("./words/usage-error.ts");
  throw noSuchCommand(command, COMMAND_NAMES);
}

/**
 * The options of all commands. Creating the commands takes longer than many runs, so this is called only when needed.
 */
export function allOptions(host: Host): OptionWords {
  return new OptionWords(describedProgram(host).commands.flatMap(({ options }) => options));
}

/** The program with the definitions of all commands, to be read and not run: for help, man pages and completion. */
export function describedProgram(host: Host): BtfxCommand {
  return makeProgram(undefined, host, () => {});
}

/** The program with the command that is named first, or with all of them. */
function makeProgram(first: string | undefined, host: Host, finish: (exitCode: number) => void): BtfxCommand {
  const program = new BtfxCommand("btfx")
    .description(
      "Kernel BTF, offline: what bpftool, pahole and resolve_btfids do with it, on any system and without root. Prints types, makes built modules survive kernel updates, predicts what a kernel says to them at load and why, compares kernels.",
    )
    .usage("COMMAND [options]")
    .optionsGroup("Options:")
    .version(`btfx v${VERSION}`, "-V, --version", "print the version")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      // Words of the command line may be file names, which can contain anything.
      writeErr: (text) => host.stderr.write(text.split("\n").map(safe).join("\n")),
      // Errors are thrown, and printed like all others.
      outputError: () => {},
      getOutHelpWidth: () => columnsOf(host.stdout, host.env),
      getErrHelpWidth: () => columnsOf(host.stderr, host.env),
      getOutHasColors: () => host.stdout.isTerminal,
      getErrHasColors: () => host.stderr.isTerminal,
    })
    .table(
      "Exit codes:",
      EXIT_CODES.map(({ codes, meaning }) => [codes.join(", "), meaning]),
    )
    .example("btfx dump vmlinux format c > vmlinux.h", "a kernel's types as a C header")
    .example("btfx distill veth.ko -B vmlinux", "writes veth.distilled.ko")
    .example("btfx relocate -n veth.distilled.ko -B vmlinux-new", "would it load there? if not, why?")
    .example("btfx diff vmlinux-6.12 vmlinux-6.16 --module veth.ko", "what changed for this module");
  // Only the command that is named first is created: creating the others takes longer than many runs.
  const named = COMMANDS.get(first);
  for (const [heading, commands] of GROUPS) {
    program.commandsGroup(heading);
    for (const add of commands.values()) if (named === undefined || add === named) add(program, host, finish);
  }
  program
    .commandsGroup("Help:")
    .helpCommand("help [command]", "print help for a command; 'help errors [CODE]' explains errors");
  return addColour(program, "Options:");
}

/** The commands in the order in which help lists them. */
const GROUPS: ReadonlyMap<string, ReadonlyMap<string, AddCommand>> = new Map([
  [
    "Types:",
    new Map([
      ["dump", addDump],
      ["layout", addLayout],
      ["offsets", addOffsets],
      ["who", addWho],
      ["extract", addExtract],
    ]),
  ],
  [
    "Modules:",
    new Map([
      ["distill", addDistill],
      ["relocate", addRelocate],
      ["verify", addVerify],
      ["stats", addStats],
      ["report", addReport],
    ]),
  ],
  [
    "Kernels and BPF objects:",
    new Map([
      ["diff", addDiff],
      ["minimize", addMinimize],
    ]),
  ],
  ["Help:", new Map([["completion", addCompletion(describedProgram)]])],
]);

const COMMANDS: ReadonlyMap<string | undefined, AddCommand> = new Map(
  [...GROUPS.values()].flatMap((commands) => [...commands]),
);
const COMMAND_NAMES: readonly string[] = [...COMMANDS.keys()].map(String);
