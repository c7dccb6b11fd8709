import type { Btf, TypeId } from "../../btf/btf.ts";
import { kindName } from "../../btf/kinds.ts";
import { printable } from "../../btf/strings.ts";
import type { Elf } from "../../elf/read.ts";
import { readBtfIds } from "../../elf/read-btf-ids.ts";
import { type BtfIdWord, idsIn, remapBtfIds } from "../../engine/remap-btf-ids.ts";
import { BtfxError } from "../../errors.ts";
import type { ModuleFile } from "../read/module.ts";
import { idsBeside, type NewIds } from "./ids-beside.ts";

/**
 * Renumbers a module's `.BTF_ids` by its symbols: with the old numbers the module would fail to load. Throws
 * `bad-btf-ids` if the symbols are missing, and `unsupported` if another section has ids. `split` is the module's BTF
 * before the change; warnings name types by it.
 */
export function remapIds(
  module: ModuleFile,
  split: Btf,
  mapId: (id: TypeId) => TypeId,
  toDistilled: boolean,
): NewIds {
  if (module.ko === undefined) return idsBeside(module);
  refuseOtherIds(module.ko.elf);
  const ids = readBtfIds(module.ko.elf);
  if (ids === undefined) return { bytes: undefined, warnings: [] };
  // An id beyond the types names nothing, and still does afterwards.
  const remapped = remapBtfIds(ids.bytes, ids.layout, module.ko.elf.littleEndian, (id) =>
    id < split.typeCount ? mapId(id) : 0,
  );
  const warnings: string[] = [];
  const isUnresolved =
    ids.layout.entries.length > 0 && idsIn(ids.bytes, ids.layout, module.ko.elf.littleEndian).length === 0;
  if (isUnresolved) {
    warnings.push(
      ".BTF_ids was never resolved, all of its ids are 0: run resolve_btfids on the module first",
    );
  }
  if (remapped.unmapped.length > 0) {
    const where = toDistilled ? "in the distilled base" : "on the new base";
    warnings.push(
      `.BTF_ids: written as 0, since there is no such type ${where}: ${listed(split, remapped.unmapped)}`,
    );
  }
  const raw = remapped.outsideSet8.filter((word) => word.newId !== 0 && word.id < split.firstId);
  if (toDistilled && raw.length > 0) {
    warnings.push(
      `.BTF_ids: kernels do not relocate ids outside a set8, so these will name other types at run time: ${listed(split, raw)}`,
    );
  }
  return { bytes: remapped.bytes, warnings };
}

/** The ids in a module's `.BTF_ids`; none if the section, or the meaning of its words, is not known. */
export function usedIds({ ko }: ModuleFile): readonly TypeId[] {
  if (ko === undefined) return [];
  const ids = readBtfIds(ko.elf);
  return ids === undefined ? [] : idsIn(ids.bytes, ids.layout, ko.elf.littleEndian);
}

/** Sections with names like those of BTF that are rewritten or have no ids. */
const REWRITTEN: ReadonlySet<string> = new Set([".BTF", ".BTF.base", ".BTF_ids"]);

/**
 * Throws `unsupported` for a section that has BTF or type ids by its name but is not rewritten: `.BTF.inline` (Linux
 * 7.4, split on the module's own `.BTF`), `.BTF.ext`, and any that come after them. Their ids would name other types.
 */
function refuseOtherIds(elf: Elf): void {
  const { name } = elf.sections.find(({ name }) => /^\.BTF[._]/.test(name) && !REWRITTEN.has(name)) ?? {};
  if (name === undefined) return;
  throw new BtfxError("unsupported", `its type ids are not renumbered, and would name other types`, {
    at: { section: printable(new TextEncoder().encode(name)) },
    hint: "build the module without it, or strip the section if nothing needs it",
  });
}

/** `STRUCT nf_conn [96168], …`, the first few. */
function listed(split: Btf, words: readonly BtfIdWord[]): string {
  const names = words.slice(0, 5).map(({ id, symbol }) => {
    if (id >= split.typeCount) return `${symbol?.kind ?? "id"} ${symbol?.name ?? ""} [${id}]`;
    return `${kindName(split.kind(id))} ${split.name(id)} [${id}]`;
  });
  return names.join(", ") + (words.length > 5 ? ` and ${words.length - 5} more` : "");
}
