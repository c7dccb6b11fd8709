import { type Form, LAYOUT, raw } from "../support/btf.ts";

/** What distilling must give, one case a rule of `btf__distill_base`. `test:peers` asks libbpf the same. */
export interface DistillCase {
  readonly name: string;
  readonly base: string;
  readonly split: string;
  readonly form?: Form;
  /** The distilled base and the new split BTF, or the phrase that refuses. */
  readonly expected: readonly [base: string, split: string] | string;
  /** libbpf gets it wrong. */
  readonly libbpfDiffers?: boolean;
}

const INT = "[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED";

export const DISTILL_CASES: readonly DistillCase[] = [
  {
    name: "a named struct is kept as a name and a size, and its members are not needed",
    base: `
      [1] INT 'long' size=8 bits_offset=0 nr_bits=64 encoding=SIGNED
      [2] STRUCT 'list_head' size=16 vlen=2
        'next' type_id=3 bits_offset=0
        'prev' type_id=3 bits_offset=64
      [3] PTR '(anon)' type_id=2`,
    split: `
      [4] STRUCT 'widget' size=16 vlen=1
        'list' type_id=2 bits_offset=0`,
    expected: [
      raw`[1] STRUCT 'list_head' size=16 vlen=0`,
      raw`
        [2] STRUCT 'widget' size=16 vlen=1
          'list' type_id=1 bits_offset=0`,
    ],
  },
  {
    name: "a named union too, and a struct with bitfields loses its flag",
    base: `
      ${INT}
      [2] UNION 'value' size=8 vlen=1
        'i' type_id=1 bits_offset=0
      [3] STRUCT 'flags' size=4 vlen=1
        'up' type_id=1 bits_offset=0 bitfield_size=1`,
    split: `
      [4] PTR '(anon)' type_id=2
      [5] PTR '(anon)' type_id=3`,
    expected: [
      raw`
        [1] UNION 'value' size=8 vlen=0
        [2] STRUCT 'flags' size=4 vlen=0`,
      raw`
        [3] PTR '(anon)' type_id=1
        [4] PTR '(anon)' type_id=2`,
    ],
  },
  {
    name: "integers, floats and forward declarations are kept as they are, in the order of the base",
    base: `
      [1] FWD 'later' fwd_kind=union
      [2] INT 'unused' size=4 bits_offset=0 nr_bits=32 encoding=(none)
      [3] FLOAT 'double' size=8
      [4] INT 'odd' size=4 bits_offset=3 nr_bits=7 encoding=BOOL
      [5] FWD 'soon' fwd_kind=struct`,
    split: `
      [6] FUNC_PROTO '(anon)' ret_type_id=4 vlen=3
        'a' type_id=5
        'b' type_id=3
        'c' type_id=1`,
    expected: [
      raw`
        [1] FWD 'later' fwd_kind=union
        [2] FLOAT 'double' size=8
        [3] INT 'odd' size=4 bits_offset=3 nr_bits=7 encoding=BOOL
        [4] FWD 'soon' fwd_kind=struct`,
      raw`
        [5] FUNC_PROTO '(anon)' ret_type_id=3 vlen=3
          'a' type_id=4
          'b' type_id=2
          'c' type_id=1`,
    ],
  },
  {
    name: "a named enum, of 64 bits or not, is kept as an enum of its size without enumerators or sign",
    base: `
      [1] ENUM 'color' encoding=SIGNED size=4 vlen=1
        'RED' val=-1
      [2] ENUM64 'mask' encoding=SIGNED size=8 vlen=1
        'ALL' val=-1LL
      [3] ENUM 'tiny' encoding=UNSIGNED size=1 vlen=1
        'NO' val=0`,
    split: `
      [4] STRUCT 's' size=16 vlen=3
        'm' type_id=2 bits_offset=0
        'c' type_id=1 bits_offset=64
        't' type_id=3 bits_offset=96`,
    expected: [
      raw`
        [1] ENUM 'color' encoding=UNSIGNED size=4 vlen=0
        [2] ENUM 'mask' encoding=UNSIGNED size=8 vlen=0
        [3] ENUM 'tiny' encoding=UNSIGNED size=1 vlen=0`,
      raw`
        [4] STRUCT 's' size=16 vlen=3
          'm' type_id=2 bits_offset=0
          'c' type_id=1 bits_offset=64
          't' type_id=3 bits_offset=96`,
    ],
  },
  {
    name: "anonymous composites and enums are copied behind the own types, with what they lead to",
    base: `
      ${INT}
      [2] UNION '(anon)' size=4 vlen=1
        'bits' type_id=1 bits_offset=0 bitfield_size=3
      [3] ENUM '(anon)' encoding=SIGNED size=4 vlen=1
        'RED' val=-1
      [4] ENUM64 '(anon)' encoding=UNSIGNED size=8 vlen=1
        'ALL' val=18446744073709551615ULL
      [5] STRUCT '(anon)' size=16 vlen=3
        '(anon)' type_id=2 bits_offset=0
        'e' type_id=3 bits_offset=32
        'm' type_id=4 bits_offset=64`,
    split: `
      [6] TYPEDEF 'box' type_id=5
      [7] TYPEDEF 'crate' type_id=6`,
    expected: [
      INT,
      raw`
        [2] TYPEDEF 'box' type_id=7
        [3] TYPEDEF 'crate' type_id=2
        [4] UNION '(anon)' size=4 vlen=1
          'bits' type_id=1 bits_offset=0 bitfield_size=3
        [5] ENUM '(anon)' encoding=SIGNED size=4 vlen=1
          'RED' val=-1
        [6] ENUM64 '(anon)' encoding=UNSIGNED size=8 vlen=1
          'ALL' val=18446744073709551615ULL
        [7] STRUCT '(anon)' size=16 vlen=3
          '(anon)' type_id=4 bits_offset=0
          'e' type_id=5 bits_offset=32
          'm' type_id=6 bits_offset=64`,
    ],
  },
  {
    name: "all that only refers is copied and followed: modifiers, typedefs, arrays, prototypes, tags",
    base: `
      ${INT}
      [2] CONST '(anon)' type_id=1
      [3] VOLATILE '(anon)' type_id=2
      [4] PTR '(anon)' type_id=3
      [5] RESTRICT '(anon)' type_id=4
      [6] TYPEDEF 'handle_t' type_id=5
      [7] INT 'u64' size=8 bits_offset=0 nr_bits=64 encoding=(none)
      [8] ARRAY '(anon)' type_id=6 index_type_id=7 nr_elems=3
      [9] TYPE_TAG 'user' type_id=8
      [10] STRUCT 'ctx' size=8 vlen=0
      [11] FUNC_PROTO '(anon)' ret_type_id=0 vlen=2
        'handle_t' type_id=9
        'ctx' type_id=10`,
    split: "[12] FUNC 'run' type_id=11 linkage=static",
    expected: [
      raw`
        ${INT}
        [2] INT 'u64' size=8 bits_offset=0 nr_bits=64 encoding=(none)
        [3] STRUCT 'ctx' size=8 vlen=0`,
      raw`
        [4] FUNC 'run' type_id=12 linkage=static
        [5] CONST '(anon)' type_id=1
        [6] VOLATILE '(anon)' type_id=5
        [7] PTR '(anon)' type_id=6
        [8] RESTRICT '(anon)' type_id=7
        [9] TYPEDEF 'handle_t' type_id=8
        [10] ARRAY '(anon)' type_id=9 index_type_id=2 nr_elems=3
        [11] TYPE_TAG 'user' type_id=10
        [12] FUNC_PROTO '(anon)' ret_type_id=0 vlen=2
          'handle_t' type_id=11
          'ctx' type_id=3`,
    ],
  },
  {
    name: "own types of every kind are renumbered, whichever way they point",
    base: INT,
    split: `
      [2] VAR 'jiffies' type_id=3, linkage=global
      [3] VOLATILE '(anon)' type_id=6
      [4] DATASEC '.data' size=8 vlen=1
        type_id=2 offset=0 size=8
      [5] DECL_TAG 'tag' type_id=2 component_idx=-1
      [6] STRUCT 'own' size=4 vlen=2
        'i' type_id=1 bits_offset=0
        'self' type_id=7 bits_offset=64
      [7] PTR '(anon)' type_id=6`,
    expected: [
      INT,
      raw`
        [2] VAR 'jiffies' type_id=3, linkage=global
        [3] VOLATILE '(anon)' type_id=6
        [4] DATASEC '.data' size=8 vlen=1
          type_id=2 offset=0 size=8 (VAR 'jiffies')
        [5] DECL_TAG 'tag' type_id=2 component_idx=-1
        [6] STRUCT 'own' size=4 vlen=2
          'i' type_id=1 bits_offset=0
          'self' type_id=7 bits_offset=64
        [7] PTR '(anon)' type_id=6`,
    ],
  },
  {
    name: "types without a name that a base may hold are kept, though no kernel takes them back",
    base: `
      [1] INT '(anon)' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
      [2] FLOAT '(anon)' size=4
      [3] FWD '(anon)' fwd_kind=struct`,
    split: `
      [4] PTR '(anon)' type_id=3
      [5] PTR '(anon)' type_id=2
      [6] PTR '(anon)' type_id=1`,
    expected: [
      raw`
        [1] INT '(anon)' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
        [2] FLOAT '(anon)' size=4
        [3] FWD '(anon)' fwd_kind=struct`,
      raw`
        [4] PTR '(anon)' type_id=3
        [5] PTR '(anon)' type_id=2
        [6] PTR '(anon)' type_id=1`,
    ],
  },
  {
    name: "types that share a name are all kept",
    base: `
      [1] STRUCT 'twin' size=4 vlen=0
      [2] STRUCT 'twin' size=8 vlen=0
      [3] UNION 'twin' size=4 vlen=0`,
    split: `
      [4] PTR '(anon)' type_id=3
      [5] PTR '(anon)' type_id=2
      [6] PTR '(anon)' type_id=1`,
    expected: [
      raw`
        [1] STRUCT 'twin' size=4 vlen=0
        [2] STRUCT 'twin' size=8 vlen=0
        [3] UNION 'twin' size=4 vlen=0`,
      raw`
        [4] PTR '(anon)' type_id=3
        [5] PTR '(anon)' type_id=2
        [6] PTR '(anon)' type_id=1`,
    ],
  },
  {
    name: "a ring of references in the base is copied once",
    base: `
      [1] STRUCT 'node' size=8 vlen=1
        'next' type_id=2 bits_offset=0
      [2] PTR '(anon)' type_id=3
      [3] STRUCT '(anon)' size=8 vlen=2
        'up' type_id=2 bits_offset=0
        'node' type_id=1 bits_offset=0`,
    split: "[4] CONST '(anon)' type_id=2",
    expected: [
      raw`[1] STRUCT 'node' size=8 vlen=0`,
      raw`
        [2] CONST '(anon)' type_id=3
        [3] PTR '(anon)' type_id=4
        [4] STRUCT '(anon)' size=8 vlen=2
          'up' type_id=3 bits_offset=0
          'node' type_id=1 bits_offset=0`,
    ],
  },
  {
    name: "BTF that needs nothing of its base gets an empty one",
    base: INT,
    split: `
      [2] STRUCT 'alone' size=0 vlen=0
      [3] PTR '(anon)' type_id=2
      [4] PTR '(anon)' type_id=0`,
    expected: [
      "",
      raw`
        [1] STRUCT 'alone' size=0 vlen=0
        [2] PTR '(anon)' type_id=1
        [3] PTR '(anon)' type_id=0`,
    ],
  },
  {
    name: "what is copied is not lost when the distilled base stays empty",
    base: `
      ${INT}
      [2] PTR '(anon)' type_id=0
      [3] ENUM '(anon)' encoding=UNSIGNED size=4 vlen=1
        'ON' val=1`,
    split: `
      [4] TYPEDEF 'handle' type_id=2
      [5] TYPEDEF 'switch' type_id=3`,
    libbpfDiffers: true,
    expected: [
      "",
      raw`
        [1] TYPEDEF 'handle' type_id=3
        [2] TYPEDEF 'switch' type_id=4
        [3] PTR '(anon)' type_id=0
        [4] ENUM '(anon)' encoding=UNSIGNED size=4 vlen=1
          'ON' val=1`,
    ],
  },
  {
    name: "big-endian split BTF gives big-endian parts",
    base: INT,
    split: "[2] PTR '(anon)' type_id=1",
    form: { littleEndian: false },
    expected: [INT, "[2] PTR '(anon)' type_id=1"],
  },
  {
    name: "a layout section is not carried over",
    base: INT,
    split: "[2] PTR '(anon)' type_id=1",
    form: { layout: LAYOUT },
    expected: [INT, "[2] PTR '(anon)' type_id=1"],
  },
  ...(
    [
      [14, "VAR 'v' type_id=1, linkage=static"],
      [15, "DATASEC '.data' size=4 vlen=0"],
      [17, "DECL_TAG 't' type_id=1 component_idx=-1"],
    ] as const
  ).map(
    ([kind, line]): DistillCase => ({
      name: `a reference to a base type that only sections and tags refer to is refused: ${line}`,
      base: `${INT}\n[2] ${line}`,
      split: "[3] PTR '(anon)' type_id=2",
      expected: `unexpected reference to base type[2] of kind [${kind}]`,
    }),
  ),
  {
    name: "so is one to a function, also by way of a copied type",
    base: `
      [1] FUNC_PROTO '(anon)' ret_type_id=0 vlen=0
      [2] FUNC 'f' type_id=1 linkage=static
      [3] PTR '(anon)' type_id=2`,
    split: "[4] TYPEDEF 't' type_id=3",
    expected: "unexpected reference to base type[2] of kind [12]",
  },
  {
    name: "a function behind a named struct is not met",
    base: `
      [1] FUNC_PROTO '(anon)' ret_type_id=0 vlen=0
      [2] FUNC 'f' type_id=1 linkage=static
      [3] STRUCT 's' size=8 vlen=1
        'f' type_id=2 bits_offset=0`,
    split: "[4] PTR '(anon)' type_id=3",
    expected: [raw`[1] STRUCT 's' size=8 vlen=0`, raw`[2] PTR '(anon)' type_id=1`],
  },
  {
    name: "a named enum of three bytes has no place in a distilled base",
    base: "[1] ENUM 'odd' encoding=UNSIGNED size=3 vlen=0",
    split: "[2] PTR '(anon)' type_id=1",
    expected: "size 3",
  },
  {
    name: "an anonymous enum of three bytes has",
    base: `
      ${INT}
      [2] ENUM '(anon)' encoding=UNSIGNED size=3 vlen=0`,
    split: `
      [3] PTR '(anon)' type_id=2
      [4] PTR '(anon)' type_id=1`,
    expected: [
      INT,
      raw`
        [2] PTR '(anon)' type_id=4
        [3] PTR '(anon)' type_id=1
        [4] ENUM '(anon)' encoding=UNSIGNED size=3 vlen=0`,
    ],
  },
];
