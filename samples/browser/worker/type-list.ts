import type { Btf } from "../../../src/index.ts";
import { DECL_TAG, isComposite, isEnum, TYPE_TAG } from "../../../src/wire.ts";
import type { TypeList } from "../shared/model.ts";

/** The named types of a BTF, by name; of split BTF only its own. */
export function listTypes(btf: Btf): TypeList {
  const found: { name: string; id: number }[] = [];
  for (const id of btf.ids()) {
    const kind = btf.kind(id);
    // Tags have names, but are no types to look for.
    if (btf.nameOff(id) === 0 || kind === DECL_TAG || kind === TYPE_TAG) continue;
    found.push({ name: btf.name(id), id });
  }
  found.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.id - b.id));
  const starts = new Uint32Array(found.length + 1);
  const ids = new Uint32Array(found.length);
  const kinds = new Uint8Array(found.length);
  const sizes = new Uint32Array(found.length);
  let at = 0;
  for (let i = 0; i < found.length; i++) {
    const { name, id } = found[i];
    const kind = btf.kind(id);
    starts[i] = at;
    ids[i] = id;
    kinds[i] = kind;
    if (isComposite(kind) || isEnum(kind)) sizes[i] = btf.sizeOrType(id);
    at += name.length + 1;
  }
  starts[found.length] = at;
  return { names: found.map(({ name }) => `${name}\n`).join(""), starts, ids, kinds, sizes };
}
