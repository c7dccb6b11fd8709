import type { TypeId } from "../../btf/btf.ts";
import {
  ARRAY,
  ARRAY_ELEMENTS,
  ARRAY_INDEX_TYPE,
  ARRAY_TYPE,
  CONST,
  DATASEC,
  DECL_TAG,
  ENUM,
  ENUM64,
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
  isModifier,
  KINDS,
  type KindNumber,
  kindName,
  LOC_PARAM,
  LOC_PROTO,
  LOCSEC,
  MEMBER_OFFSET,
  MEMBER_TYPE,
  MEMBER_WORDS,
  NAME_OFF,
  notKnown,
  PARAM_TYPE,
  PARAM_WORDS,
  PTR,
  RESTRICT,
  SECTION_VAR_SIZE,
  SECTION_VAR_WORDS,
  SIZE_OR_TYPE,
  STRUCT,
  TYPE_TAG,
  TYPEDEF,
  UNION,
  UNKN,
  VAR,
  VOLATILE,
} from "../../btf/kinds.ts";
import type { Report } from "./findings.ts";
import { Identifiers } from "./identifiers.ts";
import { logLine, placeText } from "./log.ts";
import { brokenMemberRule } from "./member-rules.ts";
import { RecordCursor } from "./record-cursor.ts";
import {
  AGGREGATE,
  ANY,
  beginResolution,
  FACTS,
  FAILED,
  isRegular,
  isSized,
  MAX_DEPTH,
  NEEDS_RESOLVE,
  NO_SIZE,
  NOT_VISITED,
  ON_STACK,
  PTR_MODE,
  RESOLVED,
  type Resolution,
  resolvedIdOf,
  SOURCE_ONLY,
  STANDS_FOR,
  sizeOf,
  stateOf,
  WAITS_FOR,
} from "./resolution.ts";
import { RESOLVE_RULES as R } from "./resolve-rules.ts";
import type { Rule } from "./rule.ts";
import { holderOf, kindOf, MISSING, type Types, wordOf } from "./types-view.ts";

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
  const r = beginResolution(types, base, pointerBytes, report);
  const { kinds, firstId, typeCount } = types;
  for (let id = firstId; id < typeCount; id++) {
    const kind = kinds[id - firstId];
    if ((FACTS[kind] & NEEDS_RESOLVE) !== 0) {
      if (r.states[id - firstId] === NOT_VISITED) resolveOnce(r, id);
    } else if (kind === FUNC_PROTO) checkProto(r, id);
  }
  return r;
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
  const kind = kinds[id - firstId] as KindNumber;
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
    case PTR:
    case TYPEDEF:
    case VOLATILE:
    case CONST:
    case RESTRICT:
    case TYPE_TAG:
    case VAR:
      return stepReference(r, id, at, kind);
    case INT:
    case ENUM:
    case ENUM64:
    case FLOAT:
    case FWD:
    case FUNC_PROTO:
    case LOC_PARAM:
    case LOC_PROTO:
    case LOCSEC:
      // Nothing waits for these: they are never pushed.
      return;
    default:
      notKnown(kind);
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
    const member = first + i * MEMBER_WORDS;
    const type = words[member + MEMBER_TYPE];
    const offset = words[member + MEMBER_OFFSET];
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
    m.kind = sizedKind as KindNumber;
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

/** `btf_array_resolve`. */
function stepArray(r: Resolution, id: TypeId, at: number): undefined {
  const { words } = r.types;
  const index = words[at + ARRAY_INDEX_TYPE];
  const indexKind = kindOf(r.types, index);
  if ((FACTS[indexKind] & (NO_SIZE | SOURCE_ONLY)) !== 0) return fail(r, R.arrayIndex, id);
  const indexState = stateOf(r, index);
  if (mustWait(r, indexState, indexKind)) return push(r, index);
  if (indexState === FAILED) return pass(r, id, FAILED, id, 0);
  const meantIndex = indexState >= RESOLVED ? resolvedIdOf(r, index) : index;
  if (!isRegular(r, meantIndex)) return fail(r, R.arrayIndex, id);

  const elem = words[at + ARRAY_TYPE];
  const elemKind = kindOf(r.types, elem);
  if ((FACTS[elemKind] & (NO_SIZE | SOURCE_ONLY)) !== 0) return fail(r, R.arrayElem, id);
  const elemState = stateOf(r, elem);
  if (mustWait(r, elemState, elemKind)) return push(r, elem);
  if (elemState === FAILED) return pass(r, id, FAILED, id, 0);
  const meantElem = elemState >= RESOLVED ? resolvedIdOf(r, elem) : elem;
  const meantKind = kindOf(r.types, meantElem);
  if (!isSized(elemKind, meantKind)) return fail(r, R.arrayElem, id);
  if (meantKind === INT && !isRegular(r, meantElem)) return fail(r, R.arrayOfInt, id);
  const bytes = sizeOf(r, meantElem) * words[at + ARRAY_ELEMENTS];
  if (bytes > 0xffffffff) return fail(r, R.arraySize, id);
  pass(r, id, RESOLVED, id, bytes);
}

/** Above so many parameters a prototype is looked at once, however many functions have it. */
const MANY_PARAMS = 64;

/** `btf_func_resolve`. */
function stepFunc(r: Resolution, id: TypeId, at: number): undefined {
  const proto = r.types.words[at + SIZE_OR_TYPE];
  if (kindOf(r.types, proto) !== FUNC_PROTO) return fail(r, R.funcProto, id);
  if (r.namedProtos.has(proto)) return pass(r, id, RESOLVED, proto, 0);
  const { words, starts, firstId } = proto >= r.types.firstId ? r.types : holderOf(r.types, proto);
  const protoAt = starts[proto - firstId];
  const vlen = infoVlen(words[protoAt + INFO]);
  const end = protoAt + HEAD_WORDS + vlen * PARAM_WORDS;
  for (let param = protoAt + HEAD_WORDS; param < end; param += PARAM_WORDS) {
    if (words[param] === 0 && words[param + PARAM_TYPE] !== 0) {
      return fail(r, R.funcParam, id, (param - protoAt - HEAD_WORDS) / PARAM_WORDS);
    }
  }
  if (vlen > MANY_PARAMS) r.namedProtos.add(proto);
  pass(r, id, RESOLVED, proto, 0);
}

/** `btf_datasec_resolve`. A variable that had to be resolved first is not compared in size: the kernel goes on after it. */
function stepSection(r: Resolution, id: TypeId, at: number): undefined {
  const { words } = r.types;
  const top = r.depth - 1;
  r.mode = ANY;
  const vlen = infoVlen(words[at + INFO]);
  for (let i = r.next[top]; i < vlen; i++) {
    const entry = at + HEAD_WORDS + i * SECTION_VAR_WORDS;
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
    if (words[entry + SECTION_VAR_SIZE] < sizeOf(r, meant)) return fail(r, R.entrySize, id, i);
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
  const { words, starts, firstId, strings, hasPlainParams } = r.types;
  const at = starts[id - firstId];
  const returned = words[at + SIZE_OR_TYPE];
  r.depth = 0;
  if (returned !== 0 && !isSizedParam(r, returned)) return fail(r, R.protoReturn, id);
  let vlen = infoVlen(words[at + INFO]);
  if (vlen === 0) return;
  const first = at + HEAD_WORDS;
  const last = first + (vlen - 1) * PARAM_WORDS;
  if (words[last + PARAM_TYPE] === 0) {
    vlen--;
    if (words[last] !== 0) return fail(r, R.protoVararg, id, vlen);
  }
  const names = new Identifiers(strings);
  for (let i = 0; i < vlen; i++) {
    const name = words[first + i * PARAM_WORDS];
    const isNamed =
      hasPlainParams === true || name === 0 || (names.isValidOff(name) && names.isIdentifier(name));
    if (!isNamed || !isSizedParam(r, words[first + i * PARAM_WORDS + PARAM_TYPE]))
      return fail(r, R.protoParam, id, i);
  }
}

/** Whether the type may be given or returned; one that failed already is not held against the prototype. */
function isSizedParam(r: Resolution, type: TypeId): boolean {
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

/** Reports the rule for the type and gives up all that waits for it. `index` is the number of an element. */
function fail(r: Resolution, rule: Rule, id: TypeId, index = 0, memberTypeId?: TypeId): undefined {
  const { types, report } = r;
  for (let i = 0; i < r.depth; i++) r.states[r.stack[i] - types.firstId] = FAILED;
  r.depth = 0;
  report?.broken("resolve", rule, () => {
    const t = new RecordCursor(types.words, types.strings);
    t.moveTo(types.starts[id - types.firstId], id);
    if (KINDS[t.kind].elem > 0) t.moveToElement(index);
    t.nameOf = (type) =>
      type === 0 || type >= types.typeCount ? undefined : types.strings.text(wordOf(types, type, NAME_OFF));
    const place = placeText(rule.form ?? "type", t);
    return {
      values: [rule === R.depth ? MAX_DEPTH : index + 1],
      line: (phrase) => logLine(rule.form ?? "type", t, phrase, memberTypeId),
      ...(place === undefined ? {} : { in: place }),
      type: {
        id,
        kind: kindName(t.kind),
        name: t.nameOff < types.strings.end ? types.strings.text(t.nameOff) : null,
      },
    };
  });
}
