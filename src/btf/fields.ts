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

/** The highest type id and name offset in a type section. */
export interface FieldMaxima {
  readonly typeId: number;
  readonly nameOff: number;
}

/**
 * Finds the highest type id and name offset of all records: what tells that every one of them is in range. Walks as the
 * visitors above do, but without a call for each field: this runs on every start over a whole vmlinux, before the engine
 * has compiled anything, and takes 5 ms there where callbacks take 20.
 */
export function fieldMaxima(words: Uint32Array, starts: Uint32Array): FieldMaxima {
  let typeId = 0;
  let nameOff = 0;
  for (let i = 0; i < starts.length - 1; i++) {
    const at = starts[i];
    const end = starts[i + 1];
    if (words[at + NAME_OFF] > nameOff) nameOff = words[at + NAME_OFF];
    const kind = infoKind(words[at + INFO]);
    if (kind > MAX_KIND) continue;
    const row = KINDS[kind];
    const { headIds, elem, elemId, elemName } = row;
    for (let j = 0; j < headIds.length; j++) {
      if (words[at + headIds[j]] > typeId) typeId = words[at + headIds[j]];
    }
    if (elem === 0) continue;
    const first = at + HEAD_WORDS + row.info;
    if (elemId >= 0) {
      for (let word = first + elemId; word < end; word += elem)
        if (words[word] > typeId) typeId = words[word];
    }
    if (elemName >= 0) {
      for (let word = first + elemName; word < end; word += elem)
        if (words[word] > nameOff) nameOff = words[word];
    }
  }
  return { typeId, nameOff };
}
