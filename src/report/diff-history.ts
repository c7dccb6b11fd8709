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
