import type { Reference } from "../../src/btf/bpf-code.ts";
import { bpfObject } from "../support/bpf.ts";
import { assembleElf, latin1, type SymbolSpec } from "../support/elf.ts";

/** Types that the base of all kinds has in another shape, a program on them, and all that an object declares. */
const TYPES = `[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] STRUCT 'bits' size=16 vlen=3
    'a' type_id=1 bits_offset=0
    'b' type_id=1 bits_offset=32
    'c' type_id=3 bits_offset=64
  [3] PTR '(anon)' type_id=2
  [4] FUNC_PROTO '(anon)' ret_type_id=1 vlen=1
    'ctx' type_id=3
  [5] FUNC 'prog' type_id=4 linkage=global
  [6] FUNC 'inner' type_id=4 linkage=static
  [7] ENUM 'e' encoding=UNSIGNED size=4 vlen=1
    'A' val=7
  [8] TYPEDEF 't' type_id=2
  [9] UNION 'u' size=8 vlen=1
    'd' type_id=1 bits_offset=0
  [10] ARRAY '(anon)' type_id=1 index_type_id=1 nr_elems=2
  [11] VAR 'setting' type_id=1, linkage=global
  [12] DATASEC '.rodata' size=0 vlen=1
    type_id=11 offset=0 size=4 (VAR 'setting')
  [13] FUNC 'bpf_kfunc' type_id=4 linkage=extern
  [14] DATASEC '.ksyms' size=0 vlen=1
    type_id=13 offset=0 size=0 (FUNC 'bpf_kfunc')
  [15] PTR '(anon)' type_id=10
  [16] STRUCT '(anon)' size=8 vlen=1
    'type' type_id=15 bits_offset=0
  [17] VAR 'map' type_id=16, linkage=global
  [18] DATASEC '.maps' size=0 vlen=1
    type_id=17 offset=0 size=8 (VAR 'map')
  [19] DECL_TAG 'btf:tag' type_id=5 component_idx=0
  [20] VAR 'LINUX_KERNEL_VERSION' type_id=1, linkage=extern
  [21] DATASEC '.kconfig' size=0 vlen=1
    type_id=20 offset=0 size=4 (VAR 'LINUX_KERNEL_VERSION')`;

const PROG = `r6 = 0
  r6 += r1
  a:
  r1 = *(u32 *)(r6 + 4)
  b:
  r2 = 0
  if r2 == 0 goto end
  c:
  r3 = 1
  r4 = &.rodata+4
  d:
  r5 = 7
  call inner
  call bpf_kfunc
  e:
  r3 = 8
  end:
  r0 = 0
  exit`;

/** A BPF object with code, references, relocations of every sort, maps, settings and externs. */
export function sampleObject(littleEndian: boolean): Uint8Array {
  const { object, core } = bpfObject({
    littleEndian,
    functions: [
      { name: "prog", section: "kprobe/x", isGlobal: true, code: PROG },
      { name: "inner", section: ".text", code: "r0 = 1\nf:\nr0 += 4\nexit" },
    ],
    data: { ".rodata": latin1("abcdefgh") },
    externs: [{ name: "bpf_kfunc", isWeak: true }],
    types: TYPES,
    relos: [
      ["prog.a", "byte_off [2] 0:1"],
      ["prog.b", "field_exists [2] 0:2"],
      ["prog.c", "type_size [2] 0"],
      ["prog.d", "enumval_value [7] 0"],
      ["prog.e", "type_matches [8] 0"],
    ],
  });
  const symbols: SymbolSpec[] = object.functions.map(({ name, section, start, count, isGlobal }) => ({
    name,
    section,
    value: start * 8,
    size: count * 8,
    type: 2,
    global: isGlobal,
  }));
  symbols.push({ name: "setting", section: ".rodata", value: 4, size: 4, type: 1, global: true });
  symbols.push({ name: "bpf_kfunc", section: 0, global: true });
  symbols.push({ name: "map", section: ".maps", size: 8, type: 1, global: true });
  const symbolOf = (reference: Reference) => {
    const found = symbols.findIndex(({ name, section }) =>
      reference.kind === "function"
        ? section === reference.section
        : name === (reference.kind === "data" ? "setting" : "bpf_kfunc"),
    );
    return found + 1;
  };
  const tables = object.code.map(({ name, references }) => ({
    name: `.rel${name}`,
    type: 9,
    link: ".symtab",
    info: name,
    align: 8,
    entSize: 16,
    data: relocations(
      [...references].map(([insn, each]) => [insn * 8, symbolOf(each)]),
      littleEndian,
    ),
  }));
  return assembleElf({
    bits: 64,
    littleEndian,
    machine: 247,
    sections: [
      ...object.code.map(({ name, bytes }) => ({ name, flags: 6, data: bytes, align: 8 })),
      ...object.data.map(({ name, bytes }) => ({ name, flags: 2, data: bytes })),
      { name: ".maps", flags: 3, data: new Uint8Array(8) },
      { name: "license", data: latin1("GPL\0") },
      ...tables,
      { name: ".BTF", data: core.btfBytes, align: 4 },
      { name: ".BTF.ext", data: core.extBytes, align: 4 },
    ],
    symbols,
  });
}

/** Entries of a REL table. */
function relocations(
  entries: readonly (readonly [offset: number, symbol: number])[],
  littleEndian: boolean,
): Uint8Array {
  const out = new Uint8Array(entries.length * 16);
  const view = new DataView(out.buffer);
  for (const [i, [offset, symbol]] of entries.entries()) {
    view.setBigUint64(i * 16, BigInt(offset), littleEndian);
    view.setBigUint64(i * 16 + 8, (BigInt(symbol) << 32n) | 10n, littleEndian);
  }
  return out;
}
