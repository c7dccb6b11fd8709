import * as KIND from "../../../btf/kind-numbers";
import { INFO, NAME_OFF } from "../../../btf/record-words";
import { ENUM, PLAIN, STRUCT, UNIQUE } from "../../constants/merge-codes";
import { isComposite } from "../common/kinds";
import { field, flagOf, kindOf, recordOf, typeCount, vlenOf } from "../common/types";
import { addCandidate, candidateOf, firstCandidate, nextCandidate, openCandidates } from "./candidates";
import { isCanonical, isMapped, openCanon, setCanon } from "./canon";
import { definitionNamed, noteDefinition, openDefinitions, wantDefinition } from "./definitions";
import { spend } from "./effort";
import { areEquivalent, openEquivalence } from "./equivalence";
import { passOf } from "./kinds";
import { compatibleEnums, hashRecord, isEnumForward, sameButIds, sameRecord } from "./record";
import { mapReferences } from "./references";
import { mapToSame, settle } from "./settle";

/**
 * Finds out which canonical type each type becomes (`btf__dedup` of libbpf), with libbpf's passes in their order. Types
 * below `firstId` are those of a base. Strings were deduplicated when they were added, as in libbpf. Only the records
 * of reference types are written to.
 */
export function dedup(firstId: u32): void {
  openCanon(firstId);
  openCandidates();
  addBase(firstId);
  mapPlainTypes(firstId);
  mapStructs(firstId);
  mapForwards(firstId);
  mapReferences(firstId);
}

/** All types of the base are candidates (`btf_dedup_prep`). */
function addBase(firstId: u32): void {
  for (let id: u32 = 1; id < firstId; id++) {
    if (passOf(kindOf(id)) !== UNIQUE) addCandidate(hashRecord(recordOf(id)), id);
  }
}

/** Maps types that refer to no others: integers, floats, enums and forward declarations (`btf_dedup_prim_types`). */
function mapPlainTypes(firstId: u32): void {
  for (let id = firstId; id < typeCount; id++) {
    const pass = passOf(kindOf(id));
    if (pass === ENUM) mapEnum(id);
    else if (pass === PLAIN) mapToSame(id);
  }
}

function mapEnum(id: u32): void {
  const at = recordOf(id);
  const info = field(at, INFO);
  const hash = hashRecord(at);
  let found: u32 = 0;
  for (let each = firstCandidate(hash); each !== 0 && found === 0; each = nextCandidate(each, hash)) {
    const candidate = candidateOf(each);
    const other = recordOf(candidate);
    spend(info === field(other, INFO) ? vlenOf(info) : 0);
    if (sameRecord(at, other)) found = candidate;
    else if (compatibleEnums(at, other)) {
      if (isEnumForward(at)) found = candidate;
      // The candidate is only a forward declaration, and this is its definition.
      else setCanon(candidate, id);
    }
  }
  settle(id, found, hash);
}

/** Maps structs, unions and typedefs, by comparing the graphs of types below them (`btf_dedup_struct_types`). */
function mapStructs(firstId: u32): void {
  openEquivalence(firstId);
  for (let id = firstId; id < typeCount; id++) {
    if (isMapped(id) || passOf(kindOf(id)) !== STRUCT) continue;
    const at = recordOf(id);
    const hash = hashRecord(at);
    let found: u32 = 0;
    for (let each = firstCandidate(hash); each !== 0 && found === 0; each = nextCandidate(each, hash)) {
      const candidate = candidateOf(each);
      spend(vlenOf(field(at, INFO)));
      if (sameButIds(at, recordOf(candidate)) && areEquivalent(id, candidate)) found = candidate;
    }
    settle(id, found, hash);
  }
}

/**
 * Maps the remaining forward declarations to their definition, if exactly one definition has the name
 * (`btf_dedup_resolve_fwds`).
 */
function mapForwards(firstId: u32): void {
  let forwards: u32 = 0;
  for (let id = firstId; id < typeCount; id++) if (isOpenForward(id)) forwards++;
  if (forwards === 0) return;
  openDefinitions(forwards);
  for (let id = firstId; id < typeCount; id++) {
    if (isOpenForward(id)) wantDefinition(field(recordOf(id), NAME_OFF));
  }
  for (let id: u32 = 1; id < typeCount; id++) {
    if (isComposite(kindOf(id)) && isCanonical(id)) noteDefinition(field(recordOf(id), NAME_OFF), id);
  }
  for (let id = firstId; id < typeCount; id++) {
    if (!isOpenForward(id)) continue;
    const at = recordOf(id);
    const definition = definitionNamed(field(at, NAME_OFF));
    const declared: u32 = flagOf(field(at, INFO)) ? KIND.UNION : KIND.STRUCT;
    if (definition !== 0 && kindOf(definition) === declared) setCanon(id, definition);
  }
}

function isOpenForward(id: u32): bool {
  return kindOf(id) === KIND.FWD && isCanonical(id);
}
