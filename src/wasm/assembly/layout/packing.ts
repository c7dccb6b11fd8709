import { STRUCT } from "../../../btf/kind-numbers";
import { takeZeros } from "../common/arena";
import { behindUntagged } from "../common/behind";
import { kindOf, typeCount } from "../common/types";
import { compositeOf, Member, memberOf } from "./composites";

// Infers which structs are packed, as pahole does: while types are printed, so that the order of types matters. A
// struct that is a member at an odd offset counts as packed from then on.

/** By id: {@link INFERRED} and {@link PACKED}, 0 if nothing is known. */
let packing: usize = 0;
const INFERRED: u8 = 1;
const PACKED: u8 = 2;

/** Forgets what was inferred for earlier types. */
export function startPacking(): void {
  packing = takeZeros(typeCount);
}

/** Whether a struct counts as packed so far. */
export function isPacked(id: u32): bool {
  return (load<u8>(packing + id) & PACKED) !== 0;
}

/** Infers whether a struct is packed, the first time (`class__infer_packed_attributes`). */
export function inferStructPacking(id: u32): void {
  if (kindOf(id) !== STRUCT || load<u8>(packing + id) !== 0) return;
  const struct = compositeOf(id);
  store<u8>(packing + id, INFERRED);
  if (struct.padding !== 0 || struct.holes !== 0) {
    for (let i: u32 = 0; i < struct.count; i++) {
      const member = memberOf(struct, i);
      packStructAt(member, member.offset);
    }
    return;
  }
  let highest: u32 = 1;
  for (let i: u32 = 0; i < struct.count; i++) {
    const member = memberOf(struct, i);
    highest = max(highest, member.natural);
    if (member.offset % member.natural !== 0) {
      store<u8>(packing + id, INFERRED | PACKED);
      return;
    }
  }
  if ((highest !== 1 && struct.alignment === 1) || struct.size % highest !== 0) {
    store<u8>(packing + id, INFERRED | PACKED);
  }
}

/** Infers which members of a union are packed structs, the first time (`union__infer_packed_attributes`). */
export function inferUnionPacking(id: u32): void {
  if (load<u8>(packing + id) !== 0) return;
  const union = compositeOf(id);
  for (let i: u32 = 0; i < union.count; i++) packStructAt(memberOf(union, i), union.size);
  store<u8>(packing + id, load<u8>(packing + id) | INFERRED);
}

/** Marks the struct that is a member as packed if `offset` is not a multiple of its natural alignment. */
function packStructAt(member: Member, offset: u32): void {
  if (offset % member.natural === 0) return;
  const id = behindUntagged(member.type);
  if (kindOf(id) === STRUCT) store<u8>(packing + id, INFERRED | PACKED);
}
