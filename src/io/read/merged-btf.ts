import type { Btf } from "../../btf/btf.ts";
import { parseBtf } from "../../btf/parse.ts";
import { mergeSplits } from "../../engine/merge.ts";
import { refuseUnknown } from "../../engine/rewritable.ts";
import { BtfxError, withContext } from "../../errors.ts";
import { isStream } from "../open-source.ts";
import { type ParsedBtf, readParsedBtf, type Unrelocated } from "./parsed-btf.ts";

/**
 * Reads the BTF of several files and merges it on `base`, as `merge_btf_files` of bpftool does. Types are laid out for
 * the pointer size of the files, or with `bpftoolPointers` for 8 bytes, which bpftool assumes for merged BTF. Throws
 * `no-base` without a base.
 */
export async function readMergedBtf(
  paths: readonly string[],
  base: Btf | null,
  bpftoolPointers: boolean,
): Promise<ParsedBtf | Unrelocated> {
  if (base === null) throw await noBase(paths);
  const inputs: ParsedBtf[] = [];
  for (const path of paths) {
    const input = await readParsedBtf(path, base);
    if ("failures" in input) return input;
    withContext({ file: path }, () => refuseUnknown(input.btf));
    inputs.push(input);
  }
  const merged = mergeSplits(
    base,
    inputs.map((input) => input.btf),
  );
  const pointerSize = inputs.find((input) => input.pointerSize !== undefined)?.pointerSize;
  const { evidence } = inputs.find((input) => input.evidence?.wrong === true) ?? inputs[0];
  return {
    btf: parseBtf(merged.bytes, base),
    pointerSize: bpftoolPointers ? 8 : pointerSize,
    evidence,
  };
}

/**
 * The standalone BTF among the files may have been meant as their base. Throws `io` if one is not there: its name may
 * have been meant as another word.
 */
async function noBase(paths: readonly string[]): Promise<BtfxError> {
  const alone: string[] = [];
  for (const path of paths) if (await standsAlone(path)) alone.push(path);
  const hint =
    alone.length === 1
      ? `did you mean -B ${alone[0]}?`
      : "give the vmlinux that all of them were built against with -B";
  return new BtfxError(
    "no-base",
    "several files are merged on the vmlinux that they are split on, and none was given",
    {
      hint,
    },
  );
}

async function standsAlone(path: string): Promise<boolean> {
  // A pipe is not read twice.
  if (isStream(path)) return false;
  try {
    const input = await readParsedBtf(path, null);
    return !("failures" in input) && input.btf.base === null;
  } catch (error) {
    if (error instanceof BtfxError && error.code !== "io") return false;
    throw error;
  }
}
