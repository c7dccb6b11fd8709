import { FLOAT } from "../../../btf/kind-numbers";
import { giveBack, take, takeZeros } from "../common/arena";
import { VERBATIM } from "../common/bytes";
import { nameAt, nameIs } from "../common/names";
import { copyName, handOn, literal, makeRoom, put } from "../common/text";
import { kindOf, nameOf, typeCount } from "../common/types";
import { useOfType } from "./given-names";
import { baseName, defineBase } from "./host";
import { isCompat } from "./options";

// Writes INTs and FLOATs in C. The host knows which of their names C has (`dump/c/base-types`).

/**
 * By id: address of the name in C, which its length precedes; {@link ITS_OWN} if that is the type's own name; 0 if not
 * asked for yet.
 */
let names: usize = 0;
const ITS_OWN: usize = 1;
/** The host makes no longer names. In bytes. */
const LONGEST: usize = 512;

/** Forgets the names of earlier types. */
export function startBaseTypes(): void {
  names = takeZeros(u64(typeCount) << 2);
}

/** Writes the name of an INT or FLOAT in C. */
export function writeBase(id: u32): void {
  let name: usize = load<u32>(names + (id << 2));
  if (name === 0) {
    name = nameInC(id);
    store<u32>(names + (id << 2), u32(name));
  }
  if (name === ITS_OWN) copyName(nameAt(nameOf(id)), VERBATIM);
  else put(name, load<u32>(name - 4));
}

/** Writes the typedef that an INT or FLOAT needs if C lacks its name (`btf_dump_emit_missing_aliases`). */
export function writeMissingAlias(id: u32): void {
  if (!isCompat) {
    handOn();
    defineBase(id);
    return;
  }
  const name = nameOf(id);
  // Names of INTs count as used, as they do in libbpf.
  if (kindOf(id) === FLOAT || name === 0 || useOfType(id) > 1) return;
  makeRoom();
  // GCC's own names for elements of Arm vectors (`missing_base_types`).
  if (nameIs(name, "__Poly8_t")) literal("typedef unsigned char __Poly8_t;\n\n");
  else if (nameIs(name, "__Poly16_t")) literal("typedef unsigned short __Poly16_t;\n\n");
  else if (nameIs(name, "__Poly64_t")) literal("typedef unsigned long long __Poly64_t;\n\n");
  else if (nameIs(name, "__Poly128_t")) literal("typedef unsigned __int128 __Poly128_t;\n\n");
}

function nameInC(id: u32): usize {
  const room = take(4 + LONGEST);
  const length = baseName(id, room + 4);
  store<u32>(room, length);
  giveBack(length === 0 ? room : (room + 4 + length + 7) & ~7);
  return length === 0 ? ITS_OWN : room + 4;
}
