import { patchElf } from "../../elf/patch.ts";
import type { ModuleElf } from "../read/module.ts";

/** The sections of a rewritten module. */
export interface NewSections {
  readonly btf: Uint8Array;
  /** Undefined where the module has none any more. */
  readonly distilledBase: Uint8Array | undefined;
  readonly btfIds: Uint8Array | undefined;
}

/** The .ko with new BTF sections: every other section keeps its bytes, an appended signature is cut off. */
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
