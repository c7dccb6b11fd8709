import type { Elf } from "../../elf/read.ts";
import { type ElfSymbol, SymbolTable } from "../../elf/symbols.ts";
import type { ObjectSymbol } from "../../engine/verify/load-object.ts";
import type { ObjectParts } from "../../engine/verify/verify-object.ts";
import type { BtfFile } from "./btf-file.ts";

/** The parts of a BPF object that libbpf and a kernel read. */
export type BpfObject = ObjectParts;

/** `STT_*`, `STB_*`, `STV_*` (elf.h). */
const [STT_NOTYPE, STT_OBJECT, STT_FUNC] = [0, 1, 2];
const [STB_GLOBAL, STB_WEAK] = [1, 2];
const [STV_INTERNAL, STV_HIDDEN] = [1, 2];

/** Reads a BPF object. Throws as {@link BtfFile.btf} does, and `bad-elf` if its symbols have no names. */
export function readObject(file: BtfFile, elf: Elf): BpfObject {
  return {
    btf: file.btf(),
    ext: file.section(".BTF.ext"),
    symbols: symbolsOf(elf),
    sectionSize: (name) => elf.section(name)?.size,
    code: (name) => file.section(name),
  };
}

function symbolsOf(elf: Elf): ObjectSymbol[] {
  const table = SymbolTable.of(elf);
  if (table === undefined) return [];
  return Array.from({ length: table.count }, (_, index) => {
    const symbol = table.at(index);
    const { binding, visibility, valueLow } = symbol;
    return {
      name: table.name(index) ?? "",
      value: valueLow,
      isGlobal: binding === STB_GLOBAL || binding === STB_WEAK,
      isHidden: visibility === STV_HIDDEN || visibility === STV_INTERNAL,
      kind: kindOf(symbol),
    };
  });
}

function kindOf({ section, type }: ElfSymbol): ObjectSymbol["kind"] {
  if (type === STT_NOTYPE && section === 0) return "extern";
  if (type === STT_OBJECT) return "variable";
  return type === STT_FUNC ? "function" : "other";
}
