// What the kernel's selftests ask of libbpf's CO-RE (tools/testing/selftests/bpf/prog_tests/core_reloc.c), written
// anew: each case has the types and accesses of a program, and kernels with what each access must come to there. An
// answer is the value; `none` where nothing is there and the instruction is poisoned; `none = 0` where that is the
// answer; `N, B bytes` where the width of a load follows; or the words of a refusal.

/** What programs are written with. */
export const HEADER = `
#define PROGRAM __attribute__((section("raw_tp/x"), used))
#define CORE __attribute__((preserve_access_index))
#define FIELD(fn, info, type, path) PROGRAM long fn(void) { return __builtin_preserve_field_info(((type *)0)->path, info); }
#define OFFSET(fn, type, path) FIELD(fn, 0, type, path)
#define BYTES(fn, type, path) FIELD(fn, 1, type, path)
#define EXISTS(fn, type, path) FIELD(fn, 2, type, path)
#define SIGNED(fn, type, path) FIELD(fn, 3, type, path)
#define LSHIFT(fn, type, path) FIELD(fn, 4, type, path)
#define RSHIFT(fn, type, path) FIELD(fn, 5, type, path)
#define LOAD(fn, type, path) PROGRAM long fn(type *p) { return (long)p->path; }
#define TYPE_EXISTS(fn, type) PROGRAM long fn(void) { return __builtin_preserve_type_info(*(type *)0, 0); }
#define TYPE_BYTES(fn, type) PROGRAM long fn(void) { return __builtin_preserve_type_info(*(type *)0, 1); }
#define TYPE_ID(fn, type) PROGRAM long fn(void) { return __builtin_btf_type_id(*(type *)0, 1); }
#define ENUM_EXISTS(fn, type, value) PROGRAM long fn(void) { return __builtin_preserve_enum_value(*(type *)value, 0); }
#define ENUM_VALUE(fn, type, value) PROGRAM long fn(void) { return __builtin_preserve_enum_value(*(type *)value, 1); }
`;

const ARRAYS = `
struct sub { int c; int d; };
struct arrays { int a[5]; char b[2][3][4]; struct sub c[3]; struct sub d[1][2]; struct sub f[]; };
OFFSET(a2, struct arrays, a[2]) OFFSET(b123, struct arrays, b[1][2][3]) OFFSET(c1c, struct arrays, c[1].c)
OFFSET(d00d, struct arrays, d[0][0].d) OFFSET(f10c, struct arrays, f[10].c)`;

const PRIMITIVES = `
enum kind { A = 0, B = 1 };
struct primitives { char a; int b; enum kind c; void *d; int (*f)(const char *); };
OFFSET(a, struct primitives, a) OFFSET(b, struct primitives, b) OFFSET(c, struct primitives, c)
OFFSET(d, struct primitives, d) OFFSET(f, struct primitives, f)`;

const BITFIELDS = `
struct bits { unsigned ub1 : 1; unsigned ub2 : 2; unsigned ub7 : 7; int sb4 : 4; int sb20 : 20; unsigned u32; int s32; };
OFFSET(ub2_at, struct bits, ub2) BYTES(ub2_bytes, struct bits, ub2) LSHIFT(ub2_l, struct bits, ub2) RSHIFT(ub2_r, struct bits, ub2)
SIGNED(ub2_s, struct bits, ub2) SIGNED(sb4_s, struct bits, sb4) LSHIFT(sb20_l, struct bits, sb20)
RSHIFT(sb20_r, struct bits, sb20) OFFSET(u32_at, struct bits, u32) LSHIFT(u32_l, struct bits, u32) RSHIFT(s32_r, struct bits, s32)`;

const TYPES = `
struct a_struct { int x; };
union a_union { int y; int z; };
typedef struct a_struct named_struct_typedef;
typedef struct { int x, y, z; } anon_struct_typedef;
typedef struct { int a, b, c; } *struct_ptr_typedef;
enum an_enum { X = 1, Y = 2, Z = 3 };
typedef int int_typedef;
typedef enum { P, Q } enum_typedef;
typedef void *void_ptr_typedef;
typedef int (*func_proto_typedef)(long);
typedef char arr_typedef[20];
TYPE_EXISTS(s, struct a_struct) TYPE_EXISTS(u, union a_union) TYPE_EXISTS(e, enum an_enum)
TYPE_EXISTS(ts, named_struct_typedef) TYPE_EXISTS(tas, anon_struct_typedef) TYPE_EXISTS(tsp, struct_ptr_typedef)
TYPE_EXISTS(ti, int_typedef) TYPE_EXISTS(te, enum_typedef) TYPE_EXISTS(tv, void_ptr_typedef)
TYPE_EXISTS(tf, func_proto_typedef) TYPE_EXISTS(ta, arr_typedef)
TYPE_BYTES(s_size, struct a_struct) TYPE_BYTES(u_size, union a_union) TYPE_BYTES(ta_size, arr_typedef) TYPE_BYTES(tas_size, anon_struct_typedef)`;

const ALL_TYPES = {
  s: "1",
  u: "1",
  e: "1",
  ts: "1",
  tas: "1",
  tsp: "1",
  ti: "1",
  te: "1",
  tv: "1",
  tf: "1",
  ta: "1",
};

const ENUMS = `
enum named_enum { NAMED_1 = 1, NAMED_2 = 2, NAMED_3 = 3 };
typedef enum { ANON_1 = 0x10, ANON_2 = 0x20, ANON_3 = 0x30 } anon_enum;
ENUM_EXISTS(n1, enum named_enum, NAMED_1) ENUM_EXISTS(n3, enum named_enum, NAMED_3)
ENUM_VALUE(n1v, enum named_enum, NAMED_1) ENUM_VALUE(n2v, enum named_enum, NAMED_2)
ENUM_EXISTS(a1, anon_enum, ANON_1) ENUM_EXISTS(a3, anon_enum, ANON_3) ENUM_VALUE(a2v, anon_enum, ANON_2)`;
const ENUM_N3 = `enum named_enum { NAMED_1 = 1, NAMED_2 = 2, NAMED_3 = 3 };
ENUM_VALUE(n3v, enum named_enum, NAMED_3)`;

/** Access strings of more than 64 steps: E2BIG. */
const TOO_DEEP = /^error matching candidate #0 .*: -7$/;

/** @type {{name: string, program: string, kernels: {name: string, types: string, expect: Record<string, string | RegExp>}[]}[]} */
export const SELFTESTS = [
  {
    name: "flavors",
    program: `
struct flavors { int a, b, c; };
struct flavors___reversed { int c, b, a; };
struct flavors___weird { int a, b, c; };
OFFSET(a_rev, struct flavors___reversed, a) OFFSET(b_weird, struct flavors___weird, b) OFFSET(c_plain, struct flavors, c)`,
    kernels: [
      {
        name: "same",
        types: "struct flavors { int a, b, c; } x;",
        expect: { a_rev: "0", b_weird: "4", c_plain: "8" },
      },
      {
        name: "err_wrong_name",
        types: "struct other { int a, b, c; } x;",
        expect: { a_rev: "none", b_weird: "none", c_plain: "none" },
      },
    ],
  },
  {
    name: "nesting",
    program: `
struct nest { struct { struct { int a; } a; } a; union { struct { int b; } b; } b; };
OFFSET(a, struct nest, a.a.a) OFFSET(b, struct nest, b.b.b)`,
    kernels: [
      {
        name: "same",
        types: "struct nest { struct { struct { int a; } a; } a; union { struct { int b; } b; } b; } x;",
        expect: { a: "0", b: "4" },
      },
      {
        name: "anon_embed",
        types:
          "struct nest { int pad; struct { struct { struct { struct { int a; } a; } a; }; }; union { struct { struct { union { struct { int b; } b; } b; }; }; }; } x;",
        expect: { a: "4", b: "8" },
      },
      {
        name: "struct_union_mixup",
        types:
          "struct nest { int pad; union { union { char x; int a; } a; } a; struct { union { char y; int b; } b; } b; } x;",
        expect: { a: "4", b: "8" },
      },
      {
        name: "extra_nesting",
        types:
          "struct nest { int pad; struct { struct { struct { struct { struct { struct { int a; } a; } a; }; }; }; }; union { union { union { struct { int b; } b; } b; }; }; } x;",
        expect: { a: "4", b: "8" },
      },
      {
        name: "dup_compat_types",
        types:
          "struct nest { int pad; struct { struct { int a; } a; } a; union { struct { int b; } b; } b; } x; struct nest___two { char pad[4]; struct { struct { int a; } a; } a; union { struct { int b; } b; } b; } y;",
        expect: { a: "4", b: "8" },
      },
      {
        name: "err_missing_field",
        types: "struct nest { struct { struct { int x; } a; } a; union { struct { int b; } b; } b; } x;",
        expect: { a: "none", b: "4" },
      },
      {
        name: "err_array_field",
        types: "struct nest { struct { struct { int a[1]; } a; } a; union { struct { int b; } b; } b; } x;",
        expect: { a: "none", b: "4" },
      },
      {
        name: "err_missing_container",
        types: "struct nest { struct { int a; } a; union { struct { int b; } b; } b; } x;",
        expect: { a: "none", b: "4" },
      },
      {
        name: "err_nonstruct_container",
        types: "struct nest { struct { int a; } a; struct { int b; } b; } x;",
        expect: { a: "none", b: "none" },
      },
      {
        name: "err_array_container",
        types:
          "struct nest { struct { struct { int a; } a[1]; } a; struct { struct { int b; } b[1]; } b; } x;",
        expect: { a: "none", b: "none" },
      },
      {
        name: "err_dup_incompat_types",
        types:
          "struct nest { struct { struct { int a; } a; } a; union { struct { int b; } b; } b; } x; struct nest___two { int pad[7]; struct { struct { int a; } a; } a; union { struct { int b; } b; } b; } y;",
        expect: { a: "field offset ambiguity: 224 != 0", b: "field offset ambiguity: 256 != 32" },
      },
      {
        name: "err_partial_match_dups",
        types:
          "struct nest___one { struct { struct { int a; } a; } a; } x; struct nest___two { struct { struct { void *a; } a; } a; union { struct { int b; } b; } b; } y;",
        expect: { a: "0", b: "none" },
      },
      {
        name: "as deep as may be",
        types: `struct nest { ${"struct { ".repeat(60)}struct { struct { int a; } a; } a; ${"};".repeat(60)} union { struct { int b; } b; } b; } x;`,
        expect: { a: "0", b: "4" },
      },
      {
        name: "err_too_deep",
        types: `struct nest { ${"struct { ".repeat(63)}struct { struct { int a; } a; } a; ${"};".repeat(63)} } x;`,
        expect: { a: TOO_DEEP, b: TOO_DEEP },
      },
    ],
  },
  {
    name: "arrays",
    program: ARRAYS,
    kernels: [
      {
        name: "same",
        types:
          "struct sub { int c; int d; }; struct arrays { int a[5]; char b[2][3][4]; struct sub c[3]; struct sub d[1][2]; struct sub f[]; } ; struct arrays *x;",
        expect: { a2: "8", b123: "43", c1c: "52", d00d: "72", f10c: "164" },
      },
      {
        name: "diff_arr_dim",
        types:
          "struct sub { int c; int d; }; struct arrays { int a[7]; char b[3][4][5]; struct sub c[4]; struct sub d[2][3]; struct sub f[1][1]; } x;",
        expect: { a2: "8", b123: "61", c1c: "96", d00d: "124", f10c: "none" },
      },
      {
        name: "diff_arr_val_sz",
        types:
          "struct sub { short pad; int c; int d; char e; }; struct arrays { int a[5]; char b[2][3][4]; struct sub c[3]; struct sub d[1][2]; struct sub f[]; }; struct arrays *x;",
        expect: { a2: "8", b123: "43", c1c: "64", d00d: "100", f10c: "288" },
      },
      {
        name: "equiv_zero_sz_arr",
        types:
          "struct sub { int c; int d; }; struct arrays { int a[5]; char b[2][3][4]; struct sub c[3]; struct sub d[1][2]; struct sub f[0]; }; struct arrays *x;",
        expect: { a2: "8", b123: "43", c1c: "52", d00d: "72", f10c: "164" },
      },
      {
        name: "fixed_arr",
        types:
          "struct sub { int c; int d; }; struct arrays { int a[5]; char b[2][3][4]; struct sub c[3]; struct sub d[1][2]; struct sub f[11]; }; struct arrays *x;",
        expect: { a2: "8", f10c: "164" },
      },
      {
        name: "err_too_small",
        types:
          "struct sub { int c; int d; }; struct arrays { int a[2]; char b[2][3][4]; struct sub c[3]; struct sub d[1][2]; struct sub f[]; }; struct arrays *x;",
        expect: { a2: "none", b123: "31" },
      },
      {
        name: "err_too_shallow",
        types:
          "struct sub { int c; int d; }; struct arrays { int a[5]; char b[2][3]; struct sub c[3]; struct sub d[1][2]; struct sub f[]; }; struct arrays *x;",
        expect: { b123: "none" },
      },
      {
        name: "err_non_array",
        types:
          "struct sub { int c; int d; }; struct arrays { int a; char b[2][3][4]; struct sub c[3]; struct sub d[1][2]; struct sub f[]; }; struct arrays *x;",
        expect: { a2: "none" },
      },
      {
        name: "err_wrong_val_type",
        types:
          "struct arrays { int a[5]; char b[2][3][4]; int c[3]; int d[1][2]; int f[]; }; struct arrays *x;",
        expect: { c1c: "none", d00d: "none", f10c: "none" },
      },
      {
        name: "err_bad_zero_sz_arr",
        types:
          "struct sub { int c; int d; }; struct arrays { struct sub f[0]; int a[5]; char b[2][3][4]; struct sub c[3]; struct sub d[1][2]; }; struct arrays *x;",
        expect: { f10c: "none", a2: "8" },
      },
    ],
  },
  {
    name: "primitives",
    program: PRIMITIVES,
    kernels: [
      {
        name: "same",
        types:
          "enum kind { A = 0, B = 1 }; struct primitives { char a; int b; enum kind c; void *d; int (*f)(const char *); } x;",
        expect: { a: "0", b: "4", c: "8", d: "16", f: "24" },
      },
      {
        name: "diff_enum_def",
        types:
          "struct primitives { void *d; int (*f)(const char *); enum { X = 100, Y = 200 } c; char a; int b; } x;",
        expect: { a: "20", b: "24", c: "16", d: "0", f: "8" },
      },
      {
        name: "diff_func_proto",
        types:
          "enum kind { A = 0, B = 1 }; struct primitives { void (*f)(int); void *d; enum kind c; int b; char a; } x;",
        expect: { a: "24", b: "20", c: "16", d: "8", f: "0" },
      },
      {
        name: "diff_ptr_type",
        types:
          "enum kind { A = 0, B = 1 }; struct primitives { const char *const d; char a; int b; enum kind c; int (*f)(const char *); } x;",
        expect: { d: "0", a: "8" },
      },
      {
        name: "err_non_enum",
        types: "struct primitives { char a; int b; int c; void *d; int (*f)(const char *); } x;",
        expect: { c: "none" },
      },
      {
        name: "err_non_int",
        types:
          "enum kind { A = 0, B = 1 }; struct primitives { char a; int *b; enum kind c; void *d; int (*f)(const char *); } x;",
        expect: { b: "none" },
      },
      {
        name: "err_non_ptr",
        types:
          "enum kind { A = 0, B = 1 }; struct primitives { char a; int b; enum kind c; int d; int (*f)(const char *); } x;",
        expect: { d: "none" },
      },
    ],
  },
  {
    name: "mods",
    program: `
typedef const int int_t; typedef const char *volatile char_ptr_t; typedef const int arr_t[7];
struct sub { int x; int y; };
typedef struct sub sub_t;
struct mods { int a; int_t b; char *c; char_ptr_t d; int e[3]; arr_t f; struct sub g; sub_t h; };
OFFSET(a, struct mods, a) OFFSET(b, struct mods, b) OFFSET(c, struct mods, c) OFFSET(d, struct mods, d)
OFFSET(e2, struct mods, e[2]) OFFSET(f1, struct mods, f[1]) OFFSET(gx, struct mods, g.x) OFFSET(hy, struct mods, h.y)`,
    kernels: [
      {
        name: "mod_swap",
        types:
          "typedef const int int_t; typedef const char *volatile char_ptr_t; typedef const int arr_t[7]; struct sub { int x; int y; }; typedef struct sub sub_t; struct mods { int b; int_t a; char *d; char_ptr_t c; int f[3]; arr_t e; struct { int y; int x; } h; sub_t g; } x;",
        expect: { a: "4", b: "0", c: "16", d: "8", e2: "44", f1: "28", gx: "72", hy: "64" },
      },
      {
        name: "typedefs",
        types:
          "typedef int i1; typedef i1 i2; typedef i2 i3; typedef char *p1; typedef p1 p2; typedef i3 ar1[5]; typedef ar1 ar2; typedef struct { i3 x; i3 y; } s1; typedef s1 s2; struct mods { i3 a, b; p2 c, d; ar2 e, f; s2 g, h; } x;",
        expect: { a: "0", b: "4", c: "8", d: "16", e2: "32", f1: "48", gx: "64", hy: "76" },
      },
    ],
  },
  {
    name: "ptr_as_arr",
    program:
      "struct item { int a; }; PROGRAM long a2(void) { return __builtin_preserve_field_info(((struct item *)0)[2].a, 0); }",
    kernels: [
      { name: "same", types: "struct item { int a; } x;", expect: { a2: "8" } },
      { name: "diff_sz", types: "struct item { char pad[20]; int a; } x;", expect: { a2: "68" } },
    ],
  },
  {
    name: "ints",
    program: `
struct ints { unsigned char u8; signed char s8; unsigned short u16; short s16; unsigned u32; int s32; unsigned long long u64; long long s64; } CORE;
LOAD(u8, struct ints, u8) LOAD(u16, struct ints, u16) LOAD(u32, struct ints, u32) LOAD(u64, struct ints, u64)
SIGNED(s16_s, struct ints, s16) SIGNED(u16_s, struct ints, u16) OFFSET(s64_at, struct ints, s64)`,
    kernels: [
      {
        name: "same",
        types:
          "struct ints { unsigned char u8; signed char s8; unsigned short u16; short s16; unsigned u32; int s32; unsigned long long u64; long long s64; } x;",
        expect: { u8: "0", u16: "2", u32: "8", u64: "16", s16_s: "1", u16_s: "0", s64_at: "24" },
      },
      {
        name: "bool",
        types:
          "struct ints { _Bool u8; _Bool s8; unsigned short u16; short s16; unsigned u32; int s32; unsigned long long u64; long long s64; } x;",
        expect: { u8: "0", u16: "2" },
      },
      {
        name: "reverse_sign",
        types:
          "struct ints { signed char u8; unsigned char s8; short u16; unsigned short s16; int u32; unsigned s32; long long u64; unsigned long long s64; } x;",
        expect: { s16_s: "0", u16_s: "1", u32: "8" },
      },
    ],
  },
  {
    name: "misc",
    program: `
struct misc___a { int a1; int a2; } CORE; struct misc___b { int b1; int b2; }; struct extensible { int a, b; };
OFFSET(a1, struct misc___a, a1) OFFSET(b1, struct misc___b, b1) OFFSET(b, struct extensible, b) PROGRAM long second(void) { return __builtin_preserve_field_info(((struct extensible *)0)[1].a, 0); }`,
    kernels: [
      {
        name: "same",
        types:
          "struct misc___a { int a1; int a2; } x; struct misc___b { int b1; int b2; } y; struct extensible { int a, b, c, d; } z;",
        expect: { a1: "0", b1: "0", b: "4", second: "16" },
      },
    ],
  },
  {
    name: "existence",
    program: `
struct sub { int x; };
struct existence { int a; struct { int b; }; int c; int arr[7]; struct { int x; } s; };
EXISTS(a, struct existence, a) BYTES(a_b, struct existence, a) EXISTS(b, struct existence, b) EXISTS(c, struct existence, c)
EXISTS(arr, struct existence, arr) BYTES(arr_b, struct existence, arr) EXISTS(arr0, struct existence, arr[0]) EXISTS(s, struct existence, s) EXISTS(sx, struct existence, s.x)`,
    kernels: [
      {
        name: "same",
        types: "struct existence { int a; struct { int b; }; int c; int arr[7]; struct { int x; } s; } x;",
        expect: { a: "1", a_b: "4", b: "1", c: "1", arr: "1", arr_b: "28", arr0: "1", s: "1", sx: "1" },
      },
      {
        name: "minimal",
        types: "struct existence { int a; } x;",
        expect: {
          a: "1",
          a_b: "4",
          b: "none = 0",
          c: "none = 0",
          arr: "none = 0",
          arr_b: "none",
          arr0: "none = 0",
          s: "none = 0",
          sx: "none = 0",
        },
      },
      {
        name: "wrong_field_defs",
        types: "struct existence { void *a; int b[1]; struct { int x; } c; int arr; int s; } x;",
        expect: {
          a: "none = 0",
          a_b: "none",
          b: "none = 0",
          c: "none = 0",
          arr: "none = 0",
          arr0: "none = 0",
          s: "none = 0",
          sx: "none = 0",
        },
      },
      {
        name: "no such type",
        types: "struct other { int a; } x;",
        expect: { a: "none = 0", a_b: "none", sx: "none = 0" },
      },
    ],
  },
  {
    name: "bitfields",
    program: BITFIELDS,
    kernels: [
      {
        name: "same",
        types:
          "struct bits { unsigned ub1 : 1; unsigned ub2 : 2; unsigned ub7 : 7; int sb4 : 4; int sb20 : 20; unsigned u32; int s32; } x;",
        expect: {
          ub2_at: "0",
          ub2_bytes: "4",
          ub2_l: "61",
          ub2_r: "62",
          ub2_s: "0",
          sb4_s: "1",
          sb20_l: "44",
          sb20_r: "44",
          u32_at: "8",
          u32_l: "32",
          s32_r: "32",
        },
      },
      {
        name: "bit_sz_change",
        types:
          "struct bits { unsigned short ub1; unsigned short ub2 : 6; unsigned ub7 : 7; int sb4 : 4; int sb20 : 9; unsigned u32; int s32; } x;",
        expect: { ub2_r: "58", ub2_s: "0", sb20_r: "55" },
      },
      {
        name: "bitfield_vs_int",
        types:
          "struct bits { unsigned long long ub1; unsigned char ub2; unsigned long long ub7; signed long long sb4; long long sb20; unsigned u32 : 20; int s32 : 21; } x;",
        expect: {
          ub2_at: "8, 1 bytes",
          ub2_bytes: "1",
          ub2_l: "56",
          ub2_r: "56",
          sb20_l: "0",
          sb20_r: "0",
          u32_l: "44",
          s32_r: "43",
        },
      },
      {
        name: "just_big_enough",
        types:
          "struct bits { unsigned long long ub1 : 4; unsigned long long ub2 : 60; unsigned u32; int s32; } x;",
        expect: { ub2_at: "0", ub2_bytes: "8", ub2_l: "0", ub2_r: "4" },
      },
      {
        name: "err_too_big_bitfield",
        types:
          "struct __attribute__((packed)) bits { unsigned long long ub1 : 4; unsigned long long ub2 : 61; unsigned u32; int s32; } x;",
        expect: { ub2_at: "relo 0 at insn #0 can't be satisfied for bitfield" },
      },
    ],
  },
  {
    name: "size",
    program: `
struct size { int int_field; struct { int x; } struct_field; union { int x; } union_field; int arr[4]; void *ptr; enum { V = 123 } e; float f; };
BYTES(i, struct size, int_field) BYTES(s, struct size, struct_field) BYTES(u, struct size, union_field) BYTES(a, struct size, arr)
BYTES(a0, struct size, arr[0]) BYTES(p, struct size, ptr) BYTES(e, struct size, e) BYTES(f, struct size, f)`,
    kernels: [
      {
        name: "same",
        types:
          "struct size { int int_field; struct { int x; } struct_field; union { int x; } union_field; int arr[4]; void *ptr; enum { V = 123 } e; float f; } x;",
        expect: { i: "4", s: "4", u: "4", a: "16", a0: "4", p: "8", e: "4", f: "4" },
      },
      {
        name: "diff_sz",
        types:
          "struct size { unsigned long long int_field; struct { int x, y, z; } struct_field; union { int x; char bla[123]; } union_field; char arr[10]; void *ptr; enum { V = 0xffff0000ffffffffUL } e; double f; } x;",
        expect: { i: "8", s: "12", u: "124", a: "10", a0: "1", p: "8", e: "8", f: "8" },
      },
      {
        name: "diff_offs",
        types:
          "struct size { float f; enum { V = 1 } e; void *ptr; int arr[4]; union { int x; } union_field; struct { int x; } struct_field; int int_field; } x;",
        expect: { i: "4", a: "16" },
      },
      {
        name: "err_ambiguous",
        types:
          "struct size___1 { int int_field; void *ptr; } x; struct size___2 { long long int_field; void *ptr; } y;",
        expect: { i: "relocation decision ambiguity: success 8 != success 4", p: "8" },
      },
    ],
  },
  {
    name: "type_based",
    program: TYPES,
    kernels: [
      {
        name: "same",
        types:
          "struct a_struct { int x; } x1; union a_union { int y; int z; } x2; typedef struct a_struct named_struct_typedef; named_struct_typedef x3; typedef struct { int x, y, z; } anon_struct_typedef; anon_struct_typedef x4; typedef struct { int a, b, c; } *struct_ptr_typedef; struct_ptr_typedef x5; enum an_enum { X = 1, Y = 2, Z = 3 } x6; typedef int int_typedef; int_typedef x7; typedef enum { P, Q } enum_typedef; enum_typedef x8; typedef void *void_ptr_typedef; void_ptr_typedef x9; typedef int (*func_proto_typedef)(long); func_proto_typedef x10; typedef char arr_typedef[20]; arr_typedef x11;",
        expect: { ...ALL_TYPES, s_size: "4", u_size: "4", ta_size: "20", tas_size: "12" },
      },
      {
        name: "all_missing",
        types: "struct nothing { int x; } x;",
        expect: {
          ...Object.fromEntries(Object.keys(ALL_TYPES).map((name) => [name, "none = 0"])),
          s_size: "none = 0",
          u_size: "none = 0",
        },
      },
      {
        name: "diff_sz",
        types:
          "struct a_struct { long long x, y; char z; } x1; union a_union { char yy[123]; } x2; typedef char arr_typedef[3]; arr_typedef x11; typedef struct { long long x, y, z; } anon_struct_typedef; anon_struct_typedef x4;",
        expect: { s: "1", s_size: "24", u_size: "123", ta_size: "3", tas_size: "24" },
      },
      {
        name: "incompat",
        types:
          "union a_struct { int x; } x1; struct a_union { int y; } x2; typedef int named_struct_typedef; named_struct_typedef x3; typedef int *anon_struct_typedef; anon_struct_typedef x4; typedef struct { int a; } int_typedef; int_typedef x7; typedef void (*func_proto_typedef)(long); func_proto_typedef x10; typedef int arr_typedef; arr_typedef x11; int an_enum;",
        expect: {
          s: "none = 0",
          u: "none = 0",
          ts: "none = 0",
          tas: "none = 0",
          ti: "none = 0",
          tf: "none = 0",
          ta: "none = 0",
        },
      },
      {
        name: "fn_wrong_args",
        types: "typedef int (*func_proto_typedef)(long, struct nope *); func_proto_typedef x10;",
        expect: { tf: "none = 0" },
      },
    ],
  },
  {
    name: "type_id",
    program: `
struct a_struct { int x; }; union a_union { int y; }; enum an_enum { X }; typedef struct { int x, y; } tds; typedef void (*tdf)(int);
TYPE_ID(s, struct a_struct) TYPE_ID(u, union a_union) TYPE_ID(e, enum an_enum) TYPE_ID(t, tds) TYPE_ID(f, tdf)`,
    kernels: [
      {
        name: "same",
        types:
          "struct a_struct { int x; } x1; union a_union { int y; } x2; enum an_enum { X } x3; typedef struct { int x, y; } tds; tds x4; typedef void (*tdf)(int); tdf x5;",
        expect: {
          s: "id of STRUCT a_struct",
          u: "id of UNION a_union",
          e: "id of ENUM an_enum",
          t: "id of TYPEDEF tds",
          f: "id of TYPEDEF tdf",
        },
      },
      {
        name: "missing_targets",
        types: "struct nothing { int x; } x;",
        expect: { s: "none = 0", u: "none = 0", e: "none = 0", t: "none = 0", f: "none = 0" },
      },
    ],
  },
  {
    name: "enumval",
    program: ENUMS,
    kernels: [
      {
        name: "same",
        types:
          "enum named_enum { NAMED_1 = 1, NAMED_2 = 2, NAMED_3 = 3 } x; typedef enum { ANON_1 = 0x10, ANON_2 = 0x20, ANON_3 = 0x30 } anon_enum; anon_enum y;",
        expect: { n1: "1", n3: "1", n1v: "1", n2v: "2", a1: "1", a3: "1", a2v: "32" },
      },
      {
        name: "diff",
        types:
          "enum named_enum___diff { NAMED_1___diff = 101, NAMED_2___diff = 202, NAMED_3___diff = 303 } x; typedef enum { ANON_1 = 0x11, ANON_2 = 0x22, ANON_3 = 0x33 } anon_enum; anon_enum y;",
        expect: { n1: "1", n3: "1", n1v: "101", n2v: "202", a2v: "34" },
      },
      {
        name: "val3_missing",
        types:
          "enum named_enum { NAMED_1 = 111, NAMED_2 = 222 } x; typedef enum { ANON_1 = 0x111, ANON_2 = 0x222 } anon_enum; anon_enum y;",
        expect: { n1: "1", n3: "none = 0", n1v: "111", n2v: "222", a3: "none = 0", a2v: "546" },
      },
    ],
  },
  {
    name: "enumval, value that is needed",
    program: ENUM_N3,
    kernels: [
      {
        name: "err_missing",
        types: "enum named_enum { NAMED_1 = 1, NAMED_2 = 2 } x;",
        expect: { n3v: "none" },
      },
    ],
  },
];
