import type { Btf, TypeId } from "../btf/btf.ts";
import { forEachTypeId } from "../btf/fields.ts";
import { byKind } from "../btf/kinds.ts";

/**
 * Whether a kind is used by itself: functions and variables, their sections, and tags. Unknown kinds count as used, so
 * that nothing is taken for unused by mistake.
 */
const IS_ROOT: readonly boolean[] = byKind<boolean>(
  {
    INT: false,
    PTR: false,
    ARRAY: false,
    STRUCT: false,
    UNION: false,
    ENUM: false,
    FWD: false,
    TYPEDEF: false,
    VOLATILE: false,
    CONST: false,
    RESTRICT: false,
    FUNC: true,
    FUNC_PROTO: false,
    VAR: true,
    DATASEC: true,
    FLOAT: false,
    DECL_TAG: true,
    TYPE_TAG: false,
    ENUM64: false,
    LOC_PARAM: false,
    LOC_PROTO: false,
    LOCSEC: true,
  },
  true,
);

/**
 * By id: 1 for the types that the module uses, own ones and those of the base that own ones refer to. Used is what a
 * FUNC, VAR, DATASEC or DECL_TAG reaches, or one of `roots`: ids of its `.BTF_ids`, say. What the base's types reach is
 * not followed.
 */
export function usedTypes(split: Btf, roots: Iterable<TypeId> = []): Uint8Array {
  const { words, starts, kinds, firstId, typeCount } = split;
  const used = new Uint8Array(typeCount);
  const pending: TypeId[] = [];
  const mark = (id: TypeId) => {
    if (id === 0 || used[id] !== 0) return;
    used[id] = 1;
    if (id >= firstId) pending.push(id);
  };
  const visit = (word: number) => mark(words[word]);
  for (let i = 0; i < kinds.length; i++) if (IS_ROOT[kinds[i]]) mark(firstId + i);
  for (const id of roots) if (id < typeCount) mark(id);
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    forEachTypeId(words, starts[id - firstId], visit);
  }
  return used;
}
