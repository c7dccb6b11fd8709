import type { Btf, TypeId } from "../btf/btf.ts";
import { withTypes } from "../btf/encode.ts";
import { forEachTypeId } from "../btf/fields.ts";
import { NAME_OFF } from "../btf/kinds.ts";
import type { Renumbered } from "./prune.ts";
import { refuseUnknown } from "./rewritable.ts";

/**
 * Orders the own types of a BTF by name: types without a name first, then ascending by bytes. Types of one name keep
 * their order (`sort_btf_by_name`, resolve_btfids of Linux 7.x). In such BTF libbpf and the kernel find names by binary
 * search. `mapBase` has the new ids of the base's types, if the base was sorted too. Throws `unknown-kind` for types
 * that cannot be rewritten.
 */
export function sortByName(btf: Btf, mapBase: (id: TypeId) => TypeId = (id) => id): Renumbered {
  refuseUnknown(btf);
  const { words, starts, firstId } = btf;
  const count = starts.length - 1;
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  order.sort((a, b) => compareNames(btf, words[starts[a] + NAME_OFF], words[starts[b] + NAME_OFF]) || a - b);

  const newIds = new Uint32Array(count);
  for (let i = 0; i < count; i++) newIds[order[i]] = firstId + i;
  const mapId = (id: TypeId) => (id < firstId ? mapBase(id) : newIds[id - firstId]);
  const sorted = new Uint32Array(words.length);
  const renumber = (word: number) => {
    sorted[word] = mapId(sorted[word]);
  };
  let at = 0;
  for (const i of order) {
    sorted.set(words.subarray(starts[i], starts[i + 1]), at);
    forEachTypeId(sorted, at, renumber);
    at += starts[i + 1] - starts[i];
  }
  return { bytes: withTypes(btf, sorted), mapId };
}

/** As `strcmp`: by bytes, the shorter first. */
function compareNames(btf: Btf, a: number, b: number): number {
  if (a === b) return 0;
  const [tableA, tableB] = [btf.strings.holder(a), btf.strings.holder(b)];
  const [bytesA, bytesB] = [tableA.bytes, tableB.bytes];
  for (let atA = a - tableA.firstOff, atB = b - tableB.firstOff; ; atA++, atB++) {
    const difference = (bytesA[atA] ?? 0) - (bytesB[atB] ?? 0);
    if (difference !== 0 || !bytesA[atA]) return difference;
  }
}
