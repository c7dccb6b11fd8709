import { RESTRICT, TYPEDEF } from "../../../btf/kind-numbers";
import { TYPE_CYCLE } from "../../constants/refusal-codes";
import { takeZeros } from "./arena";
import { refuse } from "./host";
import { isModifier } from "./kinds";
import { kindOf, targetOf, typeCount } from "./types";

// The types behind chains of types that refer to one another. A long chain is walked once, however many types lead into it: the
// work stays in proportion to the input.

/** Links after which a chain counts as long; those of a compiler have a few. */
const LONG: u32 = 16;

/** By type of a long chain: 1 + what is behind it, 0 where that is not known. */
let ends: usize = 0;
let untaggedEnds: usize = 0;

/** Begins with types that were taken. */
export function startBehind(): void {
  ends = takeZeros(u64(typeCount) << 2);
  untaggedEnds = takeZeros(u64(typeCount) << 2);
}

/** The type behind typedefs, qualifiers and tags: one of another kind, or void. */
export function behind(type: u32): u32 {
  let id = type;
  for (let links: u32 = 0; isModifier(kindOf(id)); links++) {
    if (links === LONG) return behindLong(type, ends, true);
    id = targetOf(id);
  }
  return id;
}

/** The type behind typedefs and qualifiers, but not behind tags (`tag__strip_typedefs_and_modifiers`). */
export function behindUntagged(type: u32): u32 {
  let id = type;
  for (let links: u32 = 0; isUntagged(id); links++) {
    if (links === LONG) return behindLong(type, untaggedEnds, false);
    id = targetOf(id);
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

/** Typedefs and qualifiers: their numbers follow each other. */
function isUntagged(id: u32): bool {
  const kind = kindOf(id);
  return kind >= u32(TYPEDEF) && kind <= u32(RESTRICT);
}
