import { HEAD_WORDS, INFO, infoKind, infoVlen, KINDS, type Kind, MAX_KIND, NAME_OFF } from "./kinds.ts";

/**
 * The walkers of id and name fields: the only ones there are (`btf_field_iter` of libbpf). They give positions in
 * `words`, so that a visitor may read and write. Callbacks, not generators: those cost seven times as much on a vmlinux.
 * A kind without a row has no known fields but its name.
 */

/** Calls `visit` with the position of each type id of the record at `at`, in the order libbpf visits them. */
export function forEachTypeId(words: Uint32Array, at: number, visit: (word: number) => void): void {
  const kind = infoKind(words[at + INFO]);
  if (kind > MAX_KIND) return;
  const row: Kind = KINDS[kind];
  const headIds = row.headIds;
  for (let i = 0; i < headIds.length; i++) visit(at + headIds[i]);
  if (row.elemId >= 0) eachElement(words, at, row, row.elemId, visit);
}

/** Calls `visit` with the position of each name offset of the record at `at`: its own, then its elements'. */
export function forEachNameOff(words: Uint32Array, at: number, visit: (word: number) => void): void {
  visit(at + NAME_OFF);
  const kind = infoKind(words[at + INFO]);
  if (kind > MAX_KIND) return;
  const row: Kind = KINDS[kind];
  if (row.elemName >= 0) eachElement(words, at, row, row.elemName, visit);
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
