/**
 * BTF as in the format: words, string offsets, kinds by number. For programs that go over all types of a kernel, or
 * write records themselves; `btfx` has types as data.
 *
 * ```ts
 * const { words, starts, kinds, firstId } = btf; // a record per type, in host order
 * for (let i = 0; i < kinds.length; i++) {
 *   if (kinds[i] !== KIND.STRUCT) continue;
 *   forEachTypeId(words, starts[i], (at) => console.log(`[${firstId + i}] holds [${words[at]}]`));
 * }
 * ```
 */
export { type EncodeForm, encodeBtf, formOf, withTypes } from "./btf/encode.ts";
export {
  type BtfExt,
  CORE_RELO,
  CORE_RELO_KINDS,
  type ExtInfo,
  type ExtSection,
  FUNC_INFO,
  LINE_INFO,
  parseBtfExt,
} from "./btf/ext.ts";
export {
  checkExtRecords,
  type ExtFault,
  type ExtSurroundings,
  examineExtRecords,
} from "./btf/ext-records.ts";
export { forEachNameOff, forEachTypeId } from "./btf/fields.ts";
export * from "./btf/kinds.ts";
export { nameBytes, printable, StringTable } from "./btf/strings.ts";
export { TypeNames } from "./btf/type-names.ts";
export { dumpC } from "./dump/c.ts";
export { dumpJson } from "./dump/json.ts";
export { dumpLayoutJson } from "./dump/layout-json.ts";
export { dumpRaw } from "./dump/raw.ts";
export { type Selection, selectTypes } from "./dump/select.ts";
export { ByteSink } from "./dump/sink.ts";
