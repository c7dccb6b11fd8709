import { assemble, type Form, LAYOUT } from "../../support/btf.ts";

/**
 * BTF that a kernel refuses, at least one for each of its phrases, and what it logs. Most are of the shape of the
 * kernel's own tests (prog_tests/btf.c), whose log lines were recorded on 6.18; the others follow the kernel's source.
 */
export interface RuleCase {
  readonly what: string;
  readonly text: string;
  /** Words of the type section to overwrite. */
  readonly set?: Readonly<Record<number, number>>;
  /** Whose verdict it is: 6.18 unless another is named. */
  readonly kernel?: string;
  readonly errno?: number;
  readonly id: number;
  readonly log: string | null;
}

export interface HeaderCase {
  readonly what: string;
  readonly bytes: () => Uint8Array;
  readonly kernel?: string;
  readonly errno?: number;
  readonly phrase: string | null;
}

export interface VersionCase {
  readonly what: string;
  readonly text: string;
  readonly form?: Form;
  readonly accepted: readonly string[];
}

export const INT = "[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED\n";
/** 40 bits: whole bytes, but not a number of them that a register holds. */
const ODD_INT = "[2] INT 'odd' size=8 bits_offset=0 nr_bits=40 encoding=(none)\n";
const SIMPLE = assemble(INT);

function changed(change: (view: DataView, bytes: Uint8Array) => void, form: Form = {}): () => Uint8Array {
  return () => {
    const bytes = assemble(INT, null, form);
    change(new DataView(bytes.buffer), bytes);
    return bytes;
  };
}

const withLayout = { layout: LAYOUT };

export const HEADER_CASES: readonly HeaderCase[] = [
  {
    what: "more than 16 MiB, without a word",
    bytes: () => new Uint8Array(16 * 1024 * 1024 + 1),
    errno: 7,
    phrase: null,
  },
  { what: "no bytes", bytes: () => new Uint8Array(0), phrase: "hdr_len not found" },
  { what: "seven bytes", bytes: () => SIMPLE.subarray(0, 7), phrase: "hdr_len not found" },
  { what: "a header that is cut", bytes: () => SIMPLE.subarray(0, 20), phrase: "btf_header not found" },
  {
    what: "bytes beyond the header that it knows",
    bytes: changed((view) => view.setUint8(32, 1), { hdrLen: 33 }),
    errno: 7,
    phrase: "Unsupported btf_header",
  },
  {
    what: "a layout section before 7.1",
    bytes: changed(() => {}, withLayout),
    kernel: "6.18",
    errno: 7,
    phrase: "Unsupported btf_header",
  },
  {
    what: "another magic",
    bytes: changed((view) => view.setUint16(0, 0xeb9e, true)),
    phrase: "Invalid magic",
  },
  {
    what: "a header of no length",
    bytes: changed((view) => view.setUint32(4, 0, true)),
    phrase: "Invalid magic",
  },
  {
    what: "another version",
    bytes: changed((view) => view.setUint8(2, 2)),
    errno: 524,
    phrase: "Unsupported version",
  },
  { what: "flags", bytes: changed((view) => view.setUint8(3, 1)), errno: 524, phrase: "Unsupported flags" },
  { what: "a header alone", bytes: () => SIMPLE.subarray(0, 24), phrase: "No data" },
  {
    what: "a section beyond the end",
    bytes: changed((view) => view.setUint32(16, 0xffff, true)),
    phrase: "Invalid section offset",
  },
  { what: "a gap", bytes: changed(() => {}, { gaps: [0, 4, 0] }), phrase: "Unsupported section found" },
  {
    what: "bytes after the last section",
    bytes: changed(() => {}, { gaps: [0, 0, 4] }),
    phrase: "Unsupported section found",
  },
  {
    what: "an overlap",
    bytes: changed((view) => view.setUint32(16, 12, true)),
    phrase: "Section overlap found",
  },
  {
    what: "strings that are cut",
    bytes: () => SIMPLE.subarray(0, SIMPLE.length - 1),
    phrase: "Total section length too long",
  },
  {
    what: "types after the strings",
    bytes: () => {
      const bytes = Uint8Array.of(0, 0x61, 0x62, 0, ...SIMPLE.subarray(24, 40));
      const header = SIMPLE.slice(0, 24);
      const view = new DataView(header.buffer);
      [4, 16, 0, 4].forEach((value, i) => {
        view.setUint32(8 + i * 4, value, true);
      });
      return Uint8Array.of(...header, ...bytes);
    },
    phrase: "String section is not at the end",
  },
  {
    what: "strings that do not begin with NUL",
    bytes: changed((_, bytes) => {
      bytes[40] = 0x61;
    }),
    phrase: "Invalid string section",
  },
  {
    what: "strings that do not end with NUL",
    bytes: changed((_, bytes) => {
      bytes[bytes.length - 1] = 0x61;
    }),
    phrase: "Invalid string section",
  },
  {
    what: "no strings",
    bytes: changed((view) => {
      view.setUint32(12, 21, true);
      view.setUint32(16, 21, true);
      view.setUint32(20, 0, true);
    }),
    phrase: "Invalid string section",
  },
  {
    what: "no types",
    bytes: changed((view) => {
      view.setUint32(12, 0, true);
      view.setUint32(16, 0, true);
      view.setUint32(20, 21, true);
      view.setUint32(24, 0, true);
    }),
    phrase: "No type found",
  },
  {
    what: "types that begin within a word",
    bytes: () => {
      const header = assemble(INT, null, { hdrLen: 32 }).slice(0, 32);
      const view = new DataView(header.buffer);
      [5, 16, 0, 5].forEach((value, i) => {
        view.setUint32(8 + i * 4, value, true);
      });
      return Uint8Array.of(...header, 0, 0x69, 0x6e, 0x74, 0, ...SIMPLE.subarray(24, 40));
    },
    phrase: "Unaligned type_off",
  },
  {
    what: "a layout section that begins within a word",
    bytes: () => {
      const header = assemble(INT, null, { hdrLen: 32 }).slice(0, 32);
      const view = new DataView(header.buffer);
      [0, 16, 16, 5, 21, 4].forEach((value, i) => {
        view.setUint32(8 + i * 4, value, true);
      });
      return Uint8Array.of(...header, ...SIMPLE.subarray(24, 45), 0, 0, 0, 0);
    },
    phrase: "Unaligned layout_off",
  },
  {
    what: "a layout section smaller than an entry",
    bytes: () => laidOut(2),
    phrase: "Layout section is too small",
  },
  {
    what: "a layout section that ends within an entry",
    bytes: () => laidOut(6),
    phrase: "layout_len is not multiple of 4",
  },
];

/** The INT with so many bytes of layout section. */
function laidOut(layoutLen: number): Uint8Array {
  const header = assemble(INT, null, { hdrLen: 32 }).slice(0, 32);
  const view = new DataView(header.buffer);
  [0, 16, 16 + layoutLen, 5, 16, layoutLen].forEach((value, i) => {
    view.setUint32(8 + i * 4, value, true);
  });
  return Uint8Array.of(
    ...header,
    ...SIMPLE.subarray(24, 40),
    ...new Uint8Array(layoutLen),
    ...SIMPLE.subarray(40),
  );
}

const PROTO = "[2] FUNC_PROTO '(anon)' ret_type_id=0 vlen=1\n'a' type_id=1\n";
const LOCK = "[2] STRUCT 'bpf_spin_lock' size=4 vlen=1\n'val' type_id=1 bits_offset=0\n";
const LIST =
  "[3] INT 'u64' size=8 bits_offset=0 nr_bits=64 encoding=(none)\n" +
  "[4] STRUCT 'bpf_list_head' size=16 vlen=2\n'a' type_id=3 bits_offset=0\n'b' type_id=3 bits_offset=64\n" +
  "[5] STRUCT 'bpf_list_node' size=24 vlen=1\n'a' type_id=3 bits_offset=0\n" +
  "[6] STRUCT 'elem' size=24 vlen=1\n'node' type_id=5 bits_offset=0\n";
const OWNER =
  "[7] STRUCT 'owner' size=24 vlen=2\n'head' type_id=4 bits_offset=0\n'lock' type_id=2 bits_offset=128\n";

export const CASES: readonly RuleCase[] = [
  // Records.
  {
    what: "a record that is cut in its head",
    text: INT,
    set: { 1: 0x02000000, 2: 0, 0: 0 },
    id: 2,
    log: "[2] meta_left:4 meta_needed:12",
  },
  {
    what: "a record that is cut",
    text: `${INT}[2] STRUCT 's' size=4 vlen=2\n'm' type_id=1 bits_offset=0`,
    id: 2,
    log: "[2] STRUCT s meta_left:12 meta_needed:24",
  },
  {
    what: "reserved bits of info",
    text: `${INT}[2] PTR '(anon)' type_id=1`,
    set: { 5: 0x20000000 },
    id: 2,
    log: "[2] Invalid btf_info:20000000",
  },
  { what: "kind 0", text: `${INT}[2] UNKNOWN '(anon)' kind=0`, id: 2, log: "[2] Invalid kind:0" },
  {
    what: "a kind of the future",
    text: `${INT}[2] UNKNOWN '(anon)' kind=23`,
    id: 2,
    log: "[2] Invalid kind:23",
  },
  {
    what: "a name outside the strings",
    text: `${INT}[2] TYPEDEF 't' type_id=1 name_off=500`,
    id: 2,
    log: "[2] Invalid name_offset:500",
  },
  {
    what: "elements of an INT",
    text: INT,
    set: { 1: 0x01000001 },
    id: 1,
    log: "[1] INT int size=4 bits_offset=0 nr_bits=32 encoding=SIGNED vlen != 0",
  },
  {
    what: "the kind flag on an INT",
    text: `${INT}[2] INT '(anon)' size=4 bits_offset=0 nr_bits=32 encoding=(none) kflag=1`,
    id: 2,
    log: "[2] INT (anon) size=4 bits_offset=0 nr_bits=32 encoding=(none) Invalid btf_info kind_flag",
  },
  {
    what: "the kind flag on a FUNC_PROTO",
    text: `${INT}[2] FUNC_PROTO '(anon)' ret_type_id=0 vlen=0 kflag=1`,
    id: 2,
    log: "[2] FUNC_PROTO (anon) return=0 args=(void) Invalid btf_info kind_flag",
  },
  {
    what: "reserved bits of an INT",
    text: "[1] INT '(anon)' size=4 bits_offset=0 nr_bits=0 encoding=(none)",
    set: { 3: 0x10000000 },
    id: 1,
    log: "[1] INT (anon) Invalid int_data:10000000",
  },
  {
    what: "an INT of more than 128 bits",
    text: "[1] INT 'i' size=100 bits_offset=100 nr_bits=64 encoding=(none)",
    id: 1,
    log: "[1] INT i size=100 bits_offset=100 nr_bits=64 encoding=(none) nr_bits exceeds 128",
  },
  {
    what: "an INT whose bits do not fit",
    text: "[1] INT 'i' size=4 bits_offset=1 nr_bits=32 encoding=(none)",
    id: 1,
    log: "[1] INT i size=4 bits_offset=1 nr_bits=32 encoding=(none) nr_bits exceeds type_size",
  },
  {
    what: "SIGNED and CHAR at once",
    text: "[1] INT 'char' size=1 bits_offset=0 nr_bits=8 encoding=3",
    errno: 524,
    id: 1,
    log: "[1] INT char size=1 bits_offset=0 nr_bits=8 encoding=UNKN Unsupported encoding",
  },
  {
    what: "a target beyond all ids",
    text: `${INT}[2] PTR '(anon)' type_id=1048576`,
    id: 2,
    log: "[2] PTR (anon) type_id=1048576 Invalid type_id",
  },
  {
    what: "a named pointer",
    text: `${INT}[2] PTR '__int' type_id=1`,
    id: 2,
    log: "[2] PTR __int type_id=1 Invalid name",
  },
  {
    what: "a typedef that is no identifier",
    text: `${INT}[2] TYPEDEF '__!int' type_id=1`,
    id: 2,
    log: "[2] TYPEDEF __!int type_id=1 Invalid name",
  },
  {
    what: "a name of 513 bytes",
    text: `[1] STRUCT '${"n".repeat(513)}' size=0 vlen=0`,
    id: 1,
    log: `[1] STRUCT ${"n".repeat(513)} size=0 vlen=0 Invalid name`,
  },
  {
    what: "a name of UTF-8",
    text: "[1] STRUCT 'caf\\xc3\\xa9' size=0 vlen=0",
    id: 1,
    log: "[1] STRUCT caf\\xc3\\xa9 size=0 vlen=0 Invalid name",
  },
  {
    what: "a type tag without a name",
    text: `${INT}[2] TYPE_TAG '(anon)' type_id=1`,
    id: 2,
    log: "[2] TYPE_TAG (anon) type_id=1 Invalid name",
  },
  {
    what: "an anonymous forward declaration",
    text: `${INT}[2] FWD '(anon)' fwd_kind=struct`,
    id: 2,
    log: "[2] FWD (anon) struct Invalid name",
  },
  {
    what: "a forward declaration with a type",
    text: `${INT}[2] FWD 'f' fwd_kind=union`,
    set: { 6: 1 },
    id: 2,
    log: "[2] FWD f union type != 0",
  },
  {
    what: "an array with a size",
    text: `${INT}[2] ARRAY '(anon)' type_id=1 index_type_id=1 nr_elems=16`,
    set: { 6: 4 },
    id: 2,
    log: "[2] ARRAY (anon) type_id=1 index_type_id=1 nr_elems=16 size != 0",
  },
  {
    what: "an array of void",
    text: `${INT}[2] ARRAY '(anon)' type_id=0 index_type_id=1 nr_elems=16`,
    id: 2,
    log: "[2] ARRAY (anon) type_id=0 index_type_id=1 nr_elems=16 Invalid elem",
  },
  {
    what: "an array with a void index",
    text: `${INT}[2] ARRAY '(anon)' type_id=1 index_type_id=0 nr_elems=16`,
    id: 2,
    log: "[2] ARRAY (anon) type_id=1 index_type_id=0 nr_elems=16 Invalid index",
  },
  {
    what: "a member's name outside the strings",
    text: `${INT}[2] STRUCT 's' size=4 vlen=1\n'm' type_id=1 bits_offset=0 name_off=777`,
    id: 2,
    log: "\t(invalid-name-offset) type_id=1 bits_offset=0 Invalid member name_offset:777",
  },
  {
    what: "a member's name that is no identifier",
    text: `${INT}[2] STRUCT 'A' size=4 vlen=1\n'B*' type_id=1 bits_offset=0`,
    id: 2,
    log: "\tB* type_id=1 bits_offset=0 Invalid name",
  },
  {
    what: "a void member",
    text: `${INT}[2] STRUCT 'A' size=4 vlen=1\n'm' type_id=0 bits_offset=0`,
    id: 2,
    log: "\tm type_id=0 bits_offset=0 Invalid type_id",
  },
  {
    what: "members that go back",
    text: `${INT}[2] STRUCT 'A' size=8 vlen=2\n'm' type_id=1 bits_offset=32\n'n' type_id=1 bits_offset=0`,
    id: 2,
    log: "\tn type_id=1 bits_offset=0 Invalid member bits_offset",
  },
  {
    what: "a member of a union that is not at 0",
    text: `${INT}[2] UNION 'u' size=8 vlen=1\n'm' type_id=1 bits_offset=8`,
    id: 2,
    log: "\tm type_id=1 bits_offset=8 Invalid member bits_offset",
  },
  {
    what: "a member that begins after the struct",
    text: `${INT}[2] STRUCT 's' size=4 vlen=1\n'm' type_id=1 bits_offset=33`,
    id: 2,
    log: "\tm type_id=1 bits_offset=33 Member bits_offset exceeds its struct size",
  },
  {
    what: "an enum of three bytes",
    text: "[1] ENUM 'e' encoding=UNSIGNED size=3 vlen=0",
    id: 1,
    log: "[1] ENUM e size=3 vlen=0 Unexpected size",
  },
  {
    what: "an enumerator's name outside the strings",
    text: "[1] ENUM 'e' encoding=UNSIGNED size=4 vlen=1\n'A' val=0 name_off=999",
    id: 1,
    log: "\tInvalid name_offset:999",
  },
  {
    what: "an enumerator without a name",
    text: `${INT}[2] ENUM '(anon)' encoding=UNSIGNED size=4 vlen=1\n'(anon)' val=0`,
    id: 2,
    log: "[2] ENUM (anon) size=4 vlen=1 Invalid name",
  },
  {
    what: "an extern function",
    text: `${INT}${PROTO}[3] FUNC 'func' type_id=2 linkage=extern`,
    id: 3,
    log: "[3] FUNC func type_id=2 Invalid func linkage",
  },
  {
    what: "an extern variable",
    text: `${INT}[2] VAR 't' type_id=1 linkage=extern`,
    id: 2,
    log: "[2] VAR t type_id=1 linkage=2 Linkage not supported",
  },
  {
    what: "a void variable",
    text: "[1] VAR 't' type_id=0 linkage=static",
    id: 1,
    log: "[1] VAR t type_id=0 linkage=0 Invalid type_id",
  },
  {
    what: "a section as clang writes it",
    text: `${INT}[2] DATASEC '.data' size=0 vlen=0`,
    id: 2,
    log: "[2] DATASEC .data size=0 vlen=0 size == 0",
  },
  {
    what: "a section name that is not printable",
    text: `${INT}[2] DATASEC '\\x07foo' size=4 vlen=0`,
    id: 2,
    log: "[2] DATASEC \\x07foo size=4 vlen=0 Invalid name",
  },
  {
    what: "a section entry of void",
    text: `${INT}[2] DATASEC '.data' size=4 vlen=1\ntype_id=0 offset=0 size=4`,
    id: 2,
    log: "\t type_id=0 offset=0 size=4 Invalid type_id",
  },
  {
    what: "section entries that overlap",
    text: `${INT}[2] DATASEC '.data' size=8 vlen=2\ntype_id=1 offset=0 size=4\ntype_id=1 offset=2 size=4`,
    id: 2,
    log: "\t type_id=1 offset=2 size=4 Invalid offset",
  },
  {
    what: "an empty section entry",
    text: `${INT}[2] DATASEC '.data' size=8 vlen=1\ntype_id=1 offset=0 size=0`,
    id: 2,
    log: "\t type_id=1 offset=0 size=0 Invalid size",
  },
  {
    what: "a section entry that ends after the section",
    text: `${INT}[2] DATASEC '.data' size=63 vlen=1\ntype_id=1 offset=60 size=4`,
    id: 2,
    log: "\t type_id=1 offset=60 size=4 Invalid offset+size",
  },
  {
    what: "section entries that are too much together",
    text: `${INT}[2] DATASEC '.data' size=4294967295 vlen=2\ntype_id=1 offset=4294967280 size=4294967280\ntype_id=1 offset=4294967264 size=31`,
    id: 2,
    log: "[2] DATASEC .data size=4294967295 vlen=2 Invalid btf_info size",
  },
  {
    what: "a float of six bytes",
    text: `${INT}[2] FLOAT 'float' size=6`,
    id: 2,
    log: "[2] FLOAT float size=6 Invalid type_size",
  },
  {
    what: "a declaration tag without a value",
    text: `${INT}[2] STRUCT 's' size=0 vlen=0\n[3] DECL_TAG '(anon)' type_id=2 component_idx=-1`,
    id: 3,
    log: "[3] DECL_TAG (anon) type=2 component_idx=-1 Invalid value",
  },
  {
    what: "a component below -1",
    text: `${INT}[2] STRUCT 's' size=0 vlen=0\n[3] DECL_TAG 'tag' type_id=2 component_idx=-2`,
    id: 3,
    log: "[3] DECL_TAG tag type=2 component_idx=-2 Invalid component_idx",
  },
  // References.
  {
    what: "a pointer to a missing type",
    text: `${INT}[2] PTR '(anon)' type_id=9`,
    id: 2,
    log: "[2] PTR (anon) type_id=9 Invalid type_id",
  },
  {
    what: "a pointer to a variable",
    text: `${INT}[2] PTR '(anon)' type_id=3\n[3] VAR 't' type_id=1 linkage=static`,
    id: 2,
    log: "[2] PTR (anon) type_id=3 Invalid type_id",
  },
  {
    what: "a pointer to a function that comes later",
    text: `${INT}${PROTO}[3] PTR '(anon)' type_id=4\n[4] FUNC 'f' type_id=2 linkage=static`,
    id: 3,
    log: "[3] PTR (anon) type_id=4 Invalid type_id",
  },
  {
    what: "a variable of a forward-declared type",
    text: "[1] FWD 'f' fwd_kind=struct\n[2] VAR 't' type_id=1 linkage=static",
    id: 2,
    log: "[2] VAR t type_id=1 linkage=0 Invalid type_id",
  },
  {
    what: "an enum as index",
    text: `${INT}[2] ENUM 'e' encoding=UNSIGNED size=4 vlen=0\n[3] ARRAY '(anon)' type_id=1 index_type_id=2 nr_elems=4`,
    id: 3,
    log: "[3] ARRAY (anon) type_id=1 index_type_id=2 nr_elems=4 Invalid index",
  },
  {
    what: "an array of a forward-declared type",
    text: `${INT}[2] FWD 'f' fwd_kind=struct\n[3] ARRAY '(anon)' type_id=2 index_type_id=1 nr_elems=4`,
    id: 3,
    log: "[3] ARRAY (anon) type_id=2 index_type_id=1 nr_elems=4 Invalid elem",
  },
  {
    what: "an array of an odd INT",
    text: `${INT}${ODD_INT}[3] ARRAY '(anon)' type_id=2 index_type_id=1 nr_elems=4`,
    id: 3,
    log: "[3] ARRAY (anon) type_id=2 index_type_id=1 nr_elems=4 Invalid array of int",
  },
  {
    what: "an array of 4 GiB",
    text: `${INT}[2] ARRAY '(anon)' type_id=1 index_type_id=1 nr_elems=1073741824`,
    id: 2,
    log: "[2] ARRAY (anon) type_id=1 index_type_id=1 nr_elems=1073741824 Array size overflows U32_MAX",
  },
  {
    what: "a typedef and an array in a ring",
    text: `${INT}[2] TYPEDEF 'int_array' type_id=3\n[3] ARRAY '(anon)' type_id=2 index_type_id=1 nr_elems=8`,
    errno: 17,
    id: 2,
    log: "[2] TYPEDEF int_array type_id=3 Loop detected",
  },
  {
    what: "a struct that holds itself",
    text: `${INT}[2] STRUCT 'A' size=8 vlen=1\n'a' type_id=3 bits_offset=0\n[3] CONST '(anon)' type_id=2`,
    errno: 17,
    id: 2,
    log: "[2] STRUCT A size=8 vlen=1 Loop detected",
  },
  {
    what: "pointers in a ring through a modifier",
    text: `${INT}[2] CONST '(anon)' type_id=3\n[3] PTR '(anon)' type_id=2`,
    errno: 17,
    id: 2,
    log: "[2] CONST (anon) type_id=3 Loop detected",
  },
  {
    what: "33 modifiers in a row, written from their start",
    text: `${Array.from({ length: 33 }, (_, i) => `[${i + 1}] CONST '(anon)' type_id=${i + 2}`).join("\n")}\n[34] INT 'i' size=4 bits_offset=0 nr_bits=32 encoding=(none)`,
    errno: 7,
    id: 1,
    log: "[1] CONST (anon) type_id=2 Exceeded max resolving depth:32",
  },
  {
    what: "a forward-declared member",
    text: `${INT}[2] FWD 'f' fwd_kind=struct\n[3] STRUCT 's' size=4 vlen=1\n'm' type_id=2 bits_offset=0`,
    id: 3,
    log: "\tm type_id=2 bits_offset=0 Invalid member",
  },
  {
    what: "a member of const void",
    text: `${INT}[2] CONST '(anon)' type_id=0\n[3] STRUCT 's' size=4 vlen=1\n'm' type_id=2 bits_offset=0`,
    id: 3,
    log: "\tm type_id=2 bits_offset=0 Invalid member",
  },
  {
    what: "a bitfield of an odd INT",
    text: `${INT}${ODD_INT}[3] STRUCT 's' size=8 vlen=1\n'A' type_id=2 bits_offset=0 bitfield_size=8`,
    id: 3,
    log: "\tA type_id=2 bitfield_size=8 bits_offset=0 Invalid member base type",
  },
  {
    what: "a member between bytes that is no bitfield",
    text: `${INT}[2] STRUCT 's' size=16 vlen=1\n'B' type_id=1 bits_offset=36 bitfield_size=0`,
    id: 2,
    log: "\tB type_id=1 bitfield_size=0 bits_offset=36 Invalid member offset",
  },
  {
    what: "a bitfield wider than its INT",
    text: `${INT}[2] STRUCT 's' size=16 vlen=1\n'B' type_id=1 bits_offset=0 bitfield_size=33`,
    id: 2,
    log: "\tB type_id=1 bitfield_size=33 bits_offset=0 Invalid member bitfield_size",
  },
  {
    what: "a pointer as bitfield, named as what it is below its typedef",
    text: `${INT}[2] PTR '(anon)' type_id=1\n[3] TYPEDEF 't' type_id=2\n[4] STRUCT 's' size=16 vlen=1\n'B' type_id=3 bits_offset=0 bitfield_size=3`,
    id: 4,
    log: "\tB type_id=2 bitfield_size=3 bits_offset=0 Invalid member bitfield_size",
  },
  {
    what: "an INT of 128 bits between bytes",
    text: "[1] INT 'i' size=16 bits_offset=0 nr_bits=128 encoding=(none)\n[2] STRUCT 's' size=32 vlen=1\n'm' type_id=1 bits_offset=4",
    id: 2,
    log: "\tm type_id=1 bits_offset=4 nr_copy_bits exceeds 128",
  },
  {
    what: "bit offsets of more than 32 bits",
    text: "[1] INT 'i' size=4 bits_offset=8 nr_bits=8 encoding=(none)\n[2] STRUCT 's' size=536870912 vlen=1\n'm' type_id=1 bits_offset=4294967295",
    id: 2,
    log: "\tm type_id=1 bits_offset=4294967295 bits_offset exceeds U32_MAX",
  },
  {
    what: "a member that ends after the struct",
    text: `${INT}[2] STRUCT 's' size=5 vlen=2\n'm' type_id=1 bits_offset=0\n'n' type_id=1 bits_offset=32`,
    id: 2,
    log: "\tn type_id=1 bits_offset=32 Member exceeds struct_size",
  },
  {
    what: "an enum of one byte with the kind flag, taken for four",
    text: "[1] ENUM 'e' encoding=UNSIGNED size=1 vlen=0\n[2] STRUCT 's' size=1 vlen=1 kflag=1\n'm' type_id=1 bits_offset=0",
    id: 2,
    log: "\tm type_id=1 bitfield_size=0 bits_offset=0 Member exceeds struct_size",
  },
  {
    what: "a pointer between bytes",
    text: `${INT}[2] PTR '(anon)' type_id=1\n[3] STRUCT 's' size=16 vlen=1\n'p' type_id=2 bits_offset=4`,
    id: 3,
    log: "\tp type_id=2 bits_offset=4 Member is not byte aligned",
  },
  {
    what: "a float that is not aligned",
    text: `${INT}[2] FLOAT 'float' size=4\n[3] STRUCT 's' size=8 vlen=1\n'x' type_id=2 bits_offset=8`,
    id: 3,
    log: "\tx type_id=2 bits_offset=8 Member is not properly aligned",
  },
  {
    what: "a function of no prototype",
    text: `${INT}[2] FUNC 'func' type_id=1 linkage=static`,
    id: 2,
    log: "[2] FUNC func type_id=1 Invalid type_id",
  },
  {
    what: "a function with an unnamed parameter",
    text: `${INT}[2] FUNC_PROTO '(anon)' ret_type_id=0 vlen=2\n'a' type_id=1\n'(anon)' type_id=1\n[3] FUNC 'func' type_id=2 linkage=static`,
    id: 3,
    log: "[3] FUNC func type_id=2 Invalid arg#2",
  },
  {
    what: "a prototype that returns const void",
    text: "[1] CONST '(anon)' type_id=0\n[2] FUNC_PROTO '(anon)' ret_type_id=1 vlen=0",
    id: 2,
    log: "[2] FUNC_PROTO (anon) return=1 args=(void) Invalid return type",
  },
  {
    what: "a named vararg",
    text: `${INT}[2] FUNC_PROTO '(anon)' ret_type_id=0 vlen=2\n'a' type_id=1\n'va' type_id=0`,
    id: 2,
    log: "[2] FUNC_PROTO (anon) return=0 args=(1 a, vararg) Invalid arg#2",
  },
  {
    what: "a vararg that is not last",
    text: `${INT}[2] FUNC_PROTO '(anon)' ret_type_id=0 vlen=3\n'a' type_id=1\n'(anon)' type_id=0\n'b' type_id=1`,
    id: 2,
    log: "[2] FUNC_PROTO (anon) return=0 args=(1 a, 0 (anon), 1 b) Invalid arg#2",
  },
  {
    what: "a parameter's name outside the strings",
    text: `${INT}[2] FUNC_PROTO '(anon)' ret_type_id=0 vlen=2\n'a' type_id=1\n'b' type_id=1 name_off=888`,
    id: 2,
    log: "[2] FUNC_PROTO (anon) return=0 args=(1 a, 1 (invalid-name-offset)) Invalid arg#2",
  },
  {
    what: "a section entry that is no variable",
    text: `${INT}[2] DATASEC '.data' size=4 vlen=1\ntype_id=1 offset=0 size=4`,
    id: 2,
    log: "\t type_id=1 offset=0 size=4 Not a VAR kind member",
  },
  {
    what: "a section entry smaller than its variable",
    text: `${INT}[2] VAR 'v' type_id=1 linkage=static\n[3] DATASEC '.data' size=8 vlen=1\ntype_id=2 offset=0 size=3`,
    id: 3,
    log: "\t type_id=2 offset=0 size=3 Invalid size",
  },
  {
    what: "a declaration tag for an INT",
    text: `${INT}[2] DECL_TAG 'tag1' type_id=1 component_idx=-1`,
    id: 2,
    log: "[2] DECL_TAG tag1 type=1 component_idx=-1 Invalid type_id",
  },
  {
    what: "a tag for a member that is not there",
    text: `${INT}[2] STRUCT 's' size=4 vlen=1\n'm' type_id=1 bits_offset=0\n[3] DECL_TAG 'tag' type_id=2 component_idx=1`,
    id: 3,
    log: "[3] DECL_TAG tag type=2 component_idx=1 Invalid component_idx",
  },
  // Chains of modifiers.
  {
    what: "a type tag after a modifier",
    text: `${INT}[2] CONST '(anon)' type_id=3\n[3] TYPE_TAG 'tag' type_id=1`,
    id: 2,
    log: "Type tags don't precede modifiers",
  },
  // Special fields, without a word.
  {
    what: "two locks",
    text: `${INT}${LOCK}[3] STRUCT 's' size=8 vlen=2\n'a' type_id=2 bits_offset=0\n'b' type_id=2 bits_offset=32`,
    errno: 7,
    id: 3,
    log: null,
  },
  {
    what: "two locks, one of them in a nested struct",
    text: `${INT}${LOCK}[3] STRUCT 'inner' size=4 vlen=1\n'lock' type_id=2 bits_offset=0\n[4] STRUCT 's' size=8 vlen=2\n'a' type_id=2 bits_offset=0\n'b' type_id=3 bits_offset=32`,
    kernel: "7.2",
    errno: 7,
    id: 4,
    log: null,
  },
  {
    what: "a lock of another size",
    text: `${INT}[2] STRUCT 'bpf_spin_lock' size=8 vlen=0\n[3] STRUCT 's' size=8 vlen=1\n'a' type_id=2 bits_offset=0`,
    errno: 14,
    id: 3,
    log: null,
  },
  {
    what: "a bitfield beside a lock",
    text: `${INT}${LOCK}[3] STRUCT 's' size=8 vlen=2\n'lock' type_id=2 bits_offset=0\n'bit' type_id=1 bits_offset=33 bitfield_size=1`,
    id: 3,
    log: null,
  },
  { what: "a list of nothing", text: `${INT}${LOCK}${LIST}${OWNER}`, id: 7, log: null },
  {
    what: "a list of an unknown struct",
    text: `${INT}${LOCK}${LIST}${OWNER}[8] DECL_TAG 'contains:what:node' type_id=7 component_idx=0`,
    errno: 2,
    id: 7,
    log: null,
  },
  {
    what: "a list by a member that is not there",
    text: `${INT}${LOCK}${LIST}${OWNER}[8] DECL_TAG 'contains:elem:what' type_id=7 component_idx=0`,
    errno: 2,
    id: 7,
    log: null,
  },
  {
    what: "a list by a member that is no node",
    text: `${INT}${LOCK}${LIST}${OWNER}[8] DECL_TAG 'contains:bpf_list_node:a' type_id=7 component_idx=0`,
    id: 7,
    log: null,
  },
  {
    what: "a list without a lock",
    text: `${INT}${LOCK}${LIST}[7] STRUCT 'owner' size=16 vlen=1\n'head' type_id=4 bits_offset=0\n[8] DECL_TAG 'contains:elem:node' type_id=7 component_idx=0`,
    id: 7,
    log: null,
  },
  {
    what: "a list in an element of a list of itself",
    text: `${INT}${LOCK}${LIST}[7] STRUCT 'ring' size=48 vlen=3\n'node' type_id=5 bits_offset=0\n'head' type_id=4 bits_offset=192\n'lock' type_id=2 bits_offset=320\n[8] DECL_TAG 'contains:ring:node' type_id=7 component_idx=1`,
    errno: 40,
    id: 7,
    log: null,
  },
  {
    what: "twelve pointers to kernel objects",
    text: `${INT}[2] STRUCT 'o' size=0 vlen=0\n[3] TYPE_TAG 'kptr' type_id=2\n[4] PTR '(anon)' type_id=3\n[5] STRUCT 's' size=96 vlen=12\n${Array.from({ length: 12 }, (_, i) => `'p${i}' type_id=4 bits_offset=${i * 64}`).join("\n")}`,
    errno: 7,
    id: 5,
    log: null,
  },
  {
    what: "a pointer with another tag beside a lock",
    text: `${INT}${LOCK}[3] TYPE_TAG 'user' type_id=1\n[4] PTR '(anon)' type_id=3\n[5] STRUCT 's' size=16 vlen=2\n'lock' type_id=2 bits_offset=0\n'p' type_id=4 bits_offset=64`,
    id: 5,
    log: null,
  },
];

const ALL = ["6.1", "6.12", "6.18", "6.19", "7.1", "7.2", "7.3"];

export const VERSIONS: readonly VersionCase[] = [
  {
    what: "whether a section may have any printable name",
    text: `${INT}[2] VAR 'v' type_id=1 linkage=static\n[3] DATASEC '?.foo bar:buz' size=4 vlen=1\ntype_id=2 offset=0 size=4`,
    accepted: ALL.slice(1),
  },
  {
    what: "whether a declaration tag may have the kind flag",
    text: "[1] STRUCT 's' size=0 vlen=0\n[2] DECL_TAG 'tag' type_id=1 component_idx=-1 kflag=1",
    accepted: ALL.slice(2),
  },
  {
    what: "whether a type tag may have the kind flag",
    text: `${INT}[2] TYPE_TAG 'tag' type_id=1 kflag=1`,
    accepted: ALL.slice(2),
  },
  {
    what: "whether there may be a layout section",
    text: INT,
    form: { layout: LAYOUT },
    accepted: ALL.slice(4),
  },
  {
    what: "whether type tags must come first",
    text: `${INT}[2] TYPEDEF 't' type_id=3\n[3] TYPE_TAG 'tag' type_id=1`,
    accepted: ALL.slice(5),
  },
  {
    what: "whether there may be more than 65,535 elements",
    text: `[1] ENUM 'e' encoding=UNSIGNED size=4 vlen=65536\n${"'A' val=0\n".repeat(65536)}`,
    accepted: ALL.slice(5),
  },
  {
    what: "whether a struct may have two reference counts",
    text: `${INT}[2] STRUCT 'bpf_refcount' size=4 vlen=1\n'refs' type_id=1 bits_offset=0\n[3] STRUCT 's' size=8 vlen=2\n'a' type_id=2 bits_offset=0\n'b' type_id=2 bits_offset=32`,
    accepted: ["6.1", "6.18", "6.19", "7.1"],
  },
];
