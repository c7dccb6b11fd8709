import type { Btf } from "../../btf/btf.ts";
import { byteOrder } from "../../btf/header.ts";
import { looksSplit, rawForm } from "../../btf/raw-form.ts";
import { EM_BPF } from "../../elf/magic.ts";
import type { Elf } from "../../elf/read.ts";
import type { BtfIds } from "../../engine/verify/check-btf-ids.ts";
import type { FoundRelease } from "../../engine/verify/kernel-choice.ts";
import { BtfxError } from "../../errors.ts";
import type { BtfFile } from "./btf-file.ts";
import { findRelease, SYSFS_BTF } from "./kernel-release.ts";
import { type ModuleFile, moduleIn, stemOf } from "./module.ts";
import type { BpfObject } from "./object-file.ts";
import { bannerOf } from "./vmlinux.ts";

/** The machine for which a file was made, as far as the file says. Raw BTF says nothing that a kernel would believe. */
export interface Machine {
  readonly littleEndian?: boolean;
  readonly pointerBytes?: 4 | 8;
}

/** A file as a kernel judges it: standalone BTF, a BPF object, or a module. */
export type Subject = { readonly path: string; readonly machine: Machine } & (
  | {
      readonly form: "standalone";
      readonly bytes: Uint8Array;
      /** The release, if the file is a kernel's. */
      readonly found: FoundRelease | undefined;
      /** Whether a base was given although BTF that stands alone needs none. */
      readonly ignoresBase: boolean;
    }
  | { readonly form: "object"; readonly object: BpfObject }
  | {
      readonly form: "module";
      readonly module: ModuleFile;
      /** The name by which the kernel logs it. */
      readonly name: string;
      /** `.BTF_ids`, or the error if it cannot be read. */
      readonly btfIds: BtfIds | BtfxError | undefined;
    }
);

/**
 * How a kernel would judge an open file, given the possible bases. ELF is a module if it has module information or a
 * distilled base. `rawForm` decides for raw BTF; without a base it is judged as if a program loaded it. Bytes that are
 * neither ELF nor BTF are taken for BTF, so that the kernel's error for them is shown.
 */
export async function subjectIn(file: BtfFile, bases: readonly Btf[]): Promise<Subject> {
  const { path, elf } = file;
  if (elf !== undefined) {
    if (isModule(elf, path)) {
      const module = await moduleIn(file);
      // btf_vmlinux.ko contains the types of a kernel, not its own.
      if (module.ko?.name !== "btf_vmlinux") return await moduleSubject(module);
      return await standalone(file, module.btf, bases);
    }
    if (elf.machine === EM_BPF) {
      const { readObject } = await import("./object-file.ts");
      return { path, machine: machineOf(elf), form: "object", object: readObject(file, elf) };
    }
    return await standalone(file, file.btf(), bases);
  }
  const bytes = file.form === "image" ? file.btf() : file.readAll();
  const isSplit =
    bases.length > 0 ? bases.some((base) => rawForm(bytes, base) === "split") : isOfRunning(path, bytes);
  if (!isSplit) return await standalone(file, bytes, bases);
  return await moduleSubject(
    file.form === "raw" ? await moduleIn(file) : { ...NO_MODULE, path, stem: stemOf(path), btf: bytes },
  );
}

async function standalone(file: BtfFile, bytes: Uint8Array, bases: readonly Btf[]): Promise<Subject> {
  const { path, elf } = file;
  const found = findRelease(path, (await bannerOf(file))?.release);
  return {
    path,
    machine: elf !== undefined ? machineOf(elf) : file.form === "image" ? machineOfKernel(bytes) : {},
    form: "standalone",
    bytes,
    found,
    ignoresBase: bases.length > 0,
  };
}

/** The machine of a kernel whose BTF was found in its image: it was built in the byte order of that kernel. */
function machineOfKernel(btf: Uint8Array): Machine {
  const littleEndian = byteOrder(btf);
  return littleEndian === undefined ? {} : { littleEndian };
}

/** Whether this is a module's BTF in `/sys/kernel/btf`, where its base is too. */
function isOfRunning(path: string, bytes: Uint8Array): boolean {
  return path.startsWith(SYSFS_BTF) && looksSplit(bytes);
}

/** What is known about raw bytes that are judged as a module. */
const NO_MODULE = {
  distilledBase: undefined,
  distilledBasePath: undefined,
  idsPath: undefined,
  release: undefined,
  ko: undefined,
};

function isModule(elf: Elf, path: string): boolean {
  const names = [".modinfo", ".gnu.linkonce.this_module", ".BTF.base"];
  return /\.ko(\.(gz|xz|zst))?$/.test(path) || names.some((name) => elf.section(name) !== undefined);
}

async function moduleSubject(module: ModuleFile): Promise<Subject> {
  const { ko, path } = module;
  const name = ko?.name ?? module.stem.replaceAll("-", "_");
  const machine = ko === undefined ? {} : machineOf(ko.elf);
  return { path, form: "module", module, name, machine, btfIds: await idsOf(module) };
}

async function idsOf({ ko }: ModuleFile): Promise<BtfIds | BtfxError | undefined> {
  if (ko === undefined) return undefined;
  const { readBtfIds } = await import("../../elf/read-btf-ids.ts");
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
