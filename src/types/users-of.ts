import type { Btf, TypeId } from "../btf/btf.ts";
import * as K from "../btf/kinds.ts";
import { Behind, MODIFIERS } from "./behind.ts";
import type { Effort } from "./effort.ts";
import { type FlatBtf, flatten } from "./flat.ts";
import { unfoldingEffort } from "./unfolding-effort.ts";

/** How something uses a type: holds it, points to it, or takes or returns it as a function. */
export type UseKind = "embeds" | "points" | "takes" | "returns";

/** One use of a type. */
export interface Use {
  readonly how: UseKind;
  /** The user: a named struct, union or typedef, a FUNC or a VAR. */
  readonly user: TypeId;
  /** The member, with those of anonymous types as in C, or the parameter; "" where it is the user itself. */
  readonly member: string;
  /** Byte offset of a member in its user; else 0. */
  readonly offset: number;
  /** The type that is used, one of those asked for. */
  readonly target: TypeId;
  /** Whether nothing stands between: no typedef, qualifier, array or anonymous type. */
  readonly isDirect: boolean;
}

/** Most levels of anonymous types in a struct that are looked into. */
const MOST_NESTING = 64;
const NAMELESS = MODIFIERS.with(K.TYPEDEF, 0).with(K.ARRAY, 1);
const NONE = 1;
const VALUE = 2;
const POINTER = 3;
const CALLED = 4;

/**
 * The users of types: structs and unions that hold or point to one, functions that take or return one, variables and
 * typedefs. Goes over all types once for each question.
 */
export class Users {
  private readonly btf: Btf;
  private readonly flat: FlatBtf;
  /** Anonymous types in their holder: behind arrays, qualifiers and tags. */
  private readonly inside: Behind;
  /** By type: how it leads to the targets, 0 if not known yet. */
  private leads: Uint8Array;
  /** By type: the target to which it leads. */
  private led: Uint32Array;
  private targets: ReadonlySet<TypeId> = new Set();
  /** By name offset: names of members and parameters, of which a million may have the same long one. */
  private readonly texts = new Map<number, string>();
  private effort: Effort;

  constructor(btf: Btf) {
    this.btf = btf;
    this.flat = flatten(btf);
    this.inside = new Behind(this.flat, NAMELESS);
    this.effort = unfoldingEffort(this.flat.words.length);
    this.leads = new Uint8Array(btf.typeCount);
    this.led = new Uint32Array(btf.typeCount);
  }

  /**
   * All uses of any of these types, by the id of the user. Throws `RangeError` for an id that no type has, and
   * `unsupported` for types that unfold without end.
   */
  of(targets: readonly TypeId[]): Use[] {
    for (const target of targets) this.btf.kind(target);
    this.targets = new Set(targets);
    this.effort = unfoldingEffort(this.flat.words.length);
    this.leads = new Uint8Array(this.btf.typeCount);
    const uses: Use[] = [];
    const { words, starts, kinds } = this.flat;
    for (let id = 1; id < this.btf.typeCount; id++) {
      const kind = kinds[id];
      const isNamed = words[starts[id] + K.NAME_OFF] !== 0;
      if (K.isComposite(kind) && isNamed) this.members(id, id, 0, 0, uses);
      else if (kind === K.FUNC) this.prototype(id, uses);
      else if ((kind === K.VAR || kind === K.TYPEDEF) && !this.targets.has(id)) {
        const how = this.leadsTo(this.flat.targets[id]);
        if (how === VALUE || how === POINTER) {
          const use = how === VALUE ? "embeds" : "points";
          uses.push({ how: use, user: id, member: "", offset: 0, ...this.what(this.flat.targets[id]) });
        }
      }
    }
    return uses;
  }

  /** The members of a struct, and of the anonymous types in it, that lead to the target. */
  private members(user: TypeId, id: TypeId, base: number, depth: number, uses: Use[]): void {
    const { words, starts, kinds } = this.flat;
    const kflag = K.infoKflag(words[starts[id] + K.INFO]);
    for (let at = starts[id] + K.HEAD_WORDS; at < starts[id + 1]; at += K.MEMBER_WORDS) {
      this.effort.spend(1);
      const type = words[at + K.MEMBER_TYPE];
      const place = words[at + K.MEMBER_OFFSET];
      const offset = base + ((kflag ? place & 0xffffff : place) >>> 3);
      const how = this.leadsTo(type);
      if (how !== NONE) {
        const member = this.text(words[at]);
        const { target, isDirect } = this.what(type);
        const use = how === VALUE ? "embeds" : how === POINTER ? "points" : "takes";
        uses.push({ how: use, user, member, offset, target, isDirect: isDirect && depth === 0 });
      }
      const inner = this.inside.of(type);
      const isAnonymous = K.isComposite(kinds[inner]) && words[starts[inner] + K.NAME_OFF] === 0;
      if (isAnonymous && how === NONE && depth < MOST_NESTING) {
        this.members(user, inner, offset, depth + 1, uses);
      }
    }
  }

  private text(nameOff: number): string {
    let text = this.texts.get(nameOff);
    if (text === undefined) {
      text = this.btf.strings.text(nameOff);
      this.texts.set(nameOff, text);
    }
    return text;
  }

  private prototype(func: TypeId, uses: Use[]): void {
    const { words, starts, targets } = this.flat;
    const proto = targets[func];
    const result = targets[proto];
    if (this.isUse(result)) {
      uses.push({ how: "returns", user: func, member: "", offset: 0, ...this.what(result) });
    }
    for (let at = starts[proto] + K.HEAD_WORDS; at < starts[proto + 1]; at += K.PARAM_WORDS) {
      this.effort.spend(1);
      const type = words[at + K.PARAM_TYPE];
      if (!this.isUse(type)) continue;
      const member = this.text(words[at]);
      uses.push({ how: "takes", user: func, member, offset: 0, ...this.what(type) });
    }
  }

  /** The target that a type leads to. */
  private what(type: TypeId): { target: TypeId; isDirect: boolean } {
    const { kinds, targets } = this.flat;
    const target = this.targets.has(type) ? type : this.led[type];
    return { target, isDirect: target === type || (kinds[type] === K.PTR && targets[type] === target) };
  }

  private isUse(type: TypeId): boolean {
    const how = this.leadsTo(type);
    return how === VALUE || how === POINTER;
  }

  /**
   * How a type leads to the target, by pointers, arrays, qualifiers and typedefs; through a prototype it is {@link
   * CALLED}.
   */
  private leadsTo(type: TypeId): number {
    const { kinds, targets } = this.flat;
    const path: TypeId[] = [];
    let id = type;
    let how = 0;
    let target = 0;
    while (how === 0) {
      if (this.targets.has(id)) {
        how = VALUE;
        target = id;
      } else if (this.leads[id] !== 0) {
        how = this.leads[id];
        target = this.led[id];
      } else {
        path.push(id);
        // A ring of pointers leads nowhere.
        this.leads[id] = NONE;
        const kind = kinds[id];
        if (kind === K.FUNC_PROTO) {
          target = this.calledWith(id);
          how = target === 0 ? NONE : CALLED;
        } else if (kind === K.PTR || kind === K.ARRAY || K.isModifier(kind)) id = targets[id];
        else how = NONE;
      }
    }
    for (let i = path.length - 1; i >= 0; i--) {
      if (kinds[path[i]] === K.PTR && how === VALUE) how = POINTER;
      this.leads[path[i]] = how;
      this.led[path[i]] = target;
    }
    return how;
  }

  /**
   * The target that a prototype takes or returns, 0 if it does not; what the prototypes in its parameters take does not
   * count.
   */
  private calledWith(proto: TypeId): TypeId {
    const { words, starts, targets } = this.flat;
    let target = this.reached(targets[proto]);
    for (let at = starts[proto] + K.HEAD_WORDS; at < starts[proto + 1] && target === 0; at += K.PARAM_WORDS) {
      target = this.reached(words[at + K.PARAM_TYPE]);
    }
    return target;
  }

  /** The target that a type leads to without a prototype on the way, 0 for none. */
  private reached(type: TypeId): TypeId {
    const { kinds, targets, typeCount } = this.flat;
    let id = type;
    for (let steps = 0; steps < typeCount; steps++) {
      if (this.targets.has(id)) return id;
      const known = this.leads[id];
      if (known === VALUE || known === POINTER) return this.led[id];
      if (kinds[id] !== K.PTR && kinds[id] !== K.ARRAY && !K.isModifier(kinds[id])) return 0;
      id = targets[id];
    }
    return 0;
  }
}
