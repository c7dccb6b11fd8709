import type { ChalkInstance } from "chalk";
import type { ModuleUse, ToldModule } from "../../report/diff-summary.ts";
import { namedText } from "../../report/kind-words.ts";
import { count, numberText } from "../../report/number-text.ts";
import { relocationFailureLines } from "./error-text.ts";
import { safe } from "./safe.ts";

/** More modules or users than this are only counted. JSON has all of them. */
const SHOWN_MODULES = 8;
const SHOWN_USERS = 3;

/** The modules that a change affects: first a line for each one that does not relocate because of it. */
export function useLines(uses: readonly ModuleUse[], style: ChalkInstance): string[] {
  const broken = uses.filter(({ relocates }) => !relocates);
  const fine = uses.filter(({ relocates }) => relocates);
  const lines = broken
    .slice(0, SHOWN_MODULES)
    .map(
      (use) =>
        `  ${style.red("✗")} ${fileName(use.module)}: needed${use.how === "by value" ? " by value" : ""}: does not relocate${usersText(use)}`,
    );
  if (broken.length > SHOWN_MODULES) {
    lines.push(
      `  ${style.red("✗")} and ${count(broken.length - SHOWN_MODULES, "module")} more that do not relocate`,
    );
  }
  for (const use of fine.slice(0, broken.length === 0 ? SHOWN_MODULES : 0)) {
    lines.push(`  ${style.green("✓")} ${fileName(use.module)}: ${harmlessText(use)}`);
  }
  const rest = fine.length - (broken.length === 0 ? Math.min(fine.length, SHOWN_MODULES) : 0);
  if (rest > 0) lines.push(style.dim(`    and ${count(rest, "module")} that relocate anyway`));
  return lines;
}

function harmlessText({ how, through }: ModuleUse): string {
  if (how === "by pointer") return "by pointer: harmless";
  return through === undefined
    ? "held by value: relocates, its size is the same"
    : `held by value within struct ${through}: relocates`;
}

function usersText({ users }: ModuleUse): string {
  if (users.length === 0) return "";
  return ` (${users
    .slice(0, SHOWN_USERS)
    .map(({ kind, name }) => namedText(kind, name))
    .join(", ")})`;
}

/**
 * The modules that do not relocate, with the types that cause it (in full for a few), then the number of those that do.
 */
export function modulesText(modules: readonly ToldModule[], kernel: string, style: ChalkInstance): string {
  const broken = modules.filter(({ relocates, failure }) => !relocates && failure === undefined);
  const lines = broken.flatMap(({ module, failures }) => {
    if (broken.length > SHOWN_MODULES) {
      const types = failures.map(({ kind, name, message }) =>
        name === "" ? message : namedText(kind, name),
      );
      return [`${style.red("✗")} ${fileName(module)}: ${types.join(", ")}`];
    }
    return [
      `${style.red("✗")} ${safe(module)} does not relocate`,
      ...failures.map((failure) => relocationFailureLines(failure, safe(kernel), style).trimEnd()),
    ];
  });
  const fine = modules.filter(({ relocates }) => relocates).length;
  lines.push(`${numberText(fine)} of ${count(modules.length, "module")} relocate`);
  return `${lines.join("\n")}\n\n`;
}

/** The name of a module without its directory, to save room. */
function fileName(path: string): string {
  return safe(path.replace(/^.*[\\/]/, ""));
}
