import { type ComponentChildren, cloneElement, h as element, toChildArray, type VNode } from "preact";
import { numberText } from "./number-text.ts";

/** An element; what it is given is of no interest to what holds it. */
export function h(
  tag: string,
  props: Record<string, unknown> | null,
  ...children: ComponentChildren[]
): VNode {
  return element(tag, props, ...children) as VNode;
}

/** A part of the page with a heading. */
export function section(title: string, ...children: ComponentChildren[]): VNode {
  return h("section", null, h("h2", null, title), ...children);
}

/**
 * A table; columns from `numbersFrom` on are numbers. On a phone each row is a paragraph, in which a cell comes after
 * the head of its column.
 */
export function table(
  heads: readonly string[],
  rows: readonly VNode[],
  numbersFrom: number = heads.length,
): VNode {
  const labelled = rows.map((row) => {
    const cells = toChildArray(row.props.children) as VNode[];
    return cloneElement(
      row,
      null,
      cells.map((cell, i) => (i === 0 ? cell : cloneElement(cell, { "data-head": heads[i] || undefined }))),
    );
  });
  return framed("rows", heads, labelled, numbersFrom);
}

/** A table with a column for each kernel, which may be many; it scrolls where it is too wide. */
export function matrixTable(heads: readonly string[], rows: readonly VNode[]): VNode {
  return framed(undefined, heads, rows, heads.length);
}

function framed(
  className: string | undefined,
  heads: readonly string[],
  rows: readonly VNode[],
  numbersFrom: number,
): VNode {
  const head = heads.map((text, i) =>
    h("th", { scope: "col", class: text === "" ? "bar" : i >= numbersFrom ? "n" : undefined }, text),
  );
  return h(
    "div",
    { class: "wide" },
    h(
      "table",
      { class: className },
      h("thead", null, h("tr", null, ...head)),
      h("tbody", null, rows as VNode[]),
    ),
  );
}

/**
 * A row of the matrix: what it is about, and a cell for each kernel. Search and filter know it by its name and state.
 */
export function matrixRow(input: string, cells: readonly { text: string; isGood: boolean }[]): VNode {
  return h(
    "tr",
    { "data-name": input.toLowerCase(), "data-state": cells.every(({ isGood }) => isGood) ? "ok" : "bad" },
    h("td", null, h("bdi", null, input)),
    ...cells.map(({ text, isGood }) => h("td", { class: isGood ? "ok" : "bad" }, text)),
  );
}

/** What is wrong with one input, folded. Search and filter know it as they know a row of the matrix. */
export function failedInput(input: string, ...reasons: ComponentChildren[]): VNode {
  return h(
    "details",
    { "data-name": input.toLowerCase(), "data-state": "bad" },
    h("summary", null, h("bdi", null, input)),
    ...reasons,
  );
}

/** A row of totals: a kernel, a bar of how many of them it takes, and counts. */
export function kernelTotalsRow(kernel: string, taken: number, of: number, counts: readonly number[]): VNode {
  return h(
    "tr",
    null,
    h("td", null, h("bdi", null, kernel)),
    h("td", { class: "n bar" }, meter(taken, of, `${taken} of ${of}`)),
    ...counts.map((count) => h("td", { class: "n" }, numberText(count))),
  );
}

/** A share as a bar. */
export function meter(value: number, of: number, title?: string): VNode {
  return h("meter", { min: 0, max: of || 1, value, title });
}

/** A share of something bad as a bar, in the colour that browsers use for that. */
export function badMeter(value: number, of: number): VNode {
  return h("meter", { min: 0, low: 0, high: 0, optimum: 0, max: of || 1, value });
}

/** Large numbers with their names. */
export function totalsList(counts: readonly (readonly [name: string, count: number])[]): VNode {
  return h(
    "ul",
    { class: "totals" },
    ...counts.map(([name, count]) => h("li", null, h("b", null, numberText(count)), name)),
  );
}

/** `and 12 more`, where not all is listed. */
export function andMore(tag: "p" | "li", left: number): VNode | null {
  return left > 0 ? h(tag, { class: "soft" }, `and ${numberText(left)} more`) : null;
}

/**
 * The search field and filters for all elements with `data-name` and `data-state`; hidden if no script runs. The
 * elements named `counted` that remain are counted.
 */
export function tools(
  choices: readonly (readonly [state: string, text: string])[],
  counted: "TR" | "DETAILS",
): VNode {
  return h(
    "div",
    { class: "tools", hidden: true },
    h("input", { id: "search", type: "search", placeholder: "search", "aria-label": "search" }),
    h(
      "select",
      { id: "only", "aria-label": "which of them" },
      h("option", { value: "all" }, "all"),
      ...choices.map(([state, text]) => h("option", { value: state }, text)),
    ),
    h("span", { id: "shown", class: "soft", "aria-live": "polite", "data-of": counted }),
  );
}
