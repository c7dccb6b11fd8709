import type { Btf } from "../btf/btf.ts";
import { byteOrder } from "../btf/header.ts";
import { parseBtf } from "../btf/parse.ts";
import { withContext } from "../errors.ts";
import { type DumpInput, onBase, type Unrelocated } from "./dump-base.ts";
import { RUNNING_VMLINUX } from "./find-vmlinux.ts";
import { FileSource } from "./source.ts";

const SYSFS_BTF = "/sys/kernel/btf/";

/**
 * The base for `paths`: the one given, else for files in /sys/kernel/btf the running kernel's, as in bpftool, and where
 * that is among several files itself. Null if there is none to take.
 */
export async function readDumpBase(
  basePath: string | undefined,
  paths: readonly string[],
): Promise<Btf | null> {
  const isOfRunning = (path: string) =>
    path.startsWith(SYSFS_BTF) && (path !== RUNNING_VMLINUX || paths.some((other) => other !== path));
  const from = basePath ?? (paths.some(isOfRunning) ? RUNNING_VMLINUX : undefined);
  if (from === undefined) return null;
  const raw = readRaw(from);
  if (raw !== undefined) return withContext({ file: from }, () => parseBtf(raw));
  const { readBase } = await import("./base.ts");
  return readBase(from).btf;
}

/**
 * Reads BTF to print, from raw BTF or ELF. A distilled base in the file (.BTF.base) is what the types are split on; with
 * `base` they are relocated onto that, and what does not fit is returned. What reads ELF is loaded only if it is.
 */
export async function readDumpInput(path: string, base: Btf | null): Promise<DumpInput | Unrelocated> {
  const raw = readRaw(path);
  if (raw !== undefined) {
    return withContext({ file: path }, () => onBase(raw, base, undefined, () => undefined));
  }
  const { readDumpElf } = await import("./dump-elf.ts");
  return readDumpElf(path, base);
}

/** The bytes of a file that begins as BTF does. */
function readRaw(path: string): Uint8Array | undefined {
  const source = new FileSource(path);
  try {
    if (source.size < 2 || byteOrder(source.read(0, 2)) === undefined) return undefined;
    return source.readAll();
  } finally {
    source.close();
  }
}
