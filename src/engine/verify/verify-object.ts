import type { Btf } from "../../btf/btf.ts";
import { parseBtf } from "../../btf/parse.ts";
import { BtfxError } from "../../errors.ts";
import { type ExtFinding, findExtFaults } from "./check-ext.ts";
import { Report } from "./findings.ts";
import { NEWEST_KERNEL } from "./kernel.ts";
import { loadObject, type ObjectFile } from "./load-object.ts";
import { type Verdict, type VerifyOptions, verdictOf, verifyBtf } from "./verify.ts";

/** A BPF object, as far as its types go. */
export interface ObjectParts extends ObjectFile {
  /** `.BTF`. */
  readonly btf: Uint8Array;
  /** `.BTF.ext`, if there is one. */
  readonly ext: Uint8Array | undefined;
  /** Bytes of a section with instructions, undefined if there is none of that name. */
  readonly code: (name: string) => Uint8Array | undefined;
}

/** How to judge a BPF object. */
export interface ObjectVerifyOptions extends VerifyOptions {
  /** Judge the bytes as they are, not what libbpf makes of them before it loads them. */
  readonly asIs?: boolean;
}

/** A kernel's verdict on a BPF object's BTF. */
export interface ObjectVerdict extends Verdict {
  /** The changes that libbpf makes before loading, in words; null where the bytes were judged as they are. */
  readonly changes: readonly string[] | null;
}

/**
 * Predicts a kernel's verdict when libbpf loads the BTF of a BPF object: not on the bytes that a compiler wrote, but on
 * what `loadObject` makes of them. `.BTF.ext`, which libbpf and the kernel look at when programs are loaded, is checked
 * too; nothing there decides this verdict. Never throws for what the object holds.
 */
export function verifyObject(object: ObjectParts, options: ObjectVerifyOptions = {}): ObjectVerdict {
  const btf = parsed(object.btf);
  const ext = object.ext === undefined ? [] : findExtFaults(object.ext, btf, object.code);
  // libbpf does not change BTF that it cannot read; the kernel's verdict says why.
  if (options.asIs === true || btf === undefined) return withExt(verifyBtf(object.btf, options), ext, null);
  const loaded = loadObject(btf, object, options.kernel ?? NEWEST_KERNEL);
  if ("bytes" in loaded) return withExt(verifyBtf(loaded.bytes, options), ext, loaded.changes);
  const report = new Report();
  const { errno, message } = loaded;
  report.broken("libbpf", {
    phrase: message,
    says: "libbpf does not open the object: no kernel sees its types",
    errno,
  });
  return withExt(verdictOf(report), ext, []);
}

function withExt(
  verdict: Verdict,
  faults: readonly ExtFinding[],
  changes: readonly string[] | null,
): ObjectVerdict {
  const report = new Report();
  for (const { message, offset } of faults) {
    const detail = `.BTF.ext at ${offset}: ${message}`;
    report.note({ phase: "btf-ext", severity: "error", detail });
  }
  return {
    ...verdict,
    findings: [...verdict.findings, ...report.findings],
    findingCount: verdict.findingCount + report.count,
    changes,
  };
}

function parsed(bytes: Uint8Array): Btf | undefined {
  try {
    return parseBtf(bytes);
  } catch (error) {
    if (error instanceof BtfxError) return undefined;
    throw error;
  }
}
