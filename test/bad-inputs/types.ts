import { makeInfo, PTR, STRUCT } from "../../src/btf/kinds.ts";
import { cText, layoutOf, parseBtf } from "../../src/index.ts";
import { assemble, btf } from "../support/btf.ts";
import {
  good,
  INT_LINE,
  inC,
  judged,
  judgedTypes,
  OK,
  parse,
  patched,
  type Row,
  raw,
  types,
} from "./make.ts";

const LOOPS = {
  typedefs: "[1] TYPEDEF 'a' type_id=2\n[2] TYPEDEF 'b' type_id=1",
  qualifier: "[1] CONST '(anon)' type_id=1",
  array: `${INT_LINE}\n[2] ARRAY '(anon)' type_id=2 index_type_id=1 nr_elems=1`,
  struct: "[1] STRUCT 'a' size=8 vlen=1\n'x' type_id=1 bits_offset=0",
};
const chain = raw(
  Array.from({ length: 200_000 }, (_, i) => [0, makeInfo(PTR, 0), i === 199_999 ? 0 : i + 2]).flat(),
);

export const TYPES: readonly Row[] = [
  ["cut short", "bad-type: left", parse(patched(good, { 12: 12, 16: 12 + 4 }))],
  ["vlen 0xffffff", "bad-type: elements takes", parse(raw([0, makeInfo(STRUCT, 0xffffff), 0]))],
  ["kind 0", "bad-type: Unsupported BTF_KIND: 0", parse(raw([0, 0, 0]))],
  ["kind 31", "bad-type: Unsupported BTF_KIND: 31", parse(raw([0, makeInfo(31, 0), 0]))],
  ["kind 127", "bad-type: Unsupported BTF_KIND: 127", parse(raw([0, makeInfo(127, 0), 0]))],
  ["an id beyond the types", "bad-type-id: type ID 2", types("[1] PTR '(anon)' type_id=2")],
  ["id 0xffffffff", "bad-type-id: type ID 4294967295", parse(raw([0, makeInfo(PTR, 0), 0xffffffff]))],
  ...Object.entries(LOOPS).map(([name, text]): Row => [`a loop of ${name}, read`, OK, types(text)]),
  ["a loop of typedefs, in C", "bad-type-id: cycle", inC(assemble(LOOPS.typedefs))],
  ["a qualifier of itself, in C", "bad-type-id: cycle", inC(assemble(LOOPS.qualifier))],
  ["an array of itself, in C", "bad-type-id: cycle", inC(assemble(LOOPS.array))],
  ["a struct in itself, in C", "bad-type-id: cycle", inC(assemble(LOOPS.struct))],
  ["a loop of typedefs, judged", "Loop detected", judgedTypes(LOOPS.typedefs)],
  ["a struct in itself, judged", "Loop detected", judgedTypes(LOOPS.struct)],
  ["200,000 pointers deep, in C", OK, inC(chain)],
  ["200,000 pointers deep, judged", "Exceeded max resolving depth:32", judged(chain)],
  [
    "a FUNC that is no FUNC_PROTO's",
    "bad-type-id: not FUNC_PROTO",
    types(`${INT_LINE}\n[2] FUNC 'f' type_id=1 linkage=static`),
  ],
  [
    "a PTR to a VAR",
    "Invalid type_id",
    judgedTypes(`${INT_LINE}\n[2] VAR 'v' type_id=1, linkage=global\n[3] PTR '(anon)' type_id=2`),
  ],
  [
    "a DATASEC of no VAR",
    "Not a VAR kind member",
    judgedTypes(`${INT_LINE}\n[2] DATASEC '.data' size=4 vlen=1\ntype_id=1 offset=0 size=4`),
  ],
  [
    "a DECL_TAG on component -2",
    "Invalid component_idx",
    judgedTypes("[1] STRUCT 's' size=0 vlen=0\n[2] DECL_TAG 't' type_id=1 component_idx=-2"),
  ],
  [
    "a DECL_TAG on component 1 of 1",
    "Invalid component_idx",
    judgedTypes(
      `${INT_LINE}\n[2] STRUCT 's' size=4 vlen=1\n'm' type_id=1 bits_offset=0\n[3] DECL_TAG 't' type_id=2 component_idx=1`,
    ),
  ],
  [
    "an INT of 129 bits",
    "nr_bits exceeds 128",
    judgedTypes("[1] INT 'i' size=32 bits_offset=0 nr_bits=129 encoding=(none)"),
  ],
  [
    "an INT wider than its size",
    "nr_bits exceeds type_size",
    judgedTypes("[1] INT 'i' size=1 bits_offset=0 nr_bits=16 encoding=(none)"),
  ],
  [
    "an INT of two encodings",
    "Unsupported encoding",
    judgedTypes("[1] INT 'i' size=1 bits_offset=0 nr_bits=8 encoding=3"),
  ],
  ["a FLOAT of 3 bytes", "Invalid type_size", judgedTypes("[1] FLOAT 'f' size=3")],
  ["an ENUM of 3 bytes", "Unexpected size", judgedTypes("[1] ENUM 'e' encoding=UNSIGNED size=3 vlen=0")],
  [
    "an ENUM64 at its ends",
    OK,
    types("[1] ENUM64 'e' encoding=UNSIGNED size=8 vlen=1\n'M' val=18446744073709551615ULL"),
  ],
  [
    "an ARRAY of 2^32 bytes",
    "Array size overflows U32_MAX",
    judgedTypes(`${INT_LINE}\n[2] ARRAY '(anon)' type_id=1 index_type_id=1 nr_elems=1073741824`),
  ],
  [
    "members out of order",
    "Invalid member bits_offset",
    judgedTypes(
      `${INT_LINE}\n[2] STRUCT 's' size=8 vlen=2\n'a' type_id=1 bits_offset=32\n'b' type_id=1 bits_offset=0`,
    ),
  ],
  [
    "a member beyond its struct",
    "Member exceeds struct_size",
    judgedTypes(`${INT_LINE}\n[2] STRUCT 's' size=4 vlen=1\n'a' type_id=1 bits_offset=32`),
  ],
  ["a struct of 4 GiB", OK, () => inC(raw([1, makeInfo(STRUCT, 0), 0xffffffff], "\0s\0"))()],
  [
    "the kind flag where none may be",
    "Invalid btf_info kind_flag",
    judgedTypes("[1] PTR '(anon)' type_id=0 kflag=1"),
  ],
  [
    "names that two types have",
    OK,
    inC(assemble("[1] STRUCT 's' size=0 vlen=0\n[2] STRUCT 's' size=4 vlen=0")),
  ],
  [
    "a VAR of a VAR",
    "Invalid type_id",
    judgedTypes(`${INT_LINE}\n[2] VAR 'v' type_id=1, linkage=global\n[3] VAR 'w' type_id=2, linkage=global`),
  ],
  ["a FWD with a type", "type != 0", judged(raw([1, makeInfo(7, 0), 1], "\0s\0"))],
  ["an ARRAY with a size", "size != 0", judged(raw([0, makeInfo(3, 0), 4, 0, 0, 1]))],
  ["a PTR with elements", "vlen != 0", judged(raw([0, makeInfo(PTR, 1), 0]))],
  ["an INT of no bits", "accept", judgedTypes("[1] INT 'i' size=4 bits_offset=0 nr_bits=0 encoding=(none)")],
  [
    "an INT of no bits, in C",
    OK,
    inC(assemble("[1] INT 'i' size=4 bits_offset=0 nr_bits=0 encoding=(none)")),
  ],
  [
    "an INT that begins beyond its size",
    "nr_bits exceeds type_size",
    judgedTypes("[1] INT 'i' size=4 bits_offset=8 nr_bits=32 encoding=(none)"),
  ],
  [
    "a bitfield as an INT of few bits",
    OK,
    inC(
      assemble(
        "[1] INT 'i' size=4 bits_offset=0 nr_bits=3 encoding=(none)\n[2] STRUCT 's' size=4 vlen=1\n'm' type_id=1 bits_offset=5",
      ),
    ),
  ],
  [
    "a bitfield wider than its type, in C",
    OK,
    inC(assemble(`${INT_LINE}\n[2] STRUCT 's' size=4 vlen=1\n'm' type_id=1 bits_offset=0 bitfield_size=200`)),
  ],
  [
    "a bitfield beyond its struct, measured",
    OK,
    () =>
      layoutOf(
        btf`
${INT_LINE}
[2] STRUCT 's' size=4 vlen=1
'm' type_id=1 bits_offset=16777000 bitfield_size=255`,
        2,
      ),
  ],
  [
    "two enumerators of one name",
    OK,
    inC(
      assemble(
        "[1] ENUM 'e' encoding=UNSIGNED size=4 vlen=2\n'A' val=0\n'A' val=1\n[2] ENUM 'f' encoding=UNSIGNED size=4 vlen=1\n'A' val=0",
      ),
    ),
  ],
  [
    "variables that overlap",
    "Invalid offset",
    judgedTypes(
      `${INT_LINE}\n[2] VAR 'v' type_id=1, linkage=global\n[3] DATASEC '.data' size=8 vlen=2\ntype_id=2 offset=0 size=4\ntype_id=2 offset=2 size=4`,
    ),
  ],
  [
    "a variable beyond its section",
    "Invalid offset+size",
    judgedTypes(
      `${INT_LINE}\n[2] VAR 'v' type_id=1, linkage=global\n[3] DATASEC '.data' size=4 vlen=1\ntype_id=2 offset=2 size=4`,
    ),
  ],
  [
    "a FUNC of linkage 5",
    "Invalid func linkage",
    judged(raw([0, makeInfo(13, 0), 0, 1, makeInfo(12, 5), 1], "\0f\0")),
  ],
  [
    "an argument of no type before the last",
    "Invalid arg#1",
    judgedTypes(
      `${INT_LINE}\n[2] FUNC_PROTO '(anon)' ret_type_id=0 vlen=2\n'(anon)' type_id=0\n'b' type_id=1`,
    ),
  ],
  [
    "a struct of 100,000 members",
    OK,
    () => {
      const members = Array.from({ length: 100_000 }, (_, i) => [1, 0, i * 32]);
      return cText(parseBtf(raw([1, makeInfo(STRUCT, 100_000), 400_000, ...members.flat()], "\0s\0")));
    },
  ],
];
