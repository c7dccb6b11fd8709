import { TYPEDEF } from "../../../btf/kind-numbers";
import { take } from "../common/arena";
import { sameName } from "../common/hashing";
import { isComposite, isEnum } from "../common/kinds";
import { nameAt } from "../common/names";
import { kindOf, nameOf, typeCount } from "../common/types";

/**
 * Lists the structs, unions, enums and typedefs whose name is the one at address `name`, in the order of their ids.
 * Returns the address of the list, whose first word is its length. Looking at every type is less work than making an
 * index of all names.
 */
export function typesNamed(name: usize): usize {
  const found = take((u64(typeCount) + 1) << 2);
  let count: u32 = 0;
  for (let id: u32 = 1; id < typeCount; id++) {
    if (!isPrintable(kindOf(id)) || nameOf(id) === 0) continue;
    if (!sameName(nameAt(nameOf(id)), name)) continue;
    count++;
    store<u32>(found + (count << 2), id);
  }
  store<u32>(found, count);
  return found;
}

function isPrintable(kind: u32): bool {
  return isComposite(kind) || isEnum(kind) || kind === TYPEDEF;
}
