import type { Btf, TypeId } from "../../btf/btf.ts";
import { parseBtf, parseUnchecked } from "../../btf/parse.ts";
import { BtfxError } from "../../errors.ts";
import { explainFailure } from "../explain-failure.ts";
import { type RelocationFailure, Relocator } from "../relocate.ts";
import { idsIn } from "../remap-btf-ids.ts";
import { type BaseEvidence, explainWrongBase, weighBase } from "../wrong-base.ts";
import { checkChains } from "./chains.ts";
import { type BtfIds, checkBtfIds } from "./check-btf-ids.ts";
import { Report } from "./findings.ts";
import { DISTILLED_SINCE, type Kernel, NEWEST_KERNEL } from "./kernel.ts";
import { resolveTypes } from "./references.ts";
import { EINVAL, ENOENT } from "./rule.ts";
import type { Types } from "./types-view.ts";
import { type Verdict, type VerifyOptions, verdictOf } from "./verify.ts";
import { walkTypes } from "./walk.ts";

/** The parts of a module that are judged. */
export interface ModuleBtf {
  /** `.BTF`. */
  readonly btf: Uint8Array;
  /** `.BTF.base`, if there is one. */
  readonly distilledBase?: Uint8Array | undefined;
  /** `.BTF_ids` as its symbols describe it, if there is one, or the error why they do not. */
  readonly btfIds?: BtfIds | BtfxError | undefined;
}

/** The kernel that a module is loaded into. */
export interface ModuleVerifyOptions extends VerifyOptions {
  /** Whether it reads `.BTF.base`: from 6.11 on by default. See `readsDistilledBase` for what its types say. */
  readonly readsDistilledBase?: boolean;
}

/** The cause that explains the findings. It is told first, since they follow from it. */
export interface Cause {
  readonly code: "wrong-base" | "distilled-base-ignored";
  readonly detail: string;
}

/** A kernel's verdict on a module's BTF. */
export interface ModuleVerdict extends Verdict {
  /** The one cause behind the findings, null if there is no single one. */
  readonly cause: Cause | null;
  /** Evidence for or against the module having been built on this base; undefined if it has a distilled base. */
  readonly evidence: BaseEvidence | undefined;
  /** Types of the distilled base that are not found in this base as they must be. */
  readonly unmapped: readonly RelocationFailure[];
}

/**
 * A kernel that modules are to be loaded into: its types, its release, its machine. The base is resolved and indexed
 * once for all of them.
 */
export class ModuleVerifier {
  readonly base: Btf;
  readonly #kernel: Kernel;
  readonly #littleEndian: boolean;
  readonly #pointerBytes: number;
  readonly #readsDistilledBase: boolean;
  #relocator: Relocator | undefined;

  constructor(base: Btf, options: ModuleVerifyOptions = {}) {
    this.base = base;
    this.#kernel = options.kernel ?? NEWEST_KERNEL;
    this.#littleEndian = options.littleEndian ?? base.header.littleEndian;
    this.#pointerBytes = options.pointerBytes ?? 8;
    this.#readsDistilledBase = options.readsDistilledBase ?? this.#kernel >= DISTILLED_SINCE;
  }

  /**
   * Predicts the kernel's verdict on the module's BTF when it is loaded (`btf_parse_module`): sections, records and
   * chains of modifiers, also those of `.BTF.base`, which is then relocated. Faults that the kernel does not notice
   * (names of another base, structs that contain themselves, references of the wrong kind, `.BTF_ids`) are found as
   * well, and marked as not deciding. Never throws because of the contents of the module.
   */
  verify(module: ModuleBtf): ModuleVerdict {
    const report = new Report();
    const distilled = this.#readsDistilledBase ? module.distilledBase : undefined;
    return distilled === undefined
      ? this.#verifySplit(module, report)
      : this.#verifyDistilled(module, distilled, report);
  }

  #verifySplit(module: ModuleBtf, report: Report): ModuleVerdict {
    const isIgnored = module.distilledBase !== undefined;
    const evidence = isIgnored ? undefined : weigh(module.btf, this.base);
    const cause = isIgnored ? IGNORED : evidence?.wrong ? wrongBase(evidence) : null;
    if (cause !== null) {
      const phase = isIgnored ? "distilled-base" : "base";
      report.note({ phase, severity: "error", detail: cause.detail });
    }
    const types = this.#walk(module.btf, this.base, report);
    // Garbled names explain everything. Only without them, each stray reference is reported.
    const isGarbled = isIgnored || (cause !== null && (evidence?.strayNames ?? 0) > 0);
    if (types !== undefined && !isGarbled) {
      this.#noteUnresolved(types, report);
      this.#checkIds(module, types, false, report);
    }
    return { ...verdictOf(report), cause, evidence, unmapped: [] };
  }

  #verifyDistilled(module: ModuleBtf, distilledBytes: Uint8Array, report: Report): ModuleVerdict {
    const unmapped: RelocationFailure[] = [];
    const result = () => ({ ...verdictOf(report), cause: null, evidence: undefined, unmapped });
    const baseTypes = walkTypes(distilledBytes, "base", null, this.#kernel, this.#littleEndian, report);
    if (baseTypes !== undefined) checkChains(baseTypes, this.#kernel, report);
    const distilled = this.#parse("distilled-base", distilledBytes, null, report);
    if (distilled === undefined) return result();
    const types = this.#walk(module.btf, distilled, report);
    if (types !== undefined) {
      this.#noteUnresolved(types, report);
      this.#checkIds(module, types, true, report);
    }
    const split = this.#parse("relocate", module.btf, distilled, report);
    if (split === undefined) return result();
    try {
      this.#relocator ??= new Relocator(this.base);
      const relocation = this.#relocator.relocate(split, rootsOf(module));
      if (!relocation.ok) {
        for (const failure of relocation.failures) unmapped.push(failure);
        refuseUnmapped(relocation.failures, report);
      }
    } catch (error) {
      // btfx cannot rewrite these kinds or names, so it did not relocate them. The kernel's verdict on them is known
      // already.
      if (!(error instanceof BtfxError)) throw error;
      report.note({ phase: "relocate", severity: "error", detail: `not relocated: ${error.message}` });
    }
    return result();
  }

  #walk(bytes: Uint8Array, base: Btf, report: Report): Types | undefined {
    const types = walkTypes(bytes, "split", base, this.#kernel, this.#littleEndian, report);
    if (types !== undefined) checkChains(types, this.#kernel, report);
    return types;
  }

  /** The kernel does not resolve a module's types. Types that would fail if it did are findings anyway. */
  #noteUnresolved(types: Types, report: Report): void {
    const found = new Report();
    resolveTypes(types, this.#pointerBytes, found);
    for (const { typeId, kind, name, phrase, detail } of found.findings) {
      report.note({
        phase: "resolve",
        severity: "error",
        detail: `${detail} (${phrase}; the kernel does not check this in a module)`,
        typeId,
        kind,
        name,
      });
    }
    report.countMore(found.count - found.findings.length);
  }

  #checkIds({ btfIds }: ModuleBtf, types: Types, isDistilled: boolean, report: Report): void {
    if (btfIds instanceof BtfxError) {
      report.note({ phase: "btf-ids", severity: "error", detail: `.BTF_ids: ${btfIds.message}` });
    } else if (btfIds !== undefined) checkBtfIds(btfIds, types, isDistilled, this.#kernel, report);
  }

  /** Parses the BTF. If that fails although the kernel may have accepted it, reports it. */
  #parse(
    phase: "distilled-base" | "relocate",
    bytes: Uint8Array,
    base: Btf | null,
    report: Report,
  ): Btf | undefined {
    try {
      return parseBtf(bytes, base);
    } catch (error) {
      if (!(error instanceof BtfxError)) throw error;
      if (report.count === 0) {
        report.note({
          phase,
          severity: "error",
          detail: error.message,
          typeId: error.at.typeId ?? null,
        });
      }
      return undefined;
    }
  }
}

/** Without its distilled base, a module's types mean nothing on any base. */
const IGNORED: Cause = {
  code: "distilled-base-ignored",
  detail:
    "this kernel does not read .BTF.base (Linux does from 6.11 on), and without it the types of a distilled module mean nothing",
};

function wrongBase(evidence: BaseEvidence): Cause {
  return { code: "wrong-base", detail: explainWrongBase(evidence) };
}

/** Ids that the module uses by its `.BTF_ids`. */
function rootsOf({ btfIds }: ModuleBtf): readonly TypeId[] {
  if (btfIds === undefined || btfIds instanceof BtfxError) return [];
  return idsIn(btfIds.bytes, btfIds.layout, btfIds.littleEndian);
}

function weigh(bytes: Uint8Array, base: Btf): BaseEvidence | undefined {
  try {
    return weighBase(parseUnchecked(bytes, base));
  } catch (error) {
    if (error instanceof BtfxError) return undefined;
    throw error;
  }
}

/**
 * All types that do not relocate. The kernel names the first: of the base's own form before those that it does not
 * find.
 */
function refuseUnmapped(failures: readonly RelocationFailure[], report: Report): void {
  const isForm = ({ rule }: RelocationFailure) => rule === "unexpected-kind" || rule === "anonymous";
  for (const failure of [...failures.filter(isForm), ...failures.filter((it) => !isForm(it))]) {
    const errno = failure.rule === "unmapped-string" ? ENOENT : EINVAL;
    const { id, kind, name, message } = failure;
    const rule = { phrase: message, says: explainFailure(failure, "the base"), errno };
    report.broken("relocate", rule, () => (id === 0 ? {} : { type: { id, kind, name } }));
  }
}
