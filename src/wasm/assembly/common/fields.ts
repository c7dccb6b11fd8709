import { INFO, NAME_OFF } from "../../../btf/record-words";
import {
  elementId,
  elementName,
  elementWords,
  fixedWords,
  headId,
  kindOfInfo,
  lastElementId,
  lastHeadId,
  NONE,
} from "./kinds";
import { field, place, vlenOf } from "./types";

// Walks the type ids and name offsets of a record, as `btf/fields` does. The walkers give addresses, to read from or to
// write to.

/** Calls `visit` with the address of each type id of a record, in the order in which libbpf visits them. */
export function forEachTypeId(record: usize, visit: (at: usize) => void): void {
  const info = field(record, INFO);
  const kind = kindOfInfo(info);
  const head = headId(kind);
  if (head !== NONE) {
    visit(place(record, head));
    if (lastHeadId(kind) !== head) visit(place(record, lastHeadId(kind)));
  }
  const first = elementId(kind);
  if (first === NONE) return;
  const last = lastElementId(kind);
  const step = usize(elementWords(kind)) << 2;
  let element = place(record, fixedWords(kind));
  for (let i = vlenOf(info); i > 0; i--, element += step) {
    visit(place(element, first));
    if (last !== first) visit(place(element, last));
  }
}

/** Calls `visit` with the address of each name offset of a record: first its own, then those of its elements. */
export function forEachNameOff(record: usize, visit: (at: usize) => void): void {
  visit(place(record, NAME_OFF));
  const info = field(record, INFO);
  const kind = kindOfInfo(info);
  const name = elementName(kind);
  if (name === NONE) return;
  const step = usize(elementWords(kind)) << 2;
  let at = place(record, fixedWords(kind) + name);
  for (let i = vlenOf(info); i > 0; i--, at += step) visit(at);
}

/** Address of the `n`-th type id of a record, from 0, in the order of {@link forEachTypeId}; 0 if it has fewer. */
export function typeIdAt(record: usize, n: u32): usize {
  const info = field(record, INFO);
  const kind = kindOfInfo(info);
  const head = headId(kind);
  const heads: u32 = head === NONE ? 0 : lastHeadId(kind) === head ? 1 : 2;
  if (n < heads) return place(record, n === 0 ? head : lastHeadId(kind));
  const first = elementId(kind);
  if (first === NONE) return 0;
  const last = lastElementId(kind);
  const ids: u32 = last === first ? 1 : 2;
  const element = (n - heads) / ids;
  if (element >= vlenOf(info)) return 0;
  const id = (n - heads) % ids === 0 ? first : last;
  return place(record, fixedWords(kind) + element * elementWords(kind) + id);
}
