import fc from "fast-check";
import type { Btf } from "../../src/btf/btf.ts";
import { FUNC } from "../../src/btf/kinds.ts";
import { parseBtf } from "../../src/btf/parse.ts";
import { Distiller } from "../../src/engine/distill.ts";
import { families } from "../support/arbitrary.ts";
import { assemble } from "../support/btf.ts";
import { assembleElf, ELF_TARGETS, latin1 } from "../support/elf.ts";
import { withEvilName } from "./mutate.ts";
import type { Random } from "./random.ts";
import { sampleObject } from "./sample-object.ts";
import { samplePacked } from "./sample-packed.ts";

/**
 * What one run works on: a kernel, a later one, modules of the first, the first module as a file, packed, distilled, a
 * BPF object, and .BTF.ext.
 */
export interface Inputs {
  readonly base: Uint8Array;
  readonly other: Uint8Array;
  readonly split: Uint8Array;
  readonly twin: Uint8Array;
  readonly module: Uint8Array;
  readonly packed: Uint8Array;
  readonly distilledBase: Uint8Array;
  readonly distilledSplit: Uint8Array;
  readonly object: Uint8Array;
  readonly ext: Uint8Array;
}

/** Names of the parts, in the order in which they are mutated and stored. */
export const PARTS = [
  "base",
  "other",
  "split",
  "twin",
  "module",
  "packed",
  "ext",
  "distilledBase",
  "distilledSplit",
  "object",
] as const;

/** Every kind that random families lack, on a base that has them all. */
const EVERY_KIND = `[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] FUNC_PROTO '(anon)' ret_type_id=1 vlen=2
    'arg' type_id=1
    '(anon)' type_id=0
  [3] FUNC 'run' type_id=2 linkage=static
  [4] VAR 'v' type_id=1, linkage=global
  [5] DATASEC '.data' size=4 vlen=1
    type_id=4 offset=0 size=4 (VAR 'v')
  [6] DECL_TAG 'tag' type_id=3 component_idx=0
  [7] TYPE_TAG 'user' type_id=1
  [8] PTR '(anon)' type_id=7
  [9] ENUM64 'big' encoding=SIGNED size=8 vlen=2
    'MIN' val=-9223372036854775808LL
    'ONE' val=1LL
  [10] LOC_PARAM '(anon)' size=8 flags=56 vlen=2 words=2,16
  [11] LOC_PROTO '(anon)' vlen=2
    type_id=10
    type_id=0
  [12] LOCSEC 'inline.text' vlen=1
    func_type_id=3 loc_proto_type_id=11 offset=64
  [13] STRUCT 'bits' size=8 vlen=3
    'a' type_id=1 bits_offset=0 bitfield_size=3
    'b' type_id=1 bits_offset=3 bitfield_size=5
    'c' type_id=8 bits_offset=0
  [14] ARRAY '(anon)' type_id=13 index_type_id=1 nr_elems=3
  [15] FLOAT 'double' size=8
  [16] FWD 'later' fwd_kind=union
  [17] RESTRICT '(anon)' type_id=8
  [18] VOLATILE '(anon)' type_id=14
  [19] UNION 'u' size=8 vlen=2
    'd' type_id=15 bits_offset=0
    'f' type_id=17 bits_offset=0
  [20] ENUM 'e' encoding=UNSIGNED size=4 vlen=1
    'A' val=7
  [21] TYPEDEF 't' type_id=19`;
const EVERY_SPLIT = `[22] STRUCT 'mine' size=40 vlen=3
    'bits' type_id=13 bits_offset=0
    'all' type_id=14 bits_offset=64
    't' type_id=21 bits_offset=256
  [23] PTR '(anon)' type_id=22
  [24] FUNC_PROTO '(anon)' ret_type_id=20 vlen=1
    'm' type_id=23
  [25] FUNC 'probe' type_id=24 linkage=static
  [26] CONST '(anon)' type_id=16
  [27] LOC_PROTO '(anon)' vlen=1
    type_id=10
  [28] LOCSEC 'inline.text' vlen=2
    func_type_id=25 loc_proto_type_id=27 offset=8
    func_type_id=3 loc_proto_type_id=0 offset=16
  [29] DECL_TAG 'bpf_kfunc' type_id=25 component_idx=-1`;

/** Sound inputs to mutate. */
export function samples(random: Random): Inputs {
  const everything = random.oneIn(3);
  const [family] = fc.sample(families({ splits: 2, maxTypes: 16, alike: random.oneIn(2) }), {
    seed: random.below(2 ** 31),
    numRuns: 1,
  });
  const evil = (bytes: Uint8Array, on?: Btf) =>
    random.oneIn(4) ? withEvilName(random, bytes, on?.strings.end) : bytes;
  const base = evil(everything ? assemble(EVERY_KIND) : assemble(family.base.text, null, family.base.form));
  const parsed = parseBtf(base);
  const splits = everything
    ? [evil(assemble(EVERY_SPLIT, parsed), parsed), assemble(EVERY_SPLIT, parsed, { hdrLen: 32 })]
    : family.splits.map(({ text, form }) => evil(assemble(text, parsed, form), parsed));
  const other = everything ? base : evil(assemble(family.changed.text, null, family.changed.form));
  const distilled = distilledOf(parsed, splits[0]);
  const module = moduleOf(random, splits[0], parsed, random.oneIn(2) ? distilled.base : undefined);
  return {
    base,
    other,
    split: splits[0],
    twin: splits[1],
    module,
    packed: samplePacked(random, module),
    ext: extOf(parsed),
    distilledBase: distilled.base,
    distilledSplit: distilled.split,
    object: sampleObject(!random.oneIn(4)),
  };
}

/** The module distilled; of types that cannot be, something in its place. */
function distilledOf(base: Btf, split: Uint8Array): { base: Uint8Array; split: Uint8Array } {
  try {
    return new Distiller(base).distill(parseBtf(split, base));
  } catch {
    return { base: base.bytes, split };
  }
}

/** A module with `.BTF`, `.BTF_ids`, perhaps `.BTF.base`, and what a .ko has around them. */
function moduleOf(random: Random, split: Uint8Array, base: Btf, distilledBase?: Uint8Array): Uint8Array {
  const target = random.pick(ELF_TARGETS);
  return assembleElf({
    ...target,
    machine: 62,
    sections: [
      { name: ".text", flags: 6, data: latin1("code"), align: 16 },
      { name: ".modinfo", flags: 2, data: latin1("name=driver\0vermagic=6.12.0 SMP \0") },
      { name: ".BTF_ids", flags: 2, words: [1, 1, base.typeCount, 0, 1], align: 4 },
      { name: ".BTF", data: split },
      ...(distilledBase === undefined ? [] : [{ name: ".BTF.base", data: distilledBase }]),
    ],
    symbols: [
      { name: "__BTF_ID__set8__kfuncs", section: ".BTF_ids", value: 0, size: 16 },
      { name: "__BTF_ID__func__probe__1", section: ".BTF_ids", value: 8, size: 4, type: 1 },
      { name: "__BTF_ID__struct__device__2", section: ".BTF_ids", value: 16, size: 4, type: 1 },
    ],
  });
}

/** A `.BTF.ext` with a record of each kind, of a section that is named by the base's first string. */
function extOf(base: Btf): Uint8Array {
  const name = Math.min(1, base.strings.end - 1);
  const func = [...base.ids()].find((id) => base.kind(id) === FUNC) ?? 1;
  const words = [
    ...[32, 0, 20, 20, 28, 48, 28],
    ...[8, name, 1, 0, func],
    ...[16, name, 1, 0, 0, 0, 0],
    ...[16, name, 1, 0, 1, 0, 0],
  ];
  const bytes = new Uint8Array(4 + words.length * 4);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xeb9f, true);
  bytes[2] = 1;
  words.forEach((word, i) => {
    view.setUint32(4 + i * 4, word, true);
  });
  return bytes;
}
