import { judgeObject } from "../../engine/core/judge.ts";
import { bpfObjectIn, holdsBpfObject } from "../../io/bpf-object.ts";
import type { BtfFile } from "../../io/btf-file.ts";
import { type KernelSides, kernelSidesOf } from "../../io/kernel-sides.ts";
import type { Vmlinux } from "../../io/vmlinux.ts";
import type { ObjectOnKernel } from "../../report/object-judgement.ts";

/** Says of a BPF object whether its programs will load on each kernel; undefined for another file. */
export type ProgramJudge = (file: BtfFile) => ObjectOnKernel[] | undefined;

/** Makes what judges BPF objects on `kernels`; `explain` keeps each step of relocating, in libbpf's words. */
export function programJudge(kernels: readonly Vmlinux[], explain: boolean): ProgramJudge {
  const sides = kernels.map(kernelSidesOf);
  return (file) => (holdsBpfObject(file) ? judgePrograms(file, sides, explain) : undefined);
}

function judgePrograms(file: BtfFile, kernels: readonly KernelSides[], explain: boolean): ObjectOnKernel[] {
  const { object, local } = bpfObjectIn(file);
  return kernels.map(({ path, targets, kconfig }) => {
    const steps: string[] = [];
    const trace = explain ? (line: string) => steps.push(line) : undefined;
    const verdict = judgeObject(object, local, targets, { kconfig, ...(trace && { trace }) });
    return { base: path, ...verdict, ...(trace && { steps }) };
  });
}
