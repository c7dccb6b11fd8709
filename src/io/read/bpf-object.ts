import { parseBtfExt } from "../../btf/ext.ts";
import { checkExtRecords } from "../../btf/ext-records.ts";
import { parseBtf } from "../../btf/parse.ts";
import { readBpfObject } from "../../elf/bpf-object.ts";
import { isBpfObject } from "../../elf/magic.ts";
import type { BpfObject } from "../../engine/core/object.ts";
import { Side } from "../../engine/core/side.ts";
import { BtfxError, withContext } from "../../errors.ts";
import type { BtfFile } from "./btf-file.ts";

/** A BPF object that was read from a file. */
export interface BpfObjectFile {
  readonly path: string;
  readonly object: BpfObject;
  /** The object's own types, in the form that relocations need. */
  readonly local: Side;
}

/** Whether an open file is a BPF object. */
export function holdsBpfObject({ elf }: BtfFile): boolean {
  return elf !== undefined && isBpfObject(elf);
}

/**
 * Reads the types, code and `.BTF.ext` of a BPF object. Throws `unsupported` for other files, `no-btf` for an object
 * without types, and what the readers throw for damaged objects.
 */
export function bpfObjectIn(file: BtfFile): BpfObjectFile {
  const { elf, path } = file;
  if (elf === undefined || !isBpfObject(elf)) {
    throw new BtfxError("unsupported", "this is no BPF object", {
      hint: "give a program compiled with 'clang -target bpf -g -O2 -c'",
    });
  }
  const btf = withContext({ section: ".BTF" }, () => parseBtf(file.btf()));
  const extBytes = file.section(".BTF.ext");
  const ext = extBytes && parseBtfExt(extBytes);
  if (ext !== undefined) checkExtRecords(ext, btf);
  const object = { ...readBpfObject(elf), btf, ext };
  return { path, object, local: new Side(btf, "object", elf.is64 ? 8 : 4) };
}
