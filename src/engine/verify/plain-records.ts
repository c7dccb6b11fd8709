import * as K from "../../btf/kinds.ts";
import type { Identifiers } from "./identifiers.ts";
import { MAX_TYPE_ID } from "./meta-rules.ts";

/**
 * End of the record at `at` if it is one of the common ones that break no rule of `meta-rules.ts` in any release from 6.1 on; 0 says
 * nothing, and the rules decide. Without this a vmlinux costs millions of calls of rules, which are cold when the one BTF of a
 * run is judged. `test/engine/verify/plain-records.test.ts` holds it to the rules.
 */
export function plainEnd(words: Uint32Array, at: number, names: Identifiers): number {
  if (at + K.HEAD_WORDS > words.length) return 0;
  const nameOff = words[at];
  const info = words[at + 1];
  const third = words[at + 2];
  // Reserved before 7.2: there is no plain record with them.
  if ((info & 0x60ff0000) !== 0) return 0;
  const head = at + K.HEAD_WORDS;
  const vlen = info & 0xffff;
  switch (info >>> 24) {
    case K.PTR:
    case K.VOLATILE:
    case K.CONST:
    case K.RESTRICT:
      return vlen === 0 && nameOff === 0 && third <= MAX_TYPE_ID ? head : 0;
    case K.TYPEDEF:
      return vlen === 0 && third <= MAX_TYPE_ID && isNamed(names, nameOff) ? head : 0;
    case K.FUNC:
      return vlen <= 1 && isNamed(names, nameOff) ? head : 0;
    case K.FUNC_PROTO: {
      const end = head + vlen * K.PARAM_WORDS;
      return nameOff === 0 && end <= words.length ? end : 0;
    }
    case K.STRUCT:
    case K.STRUCT | KFLAG: {
      const end = head + vlen * K.MEMBER_WORDS;
      if (end > words.length || !isMaybeNamed(names, nameOff)) return 0;
      return hasPlainMembers(words, at, end, names) ? end : 0;
    }
    case K.ENUM:
    case K.ENUM | KFLAG: {
      const end = head + vlen * K.ENUMERATOR_WORDS;
      if (end > words.length || third !== 4 || !isMaybeNamed(names, nameOff)) return 0;
      return hasPlainEnumerators(words, head, end, names) ? end : 0;
    }
    default:
      return 0;
  }
}

/** The kind flag, beside the kind in the top byte of info. */
const KFLAG = 0x80;

function hasPlainMembers(words: Uint32Array, at: number, end: number, names: Identifiers): boolean {
  const offsetMask = words[at + 1] >>> 31 === 1 ? 0xffffff : 0xffffffff;
  const bits = words[at + 2] * 8;
  let last = 0;
  for (let member = at + K.HEAD_WORDS; member < end; member += K.MEMBER_WORDS) {
    const type = words[member + K.MEMBER_TYPE];
    const offset = (words[member + K.MEMBER_OFFSET] & offsetMask) >>> 0;
    if (type === 0 || type > MAX_TYPE_ID || offset < last || offset > bits) return false;
    if (!isMaybeNamed(names, words[member])) return false;
    last = offset;
  }
  return true;
}

function hasPlainEnumerators(words: Uint32Array, start: number, end: number, names: Identifiers): boolean {
  for (let enumerator = start; enumerator < end; enumerator += K.ENUMERATOR_WORDS) {
    if (!isNamed(names, words[enumerator])) return false;
  }
  return true;
}

function isNamed(names: Identifiers, off: number): boolean {
  return off !== 0 && names.isValidOff(off) && names.isIdentifier(off);
}

function isMaybeNamed(names: Identifiers, off: number): boolean {
  return off === 0 || (names.isValidOff(off) && names.isIdentifier(off));
}
