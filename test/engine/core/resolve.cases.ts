import type { ReloText } from "../../support/core.ts";

/**
 * What relocating must come to, one case for each rule of relo_core.c. `test:peers` compares every line with bpftool's.
 */
export interface ResolveCase {
  readonly name: string;
  /** Types of the object. */
  readonly local: string;
  /** Types of the kernel. */
  readonly target: string;
  /**
   * Relocations with what comes of each: `ACCESS = VALUE` for a thing that is there, in libbpf's notation; `none =
   * VALUE` or `none = poison`; or the errno and libbpf's words.
   */
  readonly relos: readonly (readonly [relo: ReloText, expected: string])[];
}

const INT = "[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED";
const UINT = "[1] INT 'unsigned int' size=4 bits_offset=0 nr_bits=32 encoding=(none)";
const ab = (name: string, first = "a", second = "b"): string => `${INT}
  [2] STRUCT '${name}' size=8 vlen=2
    '${first}' type_id=1 bits_offset=0
    '${second}' type_id=1 bits_offset=32`;

export const RESOLVE_CASES: readonly ResolveCase[] = [
  {
    name: "a member that moved",
    local: ab("s"),
    target: ab("s", "b", "a"),
    relos: [
      ["byte_off [2] 0:0", ".a (0:1 @ offset 4) = 4"],
      ["byte_off [2] 0:1", ".b (0:0 @ offset 0) = 0"],
      ["byte_sz [2] 0:0", ".a (0:1 @ offset 4) = 4"],
      ["field_exists [2] 0:0", ".a (0:1 @ offset 4) = 1"],
      ["signed [2] 0:0", ".a (0:1 @ offset 4) = 1"],
      ["lshift_u64 [2] 0:0", ".a (0:1 @ offset 4) = 32"],
      ["rshift_u64 [2] 0:0", ".a (0:1 @ offset 4) = 32"],
    ],
  },
  {
    name: "a member that is not there",
    local: ab("s"),
    target: ab("s", "a", "c"),
    relos: [
      ["byte_off [2] 0:1", "none = poison"],
      ["byte_sz [2] 0:1", "none = poison"],
      ["field_exists [2] 0:1", "none = 0"],
      ["signed [2] 0:1", "none = poison"],
      ["lshift_u64 [2] 0:1", "none = poison"],
      ["rshift_u64 [2] 0:1", "none = poison"],
    ],
  },
  {
    name: "a type that is not there",
    local: ab("s"),
    target: ab("t"),
    relos: [
      ["local_type_id [2] 0", "none = 2"],
      ["target_type_id [2] 0", "none = 0"],
      ["type_exists [2] 0", "none = 0"],
      ["type_size [2] 0", "none = 0"],
      ["type_matches [2] 0", "none = 0"],
      ["byte_off [2] 0", "none = poison"],
    ],
  },
  {
    name: "a type that is there",
    local: ab("s"),
    target: `[1] STRUCT 's' size=12 vlen=0
      ${ab("s").replaceAll("type_id=1", "type_id=2").replace("[1]", "[2]").replace("[2] STRUCT", "[3] STRUCT")}`,
    relos: [
      ["local_type_id [2] 0", "none = 2"],
      ["target_type_id [2] 0", "EINVAL: relocation decision ambiguity: success 3 != success 1"],
      ["type_exists [2] 0", " = 1"],
      ["type_matches [2] 0", " = 1"],
      ["type_size [2] 0", " = 8"],
      ["target_type_id [2] 0", " = 3"],
    ],
  },
  {
    name: "flavors on both sides",
    local: ab("s___mine"),
    target: `${ab("s___1", "x", "a")}
      [3] STRUCT 's_' size=4 vlen=1
        'a' type_id=1 bits_offset=0
      [4] STRUCT 's____x' size=4 vlen=1
        'a' type_id=1 bits_offset=0
      [5] STRUCT 's___' size=4 vlen=1
        'a' type_id=1 bits_offset=0`,
    relos: [["byte_off [2] 0:0", ".a (0:1 @ offset 4) = 4"]],
  },
  {
    name: "several candidates that agree, and one that has no such member",
    local: ab("s"),
    target: `${ab("s", "b", "a")}
      [3] STRUCT 's' size=4 vlen=1
        'z' type_id=1 bits_offset=0
      [4] STRUCT 's___v2' size=8 vlen=1
        'a' type_id=1 bits_offset=32`,
    relos: [
      ["byte_off [2] 0:0", ".a (0:1 @ offset 4) = 4"],
      ["type_size [2] 0", " = 8"],
    ],
  },
  {
    name: "several candidates that differ in the offset",
    local: ab("s"),
    target: `${ab("s")}
      [3] STRUCT 's' size=8 vlen=1
        'b' type_id=1 bits_offset=0`,
    relos: [
      ["byte_off [2] 0:0", ".a (0:0 @ offset 0) = 0"],
      ["byte_off [2] 0:1", ".b (0:1 @ offset 4) = 4"],
    ],
  },
  {
    name: "an ambiguous offset",
    local: ab("s"),
    target: `${ab("s")}
      [3] STRUCT 's' size=8 vlen=1
        'b' type_id=1 bits_offset=0`,
    relos: [["byte_off [2] 0:1", "EINVAL: field offset ambiguity: 0 != 32"]],
  },
  {
    name: "an ambiguous size",
    local: ab("s"),
    target: `${ab("s")}
      [3] INT 'long' size=8 bits_offset=0 nr_bits=64 encoding=SIGNED
      [4] STRUCT 's' size=8 vlen=1
        'a' type_id=3 bits_offset=0`,
    relos: [["byte_sz [2] 0:0", "EINVAL: relocation decision ambiguity: success 8 != success 4"]],
  },
  {
    name: "members without names on both sides",
    local: `${INT}
      [2] STRUCT '(anon)' size=4 vlen=1
        'deep' type_id=1 bits_offset=0
      [3] UNION '(anon)' size=4 vlen=1
        '(anon)' type_id=2 bits_offset=0
      [4] STRUCT 's' size=8 vlen=2
        'first' type_id=1 bits_offset=0
        '(anon)' type_id=3 bits_offset=32`,
    target: `${INT}
      [2] UNION '(anon)' size=4 vlen=2
        'other' type_id=1 bits_offset=0
        'deep' type_id=1 bits_offset=0
      [3] STRUCT '(anon)' size=8 vlen=2
        'pad' type_id=1 bits_offset=0
        '(anon)' type_id=2 bits_offset=32
      [4] STRUCT 's' size=16 vlen=2
        '(anon)' type_id=3 bits_offset=64
        'first' type_id=1 bits_offset=0`,
    relos: [["byte_off [4] 0:1:0:0", ".deep (0:0:1:1 @ offset 12) = 12"]],
  },
  {
    name: "a member of another kind",
    local: `${ab("s")}
      [3] PTR '(anon)' type_id=1
      [4] STRUCT 'p' size=16 vlen=2
        'x' type_id=3 bits_offset=0
        'y' type_id=1 bits_offset=64`,
    target: `${ab("s")}
      [3] STRUCT 'p' size=8 vlen=2
        'x' type_id=1 bits_offset=0
        'y' type_id=2 bits_offset=32`,
    relos: [
      ["field_exists [4] 0:0", "none = 0"],
      ["byte_off [4] 0:1", "none = poison"],
    ],
  },
  {
    name: "an incompatible member inside one without a name, and the search that goes on behind it",
    local: `${INT}
      [2] PTR '(anon)' type_id=1
      [3] STRUCT 's' size=8 vlen=1
        'x' type_id=2 bits_offset=0`,
    target: `${INT}
      [2] PTR '(anon)' type_id=1
      [3] STRUCT '(anon)' size=8 vlen=2
        'w' type_id=1 bits_offset=0
        'x' type_id=1 bits_offset=32
      [4] STRUCT 's' size=24 vlen=3
        'v' type_id=2 bits_offset=0
        '(anon)' type_id=3 bits_offset=64
        'x' type_id=2 bits_offset=128`,
    relos: [["byte_off [3] 0:0", ".x (0:1:2 @ offset 20) = 20"]],
  },
  {
    name: "typedefs, const and volatile on the way",
    local: `${ab("s")}
      [3] CONST '(anon)' type_id=2
      [4] TYPEDEF 's_t' type_id=3
      [5] STRUCT 'o' size=8 vlen=1
        'in' type_id=4 bits_offset=0`,
    target: `${ab("s", "b", "a")}
      [3] VOLATILE '(anon)' type_id=2
      [4] STRUCT 'o' size=16 vlen=1
        'in' type_id=3 bits_offset=64
      [5] TYPEDEF 's_t' type_id=2`,
    relos: [
      ["byte_off [5] 0:0:0", ".in.a (0:0:1 @ offset 12) = 12"],
      ["byte_off [4] 0:0", ".a (0:1 @ offset 4) = 4"],
      ["type_exists [4] 0", " = 1"],
      ["byte_off [3] 0:0", "EOPNOTSUPP: <byte_off> (0) relocation doesn't support anonymous types"],
    ],
  },
  {
    name: "arrays, within their bounds and beyond",
    local: `${ab("s")}
      [3] ARRAY '(anon)' type_id=2 index_type_id=1 nr_elems=4
      [4] STRUCT 'o' size=36 vlen=2
        'head' type_id=1 bits_offset=0
        'list' type_id=3 bits_offset=32`,
    target: `${ab("s", "b", "a")}
      [3] ARRAY '(anon)' type_id=2 index_type_id=1 nr_elems=2
      [4] STRUCT 'o' size=16 vlen=1
        'list' type_id=3 bits_offset=0`,
    relos: [
      ["byte_off [4] 0:1:1:0", ".list[1].a (0:0:1:1 @ offset 12) = 12"],
      ["byte_off [4] 0:1:1", ".list[1] (0:0:1 @ offset 8) = 8"],
      ["byte_sz [4] 0:1:1", ".list[1] (0:0:1 @ offset 8) = 8"],
      ["field_exists [4] 0:1:3", "none = 0"],
      ["byte_sz [4] 0:1", ".list (0:0 @ offset 0) = 16"],
      ["byte_off [4] 2", "[2] (2 @ offset 32) = 32, 36 -> 16 bytes fails"],
      ["byte_off [4] 0:1:4", "EINVAL: parsing [4] struct o + 0:1:4 failed: -22"],
    ],
  },
  {
    name: "the sign of an element, which nobody calculates",
    local: `${ab("s")}
      [3] ARRAY '(anon)' type_id=1 index_type_id=1 nr_elems=4
      [4] STRUCT 'o' size=16 vlen=1
        'list' type_id=3 bits_offset=0`,
    target: `${ab("s")}
      [3] ARRAY '(anon)' type_id=1 index_type_id=1 nr_elems=4
      [4] STRUCT 'o' size=16 vlen=1
        'list' type_id=3 bits_offset=0`,
    relos: [["signed [4] 0:0:1", "EINVAL: relo 3 at insn #0 can't be applied to array access"]],
  },
  {
    name: "flexible arrays",
    local: `${INT}
      [2] ARRAY '(anon)' type_id=1 index_type_id=1 nr_elems=0
      [3] STRUCT 'o' size=4 vlen=2
        'n' type_id=1 bits_offset=0
        'list' type_id=2 bits_offset=32
      [4] STRUCT 'q' size=4 vlen=2
        'list' type_id=2 bits_offset=0
        'n' type_id=1 bits_offset=0`,
    target: `${INT}
      [2] ARRAY '(anon)' type_id=1 index_type_id=1 nr_elems=0
      [3] STRUCT 'o' size=8 vlen=3
        'n' type_id=1 bits_offset=0
        'm' type_id=1 bits_offset=32
        'list' type_id=2 bits_offset=64`,
    relos: [
      ["byte_off [3] 0:1:5", ".list[5] (0:2:5 @ offset 28) = 28"],
      ["byte_off [4] 0:0:0", "EINVAL: parsing [4] struct q + 0:0:0 failed: -22"],
    ],
  },
  {
    name: "an array that is no longer the last member",
    local: `${INT}
      [2] ARRAY '(anon)' type_id=1 index_type_id=1 nr_elems=0
      [3] STRUCT 'o' size=4 vlen=1
        'list' type_id=2 bits_offset=32`,
    target: `${INT}
      [2] ARRAY '(anon)' type_id=1 index_type_id=1 nr_elems=0
      [3] STRUCT 'o' size=8 vlen=2
        'list' type_id=2 bits_offset=0
        'm' type_id=1 bits_offset=32`,
    relos: [["field_exists [3] 0:0:0", "none = 0"]],
  },
  {
    name: "bitfields",
    local: `${UINT}
      [2] STRUCT 's' size=8 vlen=2
        'a' type_id=1 bits_offset=0 bitfield_size=3
        'b' type_id=1 bits_offset=3 bitfield_size=7`,
    target: `[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
      [2] STRUCT 's' size=16 vlen=3
        'x' type_id=1 bits_offset=0 bitfield_size=30
        'a' type_id=1 bits_offset=30 bitfield_size=4
        'b' type_id=1 bits_offset=100 bitfield_size=5`,
    relos: [
      ["byte_off [2] 0:0", ".a (0:1 @ offset 3.6) = 0"],
      ["byte_sz [2] 0:0", ".a (0:1 @ offset 3.6) = 8"],
      ["lshift_u64 [2] 0:0", ".a (0:1 @ offset 3.6) = 30"],
      ["rshift_u64 [2] 0:0", ".a (0:1 @ offset 3.6) = 60"],
      ["signed [2] 0:0", ".a (0:1 @ offset 3.6) = 1"],
      ["byte_off [2] 0:1", ".b (0:2 @ offset 12.4) = 12"],
      ["byte_sz [2] 0:1", ".b (0:2 @ offset 12.4) = 4"],
      ["lshift_u64 [2] 0:1", ".b (0:2 @ offset 12.4) = 55"],
      ["field_exists [2] 0:1", ".b (0:2 @ offset 12.4) = 1"],
    ],
  },
  {
    name: "a bitfield that no load takes",
    local: `${UINT}
      [2] STRUCT 's' size=16 vlen=1
        'a' type_id=1 bits_offset=0 bitfield_size=3`,
    target: `[1] INT 'unsigned long' size=8 bits_offset=0 nr_bits=64 encoding=(none)
      [2] STRUCT 's' size=16 vlen=1
        'a' type_id=1 bits_offset=60 bitfield_size=8`,
    relos: [["byte_off [2] 0:0", "E2BIG: relo 0 at insn #0 can't be satisfied for bitfield"]],
  },
  {
    name: "a member that shrank or grew, and whether a load may follow",
    local: `${UINT}
      [2] PTR '(anon)' type_id=0
      [3] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
      [4] STRUCT 's' size=24 vlen=3
        'u' type_id=1 bits_offset=0
        'p' type_id=2 bits_offset=64
        'i' type_id=3 bits_offset=128`,
    target: `[1] INT 'unsigned long' size=4 bits_offset=0 nr_bits=32 encoding=(none)
      [2] PTR '(anon)' type_id=0
      [3] INT 'long long' size=8 bits_offset=0 nr_bits=64 encoding=SIGNED
      [4] INT 'unsigned long long' size=8 bits_offset=0 nr_bits=64 encoding=(none)
      [5] STRUCT 's' size=24 vlen=3
        'u' type_id=4 bits_offset=0
        'p' type_id=2 bits_offset=64
        'i' type_id=3 bits_offset=128`,
    relos: [
      ["byte_off [4] 0:0", ".u (0:0 @ offset 0) = 0, 4 -> 8 bytes"],
      ["byte_off [4] 0:1", ".p (0:1 @ offset 8) = 8, 8 -> 4 bytes"],
      ["byte_off [4] 0:2", ".i (0:2 @ offset 16) = 16, 4 -> 8 bytes fails"],
    ],
  },
  {
    name: "enumerators by name, flavors aside",
    local: `[1] ENUM 'e___x' encoding=UNSIGNED size=4 vlen=3
        'A' val=0
        'B___new' val=1
        'GONE' val=2`,
    target: `[1] ENUM 'e' encoding=SIGNED size=4 vlen=2
        'B' val=-5
        'A___old' val=7`,
    relos: [
      ["enumval_value [1] 0", "::A___old = 7 = 7"],
      ["enumval_value [1] 1", "::B = -5 = 18446744073709551611"],
      ["enumval_exists [1] 1", "::B = -5 = 1"],
      ["enumval_exists [1] 2", "none = 0"],
      ["enumval_value [1] 2", "none = poison"],
      ["enumval_value [1] 3", "EINVAL: parsing [1] enum e___x + 3 failed: -22"],
    ],
  },
  {
    name: "enumerators of 64 bits, and of 32 in their place",
    local: `[1] ENUM64 'e' encoding=UNSIGNED size=8 vlen=2
        'A' val=4294967296ULL
        'B' val=1ULL
      [2] ENUM 'f' encoding=UNSIGNED size=4 vlen=1
        'C' val=3`,
    target: `[1] ENUM64 'e' encoding=SIGNED size=8 vlen=2
        'B' val=-2LL
        'A' val=81985529216486895LL
      [2] ENUM64 'f' encoding=UNSIGNED size=8 vlen=1
        'C' val=18446744073709551615ULL`,
    relos: [
      ["enumval_value [1] 0", "::A = 81985529216486895 = 81985529216486895"],
      ["enumval_value [1] 1", "::B = -2 = 18446744073709551614"],
      ["enumval_value [2] 0", "::C = 18446744073709551615 = 18446744073709551615"],
    ],
  },
  {
    name: "an enumerator of what is no enum",
    local: ab("s"),
    target: ab("s"),
    relos: [["enumval_value [2] 0", "EINVAL: parsing [2] struct s + 0 failed: -22"]],
  },
  {
    name: "types that exist, by kind and what they point to",
    local: `${INT}
      [2] PTR '(anon)' type_id=1
      [3] TYPEDEF 'to_int' type_id=2
      [4] FUNC_PROTO '(anon)' ret_type_id=1 vlen=1
        'x' type_id=2
      [5] PTR '(anon)' type_id=4
      [6] TYPEDEF 'fn' type_id=5
      [7] UNION 'u' size=4 vlen=0
      [8] ARRAY '(anon)' type_id=1 index_type_id=1 nr_elems=3
      [9] TYPEDEF 'arr' type_id=8
      [10] FWD 'fw' fwd_kind=struct
      [11] TYPEDEF 'nothing' type_id=0`,
    target: `[1] INT 'long' size=8 bits_offset=0 nr_bits=64 encoding=(none)
      [2] PTR '(anon)' type_id=0
      [3] TYPEDEF 'to_int' type_id=2
      [4] PTR '(anon)' type_id=1
      [5] FUNC_PROTO '(anon)' ret_type_id=1 vlen=1
        'y' type_id=4
      [6] PTR '(anon)' type_id=5
      [7] TYPEDEF 'fn' type_id=6
      [8] STRUCT 'u' size=4 vlen=0
      [9] ARRAY '(anon)' type_id=1 index_type_id=1 nr_elems=9
      [10] TYPEDEF 'arr' type_id=9
      [11] FWD 'fw' fwd_kind=union
      [12] TYPEDEF 'nothing' type_id=0`,
    relos: [
      ["type_exists [3] 0", "none = 0"],
      ["type_exists [6] 0", " = 1"],
      ["type_exists [7] 0", "none = 0"],
      ["type_exists [9] 0", " = 1"],
      ["type_exists [11] 0", " = 1"],
      ["type_size [9] 0", " = 72"],
      ["type_size [11] 0", "EINVAL: EINVAL"],
      ["type_exists [10] 0", " = 1"],
    ],
  },
  {
    name: "types that match, member by member",
    local: `${INT}
      [2] STRUCT 'in' size=4 vlen=1
        'x' type_id=1 bits_offset=0
      [3] PTR '(anon)' type_id=2
      [4] STRUCT 's' size=16 vlen=2
        'p' type_id=3 bits_offset=0
        'i' type_id=2 bits_offset=64
      [5] STRUCT 'more' size=8 vlen=2
        'a' type_id=1 bits_offset=0
        'b' type_id=1 bits_offset=32
      [6] ENUM 'e' encoding=UNSIGNED size=4 vlen=1
        'A' val=1
      [7] ENUM 'e2' encoding=UNSIGNED size=4 vlen=1
        'A2' val=1
      [8] STRUCT 'wrong' size=4 vlen=1
        'x' type_id=1 bits_offset=0
      [9] TYPEDEF 'i_t' type_id=1`,
    target: `${INT}
      [2] STRUCT 'in' size=8 vlen=2
        'w' type_id=1 bits_offset=0
        'x' type_id=1 bits_offset=32
      [3] FWD 'in' fwd_kind=struct
      [4] PTR '(anon)' type_id=3
      [5] STRUCT 's' size=24 vlen=3
        'i' type_id=2 bits_offset=0
        'q' type_id=1 bits_offset=64
        'p' type_id=4 bits_offset=128
      [6] STRUCT 'more' size=4 vlen=1
        'a' type_id=1 bits_offset=0
      [7] ENUM64 'e' encoding=UNSIGNED size=4 vlen=2
        'B' val=1ULL
        'A' val=2ULL
      [8] ENUM 'e2' encoding=UNSIGNED size=8 vlen=1
        'A2' val=1
      [9] INT 'unsigned int' size=4 bits_offset=0 nr_bits=32 encoding=(none)
      [10] STRUCT 'wrong' size=4 vlen=1
        'x' type_id=9 bits_offset=0
      [11] TYPEDEF 'i_t' type_id=9`,
    relos: [
      ["type_matches [4] 0", " = 1"],
      ["type_matches [5] 0", "none = 0"],
      ["type_matches [6] 0", " = 1"],
      ["type_matches [7] 0", "none = 0"],
      ["type_matches [8] 0", "none = 0"],
      ["type_matches [9] 0", "none = 0"],
    ],
  },
  {
    name: "prototypes, arrays and forward declarations that match",
    local: `${INT}
      [2] FUNC_PROTO '(anon)' ret_type_id=1 vlen=1
        'x' type_id=1
      [3] PTR '(anon)' type_id=2
      [4] TYPEDEF 'fn' type_id=3
      [5] ARRAY '(anon)' type_id=1 index_type_id=1 nr_elems=3
      [6] TYPEDEF 'arr' type_id=5
      [7] FWD 'fw' fwd_kind=struct
      [8] PTR '(anon)' type_id=7
      [9] TYPEDEF 'fw_t' type_id=8
      [10] FUNC_PROTO '(anon)' ret_type_id=1 vlen=0
      [11] PTR '(anon)' type_id=10
      [12] TYPEDEF 'fn0' type_id=11`,
    target: `${INT}
      [2] FUNC_PROTO '(anon)' ret_type_id=1 vlen=1
        'other' type_id=1
      [3] PTR '(anon)' type_id=2
      [4] TYPEDEF 'fn' type_id=3
      [5] ARRAY '(anon)' type_id=1 index_type_id=1 nr_elems=4
      [6] TYPEDEF 'arr' type_id=5
      [7] STRUCT 'fw' size=0 vlen=0
      [8] PTR '(anon)' type_id=7
      [9] TYPEDEF 'fw_t' type_id=8
      [10] TYPEDEF 'fn0' type_id=3`,
    relos: [
      ["type_matches [4] 0", " = 1"],
      ["type_matches [6] 0", "none = 0"],
      ["type_matches [9] 0", " = 1"],
      ["type_matches [12] 0", "none = 0"],
      ["type_matches [7] 0", "none = 0"],
    ],
  },
  ...["", ":0", "0:", "0::1", "0x", "a", "-1", "0:-1", "0:1:", "99999999999999999999"].map((access) => ({
    name: `the access string '${access}'`,
    local: ab("s"),
    target: ab("s"),
    relos: [[`byte_off [2] ${access}`, `EINVAL: parsing [2] struct s + ${access} failed: -22`] as const],
  })),
  {
    name: "an access string with blanks, signs and zeros, which sscanf takes",
    local: ab("s"),
    target: ab("s"),
    relos: [
      ["byte_off [2] 0: 1", ".b (0:1 @ offset 4) = 4"],
      ["byte_off [2] +0:01", ".b (0:1 @ offset 4) = 4"],
      ["byte_off [2] 0 1", ".b (0:1 @ offset 4) = 4"],
      ["byte_off [2] 4294967296:1", ".b (0:1 @ offset 4) = 4"],
    ],
  },
  {
    name: "64 steps and more",
    local: ab("s"),
    target: ab("s"),
    relos: [
      [
        `byte_off [2] ${new Array(65).fill("0").join(":")}`,
        `EINVAL: parsing [2] struct s + ${new Array(65).fill("0").join(":")} failed: -7`,
      ],
    ],
  },
  {
    name: "an access string for a type",
    local: ab("s"),
    target: ab("s"),
    relos: [["type_exists [2] 0:0", "EINVAL: parsing [2] struct s + 0:0 failed: -22"]],
  },
  {
    name: "a member of an int",
    local: ab("s"),
    target: ab("s"),
    relos: [["byte_off [2] 0:0:0", "EINVAL: parsing [2] struct s + 0:0:0 failed: -22"]],
  },
  {
    name: "a kind that nobody knows",
    local: ab("s"),
    target: ab("s"),
    relos: [["13 [2] 0:0", "EINVAL: parsing [2] struct s + 0:0 failed: -22"]],
  },
  {
    name: "a struct that holds itself without a name",
    local: ab("s"),
    target: `[1] STRUCT 's' size=8 vlen=1
        '(anon)' type_id=1 bits_offset=0`,
    relos: [
      [
        "byte_off [2] 0:0",
        `E2BIG: error matching candidate #0 <byte_off> [1] struct s (${new Array(64).fill("0").join(":")} @ offset 0): -7`,
      ],
    ],
  },
];
