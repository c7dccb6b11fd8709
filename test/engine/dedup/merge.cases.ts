/** BTFs that are merged on a base, one rule each, and the own types of the result as bpftool 7.8 prints them. */
export interface MergeCase {
  readonly name: string;
  readonly base: string;
  readonly splits: readonly string[];
  readonly expected: string;
}

const INT = "[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED";
const LIST = `${INT}
  [2] STRUCT 'list' size=8 vlen=1
    'next' type_id=3 bits_offset=0
  [3] PTR '(anon)' type_id=2`;

export const MERGE_CASES: readonly MergeCase[] = [
  {
    name: "types follow each other, with ids that go on",
    base: INT,
    splits: [
      `
        [2] PTR '(anon)' type_id=1
        [3] TYPEDEF 'a' type_id=2`,
      `
        [2] CONST '(anon)' type_id=1
        [3] TYPEDEF 'b' type_id=2`,
    ],
    expected: `
        [2] PTR '(anon)' type_id=1
        [3] TYPEDEF 'a' type_id=2
        [4] CONST '(anon)' type_id=1
        [5] TYPEDEF 'b' type_id=4`,
  },
  {
    name: "what the base has is not repeated",
    base: LIST,
    splits: [
      `
        [4] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
        [5] STRUCT 'list' size=8 vlen=1
          'next' type_id=6 bits_offset=0
        [6] PTR '(anon)' type_id=5
        [7] TYPEDEF 'mine' type_id=6`,
      "[4] PTR '(anon)' type_id=2",
    ],
    expected: "[4] TYPEDEF 'mine' type_id=3",
  },
  {
    name: "integers differ by size, bits and encoding",
    base: INT,
    splits: [
      `
        [2] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=(none)
        [3] INT 'int' size=4 bits_offset=0 nr_bits=31 encoding=SIGNED`,
      `
        [2] INT 'int' size=8 bits_offset=0 nr_bits=32 encoding=SIGNED
        [3] INT 'int' size=4 bits_offset=0 nr_bits=31 encoding=SIGNED`,
    ],
    expected: `
        [2] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=(none)
        [3] INT 'int' size=4 bits_offset=0 nr_bits=31 encoding=SIGNED
        [4] INT 'int' size=8 bits_offset=0 nr_bits=32 encoding=SIGNED`,
  },
  {
    name: "floats are the same by name and size",
    base: INT,
    splits: [
      `
        [2] FLOAT 'double' size=8
        [3] FLOAT 'double' size=4`,
      `
        [2] FLOAT 'double' size=8
        [3] CONST '(anon)' type_id=2`,
    ],
    expected: `
        [2] FLOAT 'double' size=8
        [3] FLOAT 'double' size=4
        [4] CONST '(anon)' type_id=2`,
  },
  {
    name: "enums are the same by name, sign, size and all enumerators",
    base: INT,
    splits: [
      `
        [2] ENUM 'e' encoding=UNSIGNED size=4 vlen=2
          'A' val=0
          'B' val=1`,
      `
        [2] ENUM 'e' encoding=UNSIGNED size=4 vlen=2
          'A' val=0
          'B' val=1
        [3] ENUM 'e' encoding=UNSIGNED size=4 vlen=2
          'A' val=0
          'B' val=2
        [4] ENUM '(anon)' encoding=UNSIGNED size=4 vlen=1
          'A' val=0`,
      `
        [2] ENUM '(anon)' encoding=UNSIGNED size=4 vlen=1
          'A' val=0
        [3] CONST '(anon)' type_id=2`,
    ],
    expected: `
        [2] ENUM 'e' encoding=UNSIGNED size=4 vlen=2
          'A' val=0
          'B' val=1
        [3] ENUM 'e' encoding=UNSIGNED size=4 vlen=2
          'A' val=0
          'B' val=2
        [4] ENUM '(anon)' encoding=UNSIGNED size=4 vlen=1
          'A' val=0
        [5] CONST '(anon)' type_id=4`,
  },
  {
    name: "an enum that is only declared becomes the one defined before, of any size and kind",
    base: INT,
    splits: [
      `
        [2] ENUM64 'e' encoding=UNSIGNED size=8 vlen=1
          'A' val=1ULL`,
      `
        [2] ENUM 'e' encoding=UNSIGNED size=4 vlen=0
        [3] CONST '(anon)' type_id=2`,
    ],
    expected: `
        [2] ENUM64 'e' encoding=UNSIGNED size=8 vlen=1
          'A' val=1ULL
        [3] CONST '(anon)' type_id=2`,
  },
  {
    name: "an enum that is only declared becomes the one defined later",
    base: INT,
    splits: [
      `
        [2] ENUM 'e' encoding=UNSIGNED size=4 vlen=0
        [3] CONST '(anon)' type_id=2`,
      `
        [2] ENUM 'e' encoding=UNSIGNED size=1 vlen=1
          'A' val=1
        [3] CONST '(anon)' type_id=2`,
    ],
    expected: `
        [2] CONST '(anon)' type_id=3
        [3] ENUM 'e' encoding=UNSIGNED size=1 vlen=1
          'A' val=1`,
  },
  {
    name: "an enum that the base only declares is defined by a split BTF for all of them",
    base: `
        ${INT}
        [2] ENUM 'e' encoding=UNSIGNED size=4 vlen=0`,
    splits: [
      "[3] CONST '(anon)' type_id=2",
      `
        [3] ENUM 'e' encoding=UNSIGNED size=4 vlen=1
          'A' val=1`,
    ],
    expected: `
        [3] CONST '(anon)' type_id=4
        [4] ENUM 'e' encoding=UNSIGNED size=4 vlen=1
          'A' val=1`,
  },
  {
    name: "forward declarations are the same by name and of one sort",
    base: INT,
    splits: [
      `
        [2] FWD 'a' fwd_kind=struct
        [3] FWD 'a' fwd_kind=union
        [4] PTR '(anon)' type_id=2`,
      `
        [2] FWD 'a' fwd_kind=union
        [3] FWD 'a' fwd_kind=struct
        [4] PTR '(anon)' type_id=3
        [5] PTR '(anon)' type_id=2`,
    ],
    expected: `
        [2] FWD 'a' fwd_kind=struct
        [3] FWD 'a' fwd_kind=union
        [4] PTR '(anon)' type_id=2
        [5] PTR '(anon)' type_id=3`,
  },
  {
    name: "structs are the same if all that they lead to is, round in circles too",
    base: INT,
    splits: [
      `
        [2] STRUCT 'a' size=8 vlen=1
          'b' type_id=3 bits_offset=0
        [3] PTR '(anon)' type_id=4
        [4] STRUCT 'b' size=8 vlen=1
          'a' type_id=5 bits_offset=0
        [5] PTR '(anon)' type_id=2`,
      `
        [2] PTR '(anon)' type_id=3
        [3] STRUCT 'a' size=8 vlen=1
          'b' type_id=4 bits_offset=0
        [4] PTR '(anon)' type_id=5
        [5] STRUCT 'b' size=8 vlen=1
          'a' type_id=2 bits_offset=0
        [6] TYPEDEF 't' type_id=5`,
    ],
    expected: `
        [2] STRUCT 'a' size=8 vlen=1
          'b' type_id=3 bits_offset=0
        [3] PTR '(anon)' type_id=4
        [4] STRUCT 'b' size=8 vlen=1
          'a' type_id=5 bits_offset=0
        [5] PTR '(anon)' type_id=2
        [6] TYPEDEF 't' type_id=4`,
  },
  {
    name: "structs differ by size, names, offsets and number of members",
    base: INT,
    splits: [
      `
        [2] STRUCT 's' size=4 vlen=1
          'a' type_id=1 bits_offset=0`,
      `
        [2] STRUCT 's' size=8 vlen=1
          'a' type_id=1 bits_offset=0
        [3] STRUCT 's' size=4 vlen=1
          'b' type_id=1 bits_offset=0`,
      `
        [2] STRUCT 's' size=4 vlen=1
          'a' type_id=1 bits_offset=8
        [3] STRUCT 's' size=4 vlen=0
        [4] UNION 's' size=4 vlen=1
          'a' type_id=1 bits_offset=0`,
    ],
    expected: `
        [2] STRUCT 's' size=4 vlen=1
          'a' type_id=1 bits_offset=0
        [3] STRUCT 's' size=8 vlen=1
          'a' type_id=1 bits_offset=0
        [4] STRUCT 's' size=4 vlen=1
          'b' type_id=1 bits_offset=0
        [5] STRUCT 's' size=4 vlen=1
          'a' type_id=1 bits_offset=8
        [6] STRUCT 's' size=4 vlen=0
        [7] UNION 's' size=4 vlen=1
          'a' type_id=1 bits_offset=0`,
  },
  {
    name: "structs differ if something far below does",
    base: INT,
    splits: [
      `
        [2] STRUCT 's' size=8 vlen=1
          'p' type_id=3 bits_offset=0
        [3] PTR '(anon)' type_id=4
        [4] CONST '(anon)' type_id=1`,
      `
        [2] STRUCT 's' size=8 vlen=1
          'p' type_id=3 bits_offset=0
        [3] PTR '(anon)' type_id=4
        [4] VOLATILE '(anon)' type_id=1`,
    ],
    expected: `
        [2] STRUCT 's' size=8 vlen=1
          'p' type_id=3 bits_offset=0
        [3] PTR '(anon)' type_id=4
        [4] CONST '(anon)' type_id=1
        [5] STRUCT 's' size=8 vlen=1
          'p' type_id=6 bits_offset=0
        [6] PTR '(anon)' type_id=7
        [7] VOLATILE '(anon)' type_id=1`,
  },
  {
    name: "a forward declaration in one graph is resolved to the struct in the other",
    base: INT,
    splits: [
      `
        [2] STRUCT 's' size=8 vlen=1
          'o' type_id=3 bits_offset=0
        [3] PTR '(anon)' type_id=4
        [4] FWD 'o' fwd_kind=struct
        [5] STRUCT 'o' size=1 vlen=0`,
      `
        [2] STRUCT 's' size=8 vlen=1
          'o' type_id=3 bits_offset=0
        [3] PTR '(anon)' type_id=4
        [4] STRUCT 'o' size=4 vlen=1
          'a' type_id=1 bits_offset=0`,
    ],
    expected: `
        [2] STRUCT 's' size=8 vlen=1
          'o' type_id=3 bits_offset=0
        [3] PTR '(anon)' type_id=5
        [4] STRUCT 'o' size=1 vlen=0
        [5] STRUCT 'o' size=4 vlen=1
          'a' type_id=1 bits_offset=0`,
  },
  {
    name: "so it is the other way round",
    base: INT,
    splits: [
      `
        [2] STRUCT 's' size=8 vlen=1
          'o' type_id=3 bits_offset=0
        [3] PTR '(anon)' type_id=4
        [4] UNION 'o' size=4 vlen=1
          'a' type_id=1 bits_offset=0`,
      `
        [2] UNION 'o' size=1 vlen=0
        [3] FWD 'o' fwd_kind=union
        [4] PTR '(anon)' type_id=3
        [5] STRUCT 's' size=8 vlen=1
          'o' type_id=4 bits_offset=0`,
    ],
    expected: `
        [2] STRUCT 's' size=8 vlen=1
          'o' type_id=3 bits_offset=0
        [3] PTR '(anon)' type_id=4
        [4] UNION 'o' size=4 vlen=1
          'a' type_id=1 bits_offset=0
        [5] UNION 'o' size=1 vlen=0`,
  },
  {
    name: "a forward declaration of a union is no struct",
    base: INT,
    splits: [
      `
        [2] STRUCT 's' size=8 vlen=1
          'o' type_id=3 bits_offset=0
        [3] PTR '(anon)' type_id=4
        [4] FWD 'o' fwd_kind=union`,
      `
        [2] STRUCT 's' size=8 vlen=1
          'o' type_id=3 bits_offset=0
        [3] PTR '(anon)' type_id=4
        [4] STRUCT 'o' size=4 vlen=1
          'a' type_id=1 bits_offset=0`,
    ],
    expected: `
        [2] STRUCT 's' size=8 vlen=1
          'o' type_id=3 bits_offset=0
        [3] PTR '(anon)' type_id=4
        [4] FWD 'o' fwd_kind=union
        [5] STRUCT 's' size=8 vlen=1
          'o' type_id=6 bits_offset=0
        [6] PTR '(anon)' type_id=7
        [7] STRUCT 'o' size=4 vlen=1
          'a' type_id=1 bits_offset=0`,
  },
  {
    name: "a struct of the base that needs a definition is kept beside the one that has it",
    base: `
        ${INT}
        [2] STRUCT 's' size=8 vlen=1
          'o' type_id=3 bits_offset=0
        [3] PTR '(anon)' type_id=4
        [4] FWD 'o' fwd_kind=struct`,
    splits: [
      `
        [5] STRUCT 's' size=8 vlen=1
          'o' type_id=6 bits_offset=0
        [6] PTR '(anon)' type_id=7
        [7] STRUCT 'o' size=0 vlen=0
        [8] PTR '(anon)' type_id=4`,
      `
        [5] FWD 'o' fwd_kind=struct
        [6] PTR '(anon)' type_id=5
        [7] TYPEDEF 't' type_id=6`,
    ],
    expected: `
        [5] STRUCT 's' size=8 vlen=1
          'o' type_id=6 bits_offset=0
        [6] PTR '(anon)' type_id=7
        [7] STRUCT 'o' size=0 vlen=0
        [8] TYPEDEF 't' type_id=6`,
  },
  {
    name: "a forward declaration that no struct leads to is resolved by its name",
    base: INT,
    splits: [
      `
        [2] FWD 's' fwd_kind=struct
        [3] PTR '(anon)' type_id=2`,
      `
        [2] STRUCT 's' size=0 vlen=0
        [3] PTR '(anon)' type_id=2`,
    ],
    expected: `
        [2] PTR '(anon)' type_id=3
        [3] STRUCT 's' size=0 vlen=0`,
  },
  {
    name: "to a struct of the base too",
    base: `
        ${INT}
        [2] STRUCT 's' size=0 vlen=0`,
    splits: [
      `
        [3] FWD 's' fwd_kind=struct
        [4] PTR '(anon)' type_id=3`,
      "[3] PTR '(anon)' type_id=2",
    ],
    expected: "[3] PTR '(anon)' type_id=2",
  },
  {
    name: "but not if two have the name, or it is another sort's",
    base: INT,
    splits: [
      `
        [2] FWD 's' fwd_kind=struct
        [3] PTR '(anon)' type_id=2
        [4] FWD 'u' fwd_kind=struct
        [5] PTR '(anon)' type_id=4`,
      `
        [2] STRUCT 's' size=0 vlen=0
        [3] UNION 's' size=1 vlen=0
        [4] UNION 'u' size=1 vlen=0`,
    ],
    expected: `
        [2] FWD 's' fwd_kind=struct
        [3] PTR '(anon)' type_id=2
        [4] FWD 'u' fwd_kind=struct
        [5] PTR '(anon)' type_id=4
        [6] STRUCT 's' size=0 vlen=0
        [7] UNION 's' size=1 vlen=0
        [8] UNION 'u' size=1 vlen=0`,
  },
  {
    name: "typedefs are the same if what they name is",
    base: INT,
    splits: [
      `
        [2] TYPEDEF 't' type_id=1
        [3] TYPEDEF 'u' type_id=2`,
      `
        [2] TYPEDEF 'u' type_id=3
        [3] TYPEDEF 't' type_id=1
        [4] TYPEDEF 't' type_id=5
        [5] PTR '(anon)' type_id=1`,
    ],
    expected: `
        [2] TYPEDEF 't' type_id=1
        [3] TYPEDEF 'u' type_id=2
        [4] TYPEDEF 't' type_id=5
        [5] PTR '(anon)' type_id=1`,
  },
  {
    name: "typedefs may go round in a circle",
    base: INT,
    splits: [
      `
        [2] TYPEDEF 't' type_id=3
        [3] PTR '(anon)' type_id=2`,
      `
        [2] PTR '(anon)' type_id=3
        [3] TYPEDEF 't' type_id=2`,
    ],
    expected: `
        [2] TYPEDEF 't' type_id=3
        [3] PTR '(anon)' type_id=2`,
  },
  {
    name: "all other types are the same if what they refer to is",
    base: INT,
    splits: [
      `
        [2] CONST '(anon)' type_id=1
        [3] VOLATILE '(anon)' type_id=2
        [4] PTR '(anon)' type_id=3
        [5] RESTRICT '(anon)' type_id=4
        [6] ARRAY '(anon)' type_id=5 index_type_id=1 nr_elems=3
        [7] FUNC_PROTO '(anon)' ret_type_id=0 vlen=1
          'p' type_id=6
        [8] FUNC 'f' type_id=7 linkage=static
        [9] DECL_TAG 'tag' type_id=8 component_idx=-1
        [10] TYPE_TAG 'user' type_id=1`,
      `
        [2] DECL_TAG 'tag' type_id=3 component_idx=-1
        [3] FUNC 'f' type_id=4 linkage=static
        [4] FUNC_PROTO '(anon)' ret_type_id=0 vlen=1
          'p' type_id=5
        [5] ARRAY '(anon)' type_id=6 index_type_id=1 nr_elems=3
        [6] RESTRICT '(anon)' type_id=7
        [7] PTR '(anon)' type_id=8
        [8] VOLATILE '(anon)' type_id=9
        [9] CONST '(anon)' type_id=1
        [10] TYPE_TAG 'user' type_id=1
        [11] DECL_TAG 'tag' type_id=3 component_idx=0
        [12] FUNC 'f' type_id=4 linkage=global
        [13] ARRAY '(anon)' type_id=6 index_type_id=1 nr_elems=4`,
    ],
    expected: `
        [2] CONST '(anon)' type_id=1
        [3] VOLATILE '(anon)' type_id=2
        [4] PTR '(anon)' type_id=3
        [5] RESTRICT '(anon)' type_id=4
        [6] ARRAY '(anon)' type_id=5 index_type_id=1 nr_elems=3
        [7] FUNC_PROTO '(anon)' ret_type_id=0 vlen=1
          'p' type_id=6
        [8] FUNC 'f' type_id=7 linkage=static
        [9] DECL_TAG 'tag' type_id=8 component_idx=-1
        [10] TYPE_TAG 'user' type_id=1
        [11] DECL_TAG 'tag' type_id=8 component_idx=0
        [12] FUNC 'f' type_id=7 linkage=global
        [13] ARRAY '(anon)' type_id=5 index_type_id=1 nr_elems=4`,
  },
  {
    name: "parameters differ by name",
    base: INT,
    splits: [
      `
        [2] FUNC_PROTO '(anon)' ret_type_id=1 vlen=1
          'a' type_id=1`,
      `
        [2] FUNC_PROTO '(anon)' ret_type_id=1 vlen=1
          'b' type_id=1`,
    ],
    expected: `
        [2] FUNC_PROTO '(anon)' ret_type_id=1 vlen=1
          'a' type_id=1
        [3] FUNC_PROTO '(anon)' ret_type_id=1 vlen=1
          'b' type_id=1`,
  },
  {
    name: "variables and sections stay, each of them",
    base: INT,
    splits: [
      `
        [2] VAR 'v' type_id=1, linkage=global
        [3] DATASEC '.data' size=4 vlen=1
          type_id=2 offset=0 size=4`,
      `
        [2] VAR 'v' type_id=1, linkage=global
        [3] DATASEC '.data' size=4 vlen=1
          type_id=2 offset=0 size=4`,
    ],
    expected: `
        [2] VAR 'v' type_id=1, linkage=global
        [3] DATASEC '.data' size=4 vlen=1
          type_id=2 offset=0 size=4 (VAR 'v')
        [4] VAR 'v' type_id=1, linkage=global
        [5] DATASEC '.data' size=4 vlen=1
          type_id=4 offset=0 size=4 (VAR 'v')`,
  },
  {
    name: "a type that one of them has twice stands for both",
    base: INT,
    splits: [
      `
        [2] STRUCT 's' size=16 vlen=2
          'a' type_id=3 bits_offset=0
          'b' type_id=3 bits_offset=64
        [3] PTR '(anon)' type_id=1`,
      `
        [2] STRUCT 's' size=16 vlen=2
          'a' type_id=3 bits_offset=0
          'b' type_id=4 bits_offset=64
        [3] PTR '(anon)' type_id=1
        [4] PTR '(anon)' type_id=1`,
    ],
    expected: `
        [2] STRUCT 's' size=16 vlen=2
          'a' type_id=3 bits_offset=0
          'b' type_id=3 bits_offset=64
        [3] PTR '(anon)' type_id=1`,
  },
  {
    name: "of arrays that stand for one, libbpf does not compare the elements",
    base: INT,
    splits: [
      `
        [2] STRUCT 's' size=16 vlen=2
          'a' type_id=3 bits_offset=0
          'b' type_id=3 bits_offset=64
        [3] ARRAY '(anon)' type_id=4 index_type_id=1 nr_elems=1
        [4] PTR '(anon)' type_id=1`,
      `
        [2] STRUCT 's' size=16 vlen=2
          'a' type_id=3 bits_offset=0
          'b' type_id=5 bits_offset=64
        [3] ARRAY '(anon)' type_id=4 index_type_id=1 nr_elems=1
        [4] PTR '(anon)' type_id=1
        [5] ARRAY '(anon)' type_id=6 index_type_id=1 nr_elems=1
        [6] PTR '(anon)' type_id=0`,
    ],
    expected: `
        [2] STRUCT 's' size=16 vlen=2
          'a' type_id=3 bits_offset=0
          'b' type_id=3 bits_offset=64
        [3] ARRAY '(anon)' type_id=4 index_type_id=1 nr_elems=1
        [4] PTR '(anon)' type_id=1
        [5] ARRAY '(anon)' type_id=6 index_type_id=1 nr_elems=1
        [6] PTR '(anon)' type_id=0`,
  },
  {
    name: "of several that would do, the newest is taken",
    base: `
        ${INT}
        [2] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED`,
    splits: [
      "[3] FLOAT 'f' size=4",
      `
        [3] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
        [4] CONST '(anon)' type_id=3`,
    ],
    expected: `
        [3] FLOAT 'f' size=4
        [4] CONST '(anon)' type_id=2`,
  },
  {
    name: "and after libbpf's table has grown the oldest",
    base: `
        ${INT}
        [2] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
        [3] FLOAT 'a' size=4
        [4] FLOAT 'b' size=4`,
    splits: [
      "[5] FLOAT 'f' size=4",
      `
        [5] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
        [6] CONST '(anon)' type_id=5`,
    ],
    expected: `
        [5] FLOAT 'f' size=4
        [6] CONST '(anon)' type_id=1`,
  },
];
