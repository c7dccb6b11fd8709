import type { BpfCode, CodeFunction } from "../../btf/bpf-code.ts";
import type { Btf } from "../../btf/btf.ts";
import type { BtfExt } from "../../btf/ext.ts";

/** A BPF object: its code, its types, and what it says of its instructions. */
export interface BpfObject extends BpfCode {
  readonly btf: Btf;
  /** Undefined if the object has no `.BTF.ext`, and so no relocations and no lines. */
  readonly ext: BtfExt | undefined;
}

/** Name of the section of functions that are no programs by themselves. */
export const TEXT = ".text";

/** The function that holds instruction `insn` of a section, undefined if none does (`find_prog_by_sec_insn`). */
export function functionAt(object: BpfObject, section: number, insn: number): CodeFunction | undefined {
  const { functions } = object;
  let low = 0;
  let high = functions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const { section: at, start } = functions[middle];
    if (at < section || (at === section && start <= insn)) low = middle + 1;
    else high = middle;
  }
  const found = functions[low - 1];
  return found !== undefined && found.section === section && insn < found.start + found.count
    ? found
    : undefined;
}

/** The programs of an object: functions outside `.text`, and in it if there is no other (`prog_is_subprog`). */
export function programsOf(object: BpfObject): CodeFunction[] {
  const text = object.code.find(({ name }) => name === TEXT)?.index;
  return object.functions.filter(({ section }) => section !== text || object.functions.length === 1);
}
