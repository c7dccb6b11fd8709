import { CHANGE_CLASSES, type Change, type ChangeClass } from "../engine/diff/change.ts";
import type { Difference, KindSummary } from "../engine/diff/diff.ts";
import type { ModuleImpact } from "../engine/diff/module-impact.ts";
import type { RelocationFailure } from "../engine/relocate.ts";
import type { TypeUser } from "../engine/users.ts";
import type { ErrorData } from "../errors.ts";

/** The effect of a change on one module. */
export interface ModuleUse {
  readonly module: string;
  /** Whether the module needs the type's size, or only its name. */
  readonly how: "by value" | "by pointer";
  /** The struct by which it holds the changed one, where it does not do so itself. */
  readonly through?: string;
  /** Whether the module relocates in spite of this change. */
  readonly relocates: boolean;
  /** The module's first types that embed or use it. */
  readonly users: readonly TypeUser[];
}

/** A change, with the modules that it reaches where modules were given. */
export type ToldChange = Change & { readonly modules?: readonly ModuleUse[] };

/** The outcome for one module. */
export interface ToldModule {
  readonly module: string;
  readonly relocates: boolean;
  /** All that keeps it from relocating, with the change of the kernel that does. */
  readonly failures: readonly (RelocationFailure & { readonly because?: { kind: string; name: string } })[];
  /** Why it could not be read. */
  readonly failure?: ErrorData;
}

/** One step from a BTF to the next, as `btfx diff -j` prints it. */
export interface ToldDifference {
  readonly old: string;
  readonly new: string;
  readonly summary: Readonly<Record<string, KindSummary>>;
  /** Structs and unions that hold a changed one by value and are the same themselves. */
  readonly inherited: number;
  /** Whether that is a lower bound, since the search for more was cut short. */
  readonly atLeast?: true;
  readonly changes: readonly ToldChange[];
  readonly modules?: readonly ToldModule[];
}

/**
 * Combines a difference with its effect on modules. If there are modules, only changes that reach one of them are
 * included.
 */
export function tellDifference(
  files: { readonly old: string; readonly new: string },
  difference: Difference,
  modules: readonly { module: string; impact?: ModuleImpact; failure?: ErrorData }[] | undefined,
  options: { readonly classes?: ReadonlySet<ChangeClass>; readonly reach: boolean },
): ToldDifference {
  const { summary, inherited, atLeast } = difference;
  const counts = { summary, inherited, ...(atLeast === undefined ? {} : { atLeast }) };
  const uses = modules === undefined ? undefined : usesByChange(modules);
  const changes = difference.changes
    .filter((change) => options.classes === undefined || options.classes.has(change.class))
    .filter((change) => uses === undefined || uses.has(change))
    .map((change): ToldChange => {
      const { reach, ...rest } = change;
      return {
        ...rest,
        ...(options.reach && reach !== undefined ? { reach } : {}),
        ...(uses === undefined ? {} : { modules: uses.get(change) ?? [] }),
      };
    });
  if (modules === undefined) return { ...files, ...counts, changes };
  return { ...files, ...counts, changes, modules: modules.map(tellModule) };
}

function usesByChange(
  modules: readonly { module: string; impact?: ModuleImpact }[],
): Map<Change, ModuleUse[]> {
  const uses = new Map<Change, ModuleUse[]>();
  for (const { module, impact } of modules) {
    for (const { change, how, through, breaks, users } of impact?.reached ?? []) {
      const use = { module, how, ...(through === undefined ? {} : { through }), relocates: !breaks, users };
      const known = uses.get(change);
      if (known === undefined) uses.set(change, [use]);
      else known.push(use);
    }
  }
  return uses;
}

function tellModule({
  module,
  impact,
  failure,
}: {
  module: string;
  impact?: ModuleImpact;
  failure?: ErrorData;
}): ToldModule {
  const failures = (impact?.failures ?? []).map(({ failure: broken, change }) =>
    change === undefined ? broken : { ...broken, because: { kind: change.kind, name: change.name } },
  );
  const relocates = impact?.relocates === true;
  return { module, relocates, failures, ...(failure === undefined ? {} : { failure }) };
}

/** Values of `--fail-on`: a class with all that are graver, any change, none, or a module that does not relocate. */
export type FailOn = ChangeClass | "any" | "none" | "relocation";

/** Whether a comparison must exit with 1. */
export function differs({ changes, modules }: ToldDifference, failOn: FailOn): boolean {
  if (failOn === "none") return false;
  if (failOn === "relocation") return (modules ?? []).some(({ relocates }) => !relocates);
  if (failOn === "any") return changes.length > 0;
  const least = CHANGE_CLASSES.indexOf(failOn);
  return changes.some((change) => CHANGE_CLASSES.indexOf(change.class) <= least);
}
