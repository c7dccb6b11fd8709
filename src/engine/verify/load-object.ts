import type { Btf, TypeId } from "../../btf/btf.ts";
import {
  FIRST_INFO,
  FUNC,
  INFO,
  infoVlen,
  makeInfo,
  SECTION_VAR_OFFSET,
  SECTION_VAR_WORDS,
  SIZE_OR_TYPE,
  VAR,
} from "../../btf/kinds.ts";
import { counted, EditedBtf } from "./edited-btf.ts";
import type { Kernel } from "./kernel.ts";
import { collectExterns, KCONFIG, KSYMS, LINKAGE, type NotOpened } from "./object-externs.ts";
import { replaceUnknownKinds } from "./object-kinds.ts";

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

/** BTF as libbpf loads it into a kernel. */
export interface LoadedObject {
  readonly bytes: Uint8Array;
  /** The changes that libbpf made, in words; empty if none. */
  readonly changes: readonly string[];
}

/**
 * Turns the BTF of a BPF object into what libbpf loads: with the sizes and offsets of sections that clang leaves at 0,
 * externs as variables (`bpf_object__collect_externs`, `bpf_object_fixup_btf`), hidden functions as static ones, and
 * without kinds that the kernel does not know (`bpf_object__sanitize_and_load_btf`). `btf` was parsed, so its
 * references are in order.
 */
export function loadObject(btf: Btf, file: ObjectFile, kernel: Kernel): LoadedObject | NotOpened {
  const edited = new EditedBtf(btf);
  const undefinedSymbols = file.symbols.filter(
    ({ kind, isGlobal, name }) => kind === "extern" && isGlobal && name !== "",
  );
  const names = undefinedSymbols.map(({ name }) => name);
  const refusal = collectExterns(edited, names) ?? fixSections(edited, file);
  if (refusal !== undefined) return refusal;
  hideFunctions(edited, file);
  replaceUnknownKinds(edited, kernel);
  return { bytes: edited.encode(), changes: edited.changes };
}

const [EINVAL, ENOENT] = [22, 2];

/** Fills in sizes and offsets of sections (`bpf_object_fixup_btf`, `btf_fixup_datasec`). */
function fixSections(edited: EditedBtf, file: ObjectFile): NotOpened | undefined {
  const { btf, words } = edited;
  const variables = new Map<string, ObjectSymbol>();
  for (const symbol of file.symbols) {
    if (symbol.kind === "variable" && symbol.isGlobal && !variables.has(symbol.name)) {
      variables.set(symbol.name, symbol);
    }
  }
  let filled = 0;
  for (const id of btf.ids("DATASEC")) {
    const name = btf.name(id);
    if (name !== KSYMS && name !== KCONFIG) {
      const size = btf.sizeOrType(id);
      const needsSize = size === 0;
      if (needsSize) {
        const bytes = file.sectionSize(name);
        if (bytes === undefined || bytes === 0) {
          return {
            errno: ENOENT,
            message: `sec '${name}': failed to determine size from ELF: size ${bytes ?? 0}`,
          };
        }
        words[btf.start(id) + SIZE_OR_TYPE] = bytes;
        filled++;
      }
      const refusal = fixVariables(edited, id, name, needsSize, variables);
      if (refusal !== undefined) return refusal;
    }
    sortByOffset(edited, id);
  }
  if (filled > 0)
    edited.changes.push(`size and offsets of ${counted(filled, "section")} filled in from the ELF file`);
  return undefined;
}

function fixVariables(
  edited: EditedBtf,
  section: TypeId,
  name: string,
  needsOffsets: boolean,
  variables: ReadonlyMap<string, ObjectSymbol>,
): NotOpened | undefined {
  const { btf, words } = edited;
  for (const at of edited.entries(section)) {
    if (edited.kindOfEntry(at) !== VAR) {
      return { errno: EINVAL, message: `sec '${name}': unexpected non-VAR type found` };
    }
    const record = btf.start(words[at]);
    const linkage = words[record + FIRST_INFO];
    if (linkage === LINKAGE.static || linkage === LINKAGE.extern) continue;
    const variable = btf.name(words[at]);
    const symbol = variables.get(variable);
    if (symbol === undefined) {
      return { errno: ENOENT, message: `sec '${name}': failed to find ELF symbol for VAR '${variable}'` };
    }
    if (needsOffsets) words[at + SECTION_VAR_OFFSET] = symbol.value;
    if (symbol.isHidden) words[record + FIRST_INFO] = LINKAGE.static;
  }
  return undefined;
}

function sortByOffset(edited: EditedBtf, section: TypeId): void {
  const { words } = edited;
  const entries = edited.entries(section);
  const sorted = entries
    .map((at) => words.slice(at, at + SECTION_VAR_WORDS))
    // As `compare_vsi_off`: the difference in 32 bits, signed.
    .sort((a, b) => (a[SECTION_VAR_OFFSET] - b[SECTION_VAR_OFFSET]) | 0);
  for (const [i, at] of entries.entries()) words.set(sorted[i], at);
}

/** Makes hidden global functions static, so that the verifier treats them as such. */
function hideFunctions({ btf, words }: EditedBtf, file: ObjectFile): void {
  const hidden = new Set<string>();
  for (const { kind, isGlobal, isHidden, name } of file.symbols) {
    if (kind === "function" && isGlobal && isHidden) hidden.add(name);
  }
  if (hidden.size === 0) return;
  for (const id of btf.ids("FUNC")) {
    const at = btf.start(id);
    if (infoVlen(words[at + INFO]) !== LINKAGE.global || !hidden.has(btf.name(id))) continue;
    words[at + INFO] = makeInfo(FUNC, LINKAGE.static);
    hidden.delete(btf.name(id));
  }
}
