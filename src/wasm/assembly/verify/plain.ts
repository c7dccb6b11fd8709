import * as KIND from "../../../btf/kind-numbers";
import {
  ARRAY_INDEX_TYPE,
  ARRAY_TYPE,
  ENUMERATOR_WORDS,
  ENUMERATOR64_WORDS,
  HEAD_WORDS,
  MEMBER_OFFSET,
  MEMBER_TYPE,
  MEMBER_WORDS,
  SECTION_VAR_OFFSET,
  SECTION_VAR_SIZE,
  SECTION_VAR_WORDS,
  SIZE_OR_TYPE,
} from "../../../btf/record-words";
import { isEnumSize, notKnown } from "../common/kinds";
import { field, flagOf, place, vlenOf } from "../common/types";
import { isMaybeNamed, isNamed, isSome, isValid } from "./names";

// Recognises records that break none of the rules in `engine/verify/meta-rules`, whichever release from 6.1 on judges
// them.

/** `BTF_MAX_TYPE` (linux/btf.h). */
export const MAX_TYPE: u32 = 0x000fffff;
/** Bits of the info word that are reserved before 7.2. */
const RESERVED: u32 = 0x60ff0000;

/** Whether a record, which must lie inside the section, certainly breaks no rule. If not, the rules decide. */
export function isPlain(record: usize, kind: KindNumber, info: u32): bool {
  const name = load<u32>(record);
  if ((info & RESERVED) !== 0) return false;
  const third = field(record, SIZE_OR_TYPE);
  const vlen = vlenOf(info);
  switch (kind) {
    case KIND.STRUCT:
      return isMaybeNamed(name) && hasPlainMembers(record, vlen, flagOf(info), third);
    case KIND.UNION:
      return isMaybeNamed(name) && hasPlainUnionMembers(record, vlen, flagOf(info));
    case KIND.ENUM:
      return isEnumSize(third) && isMaybeNamed(name) && hasPlainEnumerators(record, vlen, ENUMERATOR_WORDS);
    case KIND.ENUM64:
      return isEnumSize(third) && isMaybeNamed(name) && hasPlainEnumerators(record, vlen, ENUMERATOR64_WORDS);
    case KIND.FWD:
      return vlen === 0 && third === 0 && isNamed(name);
  }
  if (flagOf(info)) return false;
  switch (kind) {
    case KIND.FUNC:
      return vlen <= 1 && isNamed(name);
    case KIND.FUNC_PROTO:
      return name === 0;
    case KIND.DATASEC:
      return third !== 0 && isNamed(name) && hasPlainVars(record, vlen, third);
  }
  if (vlen !== 0) return false;
  switch (kind) {
    case KIND.PTR:
    case KIND.VOLATILE:
    case KIND.CONST:
    case KIND.RESTRICT:
      return name === 0 && third <= MAX_TYPE;
    case KIND.TYPEDEF:
      return third <= MAX_TYPE && isNamed(name);
    case KIND.TYPE_TAG:
      return third <= MAX_TYPE && isValid(name) && isSome(name);
    case KIND.DECL_TAG:
      return isValid(name) && isSome(name) && i32(field(record, HEAD_WORDS)) >= -1;
    case KIND.INT:
      return isValid(name) && isPlainInt(field(record, HEAD_WORDS), third);
    case KIND.ARRAY:
      return (
        name === 0 &&
        third === 0 &&
        isSomeId(field(record, ARRAY_TYPE)) &&
        isSomeId(field(record, ARRAY_INDEX_TYPE))
      );
    case KIND.VAR:
      return isNamed(name) && isSomeId(third) && field(record, HEAD_WORDS) <= 1;
    case KIND.FLOAT:
      return isValid(name) && (third === 2 || third === 4 || third === 8 || third === 12 || third === 16);
    case KIND.LOC_PARAM:
    case KIND.LOC_PROTO:
    case KIND.LOCSEC:
      return false;
    default:
      notKnown(kind);
      return false;
  }
}

function isSomeId(id: u32): bool {
  return id !== 0 && id <= MAX_TYPE;
}

/** Whether encoding, offset and width of an INT are in order. */
function isPlainInt(data: u32, size: u32): bool {
  const bits = (data & 0xff) + ((data >>> 16) & 0xff);
  const encoding = data >>> 24;
  const isKnown = encoding === 0 || encoding === 1 || encoding === 2 || encoding === 4;
  return isKnown && bits <= 128 && (bits + 7) >>> 3 <= size;
}

function hasPlainMembers(record: usize, vlen: u32, isBitfields: bool, size: u32): bool {
  const mask: u32 = isBitfields ? 0xffffff : 0xffffffff;
  const bits = u64(size) << 3;
  let last: u32 = 0;
  let member = place(record, HEAD_WORDS);
  for (let i = vlen; i > 0; i--, member = place(member, MEMBER_WORDS)) {
    const offset = field(member, MEMBER_OFFSET) & mask;
    if (offset < last || offset > bits) return false;
    if (!isSomeId(field(member, MEMBER_TYPE)) || !isMaybeNamed(load<u32>(member))) return false;
    last = offset;
  }
  return true;
}

function hasPlainUnionMembers(record: usize, vlen: u32, isBitfields: bool): bool {
  const mask: u32 = isBitfields ? 0xffffff : 0xffffffff;
  let member = place(record, HEAD_WORDS);
  for (let i = vlen; i > 0; i--, member = place(member, MEMBER_WORDS)) {
    if ((field(member, MEMBER_OFFSET) & mask) !== 0) return false;
    if (!isSomeId(field(member, MEMBER_TYPE)) || !isMaybeNamed(load<u32>(member))) return false;
  }
  return true;
}

function hasPlainEnumerators(record: usize, vlen: u32, words: i32): bool {
  let enumerator = place(record, HEAD_WORDS);
  for (let i = vlen; i > 0; i--, enumerator = place(enumerator, words)) {
    if (!isNamed(load<u32>(enumerator))) return false;
  }
  return true;
}

/** Whether the variables of a section of `size` bytes lie one behind the other. */
function hasPlainVars(record: usize, vlen: u32, size: u32): bool {
  let end: u64 = 0;
  let entry = place(record, HEAD_WORDS);
  for (let i = vlen; i > 0; i--, entry = place(entry, SECTION_VAR_WORDS)) {
    const offset = u64(field(entry, SECTION_VAR_OFFSET));
    const bytes = field(entry, SECTION_VAR_SIZE);
    if (!isSomeId(load<u32>(entry)) || offset < end || bytes === 0) return false;
    end = offset + bytes;
    if (end > size) return false;
  }
  return true;
}
