import type { TypeId } from "../../btf/btf.ts";
import {
  ARRAY,
  DATASEC,
  DECL_TAG,
  FLOAT,
  FUNC,
  FUNC_PROTO,
  FWD,
  HEAD_WORDS,
  INFO,
  INT,
  infoKflag,
  infoVlen,
  isComposite,
  isEnum,
  isModifier,
  KINDS,
  kindName,
  MAX_KIND,
  PTR,
  SIZE_OR_TYPE,
  STRUCT,
  TYPEDEF,
  UNION,
  UNKN,
  VAR,
} from "../../btf/kinds.ts";
import { printable } from "../../btf/strings.ts";
import { logLine } from "./log.ts";
import { brokenMemberRule, isRegularInt, type Member } from "./members.ts";
import { Names } from "./names.ts";
import { holderOf, kindOf, MISSING, RecordCursor, type Types, wordOf } from "./record.ts";
import type { Report } from "./report.ts";
import { RESOLVE_RULES as R } from "./resolve-rules.ts";
import { EINVAL, phraseOf, type Rule } from "./rule.ts";

/** `MAX_RESOLVE_DEPTH` (kernel/bpf/btf.c). */
const MAX_DEPTH = 32;

/** Bit offsets below this leave room for that of an INT in 32 bits. */
const MAX_PLAIN_BITS = 0xffff0000;

/** State of a type. All from RESOLVED on need not be waited for. */
const NOT_VISITED = 0;
const ON_STACK = 1;
const RESOLVED = 2;
/** Reported already; what refers to it is not reported for that. The kernel does not get this far. */
const FAILED = 3;

/** What a run goes into: all that needs resolving, or only what a pointer, or an aggregate, waits for. */
const ANY = 0;
const PTR_MODE = 1;
const AGGREGATE = 2;

/** Facts of the kinds, by number: whether each mode waits for it, then two lists of the kernel's. */
const NEEDS_RESOLVE = 1 << ANY;
const WAITS_FOR = [NEEDS_RESOLVE, 1 << PTR_MODE, 1 << AGGREGATE];
const SOURCE_ONLY = 1 << 3;
const NO_SIZE = 1 << 4;
/**
 * Kinds of which only the size counts when a member begins at a multiple of 8 bytes: no FLOAT is aligned more than that, and
 * the bits of an INT lie within its size.
 */
const PLAIN = 1 << 5;
/** Kinds that stand for another type once they are resolved. */
const STANDS_FOR = 1 << 7;
/** Kinds without size that a pointer or modifier may lead to all the same; void is one too. */
const SIZELESS = 1 << 6;
const FACTS = Uint8Array.from({ length: MAX_KIND + 2 }, (_, kind) => {
  const modifier = isModifier(kind);
  const aggregate = kind === ARRAY || isComposite(kind);
  const sourceOnly = kind === VAR || kind === DECL_TAG || kind === DATASEC;
  return (
    (modifier || aggregate || sourceOnly || kind === PTR || kind === FUNC ? NEEDS_RESOLVE : 0) |
    (modifier || kind === PTR ? WAITS_FOR[PTR_MODE] : 0) |
    (modifier || aggregate ? WAITS_FOR[AGGREGATE] : 0) |
    (sourceOnly ? SOURCE_ONLY : 0) |
    ([UNKN, FWD, FUNC_PROTO, FUNC, DECL_TAG, MISSING].includes(kind) ? NO_SIZE : 0) |
    (aggregate || kind === PTR || kind === FLOAT || kind === INT || isEnum(kind) ? PLAIN : 0) |
    (kind === FWD || kind === FUNC_PROTO ? SIZELESS : 0) |
    (modifier || kind === VAR || kind === FUNC ? STANDS_FOR : 0)
  );
});

/**
 * What is known of each own type, by id from the first own one on, and the stack of the run in progress. Plain fields and
 * functions over them: the walk is short and seldom warm, and methods behind a class cost it three times as much.
 */
export interface Resolution {
  readonly types: Types;
  /** The base's, whose types count as resolved. */
  readonly base: Resolution | null;
  readonly pointerBytes: number;
  /** Null where nobody wants to know, as for a base that is resolved for its modules' sake. */
  readonly report: Report | null;
  /** Of types that need resolving. */
  readonly states: Uint8Array;
  /** Of resolved modifiers and variables the type below; of functions their prototype. Other types stand for themselves. */
  readonly resolvedIds: Uint32Array;
  /** Bytes of resolved arrays. */
  readonly arraySizes: Uint32Array;
  readonly stack: Uint32Array;
  /** Element to go on with, for each type on the stack. */
  readonly next: Uint32Array;
  depth: number;
  mode: number;
  root: TypeId;
  readonly member: Member;
}

/**
 * The kernel's walk over all references (`btf_check_all_types` and `btf_resolve`, kernel/bpf/btf.c): depth-first from each
 * type in turn, with its stack of 32 and its modes, since the order of the ids shows in the verdicts. Rules are in
 * `resolve-rules.ts`; each run that fails is reported once. With a base, only the own types are walked.
 */
export function resolveTypes(
  types: Types,
  base: Resolution | null,
  pointerBytes: number,
  report: Report | null,
): Resolution {
  const r = begin(types, base, pointerBytes, report);
  const { kinds, firstId, typeCount } = types;
  for (let id = firstId; id < typeCount; id++) {
    const kind = kinds[id - firstId];
    if ((FACTS[kind] & NEEDS_RESOLVE) !== 0) {
      if (r.states[id - firstId] === NOT_VISITED && !passPlain(r, id, kind)) resolveOnce(r, id);
    } else if (kind === FUNC_PROTO) checkProto(r, id);
  }
  return r;
}

function begin(
  types: Types,
  base: Resolution | null,
  pointerBytes: number,
  report: Report | null,
): Resolution {
  const count = types.typeCount - types.firstId;
  return {
    types,
    base,
    pointerBytes,
    report,
    states: new Uint8Array(count),
    resolvedIds: new Uint32Array(count),
    arraySizes: new Uint32Array(count),
    stack: new Uint32Array(MAX_DEPTH),
    next: new Uint32Array(MAX_DEPTH),
    depth: 0,
    mode: ANY,
    root: 0,
    member: {
      kind: 0,
      size: 0,
      intData: 0,
      offset: 0,
      structKflag: false,
      structSize: 0,
      pointerBytes,
    },
  };
}

/**
 * Resolves a type whose run would end with itself, without the stack: what it refers to is resolved, or need not be. Most are
 * of this sort, and a cold start is what users wait for. False says nothing: the run decides. True is what the run would
 * have found: `npm run test:kernel` holds both to a kernel.
 */
function passPlain(r: Resolution, id: TypeId, kind: number): boolean {
  const { words, starts, kinds, firstId } = r.types;
  const { states, resolvedIds } = r;
  const index = id - firstId;
  const at = starts[index];
  if (kind === STRUCT || kind === UNION) {
    const info = words[at + INFO];
    const bytes = words[at + SIZE_OR_TYPE];
    if (infoKflag(info)) return false;
    const end = at + HEAD_WORDS + infoVlen(info) * 3;
    for (let member = at + HEAD_WORDS; member < end; member += 3) {
      const offset = words[member + 2];
      if ((offset & 63) !== 0 || offset >= MAX_PLAIN_BITS) return false;
      if (!isPlainMember(r, words[member + 1], offset / 8, bytes)) return false;
    }
    states[index] = RESOLVED;
    return true;
  }
  const target = words[at + SIZE_OR_TYPE] - firstId;
  if (target < 0 || target >= kinds.length) return false;
  const facts = FACTS[kinds[target]];
  if (kind === PTR) {
    // What a pointer does not wait for, but a function, which may stand for its prototype or not.
    if ((facts & (PLAIN | SIZELESS)) === 0 || kinds[target] === PTR) return false;
    states[index] = RESOLVED;
    return true;
  }
  if (kind === FUNC) {
    if (kinds[target] !== FUNC_PROTO) return false;
    const proto = starts[target];
    const end = proto + HEAD_WORDS + infoVlen(words[proto + INFO]) * 2;
    for (let param = proto + HEAD_WORDS; param < end; param += 2) {
      if (words[param] === 0 && words[param + 1] !== 0) return false;
    }
    resolvedIds[index] = target + firstId;
    states[index] = RESOLVED;
    return true;
  }
  if (isModifier(kind)) {
    if (!isDone(r, target) || (facts & SOURCE_ONLY) !== 0 || kinds[target] === FUNC) return false;
    const meant = standsFor(r, target);
    if (meant < 0 || (FACTS[kinds[meant]] & (PLAIN | SIZELESS)) === 0) return false;
    resolvedIds[index] = meant + firstId;
    states[index] = RESOLVED;
    return true;
  }
  return false;
}

/** By the index of an own type: whether it is resolved, or need not be. */
function isDone(r: Resolution, index: number): boolean {
  return r.states[index] === RESOLVED || (FACTS[r.types.kinds[index]] & NEEDS_RESOLVE) === 0;
}

/** By the index of an own type that is done: the index of the type that it stands for, below 0 if that is none of the own. */
function standsFor(r: Resolution, index: number): number {
  return (FACTS[r.types.kinds[index]] & STANDS_FOR) === 0 ? index : r.resolvedIds[index] - r.types.firstId;
}

/** One run of the kernel's `btf_resolve`. */
function resolveOnce(r: Resolution, root: TypeId): void {
  if (stateOf(r, root) >= RESOLVED) return;
  r.mode = ANY;
  r.depth = 0;
  r.root = root;
  push(r, root);
  while (r.depth > 0) step(r, r.stack[r.depth - 1]);
}

/** One look at the type on top: goes deeper, or takes it off the stack, or fails and empties the stack. */
function step(r: Resolution, id: TypeId): undefined {
  const { starts, kinds, firstId } = r.types;
  const at = starts[id - firstId];
  const kind = kinds[id - firstId];
  switch (kind) {
    case STRUCT:
    case UNION:
      return stepComposite(r, id, at);
    case ARRAY:
      return stepArray(r, id, at);
    case FUNC:
      return stepFunc(r, id, at);
    case DATASEC:
      return stepSection(r, id, at);
    case DECL_TAG:
      return stepDeclTag(r, id, at);
    default:
      return stepReference(r, id, at, kind);
  }
}

/** `btf_modifier_resolve`, `btf_ptr_resolve`, `btf_var_resolve`. */
function stepReference(r: Resolution, id: TypeId, at: number, kind: number): undefined {
  const rule = kind === VAR ? R.varTarget : R.target;
  const target = r.types.words[at + SIZE_OR_TYPE];
  const targetKind = kindOf(r.types, target);
  if (targetKind === MISSING || (FACTS[targetKind] & SOURCE_ONLY) !== 0) return fail(r, rule, id);
  const state = stateOf(r, target);
  if (mustWait(r, state, targetKind)) return push(r, target);
  if (state === FAILED) return pass(r, id, FAILED, id, 0);
  if (!isModifier(kind) && isModifier(targetKind)) {
    const below = resolvedIdOf(r, target);
    if (kindOf(r.types, below) === PTR && mustWait(r, stateOf(r, below), PTR)) return push(r, below);
  }
  // A FUNC stands for its prototype once it is resolved, and not before: the kernel's quirk.
  const meant = state >= RESOLVED ? resolvedIdOf(r, target) : target;
  const meantKind = kindOf(r.types, meant);
  if (isSized(targetKind, meantKind)) return pass(r, id, RESOLVED, meant, sizeOf(r, meant));
  const mayBeSizeless = meantKind === UNKN || meantKind === FWD || meantKind === FUNC_PROTO;
  if (kind === VAR || !mayBeSizeless) return fail(r, rule, id);
  pass(r, id, RESOLVED, meant, 0);
}

/** `btf_struct_resolve`. */
function stepComposite(r: Resolution, id: TypeId, at: number): undefined {
  const { words } = r.types;
  const top = r.depth - 1;
  const first = at + HEAD_WORDS;
  const vlen = infoVlen(words[at + INFO]);
  const isKflag = infoKflag(words[at + INFO]);
  const bytes = words[at + SIZE_OR_TYPE];
  // A member that had to wait is not asked again whether it must.
  let waited = r.next[top] - 1;
  for (let i = Math.max(waited, 0); i < vlen; i++) {
    const member = first + i * 3;
    const type = words[member + 1];
    const offset = words[member + 2];
    if (
      !isKflag &&
      (offset & 63) === 0 &&
      offset < MAX_PLAIN_BITS &&
      isPlainMember(r, type, offset / 8, bytes)
    ) {
      waited = -1;
      continue;
    }
    const kind = kindOf(r.types, type);
    if ((FACTS[kind] & (NO_SIZE | SOURCE_ONLY)) !== 0) return fail(r, R.member, id, i);
    const state = stateOf(r, type);
    if (i !== waited && mustWait(r, state, kind)) {
      r.next[top] = i + 1;
      return push(r, type);
    }
    waited = -1;
    if (state === FAILED) continue;
    const sizedId = state >= RESOLVED ? resolvedIdOf(r, type) : type;
    const sizedKind = kindOf(r.types, sizedId);
    if (!isSized(kind, sizedKind)) return fail(r, R.member, id, i);
    const m = r.member;
    m.kind = sizedKind;
    m.size = sizeOf(r, sizedId);
    m.intData = sizedKind === INT ? wordOf(r.types, sizedId, HEAD_WORDS) : 0;
    m.offset = offset;
    m.structKflag = isKflag;
    m.structSize = bytes;
    const rule = brokenMemberRule(m);
    if (rule !== undefined) return fail(r, rule, id, i, sizedId);
  }
  pass(r, id, RESOLVED, id, bytes);
}

/**
 * Whether a member at a multiple of 8 bytes is of a type that is resolved, has a size and fits: most are, and it takes few
 * calls to tell. False says nothing.
 */
function isPlainMember(r: Resolution, type: TypeId, start: number, structBytes: number): boolean {
  const { kinds, firstId } = r.types;
  const index = type - firstId;
  if (index < 0 || index >= kinds.length) return false;
  // An aggregate does not wait for a pointer.
  if (kinds[index] === PTR) return start + r.pointerBytes <= structBytes;
  if (!isDone(r, index) || (FACTS[kinds[index]] & (NO_SIZE | SOURCE_ONLY)) !== 0) return false;
  const sized = standsFor(r, index);
  if (sized < 0 || (FACTS[kinds[sized]] & PLAIN) === 0) return false;
  return start + sizeOf(r, sized + firstId) <= structBytes;
}

/** `btf_array_resolve`. */
function stepArray(r: Resolution, id: TypeId, at: number): undefined {
  const { words } = r.types;
  const index = words[at + 4];
  const indexKind = kindOf(r.types, index);
  if ((FACTS[indexKind] & (NO_SIZE | SOURCE_ONLY)) !== 0) return fail(r, R.arrayIndex, id);
  const indexState = stateOf(r, index);
  if (mustWait(r, indexState, indexKind)) return push(r, index);
  if (indexState === FAILED) return pass(r, id, FAILED, id, 0);
  const meantIndex = indexState >= RESOLVED ? resolvedIdOf(r, index) : index;
  if (!isRegular(r, meantIndex)) return fail(r, R.arrayIndex, id);

  const elem = words[at + 3];
  const elemKind = kindOf(r.types, elem);
  if ((FACTS[elemKind] & (NO_SIZE | SOURCE_ONLY)) !== 0) return fail(r, R.arrayElem, id);
  const elemState = stateOf(r, elem);
  if (mustWait(r, elemState, elemKind)) return push(r, elem);
  if (elemState === FAILED) return pass(r, id, FAILED, id, 0);
  const meantElem = elemState >= RESOLVED ? resolvedIdOf(r, elem) : elem;
  const meantKind = kindOf(r.types, meantElem);
  if (!isSized(elemKind, meantKind)) return fail(r, R.arrayElem, id);
  if (meantKind === INT && !isRegular(r, meantElem)) return fail(r, R.arrayOfInt, id);
  const bytes = sizeOf(r, meantElem) * words[at + 5];
  if (bytes > 0xffffffff) return fail(r, R.arraySize, id);
  pass(r, id, RESOLVED, id, bytes);
}

/** `btf_func_resolve`. */
function stepFunc(r: Resolution, id: TypeId, at: number): undefined {
  const proto = r.types.words[at + SIZE_OR_TYPE];
  if (kindOf(r.types, proto) !== FUNC_PROTO) return fail(r, R.funcProto, id);
  const { words, starts, firstId } = proto >= r.types.firstId ? r.types : holderOf(r.types, proto);
  const protoAt = starts[proto - firstId];
  const end = protoAt + HEAD_WORDS + infoVlen(words[protoAt + INFO]) * 2;
  for (let param = protoAt + HEAD_WORDS; param < end; param += 2) {
    if (words[param] === 0 && words[param + 1] !== 0) {
      return fail(r, R.funcParam, id, (param - protoAt - HEAD_WORDS) / 2);
    }
  }
  pass(r, id, RESOLVED, proto, 0);
}

/** `btf_datasec_resolve`. A variable that had to be resolved first is not compared in size: the kernel goes on after it. */
function stepSection(r: Resolution, id: TypeId, at: number): undefined {
  const { words } = r.types;
  const top = r.depth - 1;
  r.mode = ANY;
  const vlen = infoVlen(words[at + INFO]);
  for (let i = r.next[top]; i < vlen; i++) {
    const entry = at + HEAD_WORDS + i * 3;
    const variable = words[entry];
    if (kindOf(r.types, variable) !== VAR) return fail(r, R.entryKind, id, i);
    const state = stateOf(r, variable);
    if (mustWait(r, state, VAR)) {
      r.next[top] = i + 1;
      return push(r, variable);
    }
    if (state === FAILED) continue;
    const type = wordOf(r.types, variable, SIZE_OR_TYPE);
    const meant = stateOf(r, type) >= RESOLVED ? resolvedIdOf(r, type) : type;
    if (!isSized(kindOf(r.types, type), kindOf(r.types, meant))) return fail(r, R.entryType, id, i);
    if (words[entry + 2] < sizeOf(r, meant)) return fail(r, R.entrySize, id, i);
  }
  pass(r, id, RESOLVED, id, words[at + SIZE_OR_TYPE]);
}

/** `btf_decl_tag_resolve`. */
function stepDeclTag(r: Resolution, id: TypeId, at: number): undefined {
  const { words } = r.types;
  const target = words[at + SIZE_OR_TYPE];
  const kind = kindOf(r.types, target);
  if (!isComposite(kind) && kind !== FUNC && kind !== VAR && kind !== TYPEDEF) {
    return fail(r, R.tagTarget, id);
  }
  const state = stateOf(r, target);
  if (mustWait(r, state, kind)) return push(r, target);
  if (state === FAILED) return pass(r, id, FAILED, id, 0);
  const component = words[at + HEAD_WORDS] | 0;
  if (component !== -1) {
    if (kind === VAR || kind === TYPEDEF) return fail(r, R.tagComponent, id);
    const owner = kind === FUNC ? wordOf(r.types, target, SIZE_OR_TYPE) : target;
    if (component >>> 0 >= infoVlen(wordOf(r.types, owner, INFO))) return fail(r, R.tagComponent, id);
  }
  pass(r, id, RESOLVED, target, 0);
}

/** `btf_func_proto_check`; may start runs of its own. */
function checkProto(r: Resolution, id: TypeId): undefined {
  const { words, starts, firstId, strings } = r.types;
  const at = starts[id - firstId];
  const returned = words[at + SIZE_OR_TYPE];
  r.depth = 0;
  if (returned !== 0 && !isSizedParam(r, returned)) return fail(r, R.protoReturn, id);
  let vlen = infoVlen(words[at + INFO]);
  if (vlen === 0) return;
  const first = at + HEAD_WORDS;
  const last = first + (vlen - 1) * 2;
  if (words[last + 1] === 0) {
    vlen--;
    if (words[last] !== 0) return fail(r, R.protoVararg, id, vlen);
  }
  const names = Names.of(strings);
  for (let i = 0; i < vlen; i++) {
    const name = words[first + i * 2];
    const isNamed = name === 0 || (names.isValidOff(name) && names.isIdentifier(name));
    if (!isNamed || !isSizedParam(r, words[first + i * 2 + 1])) return fail(r, R.protoParam, id, i);
  }
}

/** Whether the type may be given or returned; one that failed already is not held against the prototype. */
function isSizedParam(r: Resolution, type: TypeId): boolean {
  const { kinds, firstId } = r.types;
  const index = type - firstId;
  if (index >= 0 && index < kinds.length && isDone(r, index)) {
    // Most are: pointers, numbers, and what is named by a typedef.
    if ((FACTS[kinds[index]] & (NO_SIZE | SOURCE_ONLY)) === 0) {
      const sized = standsFor(r, index);
      if (sized >= 0 && (FACTS[kinds[sized]] & PLAIN) !== 0) return true;
    }
  }
  const kind = kindOf(r.types, type);
  if (kind === MISSING || (FACTS[kind] & SOURCE_ONLY) !== 0) return false;
  let state = stateOf(r, type);
  if (state < RESOLVED && (FACTS[kind] & NEEDS_RESOLVE) !== 0) {
    resolveOnce(r, type);
    state = stateOf(r, type);
  }
  if (state === FAILED) return true;
  return isSized(kind, kindOf(r.types, resolvedIdOf(r, type)));
}

/** Whether the run has to resolve the type first (`env_type_is_resolve_sink`, `env_type_is_resolved`). */
function mustWait(r: Resolution, state: number, kind: number): boolean {
  return state < RESOLVED && (FACTS[kind] & WAITS_FOR[r.mode]) !== 0;
}

/** `env_stack_push`. */
function push(r: Resolution, id: TypeId): undefined {
  if (r.depth === MAX_DEPTH) return fail(r, R.depth, r.root);
  const index = id - r.types.firstId;
  if (r.states[index] !== NOT_VISITED) return fail(r, R.loop, r.root);
  r.states[index] = ON_STACK;
  r.stack[r.depth] = id;
  r.next[r.depth] = 0;
  r.depth++;
  if (r.mode === ANY) {
    const kind = r.types.kinds[index];
    if (kind === PTR) r.mode = PTR_MODE;
    else if (kind === ARRAY || isComposite(kind)) r.mode = AGGREGATE;
  }
}

/** `env_stack_pop_resolved`. */
function pass(r: Resolution, id: TypeId, state: number, resolvedId: TypeId, sizeBytes: number): undefined {
  const index = id - r.types.firstId;
  r.depth--;
  r.states[index] = state;
  const kind = r.types.kinds[index];
  if (kind === ARRAY) r.arraySizes[index] = sizeBytes;
  else if ((FACTS[kind] & STANDS_FOR) !== 0) r.resolvedIds[index] = resolvedId;
}

function stateOf(r: Resolution, id: TypeId): number {
  const index = id - r.types.firstId;
  if (index < 0) return id === 0 || r.base === null ? RESOLVED : stateOf(r.base, id);
  return (FACTS[r.types.kinds[index]] & NEEDS_RESOLVE) === 0 ? RESOLVED : r.states[index];
}

/** The type that one stands for: of what is not resolved, itself. */
function resolvedIdOf(r: Resolution, id: TypeId): TypeId {
  const index = id - r.types.firstId;
  if (index < 0) return id === 0 || r.base === null ? id : resolvedIdOf(r.base, id);
  const stands = r.states[index] === RESOLVED && (FACTS[r.types.kinds[index]] & STANDS_FOR) !== 0;
  return stands ? r.resolvedIds[index] : id;
}

/** Bytes of a type that is sized and no modifier. */
function sizeOf(r: Resolution, id: TypeId): number {
  const { words, starts, kinds, firstId } = r.types;
  const index = id - firstId;
  if (index < 0 && r.base !== null) return sizeOf(r.base, id);
  const kind = kinds[index];
  if (kind === ARRAY) return r.arraySizes[index];
  return kind === PTR ? r.pointerBytes : words[starts[index] + SIZE_OR_TYPE];
}

/** Whether a type of `kind` has a size, given the kind of what is below its modifiers (`btf_type_id_size`). */
function isSized(kind: number, meantKind: number): boolean {
  return ((FACTS[kind] | FACTS[meantKind]) & NO_SIZE) === 0 && !isModifier(meantKind) && meantKind !== VAR;
}

function isRegular(r: Resolution, id: TypeId): boolean {
  return kindOf(r.types, id) === INT && isRegularInt(wordOf(r.types, id, HEAD_WORDS));
}

/** Reports the rule for the type and gives up all that waits for it. `index` is the number of an element. */
function fail(r: Resolution, rule: Rule, id: TypeId, index = 0, memberTypeId?: TypeId): undefined {
  const { types, report } = r;
  for (let i = 0; i < r.depth; i++) r.states[r.stack[i] - types.firstId] = FAILED;
  r.depth = 0;
  if (report === null) return;
  if (report.isFull) {
    report.skip();
    return;
  }
  const t = new RecordCursor(types.words, types.strings);
  t.moveTo(types.starts[id - types.firstId], id);
  if (KINDS[t.kind].elem > 0) t.moveToElement(index);
  const phrase = phraseOf(rule, [rule === R.depth ? MAX_DEPTH : index + 1]) ?? "";
  const name = t.nameOff < types.strings.end ? printable(types.strings.slice(t.nameOff)) : null;
  report.refuse({
    phase: "resolve",
    errno: rule.errno ?? EINVAL,
    phrase,
    log: logLine(rule.form ?? "type", t, phrase, memberTypeId),
    detail: rule.says,
    typeId: id,
    kind: kindName(t.kind),
    name,
  });
}
