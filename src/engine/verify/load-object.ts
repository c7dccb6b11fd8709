import type { Btf, TypeId } from "../../btf/btf.ts";
import { encodeBtf, formOf, withTypes } from "../../btf/encode.ts";
import {
  CONST,
  DATASEC,
  DECL_TAG,
  ENUM,
  ENUM64,
  FIRST_INFO,
  FLOAT,
  FUNC,
  FUNC_PROTO,
  HEAD_WORDS,
  INFO,
  INT,
  infoVlen,
  MEMBER_OFFSET,
  MEMBER_TYPE,
  MEMBER_WORDS,
  makeInfo,
  NAME_OFF,
  PARAM_TYPE,
  PARAM_WORDS,
  SECTION_VAR_OFFSET,
  SECTION_VAR_SIZE,
  SECTION_VAR_WORDS,
  SIZE_OR_TYPE,
  STRUCT,
  TYPE_TAG,
  UNION,
  VAR,
} from "../../btf/kinds.ts";
import { ascii } from "../../btf/strings.ts";
import { alignOf, sizeOf } from "../../types/sizes.ts";
import { type Kernel, kernelName, release } from "./kernel.ts";

/** A symbol of a BPF object. */
export interface ObjectSymbol {
  readonly name: string;
  readonly value: number;
  /** Whether other files see it: its binding is global or weak. */
  readonly isGlobal: boolean;
  /** Whether its visibility is hidden or internal nevertheless. */
  readonly isHidden: boolean;
  /** `extern` is a symbol of no section and no type; other kinds of symbols do not matter. */
  readonly kind: "extern" | "variable" | "function" | "other";
}

/** The facts that libbpf looks up in the ELF file. */
export interface ObjectFile {
  readonly symbols: readonly ObjectSymbol[];
  /** Bytes of a section, undefined if there is none of that name. */
  readonly sectionSize: (name: string) => number | undefined;
}

/** BTF as libbpf hands it to a kernel. */
export interface LoadedObject {
  readonly bytes: Uint8Array;
  /** The changes that libbpf made, in words; empty if none. */
  readonly changes: readonly string[];
}

/** Why libbpf does not open an object: its words, and the error number that it returns. */
export interface NotOpened {
  readonly errno: number;
  readonly message: string;
}

/**
 * Makes of a BPF object's BTF what libbpf loads: sizes and offsets of sections that clang leaves at 0, externs as variables
 * (`bpf_object__collect_externs`, `bpf_object_fixup_btf`), hidden functions as static ones, and no kinds that the kernel does
 * not know (`bpf_object__sanitize_btf`). `btf` is parsed, so that its references are in order.
 */
export function loadObject(btf: Btf, file: ObjectFile, kernel: Kernel): LoadedObject | NotOpened {
  const loader = new ObjectLoader(btf, file);
  return loader.collectExterns() ?? loader.fixSections() ?? loader.finish(kernel);
}

const [EINVAL, ENOENT, ESRCH, ENOTSUP] = [22, 2, 3, 95];
const KSYMS = ".ksyms";
const KCONFIG = ".kconfig";
/** `BTF_VAR_*` and `BTF_FUNC_*` (linux/btf.h). */
const LINKAGE = { static: 0, global: 1, extern: 2 } as const;

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

class ObjectLoader {
  readonly #btf: Btf;
  readonly #file: ObjectFile;
  readonly #words: Uint32Array;
  readonly #changes: string[] = [];
  /** Records and names that libbpf adds. */
  readonly #added: number[] = [];
  readonly #addedNames: number[] = [];
  /** The strings of the BTF, once libbpf changes one. */
  #changedStrings: Uint8Array | undefined;
  #nextId: TypeId;

  constructor(btf: Btf, file: ObjectFile) {
    this.#btf = btf;
    this.#file = file;
    this.#words = btf.words.slice();
    this.#nextId = btf.typeCount;
  }

  /** `bpf_object__collect_externs`. */
  collectExterns(): NotOpened | undefined {
    const sections = [...this.#btf.ids("DATASEC")];
    const ksyms = sections.find((id) => this.#btf.name(id) === KSYMS);
    const kconfig = sections.find((id) => this.#btf.name(id) === KCONFIG);
    const hasFunctions =
      ksyms !== undefined && this.#entries(ksyms).some((at) => this.#kindOfEntry(at) === FUNC);
    const dummy = hasFunctions ? this.#addDummy() : undefined;
    const externs = this.#findExterns(sections);
    if (!(externs instanceof Map)) return externs;
    if (externs.size === 0) return undefined;
    const inKsyms = ksyms === undefined ? undefined : this.#makeKsyms(ksyms, externs, dummy);
    return inKsyms ?? (kconfig === undefined ? undefined : this.#makeKconfig(kconfig, externs));
  }

  /** `bpf_object_fixup_btf` and `btf_fixup_datasec`. */
  fixSections(): NotOpened | undefined {
    const variables = new Map<string, ObjectSymbol>();
    for (const symbol of this.#file.symbols) {
      if (symbol.kind === "variable" && symbol.isGlobal && !variables.has(symbol.name)) {
        variables.set(symbol.name, symbol);
      }
    }
    let filled = 0;
    for (const id of this.#btf.ids("DATASEC")) {
      const name = this.#btf.name(id);
      if (name !== KSYMS && name !== KCONFIG) {
        const size = this.#btf.sizeOrType(id);
        const needsSize = size === 0;
        if (needsSize) {
          const bytes = this.#file.sectionSize(name);
          if (bytes === undefined || bytes === 0) {
            return {
              errno: ENOENT,
              message: `sec '${name}': failed to determine size from ELF: size ${bytes ?? 0}`,
            };
          }
          this.#words[this.#btf.start(id) + SIZE_OR_TYPE] = bytes;
          filled++;
        }
        const refusal = this.#fixVariables(id, name, needsSize, variables);
        if (refusal !== undefined) return refusal;
      }
      this.#sortByOffset(id);
    }
    if (filled > 0)
      this.#changes.push(`size and offsets of ${counted(filled, "section")} filled in from the ELF file`);
    return undefined;
  }

  /** `bpf_object__sanitize_and_load_btf`. */
  finish(kernel: Kernel): LoadedObject {
    this.#hideFunctions();
    this.#sanitize(kernel);
    const { strings } = this.#btf;
    if (this.#added.length === 0 && this.#changedStrings === undefined)
      return { bytes: withTypes(this.#btf, this.#words), changes: this.#changes };
    const words = new Uint32Array(this.#words.length + this.#added.length);
    words.set(this.#words);
    words.set(this.#added, this.#words.length);
    const names = new Uint8Array(strings.bytes.length + this.#addedNames.length);
    names.set(this.#changedStrings ?? strings.bytes);
    names.set(this.#addedNames, strings.bytes.length);
    return { bytes: encodeBtf(words, names, formOf(this.#btf)), changes: this.#changes };
  }

  /** By name: the symbols that something else has to define, with where BTF has them. */
  #findExterns(sections: readonly TypeId[]): Map<string, Extern> | NotOpened {
    const btf = this.#btf;
    const wanted = this.#file.symbols.filter(
      ({ kind, isGlobal, name }) => kind === "extern" && isGlobal && name !== "",
    );
    const externs = new Map<string, Extern>();
    if (wanted.length === 0) return externs;
    const idOf = new Map<string, TypeId>();
    for (const id of btf.ids()) {
      const kind = btf.kind(id);
      if ((kind === VAR || kind === FUNC) && !idOf.has(btf.name(id))) idOf.set(btf.name(id), id);
    }
    const sectionOf = new Map<TypeId, TypeId>();
    for (const section of sections) {
      for (const at of this.#entries(section)) {
        if (!sectionOf.has(this.#words[at])) sectionOf.set(this.#words[at], section);
      }
    }
    for (const { name } of wanted) {
      const id = idOf.get(name);
      if (id === undefined)
        return { errno: ENOENT, message: `failed to find BTF for extern '${name}': -${ENOENT}` };
      const linkage = btf.kind(id) === FUNC ? btf.vlen(id) : this.#words[btf.start(id) + FIRST_INFO];
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

  /** Externs of the kernel become variables of four bytes, one after the other. */
  #makeKsyms(
    section: TypeId,
    externs: ReadonlyMap<string, Extern>,
    dummy: { readonly id: TypeId; readonly nameOff: number } | undefined,
  ): NotOpened | undefined {
    const words = this.#words;
    const intId = this.#intId();
    let offset = 0;
    for (const at of this.#entries(section)) {
      const id = words[at];
      if (!externs.has(this.#btf.name(id))) {
        return { errno: ESRCH, message: `failed to find extern definition for BTF '${this.#btf.name(id)}'` };
      }
      const record = this.#btf.start(id);
      if (this.#kindOfEntry(at) === FUNC && dummy !== undefined) {
        this.#nameParams(words[record + SIZE_OR_TYPE], dummy.nameOff);
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
    words[this.#btf.start(section) + SIZE_OR_TYPE] = offset;
    this.#changes.push(`${counted(offset / 4, "extern")} of ${KSYMS} made variables`);
    return undefined;
  }

  #makeKconfig(section: TypeId, externs: ReadonlyMap<string, Extern>): NotOpened | undefined {
    const words = this.#words;
    let end = 0;
    const inOrder = [...externs.values()]
      .filter((it) => it.section === KCONFIG)
      .sort((a, b) => b.align - a.align || a.size - b.size || (a.name < b.name ? -1 : 1));
    for (const extern of inOrder) {
      extern.offset = Math.ceil(end / extern.align) * extern.align;
      end = extern.offset + extern.size;
    }
    words[this.#btf.start(section) + SIZE_OR_TYPE] = end;
    for (const at of this.#entries(section)) {
      const extern = externs.get(this.#btf.name(words[at]));
      if (extern === undefined) {
        const name = this.#btf.name(words[at]);
        return { errno: ESRCH, message: `failed to find extern definition for BTF var '${name}'` };
      }
      words[this.#btf.start(extern.id) + FIRST_INFO] = LINKAGE.global;
      words[at + SECTION_VAR_OFFSET] = extern.offset;
    }
    this.#changes.push(`${counted(inOrder.length, "extern")} of ${KCONFIG} made variables`);
    return undefined;
  }

  #fixVariables(
    section: TypeId,
    name: string,
    needsOffsets: boolean,
    variables: ReadonlyMap<string, ObjectSymbol>,
  ): NotOpened | undefined {
    const words = this.#words;
    for (const at of this.#entries(section)) {
      if (this.#kindOfEntry(at) !== VAR) {
        return { errno: EINVAL, message: `sec '${name}': unexpected non-VAR type found` };
      }
      const record = this.#btf.start(words[at]);
      const linkage = words[record + FIRST_INFO];
      if (linkage === LINKAGE.static || linkage === LINKAGE.extern) continue;
      const variable = this.#btf.name(words[at]);
      const symbol = variables.get(variable);
      if (symbol === undefined) {
        return { errno: ENOENT, message: `sec '${name}': failed to find ELF symbol for VAR '${variable}'` };
      }
      if (needsOffsets) words[at + SECTION_VAR_OFFSET] = symbol.value;
      if (symbol.isHidden) words[record + FIRST_INFO] = LINKAGE.static;
    }
    return undefined;
  }

  #sortByOffset(section: TypeId): void {
    const words = this.#words;
    const entries = this.#entries(section);
    const sorted = entries
      .map((at) => words.slice(at, at + SECTION_VAR_WORDS))
      // As `compare_vsi_off`: the difference in 32 bits, signed.
      .sort((a, b) => (a[SECTION_VAR_OFFSET] - b[SECTION_VAR_OFFSET]) | 0);
    for (const [i, at] of entries.entries()) words.set(sorted[i], at);
  }

  /** Global functions that are hidden are verified as static ones. */
  #hideFunctions(): void {
    const hidden = new Set<string>();
    for (const { kind, isGlobal, isHidden, name } of this.#file.symbols) {
      if (kind === "function" && isGlobal && isHidden) hidden.add(name);
    }
    if (hidden.size === 0) return;
    for (const id of this.#btf.ids("FUNC")) {
      const at = this.#btf.start(id);
      if (infoVlen(this.#words[at + INFO]) !== LINKAGE.global || !hidden.has(this.#btf.name(id))) continue;
      this.#words[at + INFO] = makeInfo(FUNC, LINKAGE.static);
      hidden.delete(this.#btf.name(id));
    }
  }

  /** Puts what the kernel knows in place of kinds that it does not know. */
  #sanitize(kernel: Kernel): void {
    const words = this.#words;
    const replaced = new Map<string, number>();
    const count = (what: string) => replaced.set(what, (replaced.get(what) ?? 0) + 1);
    let placeholder = 0;
    for (const id of this.#btf.ids()) {
      const at = this.#btf.start(id);
      const vlen = infoVlen(words[at + INFO]);
      switch (this.#btf.kind(id)) {
        case DECL_TAG:
          if (kernel >= DECL_TAG_SINCE) break;
          words[at + INFO] = makeInfo(INT, 0);
          words[at + SIZE_OR_TYPE] = 1;
          words[at + FIRST_INFO] = 8;
          count("DECL_TAG");
          break;
        case TYPE_TAG:
          if (kernel >= TYPE_TAG_SINCE) break;
          words[at + NAME_OFF] = 0;
          words[at + INFO] = makeInfo(CONST, 0);
          count("TYPE_TAG");
          break;
        case FLOAT:
          if (kernel >= FLOAT_SINCE) break;
          words[at + NAME_OFF] = 0;
          words[at + INFO] = makeInfo(STRUCT, 0);
          count("FLOAT");
          break;
        case FUNC:
          if (kernel >= GLOBAL_FUNC_SINCE || vlen === 0) break;
          words[at + INFO] = makeInfo(FUNC, LINKAGE.static);
          count("global FUNC");
          break;
        case ENUM:
          if (kernel >= ENUM64_SINCE || !this.#btf.kflag(id)) break;
          words[at + INFO] = makeInfo(ENUM, vlen);
          count("signed ENUM");
          break;
        case ENUM64:
          if (kernel >= ENUM64_SINCE) break;
          if (placeholder === 0) placeholder = this.#addPlaceholder();
          words[at + INFO] = makeInfo(UNION, vlen);
          for (let i = 0; i < vlen; i++) {
            const member = at + HEAD_WORDS + i * MEMBER_WORDS;
            words[member + MEMBER_TYPE] = placeholder;
            words[member + MEMBER_OFFSET] = 0;
          }
          count("ENUM64");
          break;
        case DATASEC:
          if (kernel >= QUESTION_MARK_SINCE || !this.#takeQuestionMark(words[at + NAME_OFF])) break;
          count("name with ?");
          break;
        default:
          break;
      }
    }
    for (const [what, times] of replaced) {
      this.#changes.push(`${counted(times, what)} replaced, which Linux ${kernelName(kernel)} does not know`);
    }
  }

  /** Makes `_` of the `?` that a name begins with, in place as libbpf does: other names may share its bytes. */
  #takeQuestionMark(nameOff: number): boolean {
    const { bytes, firstOff } = this.#btf.strings;
    const at = nameOff - firstOff;
    if ((this.#changedStrings ?? bytes)[at] !== QUESTION_MARK) return false;
    this.#changedStrings ??= bytes.slice();
    this.#changedStrings[at] = UNDERSCORE;
    return true;
  }

  /** Word positions of the entries of a section. */
  #entries(section: TypeId): number[] {
    const first = this.#btf.start(section) + HEAD_WORDS;
    return Array.from({ length: this.#btf.vlen(section) }, (_, i) => first + i * SECTION_VAR_WORDS);
  }

  #kindOfEntry(at: number): number {
    return this.#words[at] < this.#btf.typeCount ? this.#btf.kind(this.#words[at]) : VAR;
  }

  /** The kernel wants names for the parameters of functions. */
  #nameParams(proto: TypeId, nameOff: number): void {
    if (this.#btf.kind(proto) !== FUNC_PROTO) return;
    const words = this.#words;
    const first = this.#btf.start(proto) + HEAD_WORDS;
    const end = first + this.#btf.vlen(proto) * PARAM_WORDS;
    for (let at = first; at < end; at += PARAM_WORDS) {
      if (words[at + PARAM_TYPE] !== 0 && words[at + NAME_OFF] === 0) words[at + NAME_OFF] = nameOff;
    }
  }

  /** The first INT of 32 bits, 0 if there is none. */
  #intId(): TypeId {
    for (const id of this.#btf.ids("INT")) {
      if ((this.#words[this.#btf.start(id) + FIRST_INFO] & 0xff) === 32) return id;
    }
    return 0;
  }

  /** `add_dummy_ksym_var`: the variable that replaces functions, which a section must not contain. */
  #addDummy(): { readonly id: TypeId; readonly nameOff: number } {
    const nameOff = this.#addName("dummy_ksym");
    const id = this.#addRecord([nameOff, makeInfo(VAR, 0), this.#intId(), LINKAGE.global]);
    return { id, nameOff };
  }

  #addPlaceholder(): TypeId {
    return this.#addRecord([this.#addName("enum64_placeholder"), makeInfo(INT, 0), 1, 8]);
  }

  #addRecord(words: readonly number[]): TypeId {
    this.#added.push(...words);
    return this.#nextId++;
  }

  #addName(name: string): number {
    const offset = this.#btf.strings.end + this.#addedNames.length;
    this.#addedNames.push(...ascii(`${name}\0`));
    return offset;
  }
}

const QUESTION_MARK = 0x3f;
const UNDERSCORE = 0x5f;
const GLOBAL_FUNC_SINCE = release(5, 6);
const FLOAT_SINCE = release(5, 13);
const DECL_TAG_SINCE = release(5, 16);
const TYPE_TAG_SINCE = release(5, 17);
const ENUM64_SINCE = release(6, 0);
const QUESTION_MARK_SINCE = release(6, 12);

function counted(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? "" : "s"}`;
}
