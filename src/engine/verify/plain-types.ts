import type { TypeId } from "../../btf/btf.ts";
import {
  FUNC,
  FUNC_PROTO,
  HEAD_WORDS,
  INFO,
  infoKflag,
  infoVlen,
  isModifier,
  PTR,
  SIZE_OR_TYPE,
  STRUCT,
  UNION,
} from "../../btf/kinds.ts";
import {
  FACTS,
  isDone,
  NO_SIZE,
  PLAIN,
  RESOLVED,
  type Resolution,
  SIZELESS,
  SOURCE_ONLY,
  sizeOf,
  standsFor,
} from "./resolution.ts";

/**
 * Short ways of `resolve.ts` for what most types are, with few calls: a cold start is what users wait for. False says nothing,
 * and the kernel's run decides; true is what the run would have found. `npm run test:kernel` holds both to a kernel.
 */

/** Bit offsets below this leave room for that of an INT in 32 bits. */
export const MAX_PLAIN_BITS: number = 0xffff0000;

/**
 * Resolves a type whose run would end with itself, without the stack: what it refers to is resolved, or need not be.
 */
export function passPlain(r: Resolution, id: TypeId, kind: number): boolean {
  const { words, starts, kinds, firstId } = r.types;
  const { states, resolvedIds } = r;
  const index = id - firstId;
  const at = starts[index];
  if (kind === STRUCT || kind === UNION) {
    const info = words[at + INFO];
    const bytes = words[at + SIZE_OR_TYPE];
    if (infoKflag(info)) return false;
    const end = at + HEAD_WORDS + infoVlen(info) * 3;
    for (let member = at + HEAD_WORDS; member < end; member += 3) {
      const offset = words[member + 2];
      if ((offset & 63) !== 0 || offset >= MAX_PLAIN_BITS) return false;
      if (!isPlainMember(r, words[member + 1], offset / 8, bytes)) return false;
    }
    states[index] = RESOLVED;
    return true;
  }
  const target = words[at + SIZE_OR_TYPE] - firstId;
  if (target < 0 || target >= kinds.length) return false;
  const facts = FACTS[kinds[target]];
  if (kind === PTR) {
    // What a pointer does not wait for, but a function, which may stand for its prototype or not.
    if ((facts & (PLAIN | SIZELESS)) === 0 || kinds[target] === PTR) return false;
    states[index] = RESOLVED;
    return true;
  }
  if (kind === FUNC) {
    if (kinds[target] !== FUNC_PROTO) return false;
    const proto = starts[target];
    const end = proto + HEAD_WORDS + infoVlen(words[proto + INFO]) * 2;
    for (let param = proto + HEAD_WORDS; param < end; param += 2) {
      if (words[param] === 0 && words[param + 1] !== 0) return false;
    }
    resolvedIds[index] = target + firstId;
    states[index] = RESOLVED;
    return true;
  }
  if (isModifier(kind)) {
    if (!isDone(r, target) || (facts & SOURCE_ONLY) !== 0 || kinds[target] === FUNC) return false;
    const meant = standsFor(r, target);
    if (meant < 0 || (FACTS[kinds[meant]] & (PLAIN | SIZELESS)) === 0) return false;
    resolvedIds[index] = meant + firstId;
    states[index] = RESOLVED;
    return true;
  }
  return false;
}

/** Whether a member, `start` bytes from the start of the struct, is of a type that is resolved, has a size and fits. */
export function isPlainMember(r: Resolution, type: TypeId, start: number, structBytes: number): boolean {
  const { kinds, firstId } = r.types;
  const index = type - firstId;
  if (index < 0 || index >= kinds.length) return false;
  // An aggregate does not wait for a pointer.
  if (kinds[index] === PTR) return start + r.pointerBytes <= structBytes;
  if (!isDone(r, index) || (FACTS[kinds[index]] & (NO_SIZE | SOURCE_ONLY)) !== 0) return false;
  const sized = standsFor(r, index);
  if (sized < 0 || (FACTS[kinds[sized]] & PLAIN) === 0) return false;
  return start + sizeOf(r, sized + firstId) <= structBytes;
}

/** Whether the type is resolved, has a size and may be given or returned: pointers, numbers, what is named by a typedef. */
export function isPlainParam(r: Resolution, type: TypeId): boolean {
  const { kinds, firstId } = r.types;
  const index = type - firstId;
  if (index < 0 || index >= kinds.length || !isDone(r, index)) return false;
  if ((FACTS[kinds[index]] & (NO_SIZE | SOURCE_ONLY)) !== 0) return false;
  const sized = standsFor(r, index);
  return sized >= 0 && (FACTS[kinds[sized]] & PLAIN) !== 0;
}
