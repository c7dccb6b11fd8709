import { isThere } from "./file-names.ts";
import type { ModuleFile } from "./module.ts";

/** New contents of `.BTF_ids`, if the module has that section, and what to warn of. */
export interface NewIds {
  readonly bytes: Uint8Array | undefined;
  readonly warnings: readonly string[];
}

/** Ids in a file beside raw BTF: they stay as they are, with a warning. */
export function idsBeside({ path }: Pick<ModuleFile, "path">): NewIds {
  const beside = `${path.replace(/\.(BTF|btf)$/, "")}.BTF_ids`;
  const warning = `${beside} is not renumbered: only the symbols of a module say which words are ids`;
  return { bytes: undefined, warnings: isThere(beside) ? [warning] : [] };
}
