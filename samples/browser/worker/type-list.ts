import type { Btf, TypeId } from "../../../src/index.ts";
import { DECL_TAG, isComposite, isEnum, NAME_OFF, TYPE_TAG } from "../../../src/wire.ts";
import type { TypeList } from "../shared/model.ts";
import { useCounts } from "./use-counts.ts";

/** The named types of a BTF, those that others use most first; of split BTF only its own. */
export function listTypes(btf: Btf): TypeList {
  const places = mostUsedFirst(btf);
  const nameAt = nameReader(btf);
  const count = places.length;
  const starts = new Uint32Array(count + 1);
  const ids = new Uint32Array(count);
  const kinds = new Uint8Array(count);
  const sizes = new Uint32Array(count);
  const lines: string[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    const id = btf.firstId + places[i];
    const kind = btf.kinds[places[i]];
    const name = nameAt(id);
    starts[i] = at;
    ids[i] = id;
    kinds[i] = kind;
    if (isComposite(kind) || isEnum(kind)) sizes[i] = btf.sizeOrType(id);
    lines.push(name, "\n");
    at += name.length + 1;
  }
  starts[count] = at;
  return { names: lines.join(""), starts, ids, kinds, sizes };
}

/** More types than a BTF has (`BTF_MAX_TYPE` and what a module adds). */
const PLACES = 2 ** 24;

/** Places of the own types with names, from the first id on. */
function mostUsedFirst(btf: Btf): Uint32Array {
  const { words, starts, kinds } = btf;
  const uses = useCounts(btf);
  const most = uses.reduce((max, count) => Math.max(max, count), 0);
  const keys = new Float64Array(kinds.length);
  let count = 0;
  for (let i = 0; i < kinds.length; i++) {
    // Tags have names, but are no types to look for.
    if (words[starts[i] + NAME_OFF] === 0 || kinds[i] === DECL_TAG || kinds[i] === TYPE_TAG) continue;
    keys[count++] = (most - uses[i]) * PLACES + i;
  }
  return Uint32Array.from(keys.subarray(0, count).sort(), (key) => key % PLACES);
}

/** Longer names are cut by the library, others are as they stand in the strings. */
const MOST_PLAIN = 512;

/** What reads names of a BTF: all at once decoded where every byte of the strings is one that people can read. */
function nameReader(btf: Btf): (id: TypeId) => string {
  const { bytes, firstOff } = btf.strings;
  if (!bytes.every(isPlain)) return (id) => btf.name(id);
  const text = new TextDecoder().decode(bytes);
  return (id) => {
    const start = btf.nameOff(id) - firstOff;
    const end = text.indexOf("\0", start);
    return start < 0 || end < 0 || end - start > MOST_PLAIN ? btf.name(id) : text.slice(start, end);
  };
}

/** Whether `printable` leaves a byte as it is, or it ends a name. */
function isPlain(byte: number): boolean {
  return byte === 0 || (byte >= 0x20 && byte < 0x7f && byte !== 0x5c);
}
