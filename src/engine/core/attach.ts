import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import { typesAreCompat } from "./compat.ts";
import { CoreEffort } from "./core-effort.ts";
import { Errno } from "./errno.ts";
import { essentialName, findName } from "./find-name.ts";
import type { BpfObject } from "./object.ts";
import type { Side } from "./side.ts";
import { kindWord } from "./spec.ts";
import { typeName } from "./spec-text.ts";

interface Target {
  readonly prefix: string;
  readonly kind: number;
  readonly what: string;
}

const FUNCTION: Target = { prefix: "", kind: K.FUNC, what: "function" };
const LSM_HOOK: Target = { prefix: "bpf_lsm_", kind: K.FUNC, what: "LSM hook" };

/** By the word before the slash of a section name: what a program hangs on, where BTF can tell (`section_defs`, libbpf.c). */
const TARGETS: ReadonlyMap<string, Target> = new Map([
  ["fentry", FUNCTION],
  ["fexit", FUNCTION],
  ["fmod_ret", FUNCTION],
  ["fsession", FUNCTION],
  ["tp_btf", { prefix: "btf_trace_", kind: K.TYPEDEF, what: "tracepoint" }],
  ["lsm", LSM_HOOK],
  ["lsm_cgroup", LSM_HOOK],
  ["iter", { prefix: "bpf_iter_", kind: K.FUNC, what: "iterator" }],
]);

/** Something that an object asks of the kernel by name, and what came of it. */
export interface NamedNeed {
  readonly name: string;
  readonly what: string;
  readonly isFound: boolean;
  /** What is wrong, in libbpf's words where it has them. */
  readonly message: string;
}

/**
 * Whether the kernel has what a program of this section is attached to at load (`find_kernel_btf_id`); undefined where
 * that is not said, or not for BTF to tell.
 */
export function attachTarget(section: string, targets: readonly Side[]): NamedNeed | undefined {
  const [word, ...rest] = section.replace(/^\?/, "").split("/");
  const name = rest.join("/");
  const target = TARGETS.get(word.replace(/\.s$/, ""));
  if (target === undefined || name === "") return undefined;
  const { prefix, kind, what } = target;
  const colon = name.indexOf(":");
  const inModule = colon < 0 ? undefined : name.slice(0, colon);
  const wanted = prefix + name.slice(colon + 1);
  const places = targets.filter(
    (side) =>
      inModule === undefined || side.name === inModule || (inModule === "vmlinux" && side === targets[0]),
  );
  const isFound = places.some((side) => findName(side, wanted, kind) !== undefined);
  const message = isFound ? "" : `failed to find kernel BTF type ID of '${name}': -ESRCH`;
  return { name, what, isFound, message };
}

/** A name that an object leaves to the kernel (`extern … __ksym`), and what came of it. */
export interface ExternNeed extends NamedNeed {
  readonly isWeak: boolean;
  /** False for names without a type, which are for /proc/kallsyms to tell, and for those of `.kconfig`. */
  readonly isKnown: boolean;
  /** A value that libbpf fills in from the kernel's configuration. */
  readonly isKconfig: boolean;
}

/**
 * Looks for the functions and variables of `.ksyms` (`bpf_object__resolve_ksyms_btf_id`): kfuncs by name and prototype,
 * variables by name and type.
 */
export function externNeeds(object: BpfObject, local: Side, targets: readonly Side[]): ExternNeed[] {
  if (object.externs.length === 0) return [];
  const kinds = variablesOf(local, ".ksyms");
  const settings = variablesOf(local, ".kconfig");
  return object.externs.map(({ name, isWeak }) => {
    const known = kinds.get(name);
    const isKconfig = settings.has(name);
    const isTyped = known !== undefined && (known.kind === K.FUNC || typeOf(local, known.id) !== 0);
    if (!isTyped)
      return { name, what: "symbol", isWeak, isKconfig, isKnown: false, isFound: true, message: "" };
    const message =
      known.kind === K.FUNC
        ? missingFunction(name, known.id, local, targets)
        : missingVariable(name, known.id, local, targets);
    const what = known.kind === K.FUNC ? "kfunc" : "kernel variable";
    return { name, what, isWeak, isKconfig: false, isKnown: true, isFound: message === "", message };
  });
}

/** What a section of the object's BTF declares, by name. */
function variablesOf(
  local: Side,
  section: string,
): Map<string, { readonly kind: number; readonly id: TypeId }> {
  const found = new Map<string, { kind: number; id: TypeId }>();
  const { btf } = local;
  const id = findName(local, section, K.DATASEC);
  if (id === undefined) return found;
  const { words } = btf.holder(id);
  for (let i = 0; i < local.vlen(id); i++) {
    const type = words[local.element(id, i, K.SECTION_VAR_WORDS)];
    found.set(btf.name(type), { kind: local.kind(type), id: type });
  }
  return found;
}

/** Type of a variable; 0 for one that is only a place. */
function typeOf(local: Side, id: TypeId): TypeId {
  return local.skip(local.word(id, K.SIZE_OR_TYPE));
}

function missingFunction(name: string, id: number, local: Side, targets: readonly Side[]): string {
  const found = firstOf(essentialName(name), K.FUNC, targets);
  if (found === undefined) return `extern (func ksym) '${name}': not found in kernel or module BTFs`;
  const own = local.word(id, K.SIZE_OR_TYPE);
  const theirs = found.side.word(found.id, K.SIZE_OR_TYPE);
  if (areCompat(local, own, found.side, theirs)) return "";
  return `extern (func ksym) '${name}': func_proto [${own}] incompatible with ${found.side.name} [${theirs}]`;
}

function missingVariable(name: string, id: number, local: Side, targets: readonly Side[]): string {
  const found = firstOf(name, K.VAR, targets);
  if (found === undefined) return `extern (var ksym) '${name}': not found in kernel BTF`;
  const own = typeOf(local, id);
  const theirs = found.side.skip(found.side.word(found.id, K.SIZE_OR_TYPE));
  if (areCompat(local, own, found.side, theirs)) return "";
  const expected = `[${own}] ${kindWord(local.kind(own))} ${typeName(local, own)}`;
  const has = `[${theirs}] ${kindWord(found.side.kind(theirs))} ${typeName(found.side, theirs)}`;
  return `extern (var ksym) '${name}': incompatible types, expected ${expected}, but kernel has ${has}`;
}

function firstOf(
  name: string,
  kind: number,
  targets: readonly Side[],
): { side: Side; id: number } | undefined {
  for (const side of targets) {
    const id = findName(side, name, kind);
    if (id !== undefined) return { side, id };
  }
  return undefined;
}

function areCompat(local: Side, localId: number, target: Side, targetId: number): boolean {
  try {
    return typesAreCompat(local, localId, target, targetId, new CoreEffort(() => {}));
  } catch (error) {
    if (error instanceof Errno) return false;
    throw error;
  }
}
