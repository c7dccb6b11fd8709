import {
  ELEM_WORDS,
  FIXED_WORDS,
  HEAD_WORDS,
  INFO,
  infoKind,
  infoVlen,
  KINDS,
  type Kind,
  MAX_KIND,
  NAME_OFF,
} from "./kinds.ts";

/**
 * The only code that walks id and name fields (`btf_field_iter` of libbpf). It passes positions in `words`, so that a
 * visitor may read and write. It uses callbacks, since generators take seven times as long on a vmlinux. Of a kind
 * without a row, only the name is known.
 */

/** Calls `visit` with the position of each type id of the record at `at`, in the order libbpf visits them. */
export function forEachTypeId(words: Uint32Array, at: number, visit: (word: number) => void): void {
  const kind = infoKind(words[at + INFO]);
  if (kind > MAX_KIND) return;
  const row: Kind = KINDS[kind];
  const headIds = row.headIds;
  for (let i = 0; i < headIds.length; i++) visit(at + headIds[i]);
  const elemIds = row.elemIds;
  if (elemIds.length === 1) eachElement(words, at, row, elemIds[0], visit);
  else if (elemIds.length > 1) eachIdOfElements(words, at, row, visit);
}

/** Calls `visit` with the position of each name offset of the record at `at`: its own, then its elements'. */
export function forEachNameOff(words: Uint32Array, at: number, visit: (word: number) => void): void {
  visit(at + NAME_OFF);
  const kind = infoKind(words[at + INFO]);
  if (kind > MAX_KIND) return;
  const row: Kind = KINDS[kind];
  if (row.elemName >= 0) eachElement(words, at, row, row.elemName, visit);
}

/** Words of the record at `at`, which must be of a kind with a row, or void's. */
export function recordWords(words: Uint32Array, at: number): number {
  const info = words[at + INFO];
  const kind = infoKind(info);
  return FIXED_WORDS[kind] + infoVlen(info) * ELEM_WORDS[kind];
}

function eachElement(
  words: Uint32Array,
  at: number,
  row: Kind,
  field: number,
  visit: (word: number) => void,
): void {
  const step = row.elem;
  const first = at + HEAD_WORDS + row.info + field;
  const end = first + infoVlen(words[at + INFO]) * step;
  for (let word = first; word < end; word += step) visit(word);
}

/** All ids of an element before those of the next one. */
function eachIdOfElements(words: Uint32Array, at: number, row: Kind, visit: (word: number) => void): void {
  const first = at + HEAD_WORDS + row.info;
  const end = first + infoVlen(words[at + INFO]) * row.elem;
  for (let element = first; element < end; element += row.elem) {
    for (let i = 0; i < row.elemIds.length; i++) visit(element + row.elemIds[i]);
  }
}
