import { existsSync } from "node:fs";
import { byteOrder } from "../btf/header.ts";
import { moduleInfo } from "../elf/modinfo.ts";
import { type Elf, isElf } from "../elf/read.ts";
import { readBtfIds } from "../elf/read-btf-ids.ts";
import type { BtfIds } from "../engine/verify/check-btf-ids.ts";
import { BtfxError, withContext } from "../errors.ts";
import { type Input, openInput, sectionBytes } from "./input.ts";
import { type ModuleFile, readModule, stemOf } from "./module.ts";
import { FileSource } from "./source.ts";

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
 * Reads a file for a kernel to judge. ELF is a module if it has module information or a distilled base, raw BTF if its
 * strings do not begin with NUL, or nobody can tell and `hasBase` says that there is a base. Bytes that are neither ELF
 * nor BTF are taken for BTF, so that the kernel's word on them is heard.
 */
export function readSubject(path: string, hasBase: boolean): Subject {
  const input = openAny(path);
  try {
    if (input.form === "raw") {
      const bytes = input.source.readAll();
      if (!isSplit(bytes, hasBase)) return { path, machine: {}, form: "standalone", bytes };
      const distilledBase = readBeside(`${path}.base`);
      return moduleSubject({ path, stem: stemOf(path), btf: bytes, distilledBase, ko: undefined });
    }
    return withContext({ file: path }, () => {
      const { elf } = input;
      if (isModule(elf, path)) return moduleSubject(readModule(path));
      const bytes = sectionBytes(elf, ".BTF");
      if (bytes === undefined) {
        throw new BtfxError("no-btf", "the file has no .BTF section", { hint: "it was built without BTF" });
      }
      return { path, machine: machineOf(elf), form: "standalone" as const, bytes };
    });
  } finally {
    input.source.close();
  }
}

function openAny(path: string): Input {
  try {
    return openInput(path);
  } catch (error) {
    const isOdd = error instanceof BtfxError && (error.code === "bad-magic" || error.code === "truncated");
    if (!isOdd) throw error;
    const source = new FileSource(path);
    if (!isElf(source.read(0, Math.min(source.size, 4)))) return { form: "raw", source };
    // A damaged ELF file is no BTF, and what a kernel would say to it as BTF is of no use.
    source.close();
    throw error;
  }
}

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
  return path.endsWith(".ko") || names.some((name) => elf.section(name) !== undefined);
}

/** The distilled base beside raw split BTF, if there is one: whatever its bytes are. */
function readBeside(path: string): Uint8Array | undefined {
  if (!existsSync(path)) return undefined;
  const source = new FileSource(path);
  try {
    return source.readAll();
  } finally {
    source.close();
  }
}

function moduleSubject(module: ModuleFile): Subject {
  const { ko, path } = module;
  const ownName = ko === undefined ? undefined : moduleInfo(ko.elf)?.name;
  const name = ownName ?? module.stem.replaceAll("-", "_");
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
