import * as KIND from "../../../btf/kind-numbers";
import {
  ARRAY_ELEMENTS,
  HEAD_WORDS,
  INFO,
  MEMBER_OFFSET,
  MEMBER_WORDS,
  NAME_OFF,
  PARAM_WORDS,
  SIZE_OR_TYPE,
} from "../../../btf/record-words";
import { isComposite, isEnum, kindOfInfo, recordWords } from "../common/kinds";
import { field, vlenOf } from "../common/types";

// Compares two records by their words alone. Names are equal if their offsets are. Whether the types that records refer
// to are equal is left to `equivalence`. Records are given by their addresses.

/**
 * Hash under which a type is looked up (`btf_hash_*` of libbpf, in 32 bits). Types that may become one type have the
 * same hash. That of an enum is only made of its name, so that forward declarations are found; that of a struct or
 * typedef leaves ids out.
 */
export function hashRecord(at: usize): u32 {
  const info = field(at, INFO);
  const kind = kindOfInfo(info);
  let hash = field(at, NAME_OFF);
  if (isEnum(kind)) return hash;
  hash = combine(hash, info);
  if (kind === KIND.TYPEDEF) return hash;
  hash = combine(hash, field(at, SIZE_OR_TYPE));
  const size = recordWords(info);
  if (isComposite(kind)) {
    for (let i: u32 = HEAD_WORDS; i < size; i += MEMBER_WORDS) {
      hash = combine(combine(hash, field(at, i)), field(at, i + MEMBER_OFFSET));
    }
  } else {
    for (let i: u32 = HEAD_WORDS; i < size; i++) hash = combine(hash, field(at, i));
  }
  return hash;
}

/** Whether the three words of both heads are equal (`btf_equal_common`). */
export function sameHead(a: usize, b: usize): bool {
  return (
    field(a, NAME_OFF) === field(b, NAME_OFF) &&
    field(a, INFO) === field(b, INFO) &&
    field(a, SIZE_OR_TYPE) === field(b, SIZE_OR_TYPE)
  );
}

/**
 * Whether both records are equal, ids included (`btf_equal_int_tag`, `btf_equal_enum`, `btf_equal_array`,
 * `btf_equal_fnproto`).
 */
export function sameRecord(a: usize, b: usize): bool {
  if (!sameHead(a, b)) return false;
  const size = recordWords(field(a, INFO));
  for (let i: u32 = HEAD_WORDS; i < size; i++) if (field(a, i) !== field(b, i)) return false;
  return true;
}

/** Whether both structs, unions or typedefs are equal except for ids (`btf_equal_by_kind`). */
export function sameButIds(a: usize, b: usize): bool {
  const info = field(a, INFO);
  if (field(a, NAME_OFF) !== field(b, NAME_OFF) || info !== field(b, INFO)) return false;
  if (kindOfInfo(info) === KIND.TYPEDEF) return true;
  if (field(a, SIZE_OR_TYPE) !== field(b, SIZE_OR_TYPE)) return false;
  const size: u32 = HEAD_WORDS + vlenOf(info) * MEMBER_WORDS;
  for (let i: u32 = HEAD_WORDS; i < size; i += MEMBER_WORDS) {
    if (field(a, i) !== field(b, i) || field(a, i + MEMBER_OFFSET) !== field(b, i + MEMBER_OFFSET))
      return false;
  }
  return true;
}

/** Whether both arrays are equal except for ids (`btf_compat_array`). */
export function compatibleArrays(a: usize, b: usize): bool {
  return sameHead(a, b) && field(a, ARRAY_ELEMENTS) === field(b, ARRAY_ELEMENTS);
}

/** Whether both prototypes are equal except for ids (`btf_compat_fnproto`). */
export function compatibleProtos(a: usize, b: usize): bool {
  const info = field(a, INFO);
  if (field(a, NAME_OFF) !== field(b, NAME_OFF) || info !== field(b, INFO)) return false;
  const size: u32 = HEAD_WORDS + vlenOf(info) * PARAM_WORDS;
  for (let i: u32 = HEAD_WORDS; i < size; i += PARAM_WORDS) if (field(a, i) !== field(b, i)) return false;
  return true;
}

/** Whether a record is an ENUM or ENUM64 without enumerators, which is a forward declaration. */
export function isEnumForward(at: usize): bool {
  const info = field(at, INFO);
  return vlenOf(info) === 0 && isEnum(kindOfInfo(info));
}

/**
 * Whether both enums are equal, or have the same name and one of them is a forward declaration, of whatever size and
 * kind (`btf_compat_enum`).
 */
export function compatibleEnums(a: usize, b: usize): bool {
  if (!isEnumForward(a) && !isEnumForward(b)) return sameRecord(a, b);
  return (
    field(a, NAME_OFF) === field(b, NAME_OFF) &&
    isEnum(kindOfInfo(field(a, INFO))) &&
    isEnum(kindOfInfo(field(b, INFO)))
  );
}

function combine(hash: u32, value: u32): u32 {
  return hash * 31 + value;
}
