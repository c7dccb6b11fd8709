import { type ComponentChildren, h as element, type VNode } from "preact";

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

/** A table; columns from `numbersFrom` on are numbers. */
export function table(
  heads: readonly string[],
  rows: readonly VNode[],
  numbersFrom: number = heads.length,
): VNode {
  const head = heads.map((text, i) =>
    h("th", { scope: "col", class: text === "" ? "bar" : i >= numbersFrom ? "n" : undefined }, text),
  );
  return h(
    "div",
    { class: "wide" },
    h("table", null, h("thead", null, h("tr", null, ...head)), h("tbody", null, ...rows)),
  );
}

/** A row of the matrix: what it is about, and a cell for each kernel. Search and filter know it by its name and state. */
export function matrixRow(input: string, cells: readonly { text: string; isGood: boolean }[]): VNode {
  return h(
    "tr",
    { "data-name": input.toLowerCase(), "data-state": cells.every(({ isGood }) => isGood) ? "ok" : "bad" },
    h("td", null, h("bdi", null, input)),
    ...cells.map(({ text, isGood }) => h("td", { class: isGood ? "ok" : "bad" }, text)),
  );
}

/** A share as a bar. */
export function meter(value: number, of: number, title?: string): VNode {
  return h("meter", { min: 0, max: of || 1, value, title });
}

/** What searches and filters all matrices of the page; hidden where nothing would run it. */
export function tools(): VNode {
  return h(
    "div",
    { class: "tools", hidden: true },
    h("input", { id: "search", type: "search", placeholder: "search", "aria-label": "search" }),
    h(
      "select",
      { id: "only", "aria-label": "which of them" },
      h("option", { value: "all" }, "all"),
      h("option", { value: "bad" }, "with failures"),
      h("option", { value: "ok" }, "without failures"),
    ),
    h("span", { id: "shown", class: "soft", "aria-live": "polite" }),
  );
}

/** A whole number for people. */
export function number(value: number): string {
  return value.toLocaleString("en-US");
}
