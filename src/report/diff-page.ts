import type { VNode } from "preact";
import { CHANGE_CLASSES, type MemberChange, type Reached } from "../engine/diff/change.ts";
import { explainFailure } from "../engine/explain-failure.ts";
import { historyOf } from "./diff-history.ts";
import type { ModuleUse, ToldChange, ToldDifference, ToldModule } from "./diff-summary.ts";
import { inheritedWords, reachWords } from "./diff-words.ts";
import { countOfKind, kindWord, namedText } from "./kind-words.ts";
import { moveText, placeText, runsOf, shiftOf, sizesText } from "./member-text.ts";
import { count, numberText } from "./number-text.ts";
import { type PageOrigin, pageText } from "./page.ts";
import { andMore, h, matrixTable, section, table, tools, totalsList } from "./page-parts.ts";
import { shortPaths } from "./short-paths.ts";

/** Members, users and modules that are listed of one change; the JSON has all. */
const MOST_MEMBERS = 200;
const MOST_LISTED = 200;

/**
 * The changes from kernel to kernel as one HTML page: counts, each change with its members, the users and modules that
 * it reaches, what is new and gone. Of several steps a table says which changed what.
 */
export function diffPage(steps: readonly ToldDifference[], origin: PageOrigin): string {
  const [first] = steps;
  const last = steps[steps.length - 1];
  const sum = (what: "changed" | "added" | "removed" | "same") =>
    steps.reduce(
      (total, { summary }) => total + Object.values(summary).reduce((all, kind) => all + kind[what], 0),
      0,
    );
  const broken = steps.flatMap(({ modules }) => modules ?? []).filter(({ relocates }) => !relocates);
  const hasModules = steps.some(({ modules }) => modules !== undefined);
  return pageText(
    { title: `btfx diff: ${first.old} to ${last.new}`, heading: "What changed between kernels" },
    origin,
    h("p", null, h("bdi", null, first.old), ...steps.flatMap((step) => [" → ", h("bdi", null, step.new)])),
    totalsList([
      ["changed", sum("changed")],
      ["removed", sum("removed")],
      ["added", sum("added")],
      ["the same", sum("same")],
      ...(hasModules ? [["modules do not relocate", broken.length] as const] : []),
    ]),
    steps.length > 1 ? history(steps) : null,
    tools(
      CHANGE_CLASSES.map((each) => [each, each] as const),
      "DETAILS",
    ),
    ...steps.flatMap((step) => stepParts(step, steps.length > 1)),
  );
}

function history(steps: readonly ToldDifference[]): VNode {
  const [, ...names] = shortPaths([steps[0].old, ...steps.map((step) => step.new)]);
  const rows = Array.from(historyOf(steps), ([name, cells]) =>
    h(
      "tr",
      null,
      h("td", null, h("bdi", null, name)),
      ...cells.map((cell) => h("td", { class: isGrave(cell) ? "bad" : undefined }, cell)),
    ),
  );
  return section("In which step", matrixTable(["", ...names.map((name) => `→ ${name}`)], rows));
}

function stepParts(step: ToldDifference, isOneOfSeveral: boolean): (VNode | null)[] {
  const changed = step.changes.filter(({ change }) => change === "changed");
  const title = isOneOfSeveral ? `${step.old} → ${step.new}` : "Changes";
  return [
    section(
      title,
      kinds(step),
      h("p", { class: "soft" }, inheritedWords(step)),
      h("div", { class: "blocks" }, changed.map(block)),
    ),
    modulesSection(step),
    names("Removed", step, "removed"),
    names("Added", step, "added"),
  ];
}

function kinds({ summary }: ToldDifference): VNode {
  const rows = Object.entries(summary).map(([kind, { changed, removed, added, same }]) =>
    h(
      "tr",
      null,
      h("td", null, kindWord(kind)),
      ...[changed, removed, added, same].map((each) => h("td", { class: "n" }, numberText(each))),
    ),
  );
  return table(["kind", "changed", "removed", "added", "the same"], rows, 1);
}

/** One change, closed: its name and what it is; open: its members, whom it reaches, which modules. */
function block(change: ToldChange): VNode {
  const { kind, name, oldType, newType } = change;
  // A function's prototypes say it all, and read better than its parameters one by one.
  const members = kind === "FUNC" ? change.members.filter(({ path }) => path === "linkage") : change.members;
  return h(
    "details",
    { "data-name": namedText(kind, name).toLowerCase(), "data-state": change.class },
    h(
      "summary",
      null,
      h("b", null, h("bdi", null, namedText(kind, name))),
      ` ${headText(change)} `,
      h("span", { class: isGrave(change.class) ? "bad" : "soft" }, change.class),
    ),
    oldType === undefined || newType === undefined
      ? null
      : h(
          "ul",
          { class: "was" },
          h("li", null, h("bdi", null, oldType)),
          h("li", null, h("bdi", null, newType)),
        ),
    membersTable(members),
    reachPart(change.reach ?? [], "embeds", "embedded by"),
    reachPart(change.reach ?? [], "uses", "pointed to by"),
    usesPart(change.modules ?? []),
  );
}

/** `was union, 992 → 1,000 bytes, embedded by 23, pointed to by 40` */
function headText(change: ToldChange): string {
  const { oldKind, oldSize, newSize, definitions, follows } = change;
  const facts: string[] = [];
  if (oldKind !== undefined) facts.push(`was ${kindWord(oldKind)}`);
  if (oldSize !== undefined && newSize !== undefined && oldSize !== newSize) {
    facts.push(`${numberText(oldSize)} → ${numberText(newSize)} bytes`);
  }
  if (definitions !== undefined) {
    facts.push(`one of several: ${definitions.old} before, ${definitions.new} now`);
  }
  facts.push(...reachWords(change));
  if (follows !== undefined) facts.push(`follows ${follows.join(", ")}`);
  return facts.join(", ");
}

function membersTable(members: readonly MemberChange[]): VNode | null {
  if (members.length === 0) return null;
  const runs = runsOf(members);
  const rows = runs.slice(0, MOST_MEMBERS).map((run) => (run.length > 2 ? runRow(run) : run.map(memberRow)));
  const left = runs.slice(MOST_MEMBERS).flat().length;
  return h(
    "div",
    null,
    table(["change", "member", "type or value", "at byte"], rows.flat()),
    andMore("p", left),
  );
}

function runRow(run: readonly MemberChange[]): VNode {
  const what = run[0].change === "renumbered" ? "enumerators" : "members";
  return row(
    shiftOf(run[0]) ?? "",
    `${run.length} ${what}: ${run[0].path} … ${run[run.length - 1].path}`,
    "",
    "",
  );
}

function memberRow(member: MemberChange): VNode {
  const { change, path, oldName, oldType, newType, oldValue, newValue } = member;
  const name = path === "" ? "(unnamed)" : path;
  const was = change === "renamed" ? ` (was ${oldName})` : "";
  const at =
    change === "added"
      ? placeText(member.newBitOffset)
      : change === "removed"
        ? placeText(member.oldBitOffset)
        : moveText(member);
  const place = at.replaceAll("@", "").replace("->", "→").trim();
  const value =
    change === "added"
      ? (newType ?? newValue)
      : change === "removed"
        ? (oldType ?? oldValue)
        : change === "renumbered"
          ? `${oldValue} → ${newValue}`
          : change === "retyped"
            ? `${oldType} → ${newType}`
            : change === "resized"
              ? sizesText(member).replace("->", "→")
              : change === "moved"
                ? (shiftOf(member) ?? "")
                : "";
  return row(change, `${name}${was}`, value ?? "", place, change === "removed" ? "bad" : undefined);
}

function row(change: string, name: string, value: string, place: string, style?: string): VNode {
  return h(
    "tr",
    null,
    h("td", { class: style }, change),
    h("td", null, h("bdi", null, name)),
    h("td", null, h("bdi", null, value)),
    h("td", null, place),
  );
}

function reachPart(reach: readonly Reached[], how: Reached["how"], label: string): VNode | null {
  const those = reach.filter((each) => each.how === how);
  if (those.length === 0) return null;
  const shown = those.slice(0, MOST_LISTED).map(({ kind, name }) => namedText(kind, name));
  return h(
    "p",
    null,
    `${label} `,
    h("bdi", null, shown.join(", ")),
    those.length > shown.length ? ` and ${numberText(those.length - shown.length)} more` : "",
  );
}

function usesPart(uses: readonly ModuleUse[]): VNode | null {
  if (uses.length === 0) return null;
  const sorted = [
    ...uses.filter(({ relocates }) => !relocates),
    ...uses.filter(({ relocates }) => relocates),
  ];
  const items = sorted.slice(0, MOST_LISTED).map(({ module, relocates, how, through, users }) => {
    const by = users.map(({ kind, name }) => namedText(kind, name)).join(", ");
    const verdict = relocates ? "relocates" : "does not relocate";
    const held = through === undefined ? `needed ${how}` : `needed ${how} within struct ${through}`;
    return h(
      "li",
      null,
      h("bdi", null, module),
      ": ",
      h("span", { class: relocates ? "ok" : "bad" }, verdict),
      `, ${held}${by === "" ? "" : ` (${by})`}`,
    );
  });
  return h("ul", null, ...items, andMore("li", sorted.length - items.length));
}

function modulesSection({ modules, new: kernel }: ToldDifference): VNode | null {
  if (modules === undefined) return null;
  const broken = modules.filter(({ relocates }) => !relocates);
  const rows = broken.map((module) =>
    h(
      "tr",
      null,
      h("td", null, h("bdi", null, module.module)),
      h("td", { class: "bad" }, verdictOf(module)),
      h("td", null, ...reasonsOf(module, kernel)),
    ),
  );
  return section(
    "Modules",
    h(
      "p",
      null,
      `${numberText(modules.length - broken.length)} of ${count(modules.length, "module")} relocate`,
    ),
    rows.length > 0 ? table(["module", "", "why not"], rows) : null,
  );
}

function verdictOf({ failure }: ToldModule): string {
  return failure === undefined ? "does not relocate" : "cannot be read";
}

function reasonsOf({ failures, failure }: ToldModule, kernel: string): (VNode | string)[] {
  if (failure !== undefined) return [failure.message];
  return failures
    .slice(0, MOST_LISTED)
    .map((broken) =>
      h(
        "div",
        null,
        h("bdi", null, namedText(broken.kind, broken.name)),
        `: ${explainFailure(broken, kernel)}`,
      ),
    );
}

/** Names of new or removed types, by kind, with the modules that use them. */
function names(title: string, { changes }: ToldDifference, what: "added" | "removed"): VNode | null {
  const those = changes.filter(({ change }) => change === what);
  if (those.length === 0) return null;
  const ofKind = new Map<string, ToldChange[]>();
  for (const change of those) {
    const others = ofKind.get(change.kind);
    if (others === undefined) ofKind.set(change.kind, [change]);
    else others.push(change);
  }
  return section(
    title,
    ...Array.from(ofKind, ([kind, changes]) =>
      h(
        "details",
        null,
        h("summary", null, countOfKind(changes.length, kind)),
        h(
          "ul",
          { class: "names" },
          changes
            .map(({ name }) => name)
            .sort()
            .map((name) => h("li", null, h("bdi", null, name))),
        ),
      ),
    ),
  );
}

function isGrave(word: string): boolean {
  return word === "layout" || word === "removed";
}
