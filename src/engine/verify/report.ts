/** The part of loading in which the kernel looks for a fault; the last four are looks of our own, or of module loading. */
export type Phase =
  | "header"
  | "sections"
  | "strings"
  | "metas"
  | "resolve"
  | "chains"
  | "special-fields"
  | "base"
  | "distilled-base"
  | "relocate"
  | "btf-ids";

/** One thing that is wrong. */
export interface Finding {
  readonly phase: Phase;
  /** An error makes the exit code 1, also where the kernel would swallow it. */
  readonly severity: "error" | "warning";
  /** Whether the kernel stops here, so that its verdict is this finding's errno and phrase. */
  readonly decides: boolean;
  /** Positive error number that the kernel returns for it, 0 if it does not look. */
  readonly errno: number;
  /** The kernel's words, null if it says nothing. */
  readonly phrase: string | null;
  /** The kernel's whole log line, names escaped; null if it writes none. */
  readonly log: string | null;
  /** What is wrong, in words of our own. */
  readonly detail: string;
  readonly typeId: number | null;
  /** Kind of the type as bpftool prints it. */
  readonly kind: string | null;
  /** Name of the type, escaped, "" if it has none. */
  readonly name: string | null;
}

/** Findings beyond this many are counted, not kept: a damaged vmlinux could fill the memory with them. */
const KEPT = 100;

/** Collects findings in the order in which they are met. The first that the kernel looks for decides. */
export class Report {
  readonly findings: Finding[] = [];
  /** All findings, also those not kept. */
  count = 0;
  #decided = false;

  /** Whether another finding would be kept; a message for one that would not need not be built. */
  get isFull(): boolean {
    return this.findings.length >= KEPT;
  }

  /** Adds a rule of the kernel that is broken. */
  refuse(finding: Omit<Finding, "decides" | "severity">): void {
    this.#add({ severity: "error", decides: !this.#decided, ...finding });
    this.#decided = true;
  }

  /** Adds something that the kernel does not look for. */
  note(finding: Pick<Finding, "phase" | "severity" | "detail"> & Partial<Finding>): void {
    this.#add({
      decides: false,
      errno: 0,
      phrase: null,
      log: null,
      typeId: null,
      kind: null,
      name: null,
      ...finding,
    });
  }

  /** Counts a finding that is not kept. */
  skip(): void {
    this.count++;
  }

  #add(finding: Finding): void {
    this.count++;
    if (!this.isFull) this.findings.push(finding);
  }
}
