import type { Btf, TypeId } from "../../btf/btf.ts";
import { KINDS, kindName } from "../../btf/kinds.ts";
import { parseBtf } from "../../btf/parse.ts";
import { Distiller } from "../distill.ts";
import { markEmbedded, type RelocationFailure, Relocator } from "../relocate.ts";
import { findUsers, type TypeUser } from "../users.ts";
import type { Change } from "./change.ts";
import type { Difference } from "./diff.ts";
import { FAMILY } from "./side.ts";

/** A change of the kernel that reaches a module. */
export interface ReachedChange {
  readonly change: Change;
  /** Whether the module needs the type's size, or only its name. */
  readonly how: "by value" | "by pointer";
  /**
   * The struct that the module holds by value and that holds the changed type; undefined if the module holds the type
   * directly.
   */
  readonly through?: string;
  /** Whether the change keeps the module from relocating. */
  readonly breaks: boolean;
  /** The module's first types that embed or use it. */
  readonly users: readonly TypeUser[];
}

/** The effect of a difference between two kernels on a module built against the old one. */
export interface ModuleImpact {
  readonly relocates: boolean;
  readonly reached: readonly ReachedChange[];
  /** All failures of its relocation, each with the change that causes it; undefined if no change does. */
  readonly failures: readonly { readonly failure: RelocationFailure; readonly change: Change | undefined }[];
}

interface Entry {
  readonly change: Change;
  readonly through?: string;
}

/**
 * Finds the effect of a difference on modules: which types have changed to which a module's BTF refers, or which it
 * holds by value within others, and whether it relocates onto the new kernel. Both kernels are indexed once for all
 * modules.
 */
export class ModuleImpacts {
  readonly #old: Btf;
  readonly #distiller: Distiller;
  readonly #relocator: Relocator;
  /** Changes by family of kinds and name. Those of embedded types are under the names of the types that embed them. */
  readonly #byName = new Map<string, Entry[]>();

  /** `difference` is between `old` and `next`, with the reach of each change and without a filter of classes. */
  constructor(old: Btf, next: Btf, difference: Difference) {
    this.#old = old;
    this.#distiller = new Distiller(old);
    this.#relocator = new Relocator(next);
    for (const change of difference.changes) this.#add(change.kind, change.name, { change });
    for (const change of difference.changes) {
      for (const { how, kind, name } of change.reach ?? []) {
        if (how === "embeds") this.#add(kind, name, { change, through: name });
      }
    }
  }

  /** The effect on a module, whose BTF is split on the old kernel or on its own distilled base. */
  of(split: Btf): ModuleImpact {
    const module = split.base === this.#old ? this.#distilled(split) : split;
    const relocation = this.#relocator.relocate(module);
    const failures = relocation.ok ? [] : relocation.failures;
    return {
      relocates: relocation.ok,
      reached: this.#reached(module, new Set(failures.map(({ id }) => id))),
      failures: failures.map((failure) => ({
        failure,
        change: this.#entries(failure.kind, failure.name).find(({ through }) => through === undefined)
          ?.change,
      })),
    };
  }

  #distilled(split: Btf): Btf {
    const { base, split: own } = this.#distiller.distill(split);
    return parseBtf(own, parseBtf(base));
  }

  #reached(module: Btf, broken: ReadonlySet<TypeId>): ReachedChange[] {
    const { base } = module;
    if (base === null) return [];
    const embedded = markEmbedded(module, base, null);
    const found: { id: TypeId; entry: Entry }[] = [];
    for (let id = 1; id < module.typeCount; id++) {
      // Only typedefs of the split part: the distilled base holds none, so that the kernel's were copied.
      const kind = kindName(module.kind(id));
      if (id >= module.firstId && kind !== "TYPEDEF") continue;
      if (module.nameOff(id) === 0) continue;
      for (const entry of this.#entries(kind, module.name(id))) {
        if (entry.through === undefined || embedded[id] === 1) found.push({ id, entry });
      }
    }
    const users = findUsers(
      module,
      found.map(({ id }) => id),
    );
    return found.map(({ id, entry }, i) => ({
      ...entry,
      how: embedded[id] === 1 ? "by value" : "by pointer",
      breaks: entry.through === undefined && broken.has(id),
      users: users[i],
    }));
  }

  #add(kind: string, name: string, entry: Entry): void {
    const key = keyOf(kind, name);
    const entries = this.#byName.get(key);
    if (entries === undefined) this.#byName.set(key, [entry]);
    else entries.push(entry);
  }

  #entries(kind: string, name: string): readonly Entry[] {
    return this.#byName.get(keyOf(kind, name)) ?? [];
  }
}

/** Names are unique within a family of kinds. A forward declaration belongs to the family of what it declares. */
function keyOf(kind: string, name: string): string {
  return `${FAMILIES_BY_NAME.get(kind) ?? 0} ${name}`;
}

const FAMILIES_BY_NAME: ReadonlyMap<string, number> = new Map(
  KINDS.map(({ number, name }) => [name, FAMILY[number]]),
);
