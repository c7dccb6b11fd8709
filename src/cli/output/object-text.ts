import { basename } from "node:path";
import type { ChalkInstance } from "chalk";
import type { Issue, ProgramVerdict } from "../../engine/core/judge.ts";
import { count, numberText } from "../../report/number-text.ts";
import {
  FIT_WORDS,
  groupIssues,
  type IssueGroup,
  type ObjectOnKernel,
} from "../../report/object-judgement.ts";
import type { UnresolvedAccess } from "../../report/outcome.ts";
import { safe } from "./safe.ts";

/** How much is printed. */
export interface ObjectTextOptions {
  /** Only objects that do not fit. */
  readonly quiet: boolean;
  /** Also what is missing but guarded, and programs that fit. */
  readonly verbose: boolean;
}

/** The outcome for a BPF object on each kernel, as lines. */
export function objectLines(
  input: string,
  kernels: readonly ObjectOnKernel[],
  options: ObjectTextOptions,
  style: ChalkInstance,
): string {
  return kernels.map((on) => onKernel(input, on, options, style)).join("");
}

function onKernel(
  input: string,
  on: ObjectOnKernel,
  options: ObjectTextOptions,
  style: ChalkInstance,
): string {
  const steps = (on.steps ?? []).map((step) => `    ${style.dim(safe(step))}\n`).join("");
  if (options.quiet && on.fit !== "broken") return steps;
  const mark = on.fit === "broken" ? style.red("✗") : style.green("✓");
  const missing = on.relocations - on.resolved;
  const share =
    on.relocations === 0
      ? "no CO-RE relocations"
      : `${count(on.relocations, "relocation")}${missing === 0 ? "" : `, ${numberText(missing)} without a target`}`;
  const head = `${mark} ${safe(input)} on ${safe(on.base)}: ${FIT_WORDS[on.fit]} (${share})\n`;
  const own = groupIssues(on.issues).map((group) => issueLines(group, "    ", style));
  const programs = on.programs.map((program) => programLines(program, options, style));
  return head + steps + own.join("") + programs.join("") + fittingLine(on, options, style);
}

function programLines(program: ProgramVerdict, options: ObjectTextOptions, style: ChalkInstance): string {
  const { name, section, issues, fit, isLoaded } = program;
  const isTold = (issue: Issue) => options.verbose || issue.guard !== "guarded";
  const shown = groupIssues(issues.filter(isTold));
  if (shown.length === 0) return "";
  if (options.quiet && fit !== "broken") return "";
  const words = isLoaded ? FIT_WORDS[fit] : `${FIT_WORDS[fit]}, but is loaded on demand only`;
  const head = `    ${style.bold(safe(name))} (${safe(section)}): ${words}\n`;
  const tail = program.isComplete
    ? ""
    : `      ${style.dim("it has too many paths to find out what is guarded")}\n`;
  return head + shown.map((group) => issueLines(group, "      ", style)).join("") + tail;
}

/** The reasons why a BPF object cannot be relocated: each relocation, below the program that reaches it. */
export function unresolvedLines(failures: readonly UnresolvedAccess[], style: ChalkInstance): string {
  const byProgram = new Map<string | null, Issue[]>();
  for (const { program, issue } of failures) {
    const others = byProgram.get(program);
    if (others === undefined) byProgram.set(program, [issue]);
    else others.push(issue);
  }
  return Array.from(byProgram, ([program, issues]) => {
    const head = program === null ? "" : `    ${style.bold(safe(program))}\n`;
    const indent = program === null ? "    " : "      ";
    return (
      head +
      groupIssues(issues)
        .map((group) => issueLines(group, indent, style))
        .join("")
    );
  }).join("");
}

/**
 * Something that is missing: what the object needs, what the kernel has instead, and where in the object it is needed.
 */
function issueLines({ issue, kinds }: IssueGroup, indent: string, style: ChalkInstance): string {
  const { wants, message, nearest, place, guard } = issue;
  const asked = kinds.length === 0 ? "" : ` (${kinds.join(", ")})`;
  const lines = [`${indent}${style.bold(safe(wants))}${asked}: ${safe(message)}${guardText(guard)}`];
  if (nearest.length > 0) {
    const names = nearest.map(({ name, bitOffset, type }) => {
      const at = bitOffset === undefined ? "" : ` @${offsetText(bitOffset)}`;
      return `${safe(name)}${at}${type === undefined ? "" : ` ${safe(type)}`}`;
    });
    lines.push(`${indent}  ${style.dim(`nearest: ${names.join("; ")}`)}`);
  }
  if (place !== undefined) {
    const { source } = place;
    const insn = `insn ${place.insn} of ${safe(place.function)}`;
    const where =
      source === undefined
        ? insn
        : `${safe(basename(source.file))}:${source.line}: ${safe(source.text)}  [${insn}]`;
    lines.push(`${indent}  ${style.dim(where)}`);
  }
  return `${lines.join("\n")}\n`;
}

function guardText(guard: Issue["guard"]): string {
  switch (guard) {
    case "reached":
      return "";
    case "guarded":
      return " – never reached on this kernel";
    case "by-settings":
      return " – not reached as the object's constants (.rodata) are set";
  }
}

function offsetText(bits: number): string {
  return bits % 8 === 0 ? `${bits / 8}` : `${Math.floor(bits / 8)}.${bits % 8}`;
}

/** The programs of a broken object that would fit: a loader may choose them. */
function fittingLine(on: ObjectOnKernel, options: ObjectTextOptions, style: ChalkInstance): string {
  if (on.fit !== "broken" && !options.verbose) return "";
  const fitting = on.programs.filter(({ fit, isLoaded }) => fit !== "broken" && isLoaded);
  if (fitting.length === 0 || on.issues.length > 0) return "";
  const names = fitting.slice(0, MOST_NAMES).map(({ name }) => safe(name));
  const more = fitting.length > MOST_NAMES ? `, and ${count(fitting.length - MOST_NAMES, "other")}` : "";
  const line = `${count(fitting.length, "program fits", "programs fit")}: ${names.join(", ")}${more}`;
  return `    ${style.dim(line)}\n`;
}

const MOST_NAMES = 8;
