import type { ModuleFile } from "../read/module.ts";

/** New contents of `.BTF_ids`, if the module has that section, and what to warn of. */
export interface NewIds {
  readonly bytes: Uint8Array | undefined;
  readonly warnings: readonly string[];
}

/** Ids in a file beside raw BTF: they stay as they are, with a warning. */
export function idsBeside({ idsPath }: Pick<ModuleFile, "idsPath">): NewIds {
  if (idsPath === undefined) return { bytes: undefined, warnings: [] };
  const warning = `${idsPath} is not renumbered: only the symbols of a module say which words are ids`;
  return { bytes: undefined, warnings: [warning] };
}
