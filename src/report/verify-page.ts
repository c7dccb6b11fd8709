import type { VNode } from "preact";
import { explainFailure } from "../engine/explain-failure.ts";
import { numberText } from "./number-text.ts";
import { type JudgedObject, objectFailures, objectParts } from "./object-page.ts";
import { type PageOrigin, pageText } from "./page.ts";
import { andMore, h, matrixRow, meter, section, table, tools, totalsList } from "./page-parts.ts";
import { type BreakingType, cellOf, hasErrors, type Judgement, type Summary } from "./verify-summary.ts";

type Module = Extract<Judgement, { form: "module" }>;

/** The filters for modules and objects. */
const STATES = [
  ["bad", "with failures"],
  ["ok", "without failures"],
] as const;

/** Types that are listed; the totals count all. */
const MOST_TYPES = 100;
/** Reasons that are listed of one module on one kernel. */
const MOST_REASONS = 20;

/**
 * The results of verify as one HTML page that needs nothing else: totals, kernels × modules, the types that break most
 * modules, and the reasons in the words of `relocate`. It loads nothing, and its facts are there without JavaScript.
 */
export function verifyPage(judgements: readonly Judgement[], summary: Summary, origin: PageOrigin): string {
  const modules = judgements.filter((it): it is Module => it.form === "module");
  const objects = judgements.filter(isJudgedObject);
  const others = judgements
    .filter((it): it is Exclude<Judgement, Module> => it.form !== "module")
    .filter((it) => !isJudgedObject(it) || hasErrors(it));
  const title = `${numberText(summary.inputs)} ${summary.inputs === 1 ? "input" : "inputs"} on ${columnsOf(modules, summary).length || 1} kernels`;
  return pageText(
    { title: `btfx verify: ${title}`, heading: headingOf(modules.length, objects.length) },
    origin,
    totals(summary),
    modules.length > 0 || objects.length === 0 ? kernels(summary, modules.length) : null,
    breakingTypes(summary.breaking),
    modules.length + objects.length > 0 ? tools(STATES, "TR") : null,
    matrix(modules, summary),
    ...objectParts(
      objects,
      summary.bases.map(({ base }) => base),
    ),
    failures(modules, objects),
    rest(others),
  );
}

/** Whether something is a BPF object that was judged on kernels. */
function isJudgedObject(
  judgement: Judgement,
): judgement is Exclude<Judgement, Module | { form: "unreadable" }> & JudgedObject {
  return judgement.form === "object" && judgement.programs !== undefined;
}

function headingOf(modules: number, objects: number): string {
  if (objects === 0) return "Which modules fit which kernel";
  return modules === 0
    ? "Which BPF programs fit which kernel"
    : "Which modules and BPF programs fit which kernel";
}

function totals({ inputs, accepted, rejected, flawed, unreadable }: Summary): VNode {
  const rows = Object.entries({ inputs, accepted, rejected, flawed, unreadable });
  const shown = rows.filter(([name, count]) => count > 0 || name === "accepted");
  return totalsList(shown);
}

function kernels({ bases }: Summary, modules: number): VNode | null {
  if (bases.length === 0) return null;
  const rows = bases.map(({ base, ok, rejected, flawed, wrongBase }) =>
    h(
      "tr",
      null,
      h("td", null, h("bdi", null, base)),
      h("td", { class: "n bar" }, meter(ok, modules, `${ok} of ${modules}`)),
      ...[ok, rejected, flawed, wrongBase].map((count) => h("td", { class: "n" }, numberText(count))),
    ),
  );
  return section("Kernels", table(["kernel", "", "ok", "rejected", "flawed", "wrong base"], rows, 1));
}

function breakingTypes(types: readonly BreakingType[]): VNode | null {
  if (types.length === 0) return null;
  const rows = types
    .slice(0, MOST_TYPES)
    .map(({ kind, name, reason, neededSizes, foundSizes, modules: broken }) =>
      h(
        "tr",
        null,
        h("td", null, h("bdi", null, `${kind} ${name}`)),
        h("td", null, reason.replaceAll("-", " ")),
        h("td", { class: "n" }, neededSizes.map(numberText).join(", ")),
        h("td", { class: "n" }, foundSizes.map(numberText).join(", ") || "none"),
        h("td", { class: "n" }, meter(broken, types[0].modules), ` ${numberText(broken)}`),
      ),
    );
  const left = types.length - rows.length;
  return section(
    "Types that break most modules",
    table(["type", "reason", "bytes needed", "bytes found", "modules"], rows, 2),
    andMore("p", left),
  );
}

function matrix(modules: readonly Module[], summary: Summary): VNode | null {
  if (modules.length === 0) return null;
  const columns = columnsOf(modules, summary);
  const rows = modules.map((module) =>
    matrixRow(
      module.input,
      module.bases.map((base) => {
        const text = cellOf(base);
        return { text, isGood: text === "ok" };
      }),
    ),
  );
  return section("Modules", table(["module", ...columns], rows));
}

/** Heads of the matrix: the kernels of -B, or one column where each module has its own. */
function columnsOf(modules: readonly Module[], { bases }: Summary): string[] {
  if (bases.length > 0) return bases.map(({ base }) => base);
  return modules.length > 0 ? ["its own kernel"] : [];
}

function failures(modules: readonly Module[], objects: readonly JudgedObject[]): VNode | null {
  const failing = modules.filter((module) => stateOf(module) === "bad");
  const ofObjects = objectFailures(objects);
  if (failing.length + ofObjects.length === 0) return null;
  return section(
    "Why not",
    ...ofObjects,
    ...failing.map((module) =>
      h(
        "details",
        { "data-name": nameOf(module), "data-state": "bad" },
        h("summary", null, h("bdi", null, module.input)),
        ...module.bases.filter(hasErrors).map((base) => {
          const unmapped = base.unmapped.map((failure) => {
            const users = failure.users.map(({ kind, name }) => `${kind} ${name}`).join(", ");
            const by = users === "" ? "" : `; ${failure.embedded ? "embedded in" : "used by"} ${users}`;
            return `${failure.kind} ${failure.name} [${failure.id}]: ${explainFailure(failure, "it")}${by}`;
          });
          const errors = base.findings.filter(({ severity }) => severity === "error");
          const reasons = unmapped.length > 0 ? unmapped : errors.map(({ detail }) => detail);
          const left = reasons.length - MOST_REASONS;
          return [
            h("p", null, h("bdi", null, base.base)),
            h(
              "ul",
              null,
              ...reasons.slice(0, MOST_REASONS).map((reason) => h("li", null, reason)),
              andMore("li", left),
            ),
          ];
        }),
      ),
    ),
  );
}

/** Inputs that are not modules: standalone BTF, and files that cannot be read. */
function rest(others: readonly Exclude<Judgement, Module>[]): VNode | null {
  if (others.length === 0) return null;
  const rows = others.map((it) => {
    const isBad = it.form === "unreadable" || hasErrors(it);
    const why =
      it.form === "unreadable"
        ? it.failure.message
        : (it.findings.find(({ severity }) => severity === "error")?.detail ?? "");
    return h(
      "tr",
      { "data-name": it.input.toLowerCase(), "data-state": isBad ? "bad" : "ok" },
      h("td", null, h("bdi", null, it.input)),
      h("td", { class: isBad ? "bad" : "ok" }, it.verdict ?? "not readable"),
      h("td", null, why),
    );
  });
  return section("Other files", table(["file", "verdict", "why"], rows));
}

function nameOf({ input }: Module): string {
  return input.toLowerCase();
}

function stateOf({ bases }: Module): "ok" | "bad" {
  return bases.some((base) => hasErrors(base)) ? "bad" : "ok";
}
