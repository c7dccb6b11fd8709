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
  return patch(ko, sections);
}

/**
 * Runs `work` with the bytes that {@link patchModule} makes. Nobody may keep them: the next module is written to the
 * same memory, since V8 frees such memory late.
 */
export async function withPatchedModule<T>(
  ko: ModuleElf,
  sections: NewSections,
  work: (bytes: Uint8Array) => Promise<T>,
): Promise<T> {
  let memory = idle;
  idle = undefined;
  try {
    const zeros = (size: number) => {
      if (memory === undefined || memory.length < size) memory = new Uint8Array(size);
      return memory.subarray(0, size).fill(0);
    };
    return await work(patch(ko, sections, zeros));
  } finally {
    if (memory !== undefined && memory.length <= MOST_KEPT_BYTES) idle = memory;
  }
}

let idle: Uint8Array | undefined;
const MOST_KEPT_BYTES = 1 << 23;

function patch(ko: ModuleElf, sections: NewSections, zeros?: (size: number) => Uint8Array): Uint8Array {
  const set = new Map<string, Uint8Array>([[".BTF", sections.btf]]);
  if (sections.distilledBase !== undefined) set.set(".BTF.base", sections.distilledBase);
  if (sections.btfIds !== undefined) set.set(".BTF_ids", sections.btfIds);
  const bytes = ko.bytes();
  const unsigned = ko.signature === undefined ? bytes : bytes.subarray(0, ko.signature.start);
  const remove = sections.distilledBase === undefined ? [".BTF.base"] : [];
  return patchElf(unsigned, ko.elf, { set, remove }, zeros);
}
