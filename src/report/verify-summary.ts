import type { Fit } from "../engine/core/judge.ts";
import type { RelocationFailure } from "../engine/relocate.ts";
import type { KernelChoice } from "../engine/verify/kernel-choice.ts";
import type { Cause } from "../engine/verify/module-verifier.ts";
import type { Verdict } from "../engine/verify/verify.ts";
import type { ErrorData } from "../errors.ts";
import { type BreakingType, findBreaking } from "./breaking-types.ts";
import type { ObjectOnKernel } from "./object-judgement.ts";
import { type FailureJson, failureJson, unmappedCell } from "./outcome.ts";

/** A verdict on a module for one base. */
export interface BaseJudgement extends Verdict {
  readonly base: string;
  /** Whose rules judged, and why those. */
  readonly kernel: KernelChoice;
  /** The one cause behind the findings, if there is one. */
  readonly cause: Cause | null;
  /** Whether the module was built against another kernel. */
  readonly wrongBase: boolean;
  /** Types of its distilled base that the base does not have as they must be. */
  readonly unmapped: readonly RelocationFailure[];
}

/** The result of `verify` for one input, as in JSON. */
export type Judgement =
  | ({
      readonly input: string;
      readonly form: "standalone" | "object";
      /** Whose rules judged, and why those. */
      readonly kernel: KernelChoice;
      /** Remarks on how it was judged: as libbpf loads it, or without the base that was given. */
      readonly notes: readonly string[];
      readonly bases: readonly never[];
      /** Whether the programs of a BPF object will load, for each kernel of -B. */
      readonly programs?: readonly ObjectOnKernel[];
    } & Verdict)
  | ({
      readonly input: string;
      readonly form: "module";
      /** Name by which a kernel logs the module. */
      readonly name: string;
      readonly distilled: boolean;
      /** Whose verdict the module's own is: that of the first base that has something against it, else of the first. */
      readonly kernel: KernelChoice;
      readonly cause: Cause | null;
      /** Bytes of its `.BTF`, and of its `.BTF.base` if it has one. */
      readonly btfBytes: number;
      readonly baseBytes?: number;
      readonly bases: readonly BaseJudgement[];
    } & Verdict)
  | Unreadable;

/** An input that could not be judged. */
interface Unreadable {
  readonly input: string;
  readonly form: "unreadable";
  readonly verdict: null;
  readonly failure: ErrorData;
}

/** A judgement in JSON. */
export type JudgementJson =
  | Exclude<Judgement, Unreadable>
  | (Omit<Unreadable, "failure"> & { readonly failure: FailureJson });

/** See {@link JudgementJson}. */
export function judgementJson(judgement: Judgement): JudgementJson {
  if (judgement.form !== "unreadable") return judgement;
  return { ...judgement, failure: failureJson(judgement.failure) };
}

/** What a summary needs of a judgement: the steps of --explain are told at once, and are too long to be kept. */
export function withoutSteps(judgement: Judgement): Judgement {
  if (!("programs" in judgement) || judgement.programs === undefined) return judgement;
  return { ...judgement, programs: judgement.programs.map(({ steps: _, ...verdict }) => verdict) };
}

/** Totals of a run. */
export interface Summary {
  /** Releases whose rules judged, as `6.12`. */
  readonly kernels: readonly string[];
  readonly inputs: number;
  readonly accepted: number;
  readonly rejected: number;
  /** Accepted, but with error findings that the kernel does not look for. */
  readonly flawed: number;
  readonly unreadable: number;
  readonly bases: readonly BaseTotals[];
  readonly breaking: readonly BreakingType[];
}

/** Totals of the modules and BPF objects on one base. */
export interface BaseTotals {
  readonly base: string;
  /** The kernel whose rules judged on this base; null if nothing was judged there. */
  readonly kernel: KernelChoice | null;
  readonly ok: number;
  readonly rejected: number;
  readonly flawed: number;
  readonly wrongBase: number;
  /** BPF objects by whether they will load there; absent where none was judged. */
  readonly objects?: Readonly<Record<Fit, number>>;
}

/** A judgement on a BPF object that says whether it will load on the kernels of -B. */
export type ObjectJudgement = Judgement & {
  readonly form: "object";
  readonly programs: readonly ObjectOnKernel[];
};

/** See {@link ObjectJudgement}. */
export function isObjectOnKernels(judgement: Judgement): judgement is ObjectJudgement {
  return judgement.form === "object" && judgement.programs !== undefined;
}

/** Whether something speaks against it: the kernel, or an error that it would not notice. */
export function hasErrors(verdict: Verdict): boolean {
  return verdict.verdict === "reject" || verdict.findings.some(({ severity }) => severity === "error");
}

/** `ok`, or in a word or two why not. */
export function cellOf(judgement: BaseJudgement): string {
  if (judgement.wrongBase) return "wrong base";
  if (judgement.cause?.code === "distilled-base-ignored") return ".BTF.base ignored";
  const [unmapped] = judgement.unmapped;
  if (judgement.verdict === "reject") return unmapped === undefined ? "refused" : unmappedCell(unmapped);
  const error = judgement.findings.find(({ severity }) => severity === "error");
  if (error === undefined) return "ok";
  return { "btf-ids": ".BTF_ids", resolve: "bad types" }[error.phase as string] ?? error.phase;
}

/** Counts it all, and finds the types that break most modules. */
export function summarize(judgements: readonly Judgement[], bases: readonly string[]): Summary {
  const judged = judgements.filter((it) => it.form !== "unreadable");
  const modules = judged.filter((it) => it.form === "module");
  const objects = judged.filter(isObjectOnKernels);
  const isFlawed = (it: Verdict) => it.verdict === "accept" && hasErrors(it);
  return {
    kernels: [...new Set(judged.flatMap(choicesOf).map(({ rules }) => rules))],
    inputs: judgements.length,
    accepted: judged.filter(({ verdict }) => verdict === "accept").length,
    rejected: judged.filter(({ verdict }) => verdict === "reject").length,
    flawed: judged.filter(isFlawed).length,
    unreadable: judgements.length - judged.length,
    bases: bases.map((base, i) => {
      const column = modules.map((module) => module.bases[i]);
      return {
        base,
        kernel: column[0]?.kernel ?? null,
        ok: column.filter((it) => !hasErrors(it)).length,
        rejected: column.filter(({ verdict }) => verdict === "reject").length,
        flawed: column.filter(isFlawed).length,
        wrongBase: column.filter(({ wrongBase }) => wrongBase).length,
        ...(objects.length === 0 ? {} : { objects: countFits(objects.map(({ programs }) => programs[i])) }),
      };
    }),
    breaking: findBreaking(modules.map((module) => module.bases.flatMap(({ unmapped }) => unmapped))),
  };
}

function countFits(verdicts: readonly ObjectOnKernel[]): Record<Fit, number> {
  const counts = { fits: 0, guarded: 0, broken: 0 };
  for (const { fit } of verdicts) counts[fit]++;
  return counts;
}

/** The kernels whose rules judged an input. */
function choicesOf(judgement: Judgement): readonly KernelChoice[] {
  if (judgement.form === "unreadable") return [];
  return judgement.form === "module" ? judgement.bases.map(({ kernel }) => kernel) : [judgement.kernel];
}
