import type { BtfFile } from "./btf-file.ts";

/** A section with BTF, or with ids of its types. */
export interface BtfSection {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Sections that a kernel, a module or a BPF object may have besides `.BTF`. */
const OTHERS = [".BTF.base", ".BTF_ids", ".BTF.ext", ".BTF.inline"];

/**
 * The BTF of a file and all sections that belong to it, unchanged. For raw BTF and kernel images: the BTF, and a
 * distilled base if there is one.
 */
export async function btfSectionsOf(file: BtfFile): Promise<BtfSection[]> {
  const sections = [{ name: ".BTF", bytes: file.btf() }];
  for (const name of OTHERS) {
    const bytes = name === ".BTF.base" ? await file.distilledBase() : file.section(name);
    if (bytes !== undefined) sections.push({ name, bytes });
  }
  return sections;
}
