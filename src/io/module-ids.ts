import type { Btf, TypeId } from "../btf/btf.ts";
import type { ModuleFile } from "./module.ts";
export function remapIds(
  _module: ModuleFile,
  _split: Btf,
  _mapId: (id: TypeId) => TypeId,
  _verb: string,
): { bytes: Uint8Array; warnings: string[] } | undefined {
  return undefined;
}
