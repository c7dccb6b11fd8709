import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import { typesAreCompat } from "./compat.ts";
import { CoreEffort } from "./core-effort.ts";
import { Errno } from "./errno.ts";
import { essentialName, findName } from "./find-name.ts";
import type { BpfObject } from "./object.ts";
import type { Trace } from "./resolve-relocation.ts";
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

/** Attach types that BTF can check, by the word before the slash of a section name (`section_defs`, libbpf.c). */
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

/** Something that an object looks for in the kernel by name, and whether it was found. */
export interface NamedNeed {
  readonly name: string;
  readonly what: string;
  readonly isFound: boolean;
  /** The fault, in libbpf's words where it has them. */
  readonly message: string;
}

/**
 * Whether the kernel has the function or type to which a program of this section is attached at load
 * (`find_kernel_btf_id`). Undefined if the section does not name it, or if BTF does not describe it.
 */
export function attachTarget(section: string, targets: readonly Side[]): NamedNeed | undefined {
  const [word, ...rest] = section.replace(/^\?/, "").split("/");
  const name = rest.join("/");
  const target = TARGETS.get(word.replace(/\.s$/, ""));
  if (target === undefined || rest.length === 0) return undefined;
  const { prefix, kind, what } = target;
  const colon = name.indexOf(":");
  const inModule = colon < 0 ? undefined : name.slice(0, colon);
  const wanted = prefix + name.slice(colon + 1);
  const places = targets.filter(
    (side) =>
      // libbpf compares as much of a module's name as was given.
      inModule === undefined || side.name.startsWith(inModule),
  );
  const isFound = places.some((side) => findName(side, wanted, kind) !== undefined);
  const message = isFound ? "" : `failed to find kernel BTF type ID of '${name}': -ESRCH`;
  return { name, what, isFound, message };
}

/** A name that the kernel must define for an object (`extern … __ksym`, `__kconfig`), and whether it does. */
export interface ExternNeed extends NamedNeed {
  readonly isWeak: boolean;
  /** Whether libbpf refuses the object for it. A weak name may be missing, and is 0 then. */
  readonly isFatal: boolean;
  /** False for names without a type, which libbpf looks up in /proc/kallsyms, and for settings in `.kconfig`. */
  readonly isKnown: boolean;
  /** A value that libbpf fills in from the kernel's configuration. */
  readonly isKconfig: boolean;
  /** A variable of the kernel whose type is known, so that a program may read it at its address. */
  readonly isVariable: boolean;
}

/**
 * Looks for the functions and variables of `.ksyms` (`bpf_object__resolve_ksyms_btf_id`): kfuncs by name and prototype,
 * variables by name and type. Of the settings in `.kconfig` only what libbpf takes for one is checked.
 */
export function externNeeds(
  object: BpfObject,
  local: Side,
  targets: readonly Side[],
  trace?: Trace,
): ExternNeed[] {
  const needs = findExterns(object, local, targets, trace);
  if (trace !== undefined) for (const { message } of needs) if (message !== "") trace(message);
  return needs;
}

function findExterns(
  object: BpfObject,
  local: Side,
  targets: readonly Side[],
  trace: Trace | undefined,
): ExternNeed[] {
  if (object.externs.length === 0) return [];
  const symbols = variablesOf(local, ".ksyms");
  const settings = variablesOf(local, ".kconfig");
  return object.externs.map(({ name, isWeak }) => {
    const setting = settings.get(name);
    if (setting !== undefined) {
      const message = settingProblem(name, isWeak, local, setting.id);
      const isFound = message === "";
      return {
        name,
        what: "kernel setting",
        isWeak,
        isKconfig: true,
        isVariable: false,
        isKnown: false,
        isFound,
        isFatal: !isFound,
        message,
      };
    }
    const known = symbols.get(name);
    const common = { name, isWeak, isKconfig: false, isVariable: false };
    if (known === undefined || (known.kind !== K.FUNC && typeOf(local, known.id) === 0)) {
      return { ...common, what: "symbol", isKnown: false, isFound: true, isFatal: false, message: "" };
    }
    if (known.kind === K.FUNC) {
      const message = missingFunction(name, known.id, local, targets, trace);
      const isFound = message === "";
      return { ...common, what: "kfunc", isKnown: true, isFound, isFatal: !isFound && !isWeak, message };
    }
    const { isThere, message } = missingVariable(name, known.id, local, targets, trace);
    const isFound = message === "";
    // A weak variable may be missing, but must not have another type.
    const isFatal = !isFound && (isThere || !isWeak);
    return { ...common, isVariable: true, what: "kernel variable", isKnown: true, isFound, isFatal, message };
  });
}

/** Settings that libbpf knows by itself (`bpf_object__resolve_externs`). */
const VIRTUAL = ["LINUX_KERNEL_VERSION", "LINUX_HAS_BPF_COOKIE", "LINUX_HAS_SYSCALL_WRAPPER"];

/** Whether a setting is one that newer versions of libbpf may know by themselves; it is 0 to this one. */
export function isUnknownVirtual(name: string): boolean {
  return name.startsWith("LINUX_") && !VIRTUAL.includes(name);
}

/** libbpf's objections to a setting, whatever the kernel's configuration is; empty if none. */
function settingProblem(name: string, isWeak: boolean, local: Side, id: TypeId): string {
  if (!isSettingType(local, typeOf(local, id))) return `extern (kcfg) '${name}': type is unsupported`;
  if (name.startsWith("CONFIG_") || VIRTUAL.includes(name)) return "";
  return isUnknownVirtual(name) && isWeak ? "" : `extern (kcfg) '${name}': unrecognized virtual extern`;
}

/** Whether a setting may be of this type: a number, a truth value, `libbpf_tristate` or text (`find_kcfg_type`). */
function isSettingType(local: Side, id: TypeId): boolean {
  const kind = local.kind(id);
  if (kind === K.INT) {
    const size = local.word(id, K.SIZE_OR_TYPE);
    return isBool(local, id) ? size === 1 : [1, 2, 4, 8].includes(size);
  }
  if (kind === K.ENUM || kind === K.ENUM64) {
    return (
      typeName(local, id) === "libbpf_tristate" && (kind === K.ENUM64 || local.word(id, K.SIZE_OR_TYPE) === 4)
    );
  }
  if (kind !== K.ARRAY || local.word(id, K.ARRAY_ELEMENTS) === 0) return false;
  const element = local.skip(local.word(id, K.ARRAY_TYPE));
  return (
    local.kind(element) === K.INT && local.word(element, K.SIZE_OR_TYPE) === 1 && !isBool(local, element)
  );
}

/** `BTF_INT_BOOL` */
function isBool(local: Side, id: TypeId): boolean {
  return ((local.word(id, K.FIRST_INFO) >>> 24) & 4) !== 0;
}

/** Declarations of a section of the object's BTF, by name. */
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

function missingFunction(
  name: string,
  id: number,
  local: Side,
  targets: readonly Side[],
  trace: Trace | undefined,
): string {
  const found = firstOf(essentialName(name), K.FUNC, targets);
  if (found === undefined) return `extern (func ksym) '${name}': not found in kernel or module BTFs`;
  const own = local.word(id, K.SIZE_OR_TYPE);
  const theirs = found.side.word(found.id, K.SIZE_OR_TYPE);
  if (areCompat(local, own, found.side, theirs)) {
    trace?.(`extern (func ksym) '${name}': resolved to ${found.side.name} [${found.id}]`);
    return "";
  }
  return `extern (func ksym) '${name}': func_proto [${own}] incompatible with ${found.side.name} [${theirs}]`;
}

function missingVariable(
  name: string,
  id: number,
  local: Side,
  targets: readonly Side[],
  trace: Trace | undefined,
): { isThere: boolean; message: string } {
  const found = firstOf(name, K.VAR, targets);
  if (found === undefined) {
    return { isThere: false, message: `extern (var ksym) '${name}': not found in kernel BTF` };
  }
  const own = typeOf(local, id);
  const theirs = found.side.skip(found.side.word(found.id, K.SIZE_OR_TYPE));
  if (areCompat(local, own, found.side, theirs)) {
    trace?.(`extern (var ksym) '${name}': resolved to [${found.id}] var ${name}`);
    return { isThere: true, message: "" };
  }
  const expected = `[${own}] ${kindWord(local.kind(own))} ${typeName(local, own)}`;
  const has = `[${theirs}] ${kindWord(found.side.kind(theirs))} ${typeName(found.side, theirs)}`;
  const what = `incompatible types, expected ${expected}, but kernel has ${has}`;
  return { isThere: true, message: `extern (var ksym) '${name}': ${what}` };
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
