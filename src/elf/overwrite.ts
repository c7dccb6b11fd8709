import { BtfxError } from "../errors.ts";
import type { Elf } from "./read.ts";

/**
 * A copy of the ELF file `bytes`, from which `elf` was read, with other bytes in some sections. `contents` are by
 * section number, with the lengths of the sections, so nothing moves and all other bytes stay. Throws `bad-elf` for
 * compressed sections.
 */
export function overwriteSections(
  bytes: Uint8Array,
  elf: Elf,
  contents: ReadonlyMap<number, Uint8Array>,
): Uint8Array {
  const copy = Uint8Array.from(bytes);
  for (const [index, content] of contents) {
    const { name, offset, size } = elf.sections[index];
    if (content.length !== size) {
      throw new BtfxError("bad-elf", `${content.length} bytes cannot take the place of ${size}`, {
        at: { section: name },
        hint: "the section is compressed; 'objcopy --decompress-debug-sections' decompresses it",
      });
    }
    copy.set(content, offset);
  }
  return copy;
}
