import type { TypeId } from "../../btf/btf.ts";
import { EINVAL, phraseOf, type Rule } from "./rule.ts";

/**
 * The stage of loading at which the kernel finds a fault. The last four belong to modules, or are checks of our own.
 */
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
  | "btf-ids"
  | "btf-ext"
  | "libbpf";

/** One thing that is wrong. */
export interface Finding {
  readonly phase: Phase;
  /** An error makes the exit code 1, even where the kernel would not notice it. */
  readonly severity: "error" | "warning";
  /** Whether the kernel stops here: its verdict is then this finding's errno and phrase. */
  readonly decides: boolean;
  /** Positive error number that the kernel returns for it, 0 if the kernel does not check. */
  readonly errno: number;
  /** The kernel's words, null if it says nothing. */
  readonly phrase: string | null;
  /** The kernel's whole log line, names escaped; null if it writes none. */
  readonly log: string | null;
  /** Explains the fault in our own words. */
  readonly detail: string;
  readonly typeId: TypeId | null;
  /** Kind of the type as bpftool prints it. */
  readonly kind: string | null;
  /** Name of the type, escaped, "" if it has none. */
  readonly name: string | null;
}

/** The place where a rule is broken, and values for its texts. All are optional. */
export interface Place {
  /** Numbers for the rule's phrase; without them the phrase stands as it is. */
  readonly values?: readonly number[] | undefined;
  /** The kernel's whole log line for a phrase; without it the line is the phrase. */
  readonly line?: (phrase: string) => string;
  /** The place, put before the rule's own words: `STRUCT evt, member kind`. */
  readonly in?: string;
  /** More about it, after the rule's own words. */
  readonly more?: string;
  readonly type?: { readonly id: TypeId; readonly kind: string | null; readonly name: string | null };
}

/** Findings beyond this many are counted, not kept: a damaged vmlinux could fill the memory with them. */
const KEPT = 100;

/** Collects findings in the order in which they are made. The first broken rule of the kernel decides the verdict. */
export class Report {
  readonly findings: Finding[] = [];
  /** All findings, also those not kept. */
  count = 0;
  #decided = false;

  /** Adds a broken rule of the kernel. Calls `placeOf` only if the finding is kept, since texts are costly. */
  broken(phase: Phase, rule: Rule, placeOf: () => Place = () => ({})): void {
    const decides = !this.#decided;
    this.#decided = true;
    this.count++;
    if (this.findings.length >= KEPT) return;
    const { values, line, in: inside, more = "", type } = placeOf();
    const phrase = values === undefined ? rule.phrase : phraseOf(rule, values);
    this.findings.push({
      phase,
      severity: "error",
      decides,
      errno: rule.errno ?? EINVAL,
      phrase,
      log: phrase === null || line === undefined ? phrase : line(phrase),
      detail: `${inside === undefined ? "" : `${inside}: `}${rule.says}${more}`,
      typeId: type?.id ?? null,
      kind: type?.kind ?? null,
      name: type?.name ?? null,
    });
  }

  /** Adds something that the kernel does not check. */
  note(finding: Pick<Finding, "phase" | "severity" | "detail"> & Partial<Finding>): void {
    this.count++;
    if (this.findings.length >= KEPT) return;
    this.findings.push({
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

  /** Counts findings that were counted, and not kept, elsewhere. */
  countMore(count: number): void {
    this.count += count;
  }
}
