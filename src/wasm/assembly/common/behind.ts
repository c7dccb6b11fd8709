import { RESTRICT, TYPEDEF } from "../../../btf/kind-numbers";
import { SIZE_OR_TYPE } from "../../../btf/record-words";
import { TYPE_CYCLE } from "../../constants/refusal-codes";
import { takeZeros } from "./arena";
import { refuse } from "./host";
import { isModifier } from "./kinds";
import { field, kindOf, recordOf, targetOf, typeCount } from "./types";

// Finds the type at the end of a chain of modifiers. A long chain is walked once, however many types lead into it, so
// that the work stays in proportion to the input.

/** A chain with more links counts as long. Compilers make chains of a few links. */
const LONG: u32 = 16;

/** By id of a type on a long chain: 1 + the type at its end, 0 if not known yet. For {@link behind}. */
let ends: usize = 0;
/** The same for {@link behindUntagged}. */
let untaggedEnds: usize = 0;

/** Forgets the chains of earlier types. To be called after `takeTypes`. */
export function startBehind(): void {
  ends = takeZeros(u64(typeCount) << 2);
  untaggedEnds = takeZeros(u64(typeCount) << 2);
}

/** The type behind typedefs, qualifiers and tags: a type of another kind, or void. */
export function behind(type: u32): u32 {
  let id = type;
  for (let links: u32 = 0; isModifier(kindOf(id)); links++) {
    if (links === LONG) return behindLong(type, ends, true);
    id = field(recordOf(id), SIZE_OR_TYPE);
  }
  return id;
}

/** The type behind typedefs and qualifiers, but not behind tags (`tag__strip_typedefs_and_modifiers`). */
export function behindUntagged(type: u32): u32 {
  let id = type;
  for (let links: u32 = 0; isUntagged(id); links++) {
    if (links === LONG) return behindLong(type, untaggedEnds, false);
    id = field(recordOf(id), SIZE_OR_TYPE);
  }
  return id;
}

function behindLong(type: u32, table: usize, withTags: bool): u32 {
  let id = type;
  for (let links: u32 = 0; load<u32>(table + (id << 2)) === 0; links++) {
    if (withTags ? !isModifier(kindOf(id)) : !isUntagged(id)) break;
    if (links > typeCount) refuse(TYPE_CYCLE, type);
    id = targetOf(id);
  }
  const known = load<u32>(table + (id << 2));
  const end = known === 0 ? id : known - 1;
  for (let at = type; at !== id; at = targetOf(at)) store<u32>(table + (at << 2), end + 1);
  return end;
}

/** Whether a type is a typedef or qualifier. The numbers of these kinds are consecutive. */
function isUntagged(id: u32): bool {
  const kind = kindOf(id);
  return kind >= u32(TYPEDEF) && kind <= u32(RESTRICT);
}
