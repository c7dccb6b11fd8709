import type { BrokenRule } from "../../src/engine/match.ts";
import { type Form, raw } from "../support/btf.ts";

/** What relocating must give, one case a rule of `btf__relocate`. `test:peers` asks libbpf the same. */
export interface RelocateCase {
  readonly name: string;
  /** The distilled base. */
  readonly distilled: string;
  readonly split: string;
  /** The base to relocate onto. */
  readonly base: string;
  readonly form?: Form;
  readonly baseForm?: Form;
  /** The relocated split BTF, or the rules that broke, by distilled id, with libbpf's words for the first. */
  readonly expected:
    | string
    | { readonly broken: readonly (readonly [id: number, rule: BrokenRule])[]; readonly says: string };
}

const INT = "INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED";

function unmapped(id: number, rule: BrokenRule, name: string): RelocateCase["expected"] {
  return {
    broken: [[id, rule]],
    says: `distilled base BTF type '${name}' [${id}] is not mapped to base BTF id`,
  };
}

function ambiguous(name: string, size: number, later: number, earlier: number): RelocateCase["expected"] {
  return {
    broken: [[1, "several-candidates"]],
    says: `distilled base BTF type '${name}' [1], size ${size} has multiple candidates of the same size (ids [${later}, ${earlier}]) in base BTF`,
  };
}

/** A pointer to the only distilled type, which asks for its name alone. */
const POINTER = "[2] PTR '(anon)' type_id=1";
/** A struct that holds it, which asks for its size too. */
const HOLDER = raw`
  [2] STRUCT 'holder' size=64 vlen=1
    'held' type_id=1 bits_offset=0`;

/** One distilled type against one base. */
function one(
  name: string,
  distilled: string,
  split: string,
  base: string,
  expected: RelocateCase["expected"],
): RelocateCase {
  return { name, distilled: `[1] ${distilled}`, split, base, expected };
}

export const RELOCATE_CASES: readonly RelocateCase[] = [
  {
    name: "ids and names of the split BTF move behind the new base, those of the distilled base to their types there",
    distilled: `
      [1] ${INT}
      [2] STRUCT 'list_head' size=16 vlen=0`,
    split: `
      [3] STRUCT 'widget' size=24 vlen=3
        'list_head' type_id=2 bits_offset=0
        'id' type_id=1 bits_offset=128
        'next' type_id=4 bits_offset=192
      [4] PTR '(anon)' type_id=3
      [5] VAR 'int' type_id=0, linkage=static
      [6] DECL_TAG 'tag' type_id=5 component_idx=-1`,
    base: `
      [1] STRUCT 'new' size=8 vlen=0
      [2] STRUCT 'list_head' size=16 vlen=1
        'next' type_id=3 bits_offset=0
      [3] PTR '(anon)' type_id=2
      [4] ${INT}`,
    expected: raw`
      [5] STRUCT 'widget' size=24 vlen=3
        'list_head' type_id=2 bits_offset=0
        'id' type_id=4 bits_offset=128
        'next' type_id=6 bits_offset=192
      [6] PTR '(anon)' type_id=5
      [7] VAR 'int' type_id=0, linkage=static
      [8] DECL_TAG 'tag' type_id=7 component_idx=-1`,
  },
  {
    name: "a smaller base moves them the other way",
    distilled: `
      [1] ${INT}
      [2] INT 'i32' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED`,
    split: `
      [3] TYPEDEF 'x' type_id=2
      [4] TYPEDEF 'y' type_id=3
      [5] TYPEDEF 'z' type_id=1`,
    base: `
      [1] INT 'i32' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
      [2] ${INT}`,
    expected: raw`
      [3] TYPEDEF 'x' type_id=1
      [4] TYPEDEF 'y' type_id=3
      [5] TYPEDEF 'z' type_id=2`,
  },
  {
    name: "an empty distilled base relocates onto any base",
    distilled: "",
    split: "[1] TYPEDEF 'x' type_id=0\n[2] TYPEDEF 'y' type_id=1",
    base: `[1] ${INT}`,
    expected: raw`
      [2] TYPEDEF 'x' type_id=0
      [3] TYPEDEF 'y' type_id=2`,
  },
  {
    name: "big-endian split BTF stays so on a little-endian base",
    distilled: `[1] ${INT}`,
    split: "[2] TYPEDEF 'x' type_id=1",
    base: `[1] FLOAT 'f' size=4\n[2] ${INT}`,
    form: { littleEndian: false },
    expected: raw`[3] TYPEDEF 'x' type_id=2`,
  },
  {
    name: "little-endian split BTF stays so on a big-endian base",
    distilled: `[1] ${INT}`,
    split: "[2] TYPEDEF 'x' type_id=1",
    base: `[1] FLOAT 'f' size=4\n[2] ${INT}`,
    baseForm: { littleEndian: false },
    expected: raw`[3] TYPEDEF 'x' type_id=2`,
  },

  // INT: name, size and encoding.
  one(
    "an integer is mapped whatever its bits",
    INT,
    POINTER,
    "[1] INT 'int' size=4 bits_offset=2 nr_bits=7 encoding=SIGNED",
    raw`[2] PTR '(anon)' type_id=1`,
  ),
  one("an integer that is missing", INT, POINTER, "[1] FLOAT 'float' size=4", unmapped(1, "missing", "int")),
  one(
    "an integer of another size",
    INT,
    POINTER,
    "[1] INT 'int' size=8 bits_offset=0 nr_bits=32 encoding=SIGNED",
    unmapped(1, "size-differs", "int"),
  ),
  one(
    "an integer of another sign",
    INT,
    POINTER,
    "[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=(none)",
    unmapped(1, "int-encoding-differs", "int"),
  ),
  one(
    "an integer that became a float",
    INT,
    POINTER,
    "[1] FLOAT 'int' size=4",
    unmapped(1, "kind-differs", "int"),
  ),
  one("an integer that is there twice", INT, POINTER, `[1] ${INT}\n[2] ${INT}`, ambiguous("int", 4, 2, 1)),
  one(
    "an integer beside one of another size",
    INT,
    POINTER,
    `[1] INT 'int' size=8 bits_offset=0 nr_bits=64 encoding=SIGNED\n[2] ${INT}`,
    raw`[3] PTR '(anon)' type_id=2`,
  ),
  one(
    "an integer beside one of another sign",
    INT,
    POINTER,
    `[1] ${INT}\n[2] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=(none)`,
    raw`[3] PTR '(anon)' type_id=1`,
  ),
  one(
    "a name is compared whole",
    INT,
    POINTER,
    "[1] INT 'in' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED\n[2] INT 'int8' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED",
    unmapped(1, "missing", "int"),
  ),

  // FLOAT: name and size.
  one(
    "a float",
    "FLOAT 'float' size=4",
    POINTER,
    "[1] FLOAT 'float' size=4",
    raw`[2] PTR '(anon)' type_id=1`,
  ),
  one(
    "a float of another size",
    "FLOAT 'float' size=4",
    POINTER,
    "[1] FLOAT 'float' size=8",
    unmapped(1, "size-differs", "float"),
  ),
  one(
    "a float that became an integer",
    "FLOAT 'float' size=4",
    POINTER,
    "[1] INT 'float' size=4 bits_offset=0 nr_bits=32 encoding=(none)",
    unmapped(1, "kind-differs", "float"),
  ),

  // ENUM stands for ENUM and ENUM64 of its size.
  one(
    "an enum",
    "ENUM 'e' encoding=UNSIGNED size=4 vlen=0",
    POINTER,
    "[1] ENUM 'e' encoding=SIGNED size=4 vlen=1\n'A' val=-1",
    raw`[2] PTR '(anon)' type_id=1`,
  ),
  one(
    "an enum that is one of 64 bits",
    "ENUM 'e' encoding=UNSIGNED size=8 vlen=0",
    POINTER,
    "[1] ENUM64 'e' encoding=SIGNED size=8 vlen=1\n'A' val=-1LL",
    raw`[2] PTR '(anon)' type_id=1`,
  ),
  one(
    "an enum of another size",
    "ENUM 'e' encoding=UNSIGNED size=4 vlen=0",
    POINTER,
    "[1] ENUM 'e' encoding=UNSIGNED size=1 vlen=0",
    unmapped(1, "size-differs", "e"),
  ),
  one(
    "an enum that became an integer",
    "ENUM 'e' encoding=UNSIGNED size=4 vlen=0",
    POINTER,
    "[1] INT 'e' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED",
    unmapped(1, "kind-differs", "e"),
  ),
  one(
    "an enum that is there in both forms",
    "ENUM 'e' encoding=UNSIGNED size=8 vlen=0",
    POINTER,
    "[1] ENUM 'e' encoding=UNSIGNED size=8 vlen=0\n[2] ENUM64 'e' encoding=UNSIGNED size=8 vlen=0",
    ambiguous("e", 8, 2, 1),
  ),

  // STRUCT and UNION: by name, whatever the kind and, unless it matters, the size.
  one(
    "a struct that is pointed to may change its size",
    "STRUCT 's' size=4 vlen=0",
    POINTER,
    "[1] STRUCT 's' size=400 vlen=0",
    raw`[2] PTR '(anon)' type_id=1`,
  ),
  one(
    "a struct that is held may not",
    "STRUCT 's' size=4 vlen=0",
    HOLDER,
    "[1] STRUCT 's' size=8 vlen=0",
    unmapped(1, "size-differs", "s"),
  ),
  one(
    "a struct that is held and kept its size",
    "STRUCT 's' size=4 vlen=0",
    HOLDER,
    "[1] STRUCT 's' size=4 vlen=0",
    raw`
    [2] STRUCT 'holder' size=64 vlen=1
      'held' type_id=1 bits_offset=0`,
  ),
  one(
    "a struct that is missing",
    "STRUCT 's' size=4 vlen=0",
    POINTER,
    "[1] TYPEDEF 's' type_id=0",
    unmapped(1, "missing", "s"),
  ),
  one(
    "a struct that became a union",
    "STRUCT 's' size=4 vlen=0",
    POINTER,
    "[1] UNION 's' size=8 vlen=0",
    raw`[2] PTR '(anon)' type_id=1`,
  ),
  one(
    "a union that became a struct, and is held",
    "UNION 's' size=4 vlen=0",
    HOLDER,
    "[1] STRUCT 's' size=4 vlen=0",
    raw`
    [2] STRUCT 'holder' size=64 vlen=1
      'held' type_id=1 bits_offset=0`,
  ),
  one(
    "a struct that is only declared now",
    "STRUCT 's' size=4 vlen=0",
    POINTER,
    "[1] FWD 's' fwd_kind=struct",
    raw`[2] PTR '(anon)' type_id=1`,
  ),
  one(
    "a struct that an enum of its size took the name of",
    "STRUCT 's' size=4 vlen=0",
    POINTER,
    "[1] ENUM 's' encoding=UNSIGNED size=4 vlen=0",
    raw`[2] PTR '(anon)' type_id=1`,
  ),
  one(
    "a struct that an integer of another size took the name of",
    "STRUCT 's' size=4 vlen=0",
    POINTER,
    "[1] INT 's' size=8 bits_offset=0 nr_bits=64 encoding=SIGNED",
    unmapped(1, "kind-differs", "s"),
  ),
  one(
    "of two structs of its name the one of its size",
    "STRUCT 's' size=8 vlen=0",
    POINTER,
    "[1] STRUCT 's' size=4 vlen=0\n[2] STRUCT 's' size=8 vlen=0\n[3] STRUCT 's' size=16 vlen=0",
    raw`[4] PTR '(anon)' type_id=2`,
  ),
  one(
    "structs and unions of one name are counted together",
    "STRUCT 's' size=8 vlen=0",
    POINTER,
    "[1] UNION 's' size=4 vlen=0\n[2] STRUCT 's' size=8 vlen=0",
    raw`[3] PTR '(anon)' type_id=2`,
  ),
  one(
    "none of two structs of its name has its size",
    "STRUCT 's' size=12 vlen=0",
    POINTER,
    "[1] STRUCT 's' size=4 vlen=0\n[2] STRUCT 's' size=8 vlen=0",
    unmapped(1, "size-differs", "s"),
  ),
  one(
    "both structs of its name have its size",
    "STRUCT 's' size=8 vlen=0",
    POINTER,
    "[1] STRUCT 's' size=8 vlen=0\n[2] STRUCT 's' size=8 vlen=0",
    ambiguous("s", 8, 2, 1),
  ),
  one(
    "a struct and a declaration of its name",
    "STRUCT 's' size=8 vlen=0",
    POINTER,
    "[1] STRUCT 's' size=8 vlen=0\n[2] FWD 's' fwd_kind=struct",
    ambiguous("s", 0, 2, 1),
  ),

  // FWD: the kernel compares the flag bits, whatever they mean.
  one(
    "a declaration of a struct stays one",
    "FWD 's' fwd_kind=struct",
    POINTER,
    "[1] FWD 's' fwd_kind=struct",
    raw`[2] PTR '(anon)' type_id=1`,
  ),
  one(
    "a declaration of a struct that is one of a union now",
    "FWD 's' fwd_kind=struct",
    POINTER,
    "[1] FWD 's' fwd_kind=union",
    unmapped(1, "kind-differs", "s"),
  ),
  one(
    "a declaration of a struct finds its definition",
    "FWD 's' fwd_kind=struct",
    POINTER,
    "[1] STRUCT 's' size=8 vlen=0",
    raw`[2] PTR '(anon)' type_id=1`,
  ),
  one(
    "a declaration of a struct does not find one with bitfields",
    "FWD 's' fwd_kind=struct",
    POINTER,
    "[1] STRUCT 's' size=4 vlen=1\n'b' type_id=0 bits_offset=0 bitfield_size=1",
    unmapped(1, "bitfield-hides-forward", "s"),
  ),
  one(
    "a declaration of a union finds a union with bitfields only",
    "FWD 's' fwd_kind=union",
    POINTER,
    "[1] UNION 's' size=4 vlen=1\n'b' type_id=0 bits_offset=0 bitfield_size=1",
    raw`[2] PTR '(anon)' type_id=1`,
  ),
  one(
    "a declaration of a union does not find a plain one",
    "FWD 's' fwd_kind=union",
    POINTER,
    "[1] UNION 's' size=4 vlen=0",
    unmapped(1, "kind-differs", "s"),
  ),
  one(
    "a declaration of a union takes a struct without bitfields",
    "FWD 's' fwd_kind=union",
    POINTER,
    "[1] STRUCT 's' size=4 vlen=0",
    raw`[2] PTR '(anon)' type_id=1`,
  ),
  one(
    "a declaration beside its definition has two to choose from",
    "FWD 's' fwd_kind=struct",
    POINTER,
    "[1] FWD 's' fwd_kind=struct\n[2] STRUCT 's' size=8 vlen=0",
    ambiguous("s", 8, 2, 1),
  ),
  one(
    "a declaration does not find an enum",
    "FWD 's' fwd_kind=struct",
    POINTER,
    "[1] ENUM 's' encoding=UNSIGNED size=4 vlen=0",
    unmapped(1, "kind-differs", "s"),
  ),

  // Embedded: by value from a member of a split struct or union.
  ...[
    [
      "through every modifier and an array",
      `
      [2] UNION '(anon)' size=8 vlen=1
        'held' type_id=3 bits_offset=0
      [3] CONST '(anon)' type_id=4
      [4] VOLATILE '(anon)' type_id=5
      [5] TYPEDEF 't' type_id=6
      [6] TYPE_TAG 'tag' type_id=7
      [7] RESTRICT '(anon)' type_id=8
      [8] ARRAY '(anon)' type_id=1 index_type_id=0 nr_elems=2`,
      true,
    ],
    [
      "not through a pointer",
      `
      [2] STRUCT 'own' size=8 vlen=1
        'held' type_id=3 bits_offset=0
      [3] PTR '(anon)' type_id=1`,
      false,
    ],
    [
      "not as the index of an array",
      `
      [2] STRUCT 'own' size=8 vlen=1
        'held' type_id=3 bits_offset=0
      [3] ARRAY '(anon)' type_id=2 index_type_id=1 nr_elems=1`,
      false,
    ],
    [
      "not from a variable, a section or a function",
      `
      [2] VAR 'v' type_id=1, linkage=static
      [3] DATASEC '.data' size=8 vlen=1
        type_id=2 offset=0 size=8
      [4] FUNC_PROTO '(anon)' ret_type_id=1 vlen=1
        'p' type_id=1
      [5] FUNC 'f' type_id=4 linkage=static
      [6] TYPEDEF 't' type_id=1`,
      false,
    ],
    [
      "behind a shared typedef that an earlier pointer used",
      `
      [2] TYPEDEF 't' type_id=1
      [3] STRUCT 'points' size=8 vlen=1
        'p' type_id=4 bits_offset=0
      [4] PTR '(anon)' type_id=2
      [5] STRUCT 'first' size=8 vlen=1
        'held' type_id=2 bits_offset=0
      [6] STRUCT 'last' size=8 vlen=1
        'held' type_id=2 bits_offset=0`,
      true,
    ],
  ].map(
    ([how, split, embedded]): RelocateCase => ({
      name: `a struct that changed its size is held ${how}`,
      distilled: "[1] STRUCT 's' size=4 vlen=0",
      split: split as string,
      base: "[1] STRUCT 's' size=8 vlen=0",
      expected: embedded
        ? unmapped(1, "size-differs", "s")
        : raw`${split}`.replace(/(type_id=2 offset=0 size=8)$/m, "$1 (VAR 'v')"),
    }),
  ),
  one(
    "a struct that is held and changed its size does not take a declaration for itself",
    "STRUCT 's' size=4 vlen=0",
    HOLDER,
    "[1] STRUCT 's' size=8 vlen=0\n[2] FWD 's' fwd_kind=struct",
    unmapped(1, "size-differs", "s"),
  ),

  // What a distilled base may not hold.
  one("a typedef in the distilled base", "TYPEDEF 't' type_id=0", POINTER, "[1] TYPEDEF 't' type_id=0", {
    broken: [[1, "unexpected-kind"]],
    says: "type [1] in distilled based BTF has unexpected kind [8]",
  }),
  one(
    "an enum of 64 bits in the distilled base",
    "ENUM64 'e' encoding=UNSIGNED size=8 vlen=0",
    POINTER,
    "[1] ENUM64 'e' encoding=UNSIGNED size=8 vlen=0",
    {
      broken: [[1, "unexpected-kind"]],
      says: "type [1] in distilled based BTF has unexpected kind [19]",
    },
  ),
  one(
    "an anonymous struct in the distilled base",
    "STRUCT '(anon)' size=4 vlen=0",
    POINTER,
    "[1] STRUCT '(anon)' size=4 vlen=0",
    {
      broken: [[1, "anonymous"]],
      says: "type [1], kind [4] is invalid for distilled base BTF; it is anonymous",
    },
  ),
  one(
    "members and flags of distilled structs do not count",
    "STRUCT 's' size=4 vlen=1\n'b' type_id=0 bits_offset=0 bitfield_size=1",
    POINTER,
    "[1] STRUCT 's' size=4 vlen=0",
    raw`[2] PTR '(anon)' type_id=1`,
  ),
  {
    name: "a distilled type that nothing uses must be found all the same",
    distilled: `[1] ${INT}\n[2] STRUCT 'unused' size=4 vlen=0`,
    split: "[3] PTR '(anon)' type_id=1",
    base: `[1] ${INT}`,
    expected: unmapped(2, "missing", "unused"),
  },
  {
    name: "two distilled integers of one name and size are both mapped to the one of the base",
    distilled: `[1] ${INT}\n[2] ${INT}`,
    split: "[3] PTR '(anon)' type_id=1\n[4] PTR '(anon)' type_id=2",
    base: `[1] FLOAT 'float' size=4\n[2] ${INT}`,
    expected: raw`
      [3] PTR '(anon)' type_id=2
      [4] PTR '(anon)' type_id=2`,
  },
  {
    name: "distilled integers of one name and different sizes find theirs",
    distilled: `[1] ${INT}\n[2] INT 'int' size=8 bits_offset=0 nr_bits=64 encoding=SIGNED`,
    split: "[3] PTR '(anon)' type_id=1\n[4] CONST '(anon)' type_id=2",
    base: `[1] INT 'int' size=8 bits_offset=0 nr_bits=64 encoding=SIGNED\n[2] ${INT}`,
    expected: raw`
      [3] PTR '(anon)' type_id=2
      [4] CONST '(anon)' type_id=1`,
  },
  {
    name: "every failure is told, the first by id in libbpf's words",
    distilled: `
      [1] STRUCT 'held' size=4 vlen=0
      [2] ${INT}
      [3] STRUCT 'gone' size=4 vlen=0
      [4] FLOAT 'float' size=4`,
    split: `
      [5] STRUCT 'own' size=4 vlen=1
        'h' type_id=1 bits_offset=0
      [6] FUNC_PROTO '(anon)' ret_type_id=3 vlen=2
        'a' type_id=2
        'b' type_id=4`,
    base: `
      [1] STRUCT 'held' size=8 vlen=0
      [2] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=(none)
      [3] FLOAT 'float' size=4`,
    expected: {
      broken: [
        [1, "size-differs"],
        [2, "int-encoding-differs"],
        [3, "missing"],
      ],
      says: "distilled base BTF type 'held' [1] is not mapped to base BTF id",
    },
  },
  {
    name: "a name from the distilled base that is no type's name",
    distilled: "[1] STRUCT 's' size=4 vlen=1\n'member' type_id=0 bits_offset=0",
    split: "[2] TYPEDEF 'member' type_id=1",
    base: "[1] STRUCT 's' size=4 vlen=0",
    expected: {
      broken: [[0, "unmapped-string"]],
      says: "[offset 3] is not mapped to base BTF",
    },
  },
  {
    name: "a base that holds an empty name",
    distilled: `[1] ${INT}`,
    split: "[2] PTR '(anon)' type_id=1",
    base: `[1] ${INT}\n[2] STRUCT '' size=0 vlen=0`,
    expected: {
      broken: [[0, "empty-name-in-base"]],
      says: "base BTF id [2] maps to invalid distilled base BTF id [0]",
    },
  },
];
