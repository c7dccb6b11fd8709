import type { Btf, TypeId } from "../../btf/btf.ts";
import type { ModuleFile } from "../read/module.ts";
import { idsBeside, type NewIds } from "./ids-beside.ts";

// The ids of a module, whatever form it has. The code that reads them in ELF is loaded for a .ko only.

/** The ids in a module's `.BTF_ids`; none for raw BTF, since nothing tells which words are ids. */
export async function idsUsedBy(module: ModuleFile): Promise<readonly TypeId[]> {
  if (module.ko === undefined) return [];
  const { usedIds } = await import("./module-ids.ts");
  return usedIds(module);
}

/** Renumbers the `.BTF_ids` of a module as `remapIds` does. */
export async function newIdsOf(
  module: ModuleFile,
  split: Btf,
  mapId: (id: TypeId) => TypeId,
  toDistilled: boolean,
): Promise<NewIds> {
  if (module.ko === undefined) return idsBeside(module);
  const { remapIds } = await import("./module-ids.ts");
  return remapIds(module, split, mapId, toDistilled);
}
