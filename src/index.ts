/**
 * The library without files: bytes in, bytes, text and verdicts out. Runs in a browser. `btfx/node` adds files.
 *
 * ```ts
 * const base = parseBtf(vmlinuxBytes);
 * const distiller = new Distiller(base); // one for all modules of a kernel
 * const { base: distilledBase, split } = distiller.distill(parseBtf(moduleBytes, base));
 * const relocation = new Relocator(parseBtf(newVmlinuxBytes)).relocate(parseBtf(split, parseBtf(distilledBase)));
 * if (!relocation.ok) for (const failure of relocation.failures) report(failure.message);
 * ```
 */
export { Btf, type TypeId } from "./btf/btf.ts";
export { type EncodeForm, encodeBtf, formOf, withTypes } from "./btf/encode.ts";
export {
  type BtfExt,
  CORE_RELO,
  CORE_RELO_KINDS,
  checkExtRecords,
  type ExtInfo,
  type ExtSection,
  FUNC_INFO,
  LINE_INFO,
  parseBtfExt,
} from "./btf/ext.ts";
export { forEachNameOff, forEachTypeId } from "./btf/fields.ts";
export type { BtfHeader } from "./btf/header.ts";
export {
  infoKflag,
  infoKind,
  infoVlen,
  KIND,
  KINDS,
  type Kind,
  type KindName,
  kindName,
} from "./btf/kinds.ts";
export { parseBtf } from "./btf/parse.ts";
export { printable, StringTable } from "./btf/strings.ts";
export { type COptions, dumpC } from "./dump/c.ts";
export { dumpJson, type JsonOptions } from "./dump/json.ts";
export { dumpLayoutJson, type LayoutJsonOptions } from "./dump/layout-json.ts";
export { dumpRaw, type RawOptions } from "./dump/raw.ts";
export { type Selection, selectTypes } from "./dump/select.ts";
export { ByteSink } from "./dump/sink.ts";
export { type Distilled, Distiller, distillBase } from "./engine/distill.ts";
export { explainFailure } from "./engine/explain-failure.ts";
export type { BrokenRule } from "./engine/match.ts";
export { type Merged, mergeSplits } from "./engine/merge.ts";
export {
  type Candidate,
  type Relocation,
  type RelocationFailure,
  Relocator,
  relocateBase,
} from "./engine/relocate.ts";
export type { TypeUser } from "./engine/users.ts";
export type { Finding } from "./engine/verify/findings.ts";
export { KERNELS, type Kernel, parseKernel } from "./engine/verify/kernel.ts";
export { type ModuleBtf, type ModuleVerdict, ModuleVerifier } from "./engine/verify/module-verifier.ts";
export { type Verdict, type VerifyOptions, verifyBtf } from "./engine/verify/verify.ts";
export { type BaseEvidence, weighBase } from "./engine/wrong-base.ts";
export { BtfxError, ERROR_CODES, type ErrorCode, type ErrorPlace } from "./errors.ts";
export { VERSION } from "./version.ts";
