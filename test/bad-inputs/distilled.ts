import type { Btf } from "../../src/btf/btf.ts";
import { Distiller, openImage, parseBtf, Relocator } from "../../src/index.ts";
import { assemble, btf } from "../support/btf.ts";
import { assembleElf } from "../support/elf.ts";
import { BASE, INT_LINE, OK, type Row, relocated, split } from "./make.ts";

const DEVICE = "[1] STRUCT 'device' size=16 vlen=0";
const LARGER = btf`[1] STRUCT 'device' size=24 vlen=0`;
/** A split BTF on this distilled base, relocated. */
const onto = (distilled: string, types: string, on: Btf) => () => {
  const base = parseBtf(assemble(distilled));
  const relocation = new Relocator(on).relocate(parseBtf(assemble(types, base), base));
  return relocation.ok ? OK : relocation.failures[0].rule;
};
const large = parseBtf(
  assemble(Array.from({ length: 5 }, (_, i) => `[${i + 1}] STRUCT 's${i}' size=8 vlen=0`).join("\n")),
);
const farSplit = assemble("[6] PTR '(anon)' type_id=5", large);
const distilled = new Distiller(BASE).distill(parseBtf(split, BASE));
/** A module with these sections. */
const moduleOf = (sections: Readonly<Record<string, Uint8Array>>) =>
  assembleElf({
    bits: 64,
    littleEndian: true,
    sections: Object.entries(sections).map(([name, data]) => ({ name, data })),
  });

export const DISTILLED: readonly Row[] = [
  ["a type that the base has not", "missing", relocated("[1] STRUCT 'gone' size=8 vlen=0")],
  ["a type without a name", "anonymous", relocated("[1] STRUCT '(anon)' size=8 vlen=0")],
  ["a PTR in it", "unexpected-kind", relocated("[1] PTR 'p' type_id=0")],
  [
    "an INT of another sign",
    "int-encoding-differs",
    relocated("[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=(none)"),
  ],
  [
    "an INT of another size",
    "size-differs",
    relocated("[1] INT 'int' size=8 bits_offset=0 nr_bits=64 encoding=SIGNED"),
  ],
  [
    "two types of one name and size in the base",
    "several-candidates",
    relocated(
      "[1] STRUCT 's' size=8 vlen=0",
      btf`
        [1] STRUCT 's' size=8 vlen=0
        [2] STRUCT 's' size=8 vlen=0`,
    ),
  ],
  [
    "'int' of 4 and of 8 bytes in it",
    OK,
    relocated(
      "[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED",
      btf`
        ${INT_LINE}
        [2] INT 'int' size=8 bits_offset=0 nr_bits=64 encoding=SIGNED`,
    ),
  ],
  [
    "a forward declaration of two",
    "several-candidates",
    relocated(
      "[1] FWD 's' fwd_kind=struct",
      btf`
        [1] STRUCT 's' size=8 vlen=0
        [2] STRUCT 's' size=4 vlen=0`,
    ),
  ],
  ["a union for a struct", OK, relocated("[1] STRUCT 'u' size=8 vlen=0", btf`[1] UNION 'u' size=8 vlen=0`)],
  [
    "an ENUM64 for an ENUM",
    OK,
    relocated(
      "[1] ENUM 'e' encoding=UNSIGNED size=8 vlen=0",
      btf`[1] ENUM64 'e' encoding=UNSIGNED size=8 vlen=0`,
    ),
  ],
  [
    "a big-endian module",
    OK,
    () => {
      const split = assemble("[3] PTR '(anon)' type_id=2", BASE, { littleEndian: false });
      const distilled = new Distiller(BASE).distill(parseBtf(split, BASE));
      return new Relocator(BASE).relocate(parseBtf(distilled.split, parseBtf(distilled.base))).ok
        ? OK
        : "failed";
    },
  ],
  ["BTF that stands alone", "not-split: cannot be relocated", () => new Relocator(BASE).relocate(BASE)],
  ["another size, behind a pointer", OK, onto(DEVICE, "[2] PTR '(anon)' type_id=1", LARGER)],
  [
    "another size, held by value",
    "size-differs",
    onto(DEVICE, "[2] STRUCT 'mine' size=16 vlen=1\n'd' type_id=1 bits_offset=0", LARGER),
  ],
  [
    "another size, held through const and array",
    "size-differs",
    onto(
      `${DEVICE}\n[2] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED`,
      "[3] CONST '(anon)' type_id=1\n[4] ARRAY '(anon)' type_id=3 index_type_id=2 nr_elems=1\n[5] STRUCT 'mine' size=16 vlen=1\n'd' type_id=4 bits_offset=0",
      btf`
[1] STRUCT 'device' size=24 vlen=0
[2] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED`,
    ),
  ],
  [
    "onto its own distilled base",
    OK,
    () => {
      const base = parseBtf(distilled.base);
      return new Relocator(base).relocate(parseBtf(distilled.split, base)).ok ? OK : "failed";
    },
  ],
  [
    "ids of the kernel beside a distilled base",
    "bad-type-id: type ID 5",
    () => parseBtf(farSplit, parseBtf(assemble(DEVICE))),
  ],
  [
    "a .BTF.ext that is damaged beside it",
    OK,
    () =>
      openImage(
        moduleOf({
          ".BTF": distilled.split,
          ".BTF.base": distilled.base,
          ".BTF.ext": Uint8Array.of(0x9f, 0xeb, 1, 0, 255, 255, 255, 255),
        }),
      ).parse(),
  ],
  [
    "a .BTF.base cut short",
    "truncated: ",
    () =>
      openImage(moduleOf({ ".BTF": distilled.split, ".BTF.base": distilled.base.subarray(0, 30) })).parse(),
  ],
  [
    "an empty .BTF.base",
    "truncated: header not found",
    () => openImage(moduleOf({ ".BTF": distilled.split, ".BTF.base": new Uint8Array(0) })).parse(),
  ],
];
