/**
 * The library with files: what a vmlinux or a module on disk holds, and a module written back. All of `btfx` is here too.
 *
 * ```ts
 * const { btf: base } = readBase("vmlinux");
 * const module = readModule("veth.ko");
 * const { split } = parseOnBase(module, base);
 * ```
 */
export * from "./index.ts";
export { type BaseFile, readBase } from "./io/base.ts";
export { findVmlinux, vmlinuxPaths } from "./io/find-vmlinux.ts";
export { type ModuleElf, type ModuleFile, parseOnBase, readModule, type WeighedSplit } from "./io/module.ts";
export { type NewIds, remapIds } from "./io/module-ids.ts";
export type { NewSections } from "./io/outputs.ts";
export { patchModule } from "./io/patch-module.ts";
export { type OutputFile, writeOutputs } from "./io/write.ts";
