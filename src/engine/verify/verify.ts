import { checkChains } from "./chains.ts";
import type { Destructors } from "./destructors.ts";
import { type Finding, Report } from "./findings.ts";
import { type Kernel, NEWEST_KERNEL } from "./kernel.ts";
import { resolveTypes } from "./references.ts";
import { checkSpecialFields } from "./special-fields.ts";
import { walkTypes } from "./walk.ts";

/** The kernel that is to judge. */
export interface VerifyOptions {
  /** Its release, see `parseKernel`; the newest known by default. */
  readonly kernel?: Kernel;
  /** Its byte order, since a kernel reads only its own: little-endian by default, for a module its base's. */
  readonly littleEndian?: boolean;
  /** Bytes of its pointers: 8 by default. */
  readonly pointerBytes?: 4 | 8;
  /** The destructors that its types show; without them the verdict on kptrs in maps depends on the kernel. */
  readonly destructors?: Destructors | null;
}

/** The kernel's verdict, and all findings. */
export interface Verdict {
  readonly verdict: "accept" | "reject";
  /** Positive error number of the first failure, 0 if there is none; 524 is ENOTSUPP. */
  readonly errno: number;
  /** The kernel's words for it; null if it accepts, or refuses without a word. */
  readonly phrase: string | null;
  /** The kernel's whole log line, names escaped. */
  readonly log: string | null;
  /** Type that it is about, null if none is. */
  readonly typeId: number | null;
  /** The first failure and, marked as such, what else is wrong; at most 100. */
  readonly findings: readonly Finding[];
  /** How many there are, also those not in `findings`. */
  readonly findingCount: number;
}

/**
 * Predicts a kernel's verdict when a program loads these bytes as BTF (`BPF_BTF_LOAD`, `btf_parse` in
 * kernel/bpf/btf.c): header and sections, each record, all references, chains of modifiers, special fields. The first
 * failure is the kernel's verdict; the walk goes on past it where it can. Never throws for what the bytes hold. About
 * 110 ms for a vmlinux, cold.
 */
export function verifyBtf(bytes: Uint8Array, options: VerifyOptions = {}): Verdict {
  const { kernel = NEWEST_KERNEL, littleEndian = true, pointerBytes = 8, destructors = null } = options;
  const report = new Report();
  const types = walkTypes(bytes, "load", null, kernel, littleEndian, report);
  if (types !== undefined) {
    resolveTypes(types, pointerBytes, report);
    checkChains(types, kernel, report);
    // The phase builds on all references being in order.
    if (report.count === 0) checkSpecialFields(types, kernel, destructors, report);
  }
  return verdictOf(report);
}

/** The verdict that follows from what was found. */
export function verdictOf(report: Report): Verdict {
  const decisive = report.findings.find((finding) => finding.decides);
  return {
    verdict: decisive === undefined ? "accept" : "reject",
    errno: decisive?.errno ?? 0,
    phrase: decisive?.phrase ?? null,
    log: decisive?.log ?? null,
    typeId: decisive?.typeId ?? null,
    findings: report.findings,
    findingCount: report.count,
  };
}
