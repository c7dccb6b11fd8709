import type { Btf } from "../btf/btf.ts";
import { parseBtf } from "../btf/parse.ts";
import { ELF32 } from "../elf/format.ts";
import { moduleInfo } from "../elf/modinfo.ts";
import { Relocator } from "../engine/relocate.ts";
import { BtfxError, withContext } from "../errors.ts";
import { type DumpInput, onBase, type Unrelocated } from "./dump-base.ts";
import { openInput, sectionBytes } from "./input.ts";
import { parseOnDistilled } from "./module.ts";

/** The ELF side of `readDumpInput`; tells what a file is that is neither ELF nor BTF. */
export function readDumpElf(path: string, base: Btf | null): DumpInput | Unrelocated {
  const input = openInput(path);
  try {
    return withContext({ file: path }, () => {
      if (input.form === "raw") return onBase(input.source.readAll(), base, undefined, () => undefined);
      const { elf } = input;
      const bytes = sectionBytes(elf, ".BTF");
      if (bytes === undefined) {
        throw new BtfxError("no-btf", "the file has no .BTF section", { hint: "it was built without BTF" });
      }
      const pointerSize = elf.form === ELF32 ? 4 : 8;
      const distilledBase = sectionBytes(elf, ".BTF.base");
      if (distilledBase === undefined) {
        const release = () => moduleInfo(elf)?.release;
        return withContext({ section: ".BTF" }, () => onBase(bytes, base, pointerSize, release));
      }
      const { split } = parseOnDistilled({ btf: bytes, distilledBase });
      if (base === null) return { btf: split, pointerSize, evidence: undefined };
      const relocation = new Relocator(base).relocate(split);
      if (!relocation.ok) return { path, failures: relocation.failures };
      return { btf: parseBtf(relocation.bytes, base), pointerSize, evidence: undefined };
    });
  } finally {
    input.source.close();
  }
}
