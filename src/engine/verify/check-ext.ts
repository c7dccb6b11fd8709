import type { Btf } from "../../btf/btf.ts";
import { parseBtfExt } from "../../btf/ext.ts";
import { type ExtFault, examineExtRecords } from "../../btf/ext-records.ts";
import { BtfxError } from "../../errors.ts";

/** The fault, and its place in bytes from the start of the section. */
export type ExtFinding = Pick<ExtFault, "message" | "offset">;

/** Faults beyond this many say nothing new. */
const MAX_FAULTS = 100;

/**
 * Finds the faults of `.BTF.ext`: of its structure, as `btf_ext_parse` of libbpf does, and of its records. Without
 * `btf`, what refers to it is not checked. `code` gives the instructions of a section.
 */
export function findExtFaults(
  bytes: Uint8Array,
  btf: Btf | undefined,
  code: (name: string) => Uint8Array | undefined,
): ExtFinding[] {
  try {
    const ext = parseBtfExt(bytes);
    const faults: ExtFault[] = [];
    if (btf !== undefined) {
      examineExtRecords(ext, btf, { code }, (fault) => faults.push(fault) < MAX_FAULTS);
    }
    return faults;
  } catch (error) {
    if (!(error instanceof BtfxError)) throw error;
    return [{ message: error.message, offset: error.at.offset ?? 0 }];
  }
}
