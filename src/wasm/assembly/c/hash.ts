import { ARRAY, ENUM } from "../../../btf/kind-numbers";
import {
  ARRAY_ELEMENTS,
  ENUMERATOR_WORDS,
  ENUMERATOR64_WORDS,
  HEAD_WORDS,
  MEMBER_TYPE,
  MEMBER_WORDS,
} from "../../../btf/record-words";
import { TYPE_CYCLE } from "../../constants/refusal-codes";
import { grown, take, takeZeros } from "../common/arena";
import { refuse } from "../common/host";
import { isComposite, isEnum } from "../common/kinds";
import { nameAt } from "../common/names";
import { endOf, field, kindOf, nameOf, place, recordOf, targetOf, typeCount } from "../common/types";
import { isReference } from "./kind-table";
import { LONG_WAY } from "./order";

// Hashes of members and targets, by which types of the same name are sorted (`btf_type_disambig_hash`, bpftool
// src/btf.c). A value is mixed into a hash as hash * 31 + value, modulo 2^64.

/** A stack of the ids on the chains that are being walked, one chain above the other. */
let chain: usize = 0;
let chainBytes: u32 = 0;
let chainTop: u32 = 0;
/**
 * By 2 * id + `withMembers`: hashes of the types on long chains, and whether they are known. Both are 0 until there is
 * a long chain.
 */
let hashes: usize = 0;
let known: usize = 0;

/** Forgets the hashes of earlier types. */
export function startHashes(): void {
  chainBytes = 1024;
  chain = take(chainBytes);
  chainTop = 0;
  hashes = 0;
  known = 0;
}

/** Hash of a type, with its members. */
export function hashOf(id: u32): u64 {
  return chainHash(id, 1);
}

/**
 * The hash of a type is that of its own name, into which the hash of its target is mixed. The hashes of a chain are
 * computed from its end outwards. `withMembers` is 0 or 1.
 */
function chainHash(root: u32, withMembers: u32): u64 {
  const start = chainTop;
  let id = root;
  while (isReference(kindOf(id)) && !isKnownHash(id, withMembers)) {
    if ((chainTop - start) >> 2 > typeCount) refuse(TYPE_CYCLE, id);
    if (chainTop === chainBytes) {
      chain = grown(chain, chainBytes);
      chainBytes <<= 1;
    }
    store<u32>(chain + chainTop, id);
    chainTop += 4;
    id = targetOf(id);
  }
  let hash = isKnownHash(id, withMembers)
    ? load<u64>(hashes + (usize(2 * id + withMembers) << 3))
    : leafHash(id, withMembers);
  const isLong = (chainTop - start) >> 2 > LONG_WAY;
  if (isLong && hashes === 0) {
    hashes = take(u64(typeCount) << 4);
    known = takeZeros(u64(typeCount) << 1);
  }
  while (chainTop > start) {
    chainTop -= 4;
    const outer = load<u32>(chain + chainTop);
    let own = mixName(0, nameOf(outer));
    if (kindOf(outer) === ARRAY) own = mix(own, field(recordOf(outer), ARRAY_ELEMENTS));
    hash = mix(own, hash);
    if (!isLong) continue;
    store<u64>(hashes + (usize(2 * outer + withMembers) << 3), hash);
    store<u8>(known + 2 * outer + withMembers, 1);
  }
  return hash;
}

function isKnownHash(id: u32, withMembers: u32): bool {
  return known !== 0 && load<u8>(known + 2 * id + withMembers) === 1;
}

function leafHash(id: u32, withMembers: u32): u64 {
  const kind = kindOf(id);
  const end = endOf(id);
  let hash = mixName(0, nameOf(id));
  if (isEnum(kind)) {
    const words = kind === ENUM ? ENUMERATOR_WORDS : ENUMERATOR64_WORDS;
    for (let value = place(recordOf(id), HEAD_WORDS); value < end; value = place(value, words)) {
      hash = mixName(hash, load<u32>(value));
    }
  } else if (isComposite(kind) && withMembers === 1) {
    for (let member = place(recordOf(id), HEAD_WORDS); member < end; member = place(member, MEMBER_WORDS)) {
      hash = mixName(hash, load<u32>(member));
      hash = mix(hash, chainHash(field(member, MEMBER_TYPE), 0));
    }
  }
  return hash;
}

function mix(hash: u64, value: u64): u64 {
  return hash * 31 + value;
}

/**
 * Mixes in the hash of a name: `str_hash` of libbpf's hashmap.h, where bytes are signed. An empty name adds nothing.
 */
function mixName(hash: u64, off: u32): u64 {
  if (off === 0) return hash;
  let own: u64 = 0;
  for (let at = nameAt(off); load<u8>(at) !== 0; at++) own = own * 31 + u64(i64(load<i8>(at)));
  return mix(hash, own);
}
