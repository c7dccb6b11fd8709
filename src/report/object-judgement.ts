import type { Fit, Issue, ObjectVerdict } from "../engine/core/judge.ts";

/** A verdict on a BPF object for one kernel. Plain data. */
export interface ObjectOnKernel extends ObjectVerdict {
  /** The kernel's vmlinux, as it was named. */
  readonly base: string;
  /** With --explain: the steps, in libbpf's words. */
  readonly steps?: readonly string[];
}

/** `ok`, `guarded`, or in a few words what keeps an object from a kernel. */
export function objectCell(on: ObjectOnKernel): string {
  if (on.fit !== "broken") return on.fit === "fits" ? "ok" : "guarded";
  const [issue] = breakingIssues(on);
  return issue === undefined ? "does not fit" : `${SHORT[issue.code]}: ${issue.wants}`;
}

const SHORT: Readonly<Record<Issue["code"], string>> = {
  "no-type": "no type",
  "no-member": "no member",
  "other-type": "other type",
  "out-of-bounds": "out of bounds",
  "no-enumerator": "no enumerator",
  "no-match": "no match",
  "other-width": "other width",
  failed: "relocation fails",
  "no-attach-target": "no target",
  "no-extern": "missing",
};

/** Everything that keeps an object from loading on a kernel: its own issues, and those that its programs reach. */
export function breakingIssues(on: ObjectOnKernel): Issue[] {
  const ofPrograms = on.programs
    .filter(({ isLoaded }) => isLoaded)
    .flatMap(({ issues }) => issues.filter(({ guard }) => guard === "reached"));
  return [...on.issues, ...ofPrograms];
}

/** Issues that say the same of one place, which differ in the kind of relocation only. */
export interface IssueGroup {
  readonly issue: Issue;
  /** Kinds of the relocations, in libbpf's words. */
  readonly kinds: readonly string[];
}

/** Puts issues together that a reader would take for one: one access in one line asks for offset, size and sign. */
export function groupIssues(issues: readonly Issue[]): IssueGroup[] {
  const groups = new Map<string, { issue: Issue; kinds: string[] }>();
  for (const issue of issues) {
    const { wants, message, guard, place } = issue;
    const line = place?.source === undefined ? place?.insn : `${place.source.file}:${place.source.line}`;
    const key = [wants, message, guard, place?.function, line].join("\0");
    const group = groups.get(key) ?? { issue, kinds: [] };
    groups.set(key, group);
    if (issue.kind !== undefined && !group.kinds.includes(issue.kind)) group.kinds.push(issue.kind);
  }
  return [...groups.values()];
}

/** How a fit is put into words. */
export const FIT_WORDS: Readonly<Record<Fit, string>> = {
  fits: "fits",
  guarded: "fits, since what is missing is guarded",
  broken: "does not fit",
};
