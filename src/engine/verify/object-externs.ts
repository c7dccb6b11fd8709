import type { TypeId } from "../../btf/btf.ts";
import {
  FIRST_INFO,
  FUNC,
  FUNC_PROTO,
  HEAD_WORDS,
  INFO,
  makeInfo,
  NAME_OFF,
  PARAM_TYPE,
  PARAM_WORDS,
  SECTION_VAR_OFFSET,
  SECTION_VAR_SIZE,
  SIZE_OR_TYPE,
  VAR,
} from "../../btf/kinds.ts";
import { alignOf, sizeOf } from "../../types/sizes.ts";
import { counted, type EditedBtf } from "./edited-btf.ts";

/** Why libbpf does not open an object: its words, and the error number that it returns. */
export interface NotOpened {
  readonly errno: number;
  readonly message: string;
}

/** Section of externs that are functions and variables of the kernel. */
export const KSYMS = ".ksyms";
/** Section of externs that libbpf fills in from the kernel's configuration. */
export const KCONFIG = ".kconfig";
/** `BTF_VAR_*` and `BTF_FUNC_*` (linux/btf.h). */
export const LINKAGE = { static: 0, global: 1, extern: 2 } as const;

const [EINVAL, ENOENT, ESRCH, ENOTSUP] = [22, 2, 3, 95];

/** An extern of the object (`struct extern_desc`). */
interface Extern {
  readonly name: string;
  readonly id: TypeId;
  readonly section: typeof KSYMS | typeof KCONFIG;
  readonly size: number;
  readonly align: number;
  /** Offset in `.kconfig`. */
  offset: number;
}

/**
 * Makes variables of the externs that an object leaves to the kernel (`bpf_object__collect_externs`). `names` are its
 * undefined global symbols. Returns why libbpf does not open the object, or undefined.
 */
export function collectExterns(edited: EditedBtf, names: readonly string[]): NotOpened | undefined {
  const { btf } = edited;
  const sections = [...btf.ids("DATASEC")];
  const ksyms = sections.find((id) => btf.name(id) === KSYMS);
  const kconfig = sections.find((id) => btf.name(id) === KCONFIG);
  const hasFunctions =
    ksyms !== undefined && edited.entries(ksyms).some((at) => edited.kindOfEntry(at) === FUNC);
  const dummy = hasFunctions ? addDummy(edited) : undefined;
  const externs = findExterns(edited, names, sections);
  if (!(externs instanceof Map)) return externs;
  if (externs.size === 0) return undefined;
  const inKsyms = ksyms === undefined ? undefined : makeKsyms(edited, ksyms, externs, dummy);
  return inKsyms ?? (kconfig === undefined ? undefined : makeKconfig(edited, kconfig, externs));
}

/** The externs by name: symbols that the kernel has to define, with their places in the BTF. */
function findExterns(
  edited: EditedBtf,
  names: readonly string[],
  sections: readonly TypeId[],
): Map<string, Extern> | NotOpened {
  const { btf, words } = edited;
  const externs = new Map<string, Extern>();
  if (names.length === 0) return externs;
  const idOf = new Map<string, TypeId>();
  for (const id of btf.ids()) {
    const kind = btf.kind(id);
    if ((kind === VAR || kind === FUNC) && !idOf.has(btf.name(id))) idOf.set(btf.name(id), id);
  }
  const sectionOf = new Map<TypeId, TypeId>();
  for (const section of sections) {
    for (const at of edited.entries(section)) {
      if (!sectionOf.has(words[at])) sectionOf.set(words[at], section);
    }
  }
  for (const name of names) {
    const id = idOf.get(name);
    if (id === undefined)
      return { errno: ENOENT, message: `failed to find BTF for extern '${name}': -${ENOENT}` };
    const linkage = btf.kind(id) === FUNC ? btf.vlen(id) : words[btf.start(id) + FIRST_INFO];
    if (linkage !== LINKAGE.extern) {
      return { errno: EINVAL, message: `failed to find BTF for extern '${name}': -${EINVAL}` };
    }
    const section = sectionOf.get(id);
    if (section === undefined) {
      return {
        errno: ENOENT,
        message: `failed to find BTF for extern '${name}' [${id}] section: -${ENOENT}`,
      };
    }
    const sectionName = btf.name(section);
    if (sectionName !== KSYMS && sectionName !== KCONFIG) {
      return { errno: ENOTSUP, message: `unrecognized extern section '${sectionName}'` };
    }
    if (sectionName === KCONFIG && btf.kind(id) === FUNC) {
      return { errno: ENOTSUP, message: `extern function ${name} is unsupported under ${KCONFIG} section` };
    }
    const type = btf.sizeOrType(id);
    const size = sectionName === KCONFIG ? (sizeOf(btf, type) ?? 0) : 0;
    const align = sectionName === KCONFIG ? (alignOf(btf, type) ?? 0) : 0;
    if (sectionName === KCONFIG && (size === 0 || align === 0)) {
      return { errno: EINVAL, message: `failed to resolve size of extern (kcfg) '${name}': -${EINVAL}` };
    }
    externs.set(name, { name, id, section: sectionName, size, align, offset: 0 });
  }
  return externs;
}

/** Externs of `.ksyms` become variables of four bytes, one after the other. */
function makeKsyms(
  edited: EditedBtf,
  section: TypeId,
  externs: ReadonlyMap<string, Extern>,
  dummy: Dummy | undefined,
): NotOpened | undefined {
  const { btf, words } = edited;
  const intId = firstInt(edited);
  let offset = 0;
  for (const at of edited.entries(section)) {
    const id = words[at];
    if (!externs.has(btf.name(id))) {
      return { errno: ESRCH, message: `failed to find extern definition for BTF '${btf.name(id)}'` };
    }
    const record = btf.start(id);
    if (edited.kindOfEntry(at) === FUNC && dummy !== undefined) {
      nameParams(edited, words[record + SIZE_OR_TYPE], dummy.nameOff);
      words[record + INFO] = makeInfo(FUNC, LINKAGE.global);
      words[at] = dummy.id;
    } else {
      words[record + FIRST_INFO] = LINKAGE.global;
      words[record + SIZE_OR_TYPE] = intId;
    }
    words[at + SECTION_VAR_OFFSET] = offset;
    words[at + SECTION_VAR_SIZE] = 4;
    offset += 4;
  }
  words[btf.start(section) + SIZE_OR_TYPE] = offset;
  edited.changes.push(`${counted(offset / 4, "extern")} of ${KSYMS} made variables`);
  return undefined;
}

/** Externs of `.kconfig` become variables, sorted by alignment and size. */
function makeKconfig(
  edited: EditedBtf,
  section: TypeId,
  externs: ReadonlyMap<string, Extern>,
): NotOpened | undefined {
  const { btf, words } = edited;
  let end = 0;
  const inOrder = [...externs.values()]
    .filter((it) => it.section === KCONFIG)
    .sort((a, b) => b.align - a.align || a.size - b.size || (a.name < b.name ? -1 : 1));
  for (const extern of inOrder) {
    extern.offset = Math.ceil(end / extern.align) * extern.align;
    end = extern.offset + extern.size;
  }
  words[btf.start(section) + SIZE_OR_TYPE] = end;
  for (const at of edited.entries(section)) {
    const extern = externs.get(btf.name(words[at]));
    if (extern === undefined) {
      const name = btf.name(words[at]);
      return { errno: ESRCH, message: `failed to find extern definition for BTF var '${name}'` };
    }
    words[btf.start(extern.id) + FIRST_INFO] = LINKAGE.global;
    words[at + SECTION_VAR_OFFSET] = extern.offset;
  }
  edited.changes.push(`${counted(inOrder.length, "extern")} of ${KCONFIG} made variables`);
  return undefined;
}

/** Gives the parameters of a function names, which the kernel requires. */
function nameParams({ btf, words }: EditedBtf, proto: TypeId, nameOff: number): void {
  if (btf.kind(proto) !== FUNC_PROTO) return;
  const first = btf.start(proto) + HEAD_WORDS;
  const end = first + btf.vlen(proto) * PARAM_WORDS;
  for (let at = first; at < end; at += PARAM_WORDS) {
    if (words[at + PARAM_TYPE] !== 0 && words[at + NAME_OFF] === 0) words[at + NAME_OFF] = nameOff;
  }
}

/** The first INT of 32 bits, 0 if there is none. */
function firstInt({ btf, words }: EditedBtf): TypeId {
  for (const id of btf.ids("INT")) {
    if ((words[btf.start(id) + FIRST_INFO] & 0xff) === 32) return id;
  }
  return 0;
}

interface Dummy {
  readonly id: TypeId;
  readonly nameOff: number;
}

/** `add_dummy_ksym_var`: the variable that replaces functions, which a section must not contain. */
function addDummy(edited: EditedBtf): Dummy {
  const nameOff = edited.addName("dummy_ksym");
  const id = edited.addRecord([nameOff, makeInfo(VAR, 0), firstInt(edited), LINKAGE.global]);
  return { id, nameOff };
}
