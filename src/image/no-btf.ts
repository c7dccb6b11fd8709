import type { ByteSource } from "../elf/byte-source.ts";
import type { Elf } from "../elf/read.ts";
import { BtfxError } from "../errors.ts";
import { whatItIs } from "./what-it-is.ts";

/** The refusal of a file that is neither BTF nor ELF nor a kernel, with what was taken off it. */
export function notBtf(source: ByteSource, layers: readonly string[]): BtfxError {
  const at = layers.length === 0 ? {} : { section: layers.join(" > ") };
  if (source.size === 0) return new BtfxError("truncated", "the file is empty", { at });
  const { what, hint } = whatItIs(source);
  return new BtfxError("bad-magic", `neither BTF nor ELF, but ${what}`, { at, hint });
}

/** The refusal of ELF without `.BTF`, with the reason that its other sections suggest. */
export function noBtfSection(elf: Elf): BtfxError {
  return new BtfxError("no-btf", "the file has no .BTF section", { hint: reasonForNoBtf(elf) });
}

/** The refusal of a kernel's bare image in which no BTF was found. */
export function noBtfInKernel(layers: readonly string[]): BtfxError {
  return new BtfxError("no-btf", `no BTF was found in the kernel (${layers.join(" > ")})`, {
    hint: "it was built without CONFIG_DEBUG_INFO_BTF; another kernel's package may have it",
  });
}

function reasonForNoBtf(elf: Elf): string {
  if (elf.section(".modinfo") !== undefined) {
    return "the module was built without BTF (no vmlinux was there at build time), or the section was stripped";
  }
  if (elf.section(".BTF.meta") !== undefined) {
    return "the kernel keeps its types in a module, btf_vmlinux.ko: give that";
  }
  if (elf.section(".init.text") !== undefined) {
    return "the kernel was built without CONFIG_DEBUG_INFO_BTF, or the section was stripped; another vmlinux of it may have it";
  }
  return "it was built without BTF, or the section was stripped";
}
