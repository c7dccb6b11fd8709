import { type ComponentChildren, h as element, type VNode } from "preact";
import { render } from "preact-render-to-string";
import { explainFailure } from "../engine/explain-failure.ts";
import { PAGE_SCRIPT, PAGE_STYLE, SCRIPT_HASH, STYLE_HASH } from "./page-assets.ts";
import { type BreakingType, cellOf, hasErrors, type Judgement, type Summary } from "./verify-summary.ts";

/** Where a page comes from. */
export interface PageOrigin {
  /** The words that made it, as a shell takes them. */
  readonly commandLine: string;
  readonly version: string;
  /** When, in words. */
  readonly date: string;
}

type Module = Extract<Judgement, { form: "module" }>;

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
  const others = judgements.filter((it) => it.form !== "module");
  const title = `${number(summary.inputs)} ${summary.inputs === 1 ? "input" : "inputs"} on ${columnsOf(modules, summary).length || 1} kernels`;
  const page = h(
    "html",
    { lang: "en" },
    h(
      "head",
      null,
      h("meta", { charSet: "utf-8" }),
      h("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
      h("meta", {
        "http-equiv": "Content-Security-Policy",
        content: `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; script-src 'sha256-${SCRIPT_HASH}'; base-uri 'none'; form-action 'none'`,
      }),
      h("title", null, `btfx verify: ${title}`),
      h("style", { dangerouslySetInnerHTML: { __html: PAGE_STYLE } }),
    ),
    h(
      "body",
      null,
      h("h1", null, "Which modules fit which kernel"),
      h(
        "p",
        { class: "soft" },
        h("code", null, origin.commandLine),
        ` · btfx ${origin.version} · ${origin.date}`,
      ),
      totals(summary),
      kernels(summary, modules.length),
      breakingTypes(summary.breaking),
      matrix(modules, summary),
      failures(modules),
      rest(others),
      h("script", { dangerouslySetInnerHTML: { __html: PAGE_SCRIPT } }),
    ),
  );
  return `<!doctype html>\n${render(page)}\n`;
}

function totals({ inputs, accepted, rejected, flawed, unreadable }: Summary): VNode {
  const rows = Object.entries({ inputs, accepted, rejected, flawed, unreadable });
  const shown = rows.filter(([name, count]) => count > 0 || name === "accepted");
  return h(
    "ul",
    { class: "totals" },
    ...shown.map(([name, count]) => h("li", null, h("b", null, number(count)), name)),
  );
}

function kernels({ bases }: Summary, modules: number): VNode | null {
  if (bases.length === 0) return null;
  const rows = bases.map(({ base, ok, rejected, flawed, wrongBase }) =>
    h(
      "tr",
      null,
      h("td", null, h("bdi", null, base)),
      h(
        "td",
        { class: "n bar" },
        h("meter", { min: 0, max: modules || 1, value: ok, title: `${ok} of ${modules}` }),
      ),
      ...[ok, rejected, flawed, wrongBase].map((count) => h("td", { class: "n" }, number(count))),
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
        h("td", { class: "n" }, neededSizes.map(number).join(", ")),
        h("td", { class: "n" }, foundSizes.map(number).join(", ") || "none"),
        h(
          "td",
          { class: "n" },
          h("meter", { min: 0, max: types[0].modules, value: broken }),
          ` ${number(broken)}`,
        ),
      ),
    );
  const left = types.length - rows.length;
  return section(
    "Types that break most modules",
    table(["type", "reason", "bytes needed", "bytes found", "modules"], rows, 2),
    left > 0 ? h("p", { class: "soft" }, `and ${number(left)} more`) : null,
  );
}

function matrix(modules: readonly Module[], summary: Summary): VNode | null {
  if (modules.length === 0) return null;
  const columns = columnsOf(modules, summary);
  const rows = modules.map((module) =>
    h(
      "tr",
      { "data-name": nameOf(module), "data-state": stateOf(module) },
      h("td", null, h("bdi", null, module.input)),
      ...module.bases.map((base) => {
        const cell = cellOf(base);
        return h("td", { class: cell === "ok" ? "ok" : "bad" }, cell);
      }),
    ),
  );
  return section(
    "Modules",
    h(
      "div",
      { class: "tools", hidden: true },
      h("input", {
        id: "search",
        type: "search",
        placeholder: "search modules",
        "aria-label": "search modules",
      }),
      h(
        "select",
        { id: "only", "aria-label": "which modules" },
        h("option", { value: "all" }, "all modules"),
        h("option", { value: "bad" }, "with failures"),
        h("option", { value: "ok" }, "without failures"),
      ),
      h("span", { id: "shown", class: "soft", "aria-live": "polite" }),
    ),
    table(["module", ...columns], rows),
  );
}

/** Heads of the matrix: the kernels of -B, or one column where each module has its own. */
function columnsOf(modules: readonly Module[], { bases }: Summary): string[] {
  if (bases.length > 0) return bases.map(({ base }) => base);
  return modules.length > 0 ? ["its own kernel"] : [];
}

function failures(modules: readonly Module[]): VNode | null {
  const failing = modules.filter((module) => stateOf(module) === "bad");
  if (failing.length === 0) return null;
  return section(
    "Why not",
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
              left > 0 ? h("li", { class: "soft" }, `and ${number(left)} more`) : null,
            ),
          ];
        }),
      ),
    ),
  );
}

/** What is no module: BTF that stands alone, and files that cannot be read. */
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

/** An element; what it is given is of no interest to what holds it. */
function h(tag: string, props: Record<string, unknown> | null, ...children: ComponentChildren[]): VNode {
  return element(tag, props, ...children) as VNode;
}

function nameOf({ input }: Module): string {
  return input.toLowerCase();
}

function stateOf({ bases }: Module): "ok" | "bad" {
  return bases.some((base) => hasErrors(base)) ? "bad" : "ok";
}

function section(title: string, ...children: ComponentChildren[]): VNode {
  return h("section", null, h("h2", null, title), ...children);
}

/** A table; columns from `numbersFrom` on are numbers. */
function table(heads: readonly string[], rows: readonly VNode[], numbersFrom: number = heads.length): VNode {
  const head = heads.map((text, i) =>
    h("th", { scope: "col", class: text === "" ? "bar" : i >= numbersFrom ? "n" : undefined }, text),
  );
  return h(
    "div",
    { class: "wide" },
    h("table", null, h("thead", null, h("tr", null, ...head)), h("tbody", null, ...rows)),
  );
}

function number(value: number): string {
  return value.toLocaleString("en-US");
}
