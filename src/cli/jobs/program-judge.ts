import { judgeObject } from "../../engine/core/judge.ts";
import { BtfxError } from "../../errors.ts";
import { bpfObjectIn, holdsBpfObject } from "../../io/read/bpf-object.ts";
import type { BtfFile } from "../../io/read/btf-file.ts";
import { type KernelSides, kernelsWithModules } from "../../io/read/kernel-sides.ts";
import type { Vmlinux } from "../../io/read/vmlinux.ts";
import { numberText } from "../../report/number-text.ts";
import type { ObjectOnKernel } from "../../report/object-judgement.ts";

/** Characters of all steps that are kept of one object: a thousand times what those of the largest real one have. */
const MOST_CHARACTERS = 2 ** 26;

/** Says of a BPF object whether its programs will load on each kernel; undefined for another file. */
export type ProgramJudge = (file: BtfFile) => ObjectOnKernel[] | undefined;

/** Further facts about the kernels, and how much to report. */
export interface ProgramJudgeOptions {
  /** Files and directories of modules of these kernels. */
  readonly modules?: readonly string[];
  /** Whether to keep each step of relocating, in libbpf's words. */
  readonly explain?: boolean;
}

/** Makes the function that judges BPF objects on `kernels`. Throws as {@link kernelsWithModules} does. */
export async function programJudge(
  kernels: readonly Vmlinux[],
  { modules = [], explain = false }: ProgramJudgeOptions,
): Promise<ProgramJudge> {
  const sides = await kernelsWithModules(kernels, modules);
  return (file) => (holdsBpfObject(file) ? judgePrograms(file, sides, explain) : undefined);
}

function judgePrograms(file: BtfFile, kernels: readonly KernelSides[], explain: boolean): ObjectOnKernel[] {
  const { object, local } = bpfObjectIn(file);
  let characters = 0;
  return kernels.map(({ path, targets, kconfig }) => {
    const steps: string[] = [];
    const keep = (line: string): void => {
      characters += line.length;
      if (characters > MOST_CHARACTERS) throw tooMuchToExplain();
      steps.push(line);
    };
    const trace = explain ? keep : undefined;
    const verdict = judgeObject(object, local, targets, { kconfig, ...(trace && { trace }) });
    return { base: path, ...verdict, ...(trace && { steps }) };
  });
}

function tooMuchToExplain(): BtfxError {
  return new BtfxError(
    "unsupported",
    `the steps of relocating it are more than ${numberText(MOST_CHARACTERS)} characters of text`,
    { hint: "without --explain, verify says whether it fits" },
  );
}
