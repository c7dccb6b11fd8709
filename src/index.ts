/**
 * The library without files: bytes in, types, text, bytes and verdicts out. Runs in a browser. `btfx/node` adds files,
 * `btfx/wire` the records as the format has them.
 *
 * ```ts
 * const vmlinux = openImage(bytes).parse();
 * const task = layoutOf(vmlinux, vmlinux.find("task_struct", "STRUCT")!);
 * const offset = task.members.find(({ name }) => name === "pid")?.offset;
 *
 * const distiller = new Distiller(vmlinux); // one for all modules of a kernel
 * const { base, split } = distiller.distill(openImage(moduleBytes).parse(vmlinux));
 * const relocation = new Relocator(newVmlinux).relocate(parseBtf(split, parseBtf(base)));
 * if (!relocation.ok) for (const failure of relocation.failures) report(failure.message);
 * ```
 *
 * Functions that take a type id throw `RangeError` for one that no type has. Bad input throws {@link BtfxError}, with a
 * code, a place and a hint.
 */
export { Btf, type TypeId } from "./btf/btf.ts";
export type { BtfIdEntry, BtfIdKind, BtfIdSet, BtfIdsLayout } from "./btf/btf-ids.ts";
export type { EncodeForm } from "./btf/encode.ts";
export type { BtfHeader } from "./btf/header.ts";
export type { KindName } from "./btf/kinds.ts";
export { parseBtf } from "./btf/parse.ts";
export { looksSplit, type RawForm, rawForm } from "./btf/raw-form.ts";
export type { Codecs, Decompressed } from "./container/codecs.ts";
export type { COptions } from "./dump/c.ts";
export type { JsonOptions } from "./dump/json.ts";
export type { LayoutJsonOptions } from "./dump/layout-json.ts";
export type { LayoutOptions } from "./dump/pahole/layouts.ts";
export type { RawOptions } from "./dump/raw.ts";
export {
  cText,
  jsonText,
  layoutJsonText,
  layoutText,
  rawText,
  type Write,
  writeC,
  writeJson,
  writeLayoutJson,
  writeRaw,
} from "./dump/text.ts";
export type { ByteSource, MakeRoom } from "./elf/byte-source.ts";
export type { Inflate } from "./elf/compression.ts";
export type { ElfForm } from "./elf/format.ts";
export type { LinuxBanner } from "./elf/linux-banner.ts";
export type { Elf, Section } from "./elf/read.ts";
export {
  CHANGE_CLASSES,
  type Change,
  type ChangeClass,
  type MemberChange,
  type Reached,
} from "./engine/diff/change.ts";
export { type Difference, type DiffOptions, diffBtf, type KindSummary } from "./engine/diff/diff.ts";
export { type ModuleImpact, ModuleImpacts, type ReachedChange } from "./engine/diff/module-impact.ts";
export { type Distilled, Distiller } from "./engine/distill.ts";
export { explainFailure, type FailureLines, failureLines } from "./engine/explain-failure.ts";
export type { BrokenRule } from "./engine/match.ts";
export { type Merged, mergeSplits } from "./engine/merge.ts";
export { parseSplit, type WeighedSplit, wrongBase } from "./engine/parse-split.ts";
export { prune, type Renumbered } from "./engine/prune.ts";
export { type Candidate, type Relocation, type RelocationFailure, Relocator } from "./engine/relocate.ts";
export { idsIn } from "./engine/remap-btf-ids.ts";
export { sortByName } from "./engine/sort.ts";
export type { TypeUser } from "./engine/users.ts";
export type { BtfIds } from "./engine/verify/check-btf-ids.ts";
export { Destructors } from "./engine/verify/destructors.ts";
export type { Finding, Phase } from "./engine/verify/findings.ts";
export { KERNELS, type Kernel, parseKernel } from "./engine/verify/kernel.ts";
export {
  chooseKernel,
  explainChoice,
  type FoundRelease,
  type KernelChoice,
  type ReleaseSource,
} from "./engine/verify/kernel-choice.ts";
export type { ObjectFile, ObjectSymbol } from "./engine/verify/load-object.ts";
export {
  type Cause,
  type ModuleBtf,
  type ModuleVerdict,
  ModuleVerifier,
  type ModuleVerifyOptions,
} from "./engine/verify/module-verifier.ts";
export { type Verdict, type VerifyOptions, verifyBtf } from "./engine/verify/verify.ts";
export {
  type ObjectParts,
  type ObjectVerdict,
  type ObjectVerifyOptions,
  verifyObject,
} from "./engine/verify/verify-object.ts";
export { type BaseEvidence, weighBase } from "./engine/wrong-base.ts";
export {
  BtfxError,
  ERROR_CODES,
  type ErrorCode,
  type ErrorData,
  type ErrorDetails,
  type ErrorPlace,
  errorText,
  withContext,
} from "./errors.ts";
export {
  BtfImage,
  type ImageBtfIds,
  openImage,
  type UnpackImageOptions,
  unpackImage,
} from "./image/btf-image.ts";
export { Builder, type NewMember, type NewType } from "./types/build.ts";
export { describe } from "./types/describe.ts";
export type {
  ArrayType,
  CompositeType,
  DatasecType,
  DeclTagType,
  Described,
  Enum64Type,
  Enumerator,
  EnumType,
  FloatType,
  ForwardType,
  FuncProtoType,
  FuncType,
  IntType,
  KnownType,
  Linkage,
  LocParamType,
  LocProtoType,
  LocsecType,
  Member,
  ReferenceType,
  TypeDescription,
  TypeTagType,
  UnknownType,
  VarType,
  VoidType,
} from "./types/description.ts";
export { type Hole, type Layout, layoutOf, type MemberLayout } from "./types/layout.ts";
export {
  type MissingMember,
  membersAt,
  type PlacedMember,
  placeMember,
} from "./types/member-path.ts";
export { alignOf, sizeOf, skipModifiers } from "./types/sizes.ts";
export { declarationOf } from "./types/type-text.ts";
export { type Use, type UseKind, Users } from "./types/users-of.ts";
export { VERSION } from "./version.ts";
