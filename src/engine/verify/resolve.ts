import type { TypeId } from "../../btf/btf.ts";
import {
  ARRAY,
  DATASEC,
  DECL_TAG,
  FUNC,
  FUNC_PROTO,
  FWD,
  HEAD_WORDS,
  INFO,
  INT,
  infoKflag,
  infoKind,
  infoVlen,
  isComposite,
  isModifier,
  KINDS,
  kindName,
  PTR,
  SIZE_OR_TYPE,
  TYPEDEF,
  UNKN,
  VAR,
} from "../../btf/kinds.ts";
import { printable } from "../../btf/strings.ts";
import { logLine } from "./log.ts";
import { brokenMemberRule, isRegularInt, type Member } from "./members.ts";
import { holderOf, RecordCursor, type Types } from "./record.ts";
import type { Report } from "./report.ts";
import { RESOLVE_RULES as R } from "./resolve-rules.ts";
import { EINVAL, phraseOf, type Rule } from "./rule.ts";

/** `MAX_RESOLVE_DEPTH` (kernel/bpf/btf.c). */
const MAX_DEPTH = 32;

/** Kind of an id that names no type. */
const MISSING = -1;

const NOT_VISITED = 0;
const ON_STACK = 1;
const RESOLVED = 2;
/** Reported already; what refers to it is not reported for that. The kernel does not get this far. */
const FAILED = 3;

/** What a run does not go into: all that needs no resolving, or also what a pointer, or an aggregate, may wait for. */
const ANY = 0;
const PTR_MODE = 1;
const AGGREGATE = 2;

/**
 * The kernel's walk over all references (`btf_check_all_types` and `btf_resolve`, kernel/bpf/btf.c): depth-first from each
 * type in turn, with its stack of 32 and its modes, since the order of the ids shows in the verdicts. Rules are in
 * `resolve-rules.ts`. With a base, the base's types count as resolved, and only the own are walked.
 */
export class Resolver {
  readonly #types: Types;
  readonly #base: Resolver | null;
  readonly #pointerBytes: number;
  readonly #report: Report | null;
  /** By id from the first own one on. */
  readonly #states: Uint8Array;
  readonly #resolvedIds: Uint32Array;
  readonly #resolvedSizes: Uint32Array;
  readonly #stack = new Uint32Array(MAX_DEPTH);
  readonly #next = new Uint32Array(MAX_DEPTH);
  #depth = 0;
  #mode: number = ANY;
  /** Answer of `#measure`. */
  #sizedId = 0;
  #sizeBytes = 0;
  readonly #member: Member;

  /** `report` may be null for a base, which is resolved for its modules' sake. */
  constructor(types: Types, base: Resolver | null, pointerBytes: number, report: Report | null) {
    const count = types.typeCount - types.firstId;
    this.#types = types;
    this.#base = base;
    this.#pointerBytes = pointerBytes;
    this.#report = report;
    this.#states = new Uint8Array(count);
    this.#resolvedIds = new Uint32Array(count);
    this.#resolvedSizes = new Uint32Array(count);
    this.#member = {
      kind: 0,
      size: 0,
      intData: 0,
      offset: 0,
      structKflag: false,
      structSize: 0,
      pointerBytes,
    };
  }

  /** Walks all own types, and reports each run that fails once. */
  run(): void {
    const { words, starts, firstId, typeCount } = this.#types;
    for (let id = firstId; id < typeCount; id++) {
      const at = starts[id - firstId];
      const kind = infoKind(words[at + INFO]);
      if (needsResolve(kind)) this.#resolveOnce(id);
      else if (kind === FUNC_PROTO) this.#checkProto(id, at);
    }
  }

  #resolveOnce(root: TypeId): void {
    if (this.#isResolved(root)) return;
    this.#mode = ANY;
    this.#depth = 0;
    this.#push(root, root);
    while (this.#depth > 0) {
      const top = this.#depth - 1;
      this.#step(this.#stack[top], top, root);
    }
  }

  /** One look at the type on top: goes deeper, or takes it off the stack, or fails and empties the stack. */
  #step(id: TypeId, top: number, root: TypeId): undefined {
    const { words, starts, firstId } = this.#types;
    const at = starts[id - firstId];
    const kind = infoKind(words[at + INFO]);
    if (isModifier(kind) || kind === PTR || kind === VAR) return this.#stepReference(id, at, kind, root);
    if (isComposite(kind)) return this.#stepComposite(id, at, top, root);
    switch (kind) {
      case ARRAY:
        return this.#stepArray(id, at, root);
      case FUNC:
        return this.#stepFunc(id, at);
      case DATASEC:
        return this.#stepSection(id, at, top, root);
      default:
        return this.#stepDeclTag(id, at, root);
    }
  }

  /** `btf_modifier_resolve`, `btf_ptr_resolve`, `btf_var_resolve`. */
  #stepReference(id: TypeId, at: number, kind: number, root: TypeId): undefined {
    const rule = kind === VAR ? R.varTarget : R.target;
    const target = this.#types.words[at + SIZE_OR_TYPE];
    const targetKind = this.#kindOf(target);
    if (targetKind === MISSING || isSourceOnly(targetKind)) return this.#fail(rule, id);
    if (this.#mustWaitFor(target, targetKind)) return this.#push(target, root);
    if (this.#isFailed(target)) return this.#pass(id, FAILED);
    if (!isModifier(kind) && isModifier(targetKind)) {
      const below = this.#resolvedIdOf(target);
      if (this.#kindOf(below) === PTR && this.#mustWaitFor(below, PTR)) return this.#push(below, root);
    }
    if (this.#measure(target)) return this.#pass(id, RESOLVED, this.#sizedId);
    // A resolved FUNC stands for its prototype, one that is not yet resolved does not: the kernel's quirk.
    const meant = this.#isResolved(target) ? this.#resolvedIdOf(target) : target;
    const meantKind = this.#kindOf(meant);
    const mayBeSizeless = meantKind === UNKN || meantKind === FWD || meantKind === FUNC_PROTO;
    if (kind === VAR || !mayBeSizeless) return this.#fail(rule, id);
    this.#pass(id, RESOLVED, meant);
  }

  /** `btf_struct_resolve`. */
  #stepComposite(id: TypeId, at: number, top: number, root: TypeId): undefined {
    const words = this.#types.words;
    const vlen = infoVlen(words[at + INFO]);
    // A member that had to wait is checked when its type is resolved, before the next.
    const waited = this.#next[top] - 1;
    if (waited >= 0 && !this.#checkMember(id, at, waited)) return;
    for (let i = waited + 1; i < vlen; i++) {
      const type = words[at + HEAD_WORDS + i * 3 + 1];
      const kind = this.#kindOf(type);
      if (hasNoSize(kind) || isSourceOnly(kind)) return this.#fail(R.member, id, i);
      if (this.#mustWaitFor(type, kind)) {
        this.#next[top] = i + 1;
        return this.#push(type, root);
      }
      if (!this.#checkMember(id, at, i)) return;
    }
    this.#pass(id, RESOLVED);
  }

  #checkMember(id: TypeId, at: number, index: number): boolean {
    const words = this.#types.words;
    const type = words[at + HEAD_WORDS + index * 3 + 1];
    if (this.#isFailed(type)) return true;
    if (!this.#measure(type)) {
      this.#fail(R.member, id, index);
      return false;
    }
    const sizedId = this.#sizedId;
    const m = this.#member;
    m.kind = this.#kindOf(sizedId);
    m.size = this.#sizeBytes;
    m.intData = m.kind === INT ? this.#wordOf(sizedId, HEAD_WORDS) : 0;
    m.offset = words[at + HEAD_WORDS + index * 3 + 2];
    m.structKflag = infoKflag(words[at + INFO]);
    m.structSize = words[at + SIZE_OR_TYPE];
    const rule = brokenMemberRule(m);
    if (rule === undefined) return true;
    this.#fail(rule, id, index, sizedId);
    return false;
  }

  /** `btf_array_resolve`. */
  #stepArray(id: TypeId, at: number, root: TypeId): undefined {
    const words = this.#types.words;
    const [elem, index, count] = [words[at + 3], words[at + 4], words[at + 5]];
    const indexKind = this.#kindOf(index);
    if (hasNoSize(indexKind) || isSourceOnly(indexKind)) return this.#fail(R.arrayIndex, id);
    if (this.#mustWaitFor(index, indexKind)) return this.#push(index, root);
    if (this.#isFailed(index)) return this.#pass(id, FAILED);
    if (!this.#measure(index) || !this.#isRegularInt(this.#sizedId)) return this.#fail(R.arrayIndex, id);

    const elemKind = this.#kindOf(elem);
    if (hasNoSize(elemKind) || isSourceOnly(elemKind)) return this.#fail(R.arrayElem, id);
    if (this.#mustWaitFor(elem, elemKind)) return this.#push(elem, root);
    if (this.#isFailed(elem)) return this.#pass(id, FAILED);
    if (!this.#measure(elem)) return this.#fail(R.arrayElem, id);
    if (this.#kindOf(this.#sizedId) === INT && !this.#isRegularInt(this.#sizedId)) {
      return this.#fail(R.arrayOfInt, id);
    }
    if (this.#sizeBytes * count > 0xffffffff) return this.#fail(R.arraySize, id);
    this.#pass(id, RESOLVED, this.#sizedId, this.#sizeBytes * count);
  }

  /** `btf_func_resolve`. */
  #stepFunc(id: TypeId, at: number): undefined {
    const proto = this.#types.words[at + SIZE_OR_TYPE];
    if (this.#kindOf(proto) !== FUNC_PROTO) return this.#fail(R.funcProto, id);
    const { words, starts, firstId } = holderOf(this.#types, proto);
    const protoAt = starts[proto - firstId];
    const vlen = infoVlen(words[protoAt + INFO]);
    for (let i = 0; i < vlen; i++) {
      const param = protoAt + HEAD_WORDS + i * 2;
      if (words[param] === 0 && words[param + 1] !== 0) return this.#fail(R.funcParam, id, i);
    }
    this.#pass(id, RESOLVED, proto);
  }

  /** `btf_datasec_resolve`. A variable that had to be resolved first is not compared in size: the kernel goes on after it. */
  #stepSection(id: TypeId, at: number, top: number, root: TypeId): undefined {
    const words = this.#types.words;
    this.#mode = ANY;
    const vlen = infoVlen(words[at + INFO]);
    for (let i = this.#next[top]; i < vlen; i++) {
      const entry = at + HEAD_WORDS + i * 3;
      const variable = words[entry];
      if (this.#kindOf(variable) !== VAR) return this.#fail(R.entryKind, id, i);
      if (this.#mustWaitFor(variable, VAR)) {
        this.#next[top] = i + 1;
        return this.#push(variable, root);
      }
      if (this.#isFailed(variable)) continue;
      if (!this.#measure(this.#wordOf(variable, SIZE_OR_TYPE))) return this.#fail(R.entryType, id, i);
      if (words[entry + 2] < this.#sizeBytes) return this.#fail(R.entrySize, id, i);
    }
    this.#pass(id, RESOLVED);
  }

  /** `btf_decl_tag_resolve`. */
  #stepDeclTag(id: TypeId, at: number, root: TypeId): undefined {
    const words = this.#types.words;
    const target = words[at + SIZE_OR_TYPE];
    const kind = this.#kindOf(target);
    const isTarget = isComposite(kind) || kind === FUNC || kind === VAR || kind === TYPEDEF;
    if (!isTarget) return this.#fail(R.tagTarget, id);
    if (this.#mustWaitFor(target, kind)) return this.#push(target, root);
    if (this.#isFailed(target)) return this.#pass(id, FAILED);
    const component = words[at + HEAD_WORDS] | 0;
    if (component !== -1) {
      if (kind === VAR || kind === TYPEDEF) return this.#fail(R.tagComponent, id);
      const owner = kind === FUNC ? this.#wordOf(target, SIZE_OR_TYPE) : target;
      if (component >>> 0 >= infoVlen(this.#wordOf(owner, INFO))) return this.#fail(R.tagComponent, id);
    }
    this.#pass(id, RESOLVED, target);
  }

  /** `btf_func_proto_check`; may start runs of its own. */
  #checkProto(id: TypeId, at: number): undefined {
    const words = this.#types.words;
    const returned = words[at + SIZE_OR_TYPE];
    if (returned !== 0 && !this.#isSizedParam(returned)) return this.#fail(R.protoReturn, id);
    let vlen = infoVlen(words[at + INFO]);
    if (vlen === 0) return;
    const last = at + HEAD_WORDS + (vlen - 1) * 2;
    if (words[last + 1] === 0) {
      vlen--;
      if (words[last] !== 0) return this.#fail(R.protoVararg, id, vlen);
    }
    const names = this.#cursor().names;
    for (let i = 0; i < vlen; i++) {
      const name = words[at + HEAD_WORDS + i * 2];
      const isNamed = name === 0 || (names.isValidOff(name) && names.isIdentifier(name));
      if (!isNamed || !this.#isSizedParam(words[at + HEAD_WORDS + i * 2 + 1])) {
        return this.#fail(R.protoParam, id, i);
      }
    }
  }

  /** Whether the type may be given or returned; one that failed already is not held against the prototype. */
  #isSizedParam(type: TypeId): boolean {
    const kind = this.#kindOf(type);
    if (kind === MISSING || isSourceOnly(kind)) return false;
    if (needsResolve(kind)) this.#resolveOnce(type);
    return this.#isFailed(type) || this.#measure(type);
  }

  /** Whether the run has to resolve the type first (`env_type_is_resolve_sink`, `env_type_is_resolved`). */
  #mustWaitFor(id: TypeId, kind: number): boolean {
    if (this.#isResolved(id)) return false;
    switch (this.#mode) {
      case PTR_MODE:
        return isModifier(kind) || kind === PTR;
      case AGGREGATE:
        return isModifier(kind) || kind === ARRAY || isComposite(kind);
      default:
        return needsResolve(kind);
    }
  }

  /** `env_stack_push`. */
  #push(id: TypeId, root: TypeId): undefined {
    if (this.#depth === MAX_DEPTH) return this.#fail(R.depth, root, MAX_DEPTH);
    const index = id - this.#types.firstId;
    if (this.#states[index] !== NOT_VISITED) return this.#fail(R.loop, root);
    this.#states[index] = ON_STACK;
    this.#stack[this.#depth] = id;
    this.#next[this.#depth] = 0;
    this.#depth++;
    if (this.#mode === ANY) {
      const kind = this.#kindOf(id);
      if (kind === PTR) this.#mode = PTR_MODE;
      else if (kind === ARRAY || isComposite(kind)) this.#mode = AGGREGATE;
    }
  }

  /** `env_stack_pop_resolved`. */
  #pass(id: TypeId, state: number, resolvedId = 0, resolvedSize = 0): undefined {
    const index = id - this.#types.firstId;
    this.#states[index] = state;
    this.#resolvedIds[index] = resolvedId;
    this.#resolvedSizes[index] = resolvedSize;
    this.#depth--;
  }

  #isResolved(id: TypeId): boolean {
    if (id === 0) return false;
    const index = id - this.#types.firstId;
    return index < 0 || this.#states[index] >= RESOLVED;
  }

  #isFailed(id: TypeId): boolean {
    const index = id - this.#types.firstId;
    if (index >= 0) return this.#states[index] === FAILED;
    return id !== 0 && this.#base !== null && this.#base.#isFailed(id);
  }

  #resolvedIdOf(id: TypeId): TypeId {
    const index = id - this.#types.firstId;
    return index >= 0 ? this.#resolvedIds[index] : this.#base === null ? 0 : this.#base.#resolvedIdOf(id);
  }

  #resolvedSizeOf(id: TypeId): number {
    const index = id - this.#types.firstId;
    return index >= 0 ? this.#resolvedSizes[index] : this.#base === null ? 0 : this.#base.#resolvedSizeOf(id);
  }

  /** Size of the type, and the type below its modifiers that has it (`btf_type_id_size`); false if it has none. */
  #measure(id: TypeId): boolean {
    let sizedId = id;
    let kind = this.#kindOf(id);
    if (isModifier(kind) || kind === VAR) {
      sizedId = this.#resolvedIdOf(id);
      kind = this.#kindOf(sizedId);
      if (isModifier(kind) || kind === VAR) return false;
    }
    if (hasNoSize(kind)) return false;
    this.#sizedId = sizedId;
    if (kind === ARRAY) this.#sizeBytes = this.#resolvedSizeOf(sizedId);
    else if (kind === PTR) this.#sizeBytes = this.#pointerBytes;
    else this.#sizeBytes = this.#wordOf(sizedId, SIZE_OR_TYPE);
    return true;
  }

  #isRegularInt(id: TypeId): boolean {
    return this.#kindOf(id) === INT && isRegularInt(this.#wordOf(id, HEAD_WORDS));
  }

  #kindOf(id: TypeId): number {
    if (id === 0) return UNKN;
    return id < this.#types.typeCount ? infoKind(this.#wordOf(id, INFO)) : MISSING;
  }

  #wordOf(id: TypeId, field: number): number {
    const own = this.#types;
    const holder = id >= own.firstId ? own : holderOf(own, id);
    return holder.words[holder.starts[id - holder.firstId] + field];
  }

  #cursorMade: RecordCursor | undefined;
  #cursor(): RecordCursor {
    this.#cursorMade ??= new RecordCursor(this.#types.words, this.#types.strings);
    return this.#cursorMade;
  }

  /** Reports the rule for the type and gives up all that waits for it. `index` is an element's number, or the rule's value. */
  #fail(rule: Rule, id: TypeId, index = 0, memberTypeId?: number): undefined {
    for (let i = 0; i < this.#depth; i++) this.#states[this.#stack[i] - this.#types.firstId] = FAILED;
    this.#depth = 0;
    const report = this.#report;
    if (report === null) return;
    if (report.isFull) {
      report.skip();
      return;
    }
    const t = this.#cursor();
    t.moveTo(this.#types.starts[id - this.#types.firstId], id);
    if (KINDS[t.kind].elem > 0) t.moveToElement(index);
    const phrase = phraseOf(rule, [rule === R.depth ? MAX_DEPTH : index + 1]) ?? "";
    const strings = this.#types.strings;
    report.refuse({
      phase: "resolve",
      errno: rule.errno ?? EINVAL,
      phrase,
      log: logLine(rule.form ?? "type", t, phrase, memberTypeId),
      detail: rule.says,
      typeId: id,
      kind: kindName(t.kind),
      name: t.nameOff < strings.end ? printable(strings.slice(t.nameOff)) : null,
    });
  }
}

/** `btf_type_needs_resolve`. */
function needsResolve(kind: number): boolean {
  return (
    isModifier(kind) ||
    isComposite(kind) ||
    kind === PTR ||
    kind === ARRAY ||
    kind === VAR ||
    kind === FUNC ||
    kind === DECL_TAG ||
    kind === DATASEC
  );
}

/** `btf_type_is_resolve_source_only`. */
function isSourceOnly(kind: number): boolean {
  return kind === VAR || kind === DECL_TAG || kind === DATASEC;
}

/** `btf_type_nosize_or_null`. */
function hasNoSize(kind: number): boolean {
  return (
    kind === MISSING ||
    kind === UNKN ||
    kind === FWD ||
    kind === FUNC_PROTO ||
    kind === FUNC ||
    kind === DECL_TAG
  );
}
