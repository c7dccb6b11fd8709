import { patchElf } from "../../elf/patch.ts";
import type { ModuleElf } from "../read/module.ts";

/** The sections of a rewritten module. */
export interface NewSections {
  readonly btf: Uint8Array;
  /** Undefined if the module loses the section. */
  readonly distilledBase: Uint8Array | undefined;
  readonly btfIds: Uint8Array | undefined;
}

/** The .ko with new BTF sections. All other sections keep their bytes; an appended signature is removed. */
export function patchModule(ko: ModuleElf, sections: NewSections): Uint8Array {
  const set = new Map<string, Uint8Array>([[".BTF", sections.btf]]);
  if (sections.distilledBase !== undefined) set.set(".BTF.base", sections.distilledBase);
  if (sections.btfIds !== undefined) set.set(".BTF_ids", sections.btfIds);
  const bytes = ko.bytes();
  const unsigned = ko.signature === undefined ? bytes : bytes.subarray(0, ko.signature.start);
  return patchElf(unsigned, ko.elf, {
    set,
    remove: sections.distilledBase === undefined ? [".BTF.base"] : [],
  });
}
