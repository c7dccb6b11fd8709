import type { ToldDifference } from "./diff-summary.ts";
import { namedText } from "./kind-words.ts";

/** The fate of each definition in each step: the class of its change, `added`, `removed`, or "". */
export function historyOf(steps: readonly ToldDifference[]): Map<string, string[]> {
  const rows = new Map<string, string[]>();
  for (const [i, { changes }] of steps.entries()) {
    for (const { kind, name, change, class: changeClass } of changes) {
      const key = namedText(kind, name);
      const cells = rows.get(key) ?? steps.map(() => "");
      cells[i] = change === "changed" ? changeClass : change;
      rows.set(key, cells);
    }
  }
  return rows;
}

/** Paths without the folders that all begin with and those that all end with: `6.12.100` and `6.12.117` of two vmlinux. */
export function distinctParts(paths: readonly string[]): string[] {
  const split = paths.map((path) => path.split("/"));
  const shortest = Math.min(...split.map(({ length }) => length));
  let start = 0;
  while (start < shortest - 1 && split.every((parts) => parts[start] === split[0][start])) start++;
  let end = 0;
  while (end < shortest - 1 - start && split.every((parts) => parts.at(-1 - end) === split[0].at(-1 - end)))
    end++;
  return split.map((parts) => parts.slice(start, parts.length - end).join("/"));
}
