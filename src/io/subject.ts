import { byteOrder } from "../btf/header.ts";
import type { Elf } from "../elf/read.ts";
import { readBtfIds } from "../elf/read-btf-ids.ts";
import type { BtfIds } from "../engine/verify/check-btf-ids.ts";
import { BtfxError } from "../errors.ts";
import type { BtfFile } from "./btf-file.ts";
import { type ModuleFile, moduleIn, stemOf } from "./module.ts";

/** The machine that a file was made for, as far as the file says: raw BTF says nothing that a kernel would believe. */
export interface Machine {
  readonly littleEndian?: boolean;
  readonly pointerBytes?: 4 | 8;
}

/** What a file is to a kernel: BTF that stands alone, or a module. */
export type Subject = { readonly path: string; readonly machine: Machine } & (
  | { readonly form: "standalone"; readonly bytes: Uint8Array }
  | {
      readonly form: "module";
      readonly module: ModuleFile;
      /** Name by which the kernel logs it. */
      readonly name: string;
      /** `.BTF_ids`, or why it cannot be read. */
      readonly btfIds: BtfIds | BtfxError | undefined;
    }
);

/**
 * What an open file is to a kernel that judges it. ELF is a module if it has module information or a distilled base, raw BTF
 * if its strings do not begin with NUL, or nobody can tell and `hasBase` says that there is a base. Bytes that are neither
 * ELF nor BTF are taken for BTF, so that the kernel's word on them is heard.
 */
export async function subjectIn(file: BtfFile, hasBase: boolean): Promise<Subject> {
  const { path, elf } = file;
  if (elf !== undefined) {
    if (isModule(elf, path)) return moduleSubject(await moduleIn(file));
    return { path, machine: machineOf(elf), form: "standalone", bytes: file.btf() };
  }
  const bytes = file.form === "image" ? file.btf() : file.readAll();
  if (file.form === "raw" && isSplit(bytes, hasBase)) return moduleSubject(await moduleIn(file));
  return hasBase && file.form === "other"
    ? moduleSubject({ ...NO_MODULE, path, stem: stemOf(path), btf: bytes })
    : { path, machine: {}, form: "standalone", bytes };
}

/** What bytes have that are no module's but are judged as one. */
const NO_MODULE = {
  distilledBase: undefined,
  distilledBasePath: undefined,
  release: undefined,
  ko: undefined,
};

/** Whether raw BTF is split: its strings begin with a name (`struct btf_header`: str_off at 16, str_len at 20). */
function isSplit(bytes: Uint8Array, hasBase: boolean): boolean {
  const littleEndian = byteOrder(bytes);
  if (littleEndian === undefined || bytes.length < 24) return hasBase;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const strings = view.getUint32(4, littleEndian) + view.getUint32(16, littleEndian);
  if (view.getUint32(20, littleEndian) === 0 || strings >= bytes.length) return hasBase;
  return bytes[strings] !== 0;
}

function isModule(elf: Elf, path: string): boolean {
  const names = [".modinfo", ".gnu.linkonce.this_module", ".BTF.base"];
  return /\.ko(\.(gz|xz|zst))?$/.test(path) || names.some((name) => elf.section(name) !== undefined);
}

function moduleSubject(module: ModuleFile): Subject {
  const { ko, path } = module;
  const name = ko?.name ?? module.stem.replaceAll("-", "_");
  const machine = ko === undefined ? {} : machineOf(ko.elf);
  return { path, form: "module", module, name, machine, btfIds: idsOf(module) };
}

function idsOf({ ko }: ModuleFile): BtfIds | BtfxError | undefined {
  if (ko === undefined) return undefined;
  try {
    const ids = readBtfIds(ko.elf);
    return ids && { bytes: ids.bytes, layout: ids.layout, littleEndian: ko.elf.littleEndian };
  } catch (error) {
    if (error instanceof BtfxError) return error;
    throw error;
  }
}

function machineOf(elf: Elf): Machine {
  return { littleEndian: elf.littleEndian, pointerBytes: elf.is64 ? 8 : 4 };
}
