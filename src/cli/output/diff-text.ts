import type { ChalkInstance } from "chalk";
import { CHANGE_CLASSES, type MemberChange, type Reached } from "../../engine/diff/change.ts";
import type { KindSummary } from "../../engine/diff/diff.ts";
import type { ToldChange, ToldDifference } from "../../report/diff-summary.ts";
import { inheritedWords, reachWords } from "../../report/diff-words.ts";
import { countOfKind, kindWord, namedText, TOLD_KINDS } from "../../report/kind-words.ts";
import { moveText, placeText, runsOf, shiftOf, sizesText } from "../../report/member-text.ts";
import { count, numberText } from "../../report/number-text.ts";
import { modulesText, useLines } from "./diff-modules-text.ts";

/** Columns of a line, so that it fits into a terminal and a mail. */
const WIDTH = 78;
/** More members or users than this are only counted. JSON has all of them. */
const SHOWN_MEMBERS = 40;
const SHOWN_REACHED = 200;

/** The whole report of one comparison: a block for each change, then what is new and gone, then the counts. */
export function differenceText(difference: ToldDifference, style: ChalkInstance): string {
  const changed = difference.changes.filter(({ change }) => change === "changed");
  const written = changed.filter(({ follows }) => follows === undefined);
  const following = changed.filter(({ follows }) => follows !== undefined);
  const parts = [
    ...written.map((change) => block(change, style)),
    following.length === 0 ? "" : `${following.map((change) => followingText(change, style)).join("")}\n`,
    namesText(difference, "removed", style.red("-"), style),
    namesText(difference, "added", style.green("+"), style),
    ...(difference.modules === undefined ? [] : [modulesText(difference.modules, difference.new, style)]),
    summaryText(difference, style),
  ];
  return parts.join("");
}

/** The counts alone, a row for each kind, then the classes. */
export async function statText(difference: ToldDifference): Promise<string> {
  const { summary, changes } = difference;
  const { default: Table } = await import("cli-table3");
  const aligned = ["left", ...Array<"right">(4).fill("right")] as ("left" | "right")[];
  const head = ["kind", "same", "changed", "added", "removed"];
  const table = new Table({ head, colAligns: aligned, style: { head: [], border: [], compact: true } });
  for (const [kind, { same, changed, added, removed }] of Object.entries(summary)) {
    table.push([kind, numberText(same), numberText(changed), numberText(added), numberText(removed)]);
  }
  const classes = CHANGE_CLASSES.map((each) => {
    const those = changes.filter((change) => change.change === "changed" && change.class === each);
    return `${numberText(those.length)} ${each}`;
  });
  return `${table.toString()}\nchanges by class: ${classes.join(", ")}${inheritedText(difference)}\n`;
}

/** One change: what it is, its members, the modules that it reaches. */
function block(change: ToldChange, style: ChalkInstance): string {
  const lines = [headLine(change, style)];
  if (change.oldType !== undefined && change.newType !== undefined) {
    lines.push(`  ${style.red("-")} ${change.oldType}`, `  ${style.green("+")} ${change.newType}`);
  }
  // The two prototypes show all changes of a function, and are easier to read than a list of its parameters.
  const members = change.kind === "FUNC" ? change.members.filter(isLinkage) : change.members;
  lines.push(...memberLines(members, change.kind, style));
  lines.push(...reachLines(change.reach ?? [], style), ...useLines(change.modules ?? [], style));
  return `${lines.join("\n")}\n\n`;
}

function headLine(change: ToldChange, style: ChalkInstance): string {
  const { kind, oldKind, name, oldSize, newSize, definitions } = change;
  const former = oldKind === undefined ? "" : `, was ${kindWord(oldKind)}`;
  const facts = [style.bold(change.class)];
  if (definitions !== undefined)
    facts.push(`one of several: ${definitions.old} before, ${definitions.new} now`);
  facts.push(...reachWords(change));
  const size =
    oldSize === undefined || newSize === undefined || kind.startsWith("ENUM")
      ? ""
      : oldSize === newSize
        ? `  ${newSize} ${newSize === 1 ? "byte" : "bytes"}`
        : `  ${oldSize} -> ${newSize} bytes`;
  return `${namedText(kind, style.bold(name))}${former}${size}  ${facts.join(", ")}`;
}

/** A type that changed only because the size of a type in it changed. */
function followingText(change: ToldChange, style: ChalkInstance): string {
  const causes = (change.follows ?? []).join(", ");
  const uses = useLines(change.modules ?? [], style).map((line) => `${line}\n`);
  return `${headLine(change, style)}, follows ${causes}\n${uses.join("")}`;
}

function isLinkage({ path }: MemberChange): boolean {
  return path === "linkage";
}

function memberLines(members: readonly MemberChange[], kind: string, style: ChalkInstance): string[] {
  const runs = runsOf(members);
  const shown = runs.slice(0, SHOWN_MEMBERS);
  const lines = shown.map((run) =>
    run.length > 2 ? runLine(run, style) : run.map((each) => memberLine(each, style)).join("\n"),
  );
  const rest = runs.slice(SHOWN_MEMBERS).flat().length;
  if (rest > 0)
    lines.push(style.dim(`    and ${count(rest, kind.startsWith("ENUM") ? "enumerator" : "member")} more`));
  return lines;
}

function runLine(run: readonly MemberChange[], style: ChalkInstance): string {
  const what = run[0].change === "renumbered" ? "enumerators" : "members";
  return `  ${style.yellow("~")} ${run.length} ${what} ${shiftOf(run[0])}: ${run[0].path} .. ${run[run.length - 1].path}`;
}

function memberLine(member: MemberChange, style: ChalkInstance): string {
  const { change, path, oldName, oldType, newType, oldValue, newValue } = member;
  const name = path === "" ? "(unnamed)" : path;
  switch (change) {
    case "added":
      return `  ${style.green("+")} ${name}${valueText(newValue)}${typeText(newType)}${placeText(member.newBitOffset)}`;
    case "removed":
      return `  ${style.red("-")} ${name}${valueText(oldValue)}${typeText(oldType)}${placeText(member.oldBitOffset)}`;
    case "renamed":
      return `  ${style.yellow("~")} ${name}  was ${oldName}${moveText(member)}`;
    case "renumbered":
      return `  ${style.yellow("~")} ${name}  ${oldValue} -> ${newValue}`;
    case "resized":
      return `  ${style.yellow("~")} ${name}  ${sizesText(member)}${moveText(member)}`;
    case "retyped":
      return retypedText(member, name, style);
    case "moved":
      return `  ${style.yellow("~")} ${name}  ${member.oldBitSize === member.newBitSize ? "" : `${sizesText(member)}, `}${shiftOf(member) ?? "moved"}`;
  }
}

/** Both types on one line if that is not too long, otherwise the old type above the new one. */
function retypedText(member: MemberChange, name: string, style: ChalkInstance): string {
  const { oldType = "", newType = "" } = member;
  const mark = style.yellow("~");
  const place = moveText(member);
  if (name.length + oldType.length + newType.length + place.length < WIDTH) {
    return `  ${mark} ${name}  ${oldType} -> ${newType}${place}`;
  }
  return `  ${mark} ${name}${place}\n    ${style.red("-")} ${oldType}\n    ${style.green("+")} ${newType}`;
}

function typeText(type: string | undefined): string {
  return type === undefined ? "" : `  ${type}`;
}

function valueText(value: string | undefined): string {
  return value === undefined ? "" : ` = ${value}`;
}

function reachLines(reach: readonly Reached[], style: ChalkInstance): string[] {
  return (["embeds", "uses"] as const).flatMap((how) => {
    const those = reach.filter((each) => each.how === how);
    if (those.length === 0) return [];
    const names = those.slice(0, SHOWN_REACHED).map(({ kind, name }) => namedText(kind, name));
    if (those.length > SHOWN_REACHED) names.push(`and ${those.length - SHOWN_REACHED} more`);
    const label = how === "embeds" ? "embedded by" : "pointed to by";
    return [style.dim(wrapped(`    ${label} `, names, 6))];
  });
}

/** Names of new or removed types, a list for each kind. */
function namesText(
  { changes }: ToldDifference,
  what: "added" | "removed",
  mark: string,
  style: ChalkInstance,
): string {
  const those = changes.filter(({ change }) => change === what);
  let text = "";
  for (const kind of TOLD_KINDS) {
    const names = those.filter((change) => change.kind === kind).map(({ name }) => name);
    names.sort();
    if (names.length === 0) continue;
    text += `${mark} ${style.bold(`${countOfKind(names.length, kind)} ${what}`)}\n${wrapped("    ", names, 4)}\n`;
  }
  const used = those.filter(({ modules }) => modules !== undefined && modules.length > 0);
  for (const change of used) {
    text += `${headLine(change, style)}\n${useLines(change.modules ?? [], style).join("\n")}\n`;
  }
  return text === "" ? "" : `${text}\n`;
}

/** Words with commas between, in lines that are not too long. */
function wrapped(first: string, words: readonly string[], indent: number): string {
  const lines: string[] = [];
  let line = first;
  for (const [i, word] of words.entries()) {
    const piece = i === words.length - 1 ? word : `${word},`;
    if (line.length + piece.length > WIDTH && line.trim() !== "") {
      lines.push(line.trimEnd());
      line = " ".repeat(indent);
    }
    line += `${piece} `;
  }
  return [...lines, line.trimEnd()].join("\n");
}

/** `165 structs, 9 enums changed; 5 structs removed; 19 structs added; 62,000 the same`. */
function summaryText(difference: ToldDifference, style: ChalkInstance): string {
  const { summary } = difference;
  const part = (what: keyof KindSummary) => {
    const counts = Object.entries(summary).filter(([, each]) => each[what] > 0);
    return counts.length === 0
      ? []
      : [`${counts.map(([kind, each]) => countOfKind(each[what], kind)).join(", ")} ${style.bold(what)}`];
  };
  const same = Object.values(summary).reduce((sum, each) => sum + each.same, 0);
  const parts = [...part("changed"), ...part("removed"), ...part("added"), `${numberText(same)} the same`];
  return `${parts.join("\n")}${inheritedText(difference)}\n`;
}

/** A line that counts the types that changed only because of types in them; "" if there are none. */
function inheritedText(difference: ToldDifference): string {
  const text = inheritedWords(difference);
  return text === "" ? "" : `\n${text}`;
}
