import type { TypeId } from "../../btf/btf.ts";
import {
  ARRAY,
  ARRAY_ELEMENTS,
  ARRAY_TYPE,
  DECL_TAG,
  HEAD_WORDS,
  INFO,
  infoKflag,
  infoKind,
  infoVlen,
  isModifier,
  MEMBER_OFFSET,
  MEMBER_TYPE,
  MEMBER_WORDS,
  NAME_OFF,
  PTR,
  SIZE_OR_TYPE,
  STRUCT,
  TYPE_TAG,
  UNKN,
  VOLATILE,
} from "../../btf/kinds.ts";
import { type Kernel, release } from "./kernel.ts";
import { E2BIG, ENOENT, inForce, type Rule } from "./rule.ts";
import type { Types } from "./types-view.ts";

/** A kind of special field (`btf_field_type_name`, `btf_field_type_size`, `btf_field_type_align`, linux/bpf.h). */
export interface FieldType {
  readonly name: string;
  readonly size: number;
  readonly align: number;
  /** For the root of a list or tree: the struct of its nodes. */
  readonly node?: string;
  readonly isNode?: boolean;
  /** Whether a struct may have but one. */
  readonly isUnique?: boolean;
  /** Whether an array may hold it. */
  readonly repeats?: boolean;
  readonly since?: Kernel;
}

const FIELD_TYPES: readonly FieldType[] = [
  { name: "bpf_spin_lock", size: 4, align: 4, isUnique: true },
  { name: "bpf_res_spin_lock", size: 4, align: 4, isUnique: true, since: release(6, 15) },
  { name: "bpf_list_head", size: 16, align: 8, node: "bpf_list_node", repeats: true },
  { name: "bpf_list_node", size: 24, align: 8, isNode: true },
  { name: "bpf_rb_root", size: 16, align: 8, node: "bpf_rb_node", repeats: true },
  { name: "bpf_rb_node", size: 32, align: 8, isNode: true },
  { name: "bpf_refcount", size: 4, align: 4 },
];
/** A pointer to a kernel object, or to one of the program's own structs. */
const KPTR: FieldType = { name: "kptr", size: 8, align: 8, repeats: true };

/** One special field of a struct, also inside nested structs and arrays. */
export interface Field {
  readonly type: FieldType;
  /** Bytes from the start of the struct. */
  readonly offset: number;
  /** The struct that a root holds, or the target of a pointer that owns it; else 0. */
  readonly valueId: TypeId;
  /** The name of a root's node in that struct. */
  readonly nodeName: string;
  /** The struct of the object, if the kernel must be able to destroy a pointer's object; else 0. */
  readonly destroyedId: TypeId;
}

/** `BTF_FIELDS_MAX` (linux/bpf.h). */
const MAX_FIELDS = 11;
/** `MAX_RESOLVE_DEPTH`: nested structs, and arrays of arrays. */
const MAX_DEPTH = 32;
const CONTAINS = "contains:";
/** Tags that make a pointer one to a kernel object, and whether it then owns the object. */
const KPTR_TAGS: ReadonlyMap<string, { readonly owns: boolean; readonly destroys: boolean }> = new Map([
  ["kptr", { owns: true, destroys: true }],
  ["percpu_kptr", { owns: true, destroys: false }],
  ["kptr_untrusted", { owns: false, destroys: false }],
]);

/** A pointer to a struct by one of those tags. */
interface Kptr {
  readonly target: TypeId;
  readonly owns: boolean;
  /** Whether a kernel's object is destroyed with the map that holds it. */
  readonly destroys: boolean;
}

/** Whether the release checks more: 7.2 and later, and the 6.12 stable line, which took it over. */
export function isStrict(kernel: Kernel): boolean {
  return kernel >= release(7, 2) || kernel === release(6, 12);
}

/** The rules of the search for special fields, by name. */
const RULES: Readonly<
  Record<
    | "bits"
    | "arrays"
    | "depth"
    | "tooMany"
    | "duplicate"
    | "repeated"
    | "extraTag"
    | "otherTag"
    | "kptrTarget"
    | "contains"
    | "value",
    Rule
  >
> = {
  bits: { phrase: null, says: "a struct with special fields has a member that begins within a byte" },
  arrays: { phrase: null, errno: E2BIG, says: "32 arrays or more hold each other" },
  depth: { phrase: null, errno: E2BIG, says: "32 structs or more hold each other" },
  tooMany: { phrase: null, errno: E2BIG, says: "a struct has more than 11 special fields" },
  duplicate: {
    phrase: null,
    errno: E2BIG,
    says: "a struct has two special fields of a type that it may have but once",
  },
  repeated: { phrase: null, says: "an array holds special fields that cannot be repeated" },
  extraTag: { phrase: null, says: "a pointer in a struct with special fields has more than one type tag" },
  otherTag: {
    phrase: null,
    says: "a pointer in a struct with special fields has a type tag other than kptr, kptr_untrusted, percpu_kptr",
    until: release(7, 2),
  },
  kptrTarget: { phrase: null, says: "a kptr points to something that is no struct" },
  contains: {
    phrase: null,
    says: "a bpf_list_head or bpf_rb_root needs exactly one declaration tag `contains:STRUCT:MEMBER`",
  },
  value: { phrase: null, errno: ENOENT, says: "the struct that `contains:` names does not exist" },
};

/** A member that is no plain struct, or an array of such ones. Offsets are in bytes. */
interface PlacedMember {
  readonly structId: TypeId;
  /** Its place among the members of the struct. */
  readonly index: number;
  /** Its type, or that of the elements. */
  readonly type: TypeId;
  /** The special type that it may be of; undefined for one that may be a kptr. */
  readonly name: string | undefined;
  /** From the start of the outermost struct. */
  readonly offset: number;
  /** From the start of its own struct. */
  readonly ownOffset: number;
  /** Number of elements, 1 for a member that is no array. */
  readonly count: number;
}

/** Looks for the special fields of structs, as `btf_find_field` (kernel/bpf/btf.c) does. */
export class FieldSearch {
  readonly #types: Types;
  readonly #kernel: Kernel;
  readonly #fieldTypes: ReadonlyMap<string, FieldType>;
  /** A refcount is unique too, and what is unique is so through nested structs. */
  readonly #isStrict: boolean;
  /** Structs without special fields, and how deep they nest: each is looked into once, however often it is used. */
  readonly #plainDepth = new Map<TypeId, number>();
  #structs: Map<string, TypeId> | undefined;
  #contains: Map<string, string | null> | undefined;

  constructor(types: Types, kernel: Kernel) {
    this.#types = types;
    this.#kernel = kernel;
    this.#isStrict = isStrict(kernel);
    const known = FIELD_TYPES.filter((type) => type.since === undefined || kernel >= type.since);
    this.#fieldTypes = new Map(known.map((type) => [type.name, type]));
  }

  /** The fields of a struct in the order of its members, or the rule that the struct breaks. */
  fieldsOf(id: TypeId): readonly Field[] | Rule {
    const fields: Field[] = [];
    return this.#collect(id, 0, 0, fields, new Set()) ?? fields;
  }

  /** The name, if it is that of a special type. */
  specialName(nameOff: number): string | undefined {
    const { strings } = this.#types;
    const table = strings.holder(nameOff);
    const at = nameOff - table.firstOff;
    // These bytes, "bpf_", rule out most names.
    if (table.bytes[at] !== 0x62 || table.bytes[at + 1] !== 0x70 || table.bytes[at + 2] !== 0x66) {
      return undefined;
    }
    const name = strings.text(nameOff);
    return this.#fieldTypes.has(name) ? name : undefined;
  }

  /** Whether the type is a pointer to a kernel object, maybe a volatile one. */
  isKptr(id: TypeId): boolean {
    const kptr = this.#kptrOf(id);
    return kptr !== undefined && "target" in kptr;
  }

  /** `btf_find_struct_field`; the recursion is at most {@link MAX_DEPTH} deep. */
  #collect(
    id: TypeId,
    start: number,
    level: number,
    fields: Field[],
    unique: Set<FieldType>,
  ): Rule | undefined {
    const words = this.#types.words;
    const at = this.#at(id);
    const known = this.#plainDepth.get(id);
    if (known !== undefined) return level + known >= MAX_DEPTH ? RULES.depth : undefined;
    const before = fields.length;
    const isKflag = infoKflag(words[at + INFO]);
    const vlen = infoVlen(words[at + INFO]);
    const seen = this.#isStrict ? unique : new Set<FieldType>();
    let depth = 0;
    for (let i = 0; i < vlen; i++) {
      const member = at + HEAD_WORDS + i * MEMBER_WORDS;
      const bits = isKflag ? words[member + MEMBER_OFFSET] & 0xffffff : words[member + MEMBER_OFFSET];
      if (bits % 8 !== 0) return RULES.bits;
      let type = words[member + MEMBER_TYPE];
      let count = 1;
      let arrays = 0;
      for (; arrays < MAX_DEPTH && this.#kind(type) === ARRAY; arrays++) {
        count = Math.imul(count, words[this.#at(type) + ARRAY_ELEMENTS]) >>> 0;
        type = words[this.#at(type) + ARRAY_TYPE];
      }
      if (arrays === MAX_DEPTH) return RULES.arrays;
      if (count === 0) continue;
      const offset = start + bits / 8;
      const name = this.specialName(words[this.#at(type) + NAME_OFF]);
      if (name === undefined && this.#kind(type) === STRUCT) {
        if (level + 1 >= MAX_DEPTH) return RULES.depth;
        const first = fields.length;
        const rule =
          this.#collect(type, offset, level + 1, fields, seen) ??
          this.#repeat(fields, first, count, words[this.#at(type) + SIZE_OR_TYPE]);
        if (rule !== undefined) return rule;
        depth = Math.max(depth, 1 + (this.#plainDepth.get(type) ?? 0));
        continue;
      }
      const placed = { structId: id, index: i, type, name, offset, ownOffset: bits / 8, count };
      const rule = this.#collectOne(placed, fields, seen);
      if (rule !== undefined) return rule;
    }
    if (fields.length === before) this.#plainDepth.set(id, depth);
    return undefined;
  }

  /** `btf_find_field_one` for a member that is no plain struct. */
  #collectOne(member: PlacedMember, fields: Field[], seen: Set<FieldType>): Rule | undefined {
    const { structId, index, type, name, offset, ownOffset, count } = member;
    const fieldType = name === undefined ? KPTR : (this.#fieldTypes.get(name) as FieldType);
    if (fieldType.isUnique || (this.#isStrict && fieldType.name === "bpf_refcount")) {
      if (seen.has(fieldType)) return RULES.duplicate;
      seen.add(fieldType);
    }
    if (ownOffset % fieldType.align !== 0) return undefined;
    let valueId = 0;
    let nodeName = "";
    let destroyedId = 0;
    if (fieldType === KPTR) {
      const kptr = this.#kptrOf(type);
      if (kptr === undefined || "says" in kptr) return kptr;
      valueId = kptr.owns ? kptr.target : 0;
      destroyedId = kptr.destroys ? kptr.target : 0;
    } else {
      const size = this.#types.words[this.#at(type) + SIZE_OR_TYPE];
      if (this.#kind(type) !== STRUCT || size !== fieldType.size) return undefined;
      if (fieldType.node !== undefined) {
        const root = this.#rootOf(structId, index);
        if ("says" in root) return root;
        ({ valueId, nodeName } = root);
      }
    }
    if (fields.length === MAX_FIELDS) return RULES.tooMany;
    fields.push({ type: fieldType, offset, valueId, nodeName, destroyedId });
    return this.#repeat(fields, fields.length - 1, count, fieldType.size);
  }

  /** `btf_repeat_fields`: the fields from `first` on stand once for each element of an array. */
  #repeat(fields: Field[], first: number, count: number, elemBytes: number): Rule | undefined {
    const some = fields.length - first;
    if (some === 0 || count === 1) return undefined;
    const repeated = fields.slice(first);
    if (repeated.some((field) => !field.type.repeats)) return RULES.repeated;
    // Kernels without the fix of 2026 counted in 32 bits here, and wrote past their array.
    if (first + some * count > MAX_FIELDS) return RULES.tooMany;
    for (let i = 1; i < count; i++) {
      for (const field of repeated) fields.push({ ...field, offset: field.offset + i * elemBytes });
    }
    return undefined;
  }

  /** `btf_find_kptr`: the pointer, the rule that it breaks as one, or undefined for other types. */
  #kptrOf(id: TypeId): Kptr | Rule | undefined {
    const { words, strings } = this.#types;
    let pointer = id;
    if (this.#kind(pointer) === VOLATILE) pointer = words[this.#at(pointer) + SIZE_OR_TYPE];
    if (this.#kind(pointer) !== PTR) return undefined;
    const tag = words[this.#at(pointer) + SIZE_OR_TYPE];
    if (this.#kind(tag) !== TYPE_TAG) return undefined;
    if (infoKflag(words[this.#at(tag) + INFO])) return undefined;
    let target = words[this.#at(tag) + SIZE_OR_TYPE];
    if (this.#kind(target) === TYPE_TAG) return RULES.extraTag;
    const name = strings.text(words[this.#at(tag) + NAME_OFF]);
    const meaning = KPTR_TAGS.get(name);
    if (meaning === undefined) {
      // A pointer to user memory is known since 6.13, and is not a special field.
      const isKnown = name === "uptr" && this.#kernel >= release(6, 13);
      return isKnown || !inForce(RULES.otherTag, this.#kernel) ? undefined : RULES.otherTag;
    }
    for (let links = 0; isModifier(this.#kind(target)) && links < MAX_DEPTH; links++) {
      target = words[this.#at(target) + SIZE_OR_TYPE];
    }
    return this.#kind(target) === STRUCT ? { target, ...meaning } : RULES.kptrTarget;
  }

  /** `btf_find_graph_root`: what the declaration tag of the member says that the list or tree holds. */
  #rootOf(structId: TypeId, index: number): { valueId: TypeId; nodeName: string } | Rule {
    this.#contains ??= this.#indexContains();
    const tag = this.#contains.get(`${structId}.${index}`);
    const colon = tag?.indexOf(":") ?? -1;
    if (tag === undefined || tag === null || colon < 0) return RULES.contains;
    this.#structs ??= this.#indexStructs();
    const valueId = this.#structs.get(tag.slice(0, colon));
    if (valueId === undefined) return RULES.value;
    const nodeName = tag.slice(colon + 1);
    return nodeName === "" ? RULES.contains : { valueId, nodeName };
  }

  /** The text after `contains:`, by struct and member; null where a member has two. */
  #indexContains(): Map<string, string | null> {
    const { words, starts, firstId, typeCount, strings } = this.#types;
    const index = new Map<string, string | null>();
    for (let id = firstId; id < typeCount; id++) {
      const at = starts[id - firstId];
      if (infoKind(words[at + INFO]) !== DECL_TAG) continue;
      const text = strings.text(words[at + NAME_OFF]);
      if (!text.startsWith(CONTAINS)) continue;
      const key = `${words[at + SIZE_OR_TYPE]}.${words[at + HEAD_WORDS] | 0}`;
      index.set(key, index.has(key) ? null : text.slice(CONTAINS.length));
    }
    return index;
  }

  /** The first struct of each name. */
  #indexStructs(): Map<string, TypeId> {
    const { words, starts, firstId, typeCount, strings } = this.#types;
    const index = new Map<string, TypeId>();
    for (let id = firstId; id < typeCount; id++) {
      const at = starts[id - firstId];
      if (infoKind(words[at + INFO]) !== STRUCT) continue;
      const name = strings.text(words[at + NAME_OFF]);
      if (!index.has(name)) index.set(name, id);
    }
    return index;
  }

  /** Word position of the record; for void, that of an empty record. */
  #at(id: TypeId): number {
    return this.#types.starts[id - this.#types.firstId];
  }

  #kind(id: TypeId): number {
    return id === 0 ? UNKN : infoKind(this.#types.words[this.#at(id) + INFO]);
  }
}
