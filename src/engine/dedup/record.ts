import { recordWords } from "../../btf/fields.ts";
import {
  ARRAY_ELEMENTS,
  HEAD_WORDS,
  INFO,
  infoKind,
  infoVlen,
  isComposite,
  isEnum,
  MEMBER_OFFSET,
  MEMBER_WORDS,
  NAME_OFF,
  PARAM_WORDS,
  SIZE_OR_TYPE,
  TYPEDEF,
} from "../../btf/kinds.ts";

/**
 * How two records compare, by their words alone: names are equal if their offsets are. What a comparison leaves out is
 * what the equivalence of graphs has to answer. All are given positions of records in `words`.
 */

/**
 * The hash under which a type is looked up (`btf_hash_*` of libbpf, in 32 bits): what is equal in any way that leads to a
 * candidate has the same. An enum's is that of its name, so that forward declarations are met; a struct's and a typedef's
 * leaves the ids out.
 */
export function hashRecord(words: Uint32Array, at: number): number {
  const info = words[at + INFO];
  const kind = infoKind(info);
  let hash = words[at + NAME_OFF] | 0;
  if (isEnum(kind)) return hash;
  hash = combine(hash, info);
  if (kind === TYPEDEF) return hash;
  hash = combine(hash, words[at + SIZE_OR_TYPE]);
  const first = at + HEAD_WORDS;
  const end = at + recordWords(words, at);
  if (isComposite(kind)) {
    for (let word = first; word < end; word += MEMBER_WORDS) {
      hash = combine(combine(hash, words[word]), words[word + MEMBER_OFFSET]);
    }
  } else {
    for (let word = first; word < end; word++) hash = combine(hash, words[word]);
  }
  return hash;
}

/** Whether all three words of both heads are the same (`btf_equal_common`). */
export function sameHead(words: Uint32Array, a: number, b: number): boolean {
  return (
    words[a + NAME_OFF] === words[b + NAME_OFF] &&
    words[a + INFO] === words[b + INFO] &&
    words[a + SIZE_OR_TYPE] === words[b + SIZE_OR_TYPE]
  );
}

/** Whether both records are the same, ids and all (`btf_equal_int_tag`, `_enum`, `_array`, `_fnproto`). */
export function sameRecord(words: Uint32Array, a: number, b: number): boolean {
  if (!sameHead(words, a, b)) return false;
  const size = recordWords(words, a);
  for (let i = HEAD_WORDS; i < size; i++) if (words[a + i] !== words[b + i]) return false;
  return true;
}

/** Whether both structs, unions or typedefs are the same but for ids (`btf_equal_by_kind`). */
export function sameButIds(words: Uint32Array, a: number, b: number): boolean {
  const info = words[a + INFO];
  if (words[a + NAME_OFF] !== words[b + NAME_OFF] || info !== words[b + INFO]) return false;
  if (infoKind(info) === TYPEDEF) return true;
  if (words[a + SIZE_OR_TYPE] !== words[b + SIZE_OR_TYPE]) return false;
  const size = HEAD_WORDS + infoVlen(info) * MEMBER_WORDS;
  for (let i = HEAD_WORDS; i < size; i += MEMBER_WORDS) {
    if (words[a + i] !== words[b + i] || words[a + i + MEMBER_OFFSET] !== words[b + i + MEMBER_OFFSET])
      return false;
  }
  return true;
}

/** Whether both arrays are the same but for ids (`btf_compat_array`). */
export function compatibleArrays(words: Uint32Array, a: number, b: number): boolean {
  return sameHead(words, a, b) && words[a + ARRAY_ELEMENTS] === words[b + ARRAY_ELEMENTS];
}

/** Whether both prototypes are the same but for ids (`btf_compat_fnproto`). */
export function compatibleProtos(words: Uint32Array, a: number, b: number): boolean {
  if (words[a + NAME_OFF] !== words[b + NAME_OFF] || words[a + INFO] !== words[b + INFO]) return false;
  const size = HEAD_WORDS + infoVlen(words[a + INFO]) * PARAM_WORDS;
  for (let i = HEAD_WORDS; i < size; i += PARAM_WORDS) if (words[a + i] !== words[b + i]) return false;
  return true;
}

/** Whether a type is an enum, of either kind, without enumerators: its forward declaration. */
export function isEnumForward(words: Uint32Array, at: number): boolean {
  return infoVlen(words[at + INFO]) === 0 && isEnum(infoKind(words[at + INFO]));
}

/** Whether both enums are the same, or are so by name and one is a forward declaration, whatever size and kind (`btf_compat_enum`). */
export function compatibleEnums(words: Uint32Array, a: number, b: number): boolean {
  if (!isEnumForward(words, a) && !isEnumForward(words, b)) return sameRecord(words, a, b);
  return (
    words[a + NAME_OFF] === words[b + NAME_OFF] &&
    isEnum(infoKind(words[a + INFO])) &&
    isEnum(infoKind(words[b + INFO]))
  );
}

function combine(hash: number, word: number): number {
  return (Math.imul(hash, 31) + word) | 0;
}
