import type { BtfxCommand } from "../cli/definitions/command.ts";
import { EXIT_CODES } from "../cli/exit.ts";
import { vmlinuxPaths } from "../io/read/find-vmlinux.ts";
import { VERSION } from "../version.ts";
import { type ManBlock, type ManSection, roffOf } from "./roff.ts";

/**
 * The manual: a page for the program and one for each command, by file name. All that commands and options are comes
 * from their definitions; `date` is that of the release.
 */
export function manPages(program: BtfxCommand, date: string): Map<string, string> {
  const pages = new Map([["btfx.1", pageOf("btfx", "kernel BTF, offline", date, programSections(program))]]);
  for (const command of commandsOf(program)) {
    const name = `btfx-${command.name()}`;
    pages.set(`${name}.1`, pageOf(name, command.summary(), date, commandSections(program, command)));
  }
  return pages;
}

function commandsOf(program: BtfxCommand): readonly BtfxCommand[] {
  return program.commands as readonly BtfxCommand[];
}

function pageOf(name: string, summary: string, date: string, sections: readonly ManSection[]): string {
  const filled = sections.filter(({ blocks }) => blocks.length > 0);
  return roffOf({ name, summary, date, source: `btfx ${VERSION}`, sections: filled });
}

function programSections(program: BtfxCommand): ManSection[] {
  return [
    {
      title: "SYNOPSIS",
      blocks: [
        { synopsis: "btfx", rest: "<command> [<options>] <arguments>..." },
        { synopsis: "btfx help", rest: "[<command>]" },
      ],
    },
    { title: "DESCRIPTION", blocks: [{ text: program.description() }] },
    {
      title: "COMMANDS",
      blocks: commandsOf(program).map((command) => ({
        term: `btfx-${command.name()}(1)`,
        about: command.summary(),
      })),
    },
    { title: "OPTIONS", blocks: optionsOf(program) },
    { title: "EXIT STATUS", blocks: exitStatus() },
    { title: "ENVIRONMENT", blocks: ENVIRONMENT },
    {
      title: "FILES",
      blocks: [
        {
          text: "Where the vmlinux of a kernel is looked for that no option names; the first of them only if it is the running kernel:",
        },
        { example: vmlinuxPaths("RELEASE", "", "RELEASE").join("\n") },
      ],
    },
    { title: "EXAMPLES", blocks: examplesOf(program) },
    { title: "SEE ALSO", blocks: [seeAlso(program, program)] },
  ];
}

function commandSections(program: BtfxCommand, command: BtfxCommand): ManSection[] {
  const help = command.createHelp();
  const described = help.visibleArguments(command).filter(({ description }) => description !== "");
  return [
    {
      title: "SYNOPSIS",
      blocks: [{ synopsis: `btfx ${command.name()}`, rest: synopsis(command.usage()) }],
    },
    {
      title: "DESCRIPTION",
      blocks: [
        { text: command.description() },
        ...described.map((argument) => ({
          term: `<${argument.name()}>${argument.variadic ? "..." : ""}`,
          about: help.argumentDescription(argument),
        })),
      ],
    },
    { title: "OPTIONS", blocks: optionsOf(command) },
    { title: "EXIT STATUS", blocks: exitStatus() },
    { title: "EXAMPLES", blocks: examplesOf(command) },
    { title: "SEE ALSO", blocks: [seeAlso(program, command)] },
  ];
}

function optionsOf(command: BtfxCommand): ManBlock[] {
  const help = command.createHelp();
  return help
    .visibleOptions(command)
    .map((option) => ({ term: help.optionTerm(option), about: help.optionDescription(option) }));
}

function exitStatus(): ManBlock[] {
  const codes = EXIT_CODES.map(({ codes, meaning }) => ({ term: codes.join(", "), about: meaning }));
  return [...codes, { text: "If several apply, the highest wins." }];
}

/** Each example: what it does, then the line to copy. */
function examplesOf({ examples }: BtfxCommand): ManBlock[] {
  return examples.flatMap(({ line, purpose }) => [
    ...(purpose === "" ? [] : [{ text: introduction(purpose) }]),
    { example: line },
  ]);
}

function seeAlso(program: BtfxCommand, self: BtfxCommand): ManBlock {
  const names = ["btfx", ...commandsOf(program).map((command) => `btfx-${command.name()}`)];
  const own = self === program ? "btfx" : `btfx-${self.name()}`;
  const pages = names.filter((name) => name !== own).map((name) => `${name}(1)`);
  return { text: [...pages, "bpftool-btf(8)", "pahole(1)"].join(", ") };
}

const ENVIRONMENT: readonly ManBlock[] = [
  { term: "NO_COLOR", about: "no colours, if it is set and not empty" },
  {
    term: "FORCE_COLOR",
    about: "colours even if the output is not a terminal; no colours if it is 0 or false",
  },
  { term: "COLUMNS", about: "width of help and tables, instead of the terminal's" },
  {
    term: "XDG_CACHE_HOME",
    about: "where btfx keeps its compiled code between two runs (in the directory btfx), instead of ~/.cache",
  },
  { term: "NODE_DISABLE_COMPILE_CACHE", about: "if it is set, no compiled code is kept or used" },
  { term: "BTFX_DEBUG", about: "if it is set, an unexpected error shows its stack trace" },
];

/** A first word in capitals, and a colon at the end. */
function introduction(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}:`;
}

/** Turns words in capitals in a usage line into placeholders. */
function synopsis(usage: string): string {
  return usage.replace("[options]", "[<options>]").replace(/\b[A-Z]+(?:\.[A-Z]+)*\b/g, "<$&>");
}
