import type { TypeId } from "../../btf/btf.ts";
import {
  HEAD_WORDS,
  INFO,
  infoKflag,
  infoKind,
  infoVlen,
  kindName,
  MEMBER_OFFSET,
  MEMBER_TYPE,
  MEMBER_WORDS,
  NAME_OFF,
  SIZE_OR_TYPE,
  STRUCT,
} from "../../btf/kinds.ts";
import type { Destructors } from "./destructors.ts";
import type { Report } from "./findings.ts";
import { type Kernel, release } from "./kernel.ts";
import { structsWith } from "./references.ts";
import { EEXIST, EFAULT, ELOOP, ENOENT, inForce, type Rule } from "./rule.ts";
import { type Field, FieldSearch, isStrict } from "./special-search.ts";
import type { Types } from "./types-view.ts";

/**
 * The last phase: structs with members that BPF programs may only use through the kernel, such as locks, list heads and
 * pointers to kernel objects, must be understood as a whole (`btf_parse_struct_metas`, `btf_parse_fields`,
 * `btf_check_and_fixup_fields`, kernel/bpf/btf.c). The kernel says nothing when it refuses. What it looks up in its own
 * vmlinux, destructors of kernel objects, a file does not show, and is left out.
 */
const SINCE = release(6, 12);

/** Structs whose presence sets the phase off (`alloc_obj_fields`). */
const TRIGGERS: readonly string[] = [
  "bpf_spin_lock",
  "bpf_list_head",
  "bpf_list_node",
  "bpf_rb_root",
  "bpf_rb_node",
  "bpf_refcount",
];

/** The rules for special fields, by name. */
const RULES: Readonly<
  Record<
    | "nothing"
    | "outside"
    | "overlap"
    | "lockless"
    | "twoLocks"
    | "twoNodes"
    | "nodeMissing"
    | "nodeKind"
    | "valueUnknown"
    | "ownerOfOwner"
    | "cycle"
    | "destructor",
    Rule
  >
> = {
  nothing: {
    phrase: null,
    errno: EFAULT,
    says: "a member is of a special type, but not of its size and alignment, so that no special field is found",
  },
  outside: { phrase: null, errno: EFAULT, says: "a special field ends after the struct" },
  overlap: { phrase: null, errno: EEXIST, says: "two special fields overlap" },
  lockless: { phrase: null, says: "a bpf_list_head or bpf_rb_root needs a lock in the same struct" },
  twoLocks: {
    phrase: null,
    says: "a struct has a bpf_spin_lock or a bpf_res_spin_lock, not both",
    since: release(6, 15),
  },
  twoNodes: { phrase: null, says: "a struct with a bpf_list_node and a bpf_rb_node needs a bpf_refcount" },
  nodeMissing: { phrase: null, errno: ENOENT, says: "the node that `contains:` names is no member" },
  nodeKind: {
    phrase: null,
    says: "the node that `contains:` names is no bpf_list_node or bpf_rb_node, or there are two of the name",
  },
  valueUnknown: {
    phrase: null,
    errno: EFAULT,
    says: "the struct that `contains:` names has no special fields",
  },
  ownerOfOwner: {
    phrase: null,
    errno: ELOOP,
    says: "a struct that is in a list or tree has a list or tree of structs that have one too",
  },
  destructor: {
    phrase: null,
    errno: ENOENT,
    says: "a kptr points to a struct of the kernel, which has no destructor for it",
  },
  cycle: {
    phrase: null,
    errno: ELOOP,
    says: "structs own each other in a ring, by lists, trees and pointers",
  },
};
/** Special fields of one struct. */
interface SpecialStruct {
  readonly id: TypeId;
  readonly fields: readonly Field[];
}

/** Checks all structs with special members. For types whose references are in order. */
export function checkSpecialFields(
  types: Types,
  kernel: Kernel,
  destructors: Destructors | null,
  report: Report,
): void {
  if (kernel < SINCE) return;
  const search = new FieldSearch(types, kernel);
  const found = new Map<TypeId, SpecialStruct>();
  for (const id of structsWith(types, (ids) => specialAmong(ids, types, search))) {
    const fields = search.fieldsOf(id);
    const rule = "says" in fields ? fields : brokenFieldsRule(types, kernel, id, fields, destructors);
    if (rule !== undefined) refuse(report, types, id, rule);
    else found.set(id, { id, fields: fields as readonly Field[] });
  }
  for (const struct of found.values()) {
    const rule = brokenOwnershipRule(struct, found, kernel);
    if (rule !== undefined) refuse(report, types, struct.id, rule);
  }
  if (isStrict(kernel)) for (const id of findRings(found)) refuse(report, types, id, RULES.cycle);
  if (destructors === null) noteDestroyed(types, found, report);
}

/** Says on what the verdict depends if the kernel's types are not given. */
function noteDestroyed(types: Types, found: ReadonlyMap<TypeId, SpecialStruct>, report: Report): void {
  const names = new Set<string>();
  for (const { fields } of found.values()) {
    for (const { destroyedId } of fields) if (destroyedId !== 0) names.add(nameOf(types, destroyedId));
  }
  if (names.size === 0) return;
  const listed = [...names].slice(0, 8).join(", ");
  report.note({
    phase: "special-fields",
    severity: "warning",
    detail: `the verdict depends on the kernel: one that has a struct ${listed} without a destructor refuses kptrs to it (-2); give its vmlinux with -B`,
  });
}

function nameOf(types: Types, id: TypeId): string {
  return types.strings.text(types.words[types.starts[id - types.firstId] + NAME_OFF]);
}

/** The types that make a struct special that has a member of them. */
function specialAmong(candidates: Uint32Array, types: Types, search: FieldSearch): TypeId[] {
  const { words, starts, kinds, firstId } = types;
  const special: TypeId[] = [];
  const seen = new Set<string>();
  for (const id of candidates) {
    if (kinds[id - firstId] === STRUCT) {
      const name = search.specialName(words[starts[id - firstId] + NAME_OFF]);
      // Only the first of a name counts.
      if (name === undefined || !TRIGGERS.includes(name) || seen.has(name)) continue;
      seen.add(name);
    } else if (!search.isKptr(id)) continue;
    special.push(id);
  }
  return special;
}

/** `btf_parse_fields`. */
function brokenFieldsRule(
  types: Types,
  kernel: Kernel,
  id: TypeId,
  fields: readonly Field[],
  destructors: Destructors | null,
): Rule | undefined {
  if (fields.length === 0) return RULES.nothing;
  const sizeBytes = types.words[types.starts[id - types.firstId] + SIZE_OR_TYPE];
  let end = 0;
  for (const field of fields) {
    if (field.offset + field.type.size > sizeBytes) return RULES.outside;
    if (field.offset < end) return RULES.overlap;
    end = field.offset + field.type.size;
    if (field.destroyedId !== 0 && destructors?.lacks(nameOf(types, field.destroyedId)))
      return RULES.destructor;
    if (field.type.node !== undefined) {
      const rule = brokenRootRule(types, field, field.type.node);
      if (rule !== undefined) return rule;
    }
  }
  const has = (name: string) => fields.some((field) => field.type.name === name);
  if (has("bpf_spin_lock") && has("bpf_res_spin_lock") && inForce(RULES.twoLocks, kernel))
    return RULES.twoLocks;
  const hasLock = has("bpf_spin_lock") || has("bpf_res_spin_lock");
  if ((has("bpf_list_head") || has("bpf_rb_root")) && !hasLock) return RULES.lockless;
  if (has("bpf_list_node") && has("bpf_rb_node") && !has("bpf_refcount")) return RULES.twoNodes;
  return undefined;
}

/** `btf_parse_graph_root`: the struct that a list or tree holds has exactly one member of that name, a node. */
function brokenRootRule(types: Types, field: Field, nodeType: string): Rule | undefined {
  const { words, starts, firstId, strings } = types;
  const at = starts[field.valueId - firstId];
  let isFound = false;
  for (let i = 0; i < infoVlen(words[at + INFO]); i++) {
    const member = at + HEAD_WORDS + i * MEMBER_WORDS;
    if (strings.text(words[member]) !== field.nodeName) continue;
    if (isFound) return RULES.nodeKind;
    isFound = true;
    const type = words[member + MEMBER_TYPE];
    const typeAt = starts[type - firstId];
    if (infoKind(words[typeAt + INFO]) !== STRUCT) return RULES.nodeKind;
    if (strings.text(words[typeAt + NAME_OFF]) !== nodeType) return RULES.nodeKind;
    // The kernel takes the flag of the node's struct here, not of the struct that holds it.
    const offset = words[member + MEMBER_OFFSET];
    const bits = infoKflag(words[typeAt + INFO]) ? offset & 0xffffff : offset;
    if (bits % 64 !== 0) return RULES.nodeKind;
  }
  return isFound ? undefined : RULES.nodeMissing;
}

/** `btf_check_and_fixup_fields`. Before rings were looked for, owners of owners were refused, rings or not. */
function brokenOwnershipRule(
  { fields }: SpecialStruct,
  found: ReadonlyMap<TypeId, SpecialStruct>,
  kernel: Kernel,
): Rule | undefined {
  const isNode = fields.some((field) => field.type.isNode);
  for (const field of fields) {
    if (field.type.node === undefined) continue;
    const value = found.get(field.valueId);
    if (value === undefined) return RULES.valueUnknown;
    const isOwner = value.fields.some((it) => it.type.node !== undefined);
    if (isNode && isOwner && !isStrict(kernel)) return RULES.ownerOfOwner;
  }
  return undefined;
}

/** The structs at which a walk along what owns what comes back to where it was; depth-first, without recursion. */
function findRings(found: ReadonlyMap<TypeId, SpecialStruct>): TypeId[] {
  const rings: TypeId[] = [];
  const done = new Set<TypeId>();
  const onPath = new Set<TypeId>();
  for (const start of found.keys()) {
    const path: { id: TypeId; next: number }[] = [{ id: start, next: 0 }];
    while (path.length > 0) {
      const top = path[path.length - 1];
      const fields = found.get(top.id)?.fields ?? [];
      if (done.has(top.id) || top.next === fields.length) {
        done.add(top.id);
        onPath.delete(top.id);
        path.pop();
        continue;
      }
      onPath.add(top.id);
      const { valueId } = fields[top.next++];
      if (onPath.has(valueId)) rings.push(valueId);
      else if (found.has(valueId) && !done.has(valueId)) path.push({ id: valueId, next: 0 });
    }
  }
  return rings;
}

function refuse(report: Report, types: Types, id: TypeId, rule: Rule): void {
  const nameOff = types.words[types.starts[id - types.firstId] + NAME_OFF];
  report.broken("special-fields", rule, () => ({
    type: { id, kind: kindName(STRUCT), name: types.strings.text(nameOff) },
  }));
}
