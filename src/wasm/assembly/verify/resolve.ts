// The kernel's walk over all references (`btf_check_all_types` and `btf_resolve`, kernel/bpf/btf.c): depth-first from
// each type in turn, with the kernel's stack of 32 types and its modes, since verdicts depend on the order of ids. Each
// run that fails is reported once.
import * as KIND from "../../../btf/kind-numbers";
import {
  ARRAY_ELEMENTS,
  ARRAY_INDEX_TYPE,
  ARRAY_TYPE,
  FIRST_INFO,
  HEAD_WORDS,
  INFO,
  MEMBER_OFFSET,
  MEMBER_TYPE,
  MEMBER_WORDS,
  NAME_OFF,
  PARAM_TYPE,
  PARAM_WORDS,
  SECTION_VAR_SIZE,
  SECTION_VAR_WORDS,
  SIZE_OR_TYPE,
  UNKN,
} from "../../../btf/record-words";
import * as RULE from "../../constants/resolve-codes";
import { isIdentifier } from "../common/identifiers";
import { isComposite, notKnown } from "../common/kinds";
import { field, flagOf, place, vlenOf } from "../common/types";
import { firstId } from "./base-kinds";
import { broken } from "./host";
import { brokenMemberRule, IN_ORDER, isRegular } from "./members";
import { addressOf, isMaybeNamed, isValid } from "./names";
import {
  FAILED,
  is,
  isSized,
  kindOf,
  NAMED,
  NOT_VISITED,
  ON_STACK,
  RESOLVED,
  recordOf,
  resolvedIdOf,
  setResolved,
  setState,
  sizeOf,
  stateOf,
  typeCount,
} from "./notes";

/** The types of the current run, and for each the element to go on with. */
const STACK: usize = memory.data(128, 4);
const NEXT: usize = memory.data(128, 4);
let depth: u32 = 0;
/** The type with which the run began. */
let root: u32 = 0;
/** The fact about kinds of types into which the run goes: NEEDS_RESOLVE, POINTER_WAITS or AGGREGATE_WAITS. */
let mode: u32 = RULE.NEEDS_RESOLVE;

/** Resolves all own types. */
export function resolveAll(): void {
  for (let id = firstId; id < typeCount; id++) {
    const kind = kindOf(id);
    if (is(kind, RULE.NEEDS_RESOLVE)) {
      if (stateOf(id) === NOT_VISITED) resolveOnce(id);
    } else if (kind === KIND.FUNC_PROTO) checkProto(id);
  }
}

/** One run of the kernel's `btf_resolve`. */
function resolveOnce(id: u32): void {
  if (stateOf(id) >= RESOLVED) return;
  mode = RULE.NEEDS_RESOLVE;
  depth = 0;
  root = id;
  let waiting = push(id);
  while (waiting > 0) waiting = step(load<u32>(STACK + ((waiting - 1) << 2)));
}

/**
 * Looks at the type on top of the stack: goes deeper, or takes it off the stack, or fails and empties the stack.
 * Returns how many types are on it then.
 */
function step(id: u32): u32 {
  const record = recordOf(id);
  const kind = kindOf(id) as KindNumber;
  switch (kind) {
    case KIND.STRUCT:
    case KIND.UNION:
      return stepComposite(id, record);
    case KIND.ARRAY:
      return stepArray(id, record);
    case KIND.FUNC:
      return stepFunc(id, record);
    case KIND.DATASEC:
      return stepSection(id, record);
    case KIND.DECL_TAG:
      return stepDeclTag(id, record);
    case KIND.PTR:
    case KIND.TYPEDEF:
    case KIND.VOLATILE:
    case KIND.CONST:
    case KIND.RESTRICT:
    case KIND.TYPE_TAG:
    case KIND.VAR:
      return stepReference(id, record, kind);
    // None of these is ever on the stack.
    case KIND.INT:
    case KIND.ENUM:
    case KIND.FWD:
    case KIND.FUNC_PROTO:
    case KIND.FLOAT:
    case KIND.ENUM64:
    case KIND.LOC_PARAM:
    case KIND.LOC_PROTO:
    case KIND.LOCSEC:
      return pass(id, RESOLVED, id, 0);
    default:
      notKnown(kind);
      return pass(id, RESOLVED, id, 0);
  }
}

/** `btf_modifier_resolve`, `btf_ptr_resolve`, `btf_var_resolve`. */
function stepReference(id: u32, record: usize, kind: u32): u32 {
  const rule = kind === KIND.VAR ? RULE.VAR_TARGET : RULE.TARGET;
  const target = field(record, SIZE_OR_TYPE);
  const targetKind = kindOf(target);
  if (targetKind === RULE.MISSING || is(targetKind, RULE.SOURCE_ONLY)) return fail(rule, id);
  const state = stateOf(target);
  if (mustWait(state, targetKind)) return push(target);
  if (state === FAILED) return pass(id, FAILED, id, 0);
  if (!is(kind, RULE.IS_MODIFIER) && is(targetKind, RULE.IS_MODIFIER)) {
    const below = resolvedIdOf(target);
    if (kindOf(below) === KIND.PTR && mustWait(stateOf(below), KIND.PTR)) return push(below);
  }
  // A FUNC stands for its prototype once it is resolved, and not before: the kernel's quirk.
  const meant = state >= RESOLVED ? resolvedIdOf(target) : target;
  const meantKind = kindOf(meant);
  if (isSized(targetKind, meantKind)) return pass(id, RESOLVED, meant, sizeOf(meant));
  const mayBeSizeless = meantKind === UNKN || meantKind === KIND.FWD || meantKind === KIND.FUNC_PROTO;
  if (kind === KIND.VAR || !mayBeSizeless) return fail(rule, id);
  return pass(id, RESOLVED, meant, 0);
}

/** `btf_struct_resolve`. */
function stepComposite(id: u32, record: usize): u32 {
  const info = field(record, INFO);
  const vlen = vlenOf(info);
  const structSize = field(record, SIZE_OR_TYPE);
  const next = NEXT + ((depth - 1) << 2);
  // The number of the member that the struct waited for, which is not asked again whether it must be resolved first. -1
  // if there is none.
  let waited = load<u32>(next) - 1;
  for (let i: u32 = load<u32>(next) === 0 ? 0 : waited; i < vlen; i++) {
    const member = place(record, HEAD_WORDS) + usize(i) * (MEMBER_WORDS << 2);
    const type = field(member, MEMBER_TYPE);
    const kind = kindOf(type);
    if (is(kind, RULE.NO_SIZE | RULE.SOURCE_ONLY)) return fail(RULE.MEMBER, id, i);
    const state = stateOf(type);
    if (i !== waited && mustWait(state, kind)) {
      store<u32>(next, i + 1);
      return push(type);
    }
    waited = u32.MAX_VALUE;
    if (state === FAILED) continue;
    const sizedId = state >= RESOLVED ? resolvedIdOf(type) : type;
    if (!isSized(kind, kindOf(sizedId))) return fail(RULE.MEMBER, id, i);
    const rule = brokenMemberRule(sizedId, field(member, MEMBER_OFFSET), flagOf(info), structSize);
    if (rule !== IN_ORDER) return fail(rule, id, i, sizedId);
  }
  return pass(id, RESOLVED, id, structSize);
}

/** `btf_array_resolve`. */
function stepArray(id: u32, record: usize): u32 {
  const index = field(record, ARRAY_INDEX_TYPE);
  const indexKind = kindOf(index);
  if (is(indexKind, RULE.NO_SIZE | RULE.SOURCE_ONLY)) return fail(RULE.ARRAY_INDEX, id);
  const indexState = stateOf(index);
  if (mustWait(indexState, indexKind)) return push(index);
  if (indexState === FAILED) return pass(id, FAILED, id, 0);
  if (!isRegular(indexState >= RESOLVED ? resolvedIdOf(index) : index)) return fail(RULE.ARRAY_INDEX, id);

  const elem = field(record, ARRAY_TYPE);
  const elemKind = kindOf(elem);
  if (is(elemKind, RULE.NO_SIZE | RULE.SOURCE_ONLY)) return fail(RULE.ARRAY_ELEM, id);
  const elemState = stateOf(elem);
  if (mustWait(elemState, elemKind)) return push(elem);
  if (elemState === FAILED) return pass(id, FAILED, id, 0);
  const meantElem = elemState >= RESOLVED ? resolvedIdOf(elem) : elem;
  const meantKind = kindOf(meantElem);
  if (!isSized(elemKind, meantKind)) return fail(RULE.ARRAY_ELEM, id);
  if (meantKind === KIND.INT && !isRegular(meantElem)) return fail(RULE.ARRAY_OF_INT, id);
  const bytes = u64(sizeOf(meantElem)) * field(record, ARRAY_ELEMENTS);
  if (bytes > u32.MAX_VALUE) return fail(RULE.ARRAY_SIZE, id);
  return pass(id, RESOLVED, id, u32(bytes));
}

/** `btf_func_resolve`. A prototype is checked once, however many functions have it. */
function stepFunc(id: u32, record: usize): u32 {
  const proto = field(record, SIZE_OR_TYPE);
  if (kindOf(proto) !== KIND.FUNC_PROTO) return fail(RULE.FUNC_PROTO, id);
  if (stateOf(proto) !== NAMED) {
    const protoRecord = recordOf(proto);
    const vlen = vlenOf(field(protoRecord, INFO));
    let param = place(protoRecord, HEAD_WORDS);
    for (let i: u32 = 0; i < vlen; i++) {
      if (field(param, NAME_OFF) === 0 && field(param, PARAM_TYPE) !== 0) return fail(RULE.FUNC_PARAM, id, i);
      param = place(param, PARAM_WORDS);
    }
    setState(proto, NAMED);
  }
  return pass(id, RESOLVED, proto, 0);
}

/** `btf_datasec_resolve`. The size of a variable that had to be resolved first is not checked: the kernel goes on with the next one. */
function stepSection(id: u32, record: usize): u32 {
  mode = RULE.NEEDS_RESOLVE;
  const next = NEXT + ((depth - 1) << 2);
  const vlen = vlenOf(field(record, INFO));
  for (let i = load<u32>(next); i < vlen; i++) {
    const entry = place(record, HEAD_WORDS) + usize(i) * (SECTION_VAR_WORDS << 2);
    const variable = load<u32>(entry);
    if (kindOf(variable) !== KIND.VAR) return fail(RULE.ENTRY_KIND, id, i);
    const state = stateOf(variable);
    if (mustWait(state, KIND.VAR)) {
      store<u32>(next, i + 1);
      return push(variable);
    }
    if (state === FAILED) continue;
    const type = field(recordOf(variable), SIZE_OR_TYPE);
    const meant = stateOf(type) >= RESOLVED ? resolvedIdOf(type) : type;
    if (!isSized(kindOf(type), kindOf(meant))) return fail(RULE.ENTRY_TYPE, id, i);
    if (field(entry, SECTION_VAR_SIZE) < sizeOf(meant)) return fail(RULE.ENTRY_SIZE, id, i);
  }
  return pass(id, RESOLVED, id, field(record, SIZE_OR_TYPE));
}

/** `btf_decl_tag_resolve`. */
function stepDeclTag(id: u32, record: usize): u32 {
  const target = field(record, SIZE_OR_TYPE);
  const kind = kindOf(target);
  if (!isComposite(kind) && kind !== KIND.FUNC && kind !== KIND.VAR && kind !== KIND.TYPEDEF) {
    return fail(RULE.TAG_TARGET, id);
  }
  const state = stateOf(target);
  if (mustWait(state, kind)) return push(target);
  if (state === FAILED) return pass(id, FAILED, id, 0);
  const component = field(record, FIRST_INFO);
  if (component !== u32.MAX_VALUE) {
    if (kind === KIND.VAR || kind === KIND.TYPEDEF) return fail(RULE.TAG_COMPONENT, id);
    const owner = kind === KIND.FUNC ? field(recordOf(target), SIZE_OR_TYPE) : target;
    if (component >= vlenOf(field(recordOf(owner), INFO))) return fail(RULE.TAG_COMPONENT, id);
  }
  return pass(id, RESOLVED, target, 0);
}

/** `btf_func_proto_check`; may start runs of its own. */
function checkProto(id: u32): void {
  const record = recordOf(id);
  const returned = field(record, SIZE_OR_TYPE);
  depth = 0;
  if (returned !== 0 && !isSizedParam(returned)) {
    fail(RULE.PROTO_RETURN, id);
    return;
  }
  let vlen = vlenOf(field(record, INFO));
  if (vlen === 0) return;
  const first = place(record, HEAD_WORDS);
  const last = first + usize(vlen - 1) * (PARAM_WORDS << 2);
  if (field(last, PARAM_TYPE) === 0) {
    vlen--;
    if (field(last, NAME_OFF) !== 0) {
      fail(RULE.PROTO_VARARG, id, vlen);
      return;
    }
  }
  for (let i: u32 = 0; i < vlen; i++) {
    const param = first + usize(i) * (PARAM_WORDS << 2);
    if (!isParamName(field(param, NAME_OFF)) || !isSizedParam(field(param, PARAM_TYPE))) {
      fail(RULE.PROTO_PARAM, id, i);
      return;
    }
  }
}

/** Whether a parameter may have that name, or have none. */
function isParamName(off: u32): bool {
  return isMaybeNamed(off) || (isValid(off) && isIdentifier(addressOf(off)));
}

/**
 * Whether a parameter or return value may have that type. A type that failed already is not held against the prototype.
 */
function isSizedParam(type: u32): bool {
  const kind = kindOf(type);
  if (kind === RULE.MISSING || is(kind, RULE.SOURCE_ONLY)) return false;
  let state = stateOf(type);
  if (state < RESOLVED && is(kind, RULE.NEEDS_RESOLVE)) {
    resolveOnce(type);
    state = stateOf(type);
  }
  if (state === FAILED) return true;
  return isSized(kind, kindOf(resolvedIdOf(type)));
}

/** Whether the run has to resolve a type first (`env_type_is_resolve_sink`, `env_type_is_resolved`). */
function mustWait(state: u32, kind: u32): bool {
  return state < RESOLVED && is(kind, mode);
}

/** `env_stack_push`. */
function push(id: u32): u32 {
  if (depth === RULE.MAX_DEPTH) return fail(RULE.DEPTH, root);
  if (stateOf(id) !== NOT_VISITED) return fail(RULE.LOOP, root);
  setState(id, ON_STACK);
  store<u32>(STACK + (depth << 2), id);
  store<u32>(NEXT + (depth << 2), 0);
  depth++;
  if (mode === RULE.NEEDS_RESOLVE) {
    const kind = kindOf(id);
    if (kind === KIND.PTR) mode = RULE.POINTER_WAITS;
    else if (kind === KIND.ARRAY || isComposite(kind)) mode = RULE.AGGREGATE_WAITS;
  }
  return depth;
}

/** `env_stack_pop_resolved`. */
function pass(id: u32, state: u32, resolvedId: u32, sizeBytes: u32): u32 {
  depth--;
  setState(id, state);
  setResolved(id, resolvedId, sizeBytes);
  return depth;
}

/**
 * Reports that a type breaks a rule, and gives up all types that wait for it. For the parameters see `broken` of
 * `host`.
 */
function fail(rule: u32, id: u32, index: u32 = 0, memberType: u32 = 0): u32 {
  for (let i: u32 = 0; i < depth; i++) setState(load<u32>(STACK + (i << 2)), FAILED);
  depth = 0;
  broken(rule, id, index, memberType);
  return depth;
}
