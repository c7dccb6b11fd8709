/**
 * The library with files: what a vmlinux or a module on disk holds, and a module written back. All of `btfx` is here too.
 *
 * ```ts
 * const { btf: base } = await readVmlinux("vmlinux");
 * const { split } = await withBtfFile("veth.ko.xz", async (file) => parseOnBase(await moduleIn(file), base));
 * ```
 */

export type { ModuleSignature } from "./elf/signature.ts";
export type { FileForm, Inside } from "./image/look-inside.ts";
export * from "./index.ts";
export { BtfFile, openBtfFile, withBtfFile } from "./io/btf-file.ts";
export { parseOnDistilled } from "./io/distilled-btf.ts";
export { findVmlinux, vmlinuxPaths } from "./io/find-vmlinux.ts";
export type { NewIds } from "./io/ids-beside.ts";
export type { OpenLimits } from "./io/limits.ts";
export { type DistilledFile, isDistilled, type ModuleElf, type ModuleFile, moduleIn } from "./io/module.ts";
export { remapIds } from "./io/module-ids.ts";
export { NODE_CODECS } from "./io/node-codecs.ts";
export type { OpenSource } from "./io/open-source.ts";
export { type NewSections, patchModule } from "./io/patched-module.ts";
export { parseOnBase } from "./io/split-btf.ts";
export { readVmlinux, type Vmlinux } from "./io/vmlinux.ts";
export { type OutputFile, writeOutputs } from "./io/write.ts";
