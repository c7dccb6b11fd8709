import type { Reporter, TestCase, TestModule } from "vitest/node";

/** Why tests are left out, as their own titles or those around them say: `(skipped: …)`, `(left out: …)`. */
const REASON = /\((?:skipped|left out)[^)]*\)/;

/** Prints at the end of a run which tests were left out, and why: the other reporters tell only how many. */
export default class SkipReasons implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = new Map<string, number>();
    for (const module of modules) {
      for (const test of module.children.allTests("skipped")) {
        const title = reasonOf(test) ?? `${module.relativeModuleId}: ${test.fullName} (no reason is given)`;
        counts.set(title, (counts.get(title) ?? 0) + 1);
      }
    }
    for (const [title, count] of counts)
      console.log(`left out: ${count} ${count === 1 ? "test" : "tests"}, ${title}`);
  }
}

/** The title that has the reason, and the test's own. */
function reasonOf(test: TestCase): string | undefined {
  const titles = test.fullName.split(" > ");
  return titles.find((title) => REASON.test(title));
}
