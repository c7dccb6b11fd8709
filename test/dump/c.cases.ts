/**
 * Small BTFs and the C that bpftool 7.8 prints for them with `unsorted`, between its preamble and the end, as
 * `bpftool btf dump file F format c unsorted` printed it.
 */
export const CASES: readonly { what: string; types: string; c: string }[] = [
  {
    what: "a struct before what holds it, whatever the ids say",
    types: `
[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
[2] INT 'char' size=1 bits_offset=0 nr_bits=8 encoding=SIGNED
[3] INT 'long int' size=8 bits_offset=0 nr_bits=64 encoding=SIGNED
[4] STRUCT 'outer' size=4 vlen=1
  'in' type_id=5 bits_offset=0
[5] STRUCT 'inner' size=4 vlen=1
  'x' type_id=1 bits_offset=0
`,
    c: `struct inner {
	int x;
};

struct outer {
	struct inner in;
};


/* BPF kfuncs */
#ifndef BPF_NO_KFUNC_PROTOTYPES
#endif

`,
  },
  {
    what: "a forward declaration where structs point to each other",
    types: `
[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
[2] INT 'char' size=1 bits_offset=0 nr_bits=8 encoding=SIGNED
[3] INT 'long int' size=8 bits_offset=0 nr_bits=64 encoding=SIGNED
[4] STRUCT 'a' size=8 vlen=1
  'b' type_id=5 bits_offset=0
[5] PTR '(anon)' type_id=6
[6] STRUCT 'b' size=8 vlen=1
  'a' type_id=7 bits_offset=0
[7] PTR '(anon)' type_id=4
`,
    c: `struct b;

struct a {
	struct b *b;
};

struct b {
	struct a *a;
};


/* BPF kfuncs */
#ifndef BPF_NO_KFUNC_PROTOTYPES
#endif

`,
  },
  {
    what: "typedefs of unnamed structs, and of what refers to them",
    types: `
[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
[2] INT 'char' size=1 bits_offset=0 nr_bits=8 encoding=SIGNED
[3] INT 'long int' size=8 bits_offset=0 nr_bits=64 encoding=SIGNED
[4] STRUCT '(anon)' size=8 vlen=1
  'self' type_id=6 bits_offset=0
[5] TYPEDEF 'node_t' type_id=4
[6] PTR '(anon)' type_id=7
[7] FWD 'other' fwd_kind=struct
[8] TYPEDEF 'node_p' type_id=9
[9] PTR '(anon)' type_id=5
`,
    c: `struct other;

typedef struct {
	struct other *self;
} node_t;

typedef node_t *node_p;


/* BPF kfuncs */
#ifndef BPF_NO_KFUNC_PROTOTYPES
#endif

`,
  },
  {
    what: "unnamed structs and unions inside, with their indentation",
    types: `
[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
[2] INT 'char' size=1 bits_offset=0 nr_bits=8 encoding=SIGNED
[3] INT 'long int' size=8 bits_offset=0 nr_bits=64 encoding=SIGNED
[4] STRUCT 's' size=16 vlen=2
  '(anon)' type_id=5 bits_offset=0
  'u' type_id=6 bits_offset=64
[5] UNION '(anon)' size=8 vlen=2
  'a' type_id=1 bits_offset=0
  '(anon)' type_id=7 bits_offset=0
[6] STRUCT '(anon)' size=8 vlen=1
  'l' type_id=3 bits_offset=0
[7] STRUCT '(anon)' size=8 vlen=2
  'x' type_id=1 bits_offset=0
  'y' type_id=1 bits_offset=32
`,
    c: `struct s {
	union {
		int a;
		struct {
			int x;
			int y;
		};
	};
	struct {
		long int l;
	} u;
};


/* BPF kfuncs */
#ifndef BPF_NO_KFUNC_PROTOTYPES
#endif

`,
  },
  {
    what: "bitfields and the padding between them",
    types: `
[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
[2] INT 'char' size=1 bits_offset=0 nr_bits=8 encoding=SIGNED
[3] INT 'long int' size=8 bits_offset=0 nr_bits=64 encoding=SIGNED
[4] STRUCT 's' size=16 vlen=5
  'a' type_id=1 bits_offset=0 bitfield_size=3
  'b' type_id=1 bits_offset=5 bitfield_size=2
  'c' type_id=2 bits_offset=16
  'd' type_id=1 bits_offset=40 bitfield_size=4
  'e' type_id=3 bits_offset=64 bitfield_size=40
`,
    c: `struct s {
	int a: 3;
	char: 2;
	int b: 2;
	short: 0;
	char c;
	int: 0;
	char: 8;
	int d: 4;
	long: 20;
	long int e: 40;
};


/* BPF kfuncs */
#ifndef BPF_NO_KFUNC_PROTOTYPES
#endif

`,
  },
  {
    what: "padding that C would not put there",
    types: `
[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
[2] INT 'char' size=1 bits_offset=0 nr_bits=8 encoding=SIGNED
[3] INT 'long int' size=8 bits_offset=0 nr_bits=64 encoding=SIGNED
[4] STRUCT 'tail' size=16 vlen=1
  'a' type_id=1 bits_offset=0
[5] STRUCT 'middle' size=24 vlen=2
  'a' type_id=1 bits_offset=0
  'b' type_id=1 bits_offset=128
[6] STRUCT 'natural' size=16 vlen=2
  'a' type_id=2 bits_offset=0
  'b' type_id=3 bits_offset=64
[7] STRUCT 'only' size=24 vlen=0
`,
    c: `struct tail {
	int a;
	long: 64;
};

struct middle {
	int a;
	long: 64;
	int b;
	long: 0;
};

struct natural {
	char a;
	long int b;
};

struct only {
	long: 64;
	long: 64;
	long: 64;
};


/* BPF kfuncs */
#ifndef BPF_NO_KFUNC_PROTOTYPES
#endif

`,
  },
  {
    what: "packed structs",
    types: `
[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
[2] INT 'char' size=1 bits_offset=0 nr_bits=8 encoding=SIGNED
[3] INT 'long int' size=8 bits_offset=0 nr_bits=64 encoding=SIGNED
[4] STRUCT 'p' size=5 vlen=2
  'a' type_id=2 bits_offset=0
  'b' type_id=1 bits_offset=8
[5] STRUCT 'q' size=6 vlen=2
  'a' type_id=1 bits_offset=0
  'b' type_id=2 bits_offset=32
[6] STRUCT 'e' size=0 vlen=0
`,
    c: `struct p {
	char a;
	int b;
} __attribute__((packed));

struct q {
	int a;
	char b;
	short: 0;
} __attribute__((packed));

struct e {};


/* BPF kfuncs */
#ifndef BPF_NO_KFUNC_PROTOTYPES
#endif

`,
  },
  {
    what: "pointers, arrays and functions, inside out",
    types: `
[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
[2] INT 'char' size=1 bits_offset=0 nr_bits=8 encoding=SIGNED
[3] INT 'long int' size=8 bits_offset=0 nr_bits=64 encoding=SIGNED
[4] PTR '(anon)' type_id=5
[5] FUNC_PROTO '(anon)' ret_type_id=6 vlen=2
  'n' type_id=1
  '(anon)' type_id=0
[6] PTR '(anon)' type_id=7
[7] CONST '(anon)' type_id=2
[8] ARRAY '(anon)' type_id=4 index_type_id=1 nr_elems=3
[9] ARRAY '(anon)' type_id=8 index_type_id=1 nr_elems=2
[10] PTR '(anon)' type_id=11
[11] ARRAY '(anon)' type_id=1 index_type_id=1 nr_elems=4
[12] PTR '(anon)' type_id=13
[13] FUNC_PROTO '(anon)' ret_type_id=4 vlen=0
[14] CONST '(anon)' type_id=6
[15] VOLATILE '(anon)' type_id=14
[16] RESTRICT '(anon)' type_id=6
[17] PTR '(anon)' type_id=0
[18] ARRAY '(anon)' type_id=1 index_type_id=1 nr_elems=0
[19] FUNC_PROTO '(anon)' ret_type_id=0 vlen=1
  '(anon)' type_id=0
[20] PTR '(anon)' type_id=19
[21] STRUCT 's' size=128 vlen=10
  'f' type_id=4 bits_offset=0
  'table' type_id=9 bits_offset=64
  'pa' type_id=10 bits_offset=448
  'ff' type_id=12 bits_offset=512
  'cv' type_id=15 bits_offset=576
  'r' type_id=16 bits_offset=640
  'v' type_id=17 bits_offset=704
  'g' type_id=20 bits_offset=768
  'pad' type_id=11 bits_offset=832
  'flex' type_id=18 bits_offset=960
`,
    c: `struct s {
	const char * (*f)(int n, ...);
	const char * (*table[2][3])(int n, ...);
	int (*pa)[4];
	const char * (* (*ff)(void))(int n, ...);
	const char * const volatile cv;
	const char * restrict r;
	void *v;
	void (*g)(void);
	int pad[4];
	int flex[0];
	long: 64;
};


/* BPF kfuncs */
#ifndef BPF_NO_KFUNC_PROTOTYPES
#endif

`,
  },
  {
    what: "qualifiers of arrays dropped, as GCC's are",
    types: `
[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
[2] INT 'char' size=1 bits_offset=0 nr_bits=8 encoding=SIGNED
[3] INT 'long int' size=8 bits_offset=0 nr_bits=64 encoding=SIGNED
[4] ARRAY '(anon)' type_id=5 index_type_id=1 nr_elems=2
[5] CONST '(anon)' type_id=1
[6] CONST '(anon)' type_id=4
[7] STRUCT 's' size=8 vlen=1
  'a' type_id=6 bits_offset=0
`,
    c: `struct s {
	const int a[2];
};


/* BPF kfuncs */
#ifndef BPF_NO_KFUNC_PROTOTYPES
#endif

`,
  },
  {
    what: "enums of every size and sign",
    types: `
[1] INT 'long int' size=8 bits_offset=0 nr_bits=64 encoding=SIGNED
[2] ENUM 'e' encoding=UNSIGNED size=4 vlen=2
  'A' val=0
  'B' val=4294967295
[3] ENUM 'n' encoding=SIGNED size=4 vlen=1
  'C' val=-1
[4] ENUM 'byte' encoding=UNSIGNED size=1 vlen=1
  'D' val=1
[5] ENUM64 'big' encoding=UNSIGNED size=8 vlen=1
  'E' val=18446744073709551615ULL
[6] ENUM64 'small' encoding=SIGNED size=8 vlen=2
  'F' val=1LL
  'G' val=0LL
[7] ENUM64 'neg' encoding=SIGNED size=8 vlen=1
  'H' val=-2LL
[8] ENUM 'fwd' encoding=UNSIGNED size=4 vlen=0
[9] ENUM '(anon)' encoding=UNSIGNED size=4 vlen=1
  'I' val=7
`,
    c: `enum e {
	A = 0,
	B = 4294967295,
};

enum n {
	C = -1,
};

enum byte {
	D = 1,
} __attribute__((mode(byte)));

enum big {
	E = 18446744073709551615ULL,
};

enum small {
	F = 1LL,
	G = 0LL,
} __attribute__((mode(word)));

enum neg {
	H = -2LL,
};

enum fwd;

enum {
	I = 7,
};


/* BPF kfuncs */
#ifndef BPF_NO_KFUNC_PROTOTYPES
#endif

`,
  },
  {
    what: "names that repeat, each space of names by itself",
    types: `
[1] STRUCT 'x' size=0 vlen=0
[2] STRUCT 'x' size=1 vlen=0
[3] UNION 'x' size=2 vlen=0
[4] TYPEDEF 'x' type_id=1
[5] TYPEDEF 'x' type_id=2
[6] ENUM 'e' encoding=UNSIGNED size=4 vlen=2
  'x' val=0
  'y' val=1
[7] ENUM 'e' encoding=UNSIGNED size=4 vlen=1
  'y' val=1
`,
    c: `struct x {};

struct x___2 {
	char: 8;
};

union x___3 {
};

typedef struct x x;

typedef struct x___2 x___2;

enum e {
	x___3 = 0,
	y = 1,
};

enum e___2 {
	y___2 = 1,
};


/* BPF kfuncs */
#ifndef BPF_NO_KFUNC_PROTOTYPES
#endif

`,
  },
  {
    what: "unnamed enums inside structs",
    types: `
[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
[2] INT 'char' size=1 bits_offset=0 nr_bits=8 encoding=SIGNED
[3] INT 'long int' size=8 bits_offset=0 nr_bits=64 encoding=SIGNED
[4] ENUM '(anon)' encoding=UNSIGNED size=4 vlen=1
  'ON' val=1
[5] STRUCT 's' size=8 vlen=2
  'state' type_id=4 bits_offset=0
  'bit' type_id=4 bits_offset=32 bitfield_size=1
`,
    c: `struct s {
	enum {
		ON = 1,
	} state;
	enum {
		ON___2 = 1,
	} bit: 1;
};


/* BPF kfuncs */
#ifndef BPF_NO_KFUNC_PROTOTYPES
#endif

`,
  },
  {
    what: "type tags and attributes",
    types: `
[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
[2] TYPE_TAG 'user' type_id=1
[3] PTR '(anon)' type_id=2
[4] TYPE_TAG 'address_space(1)' type_id=1 kflag=1
[5] PTR '(anon)' type_id=4
[6] STRUCT 's' size=16 vlen=2
  'a' type_id=3 bits_offset=0
  'b' type_id=5 bits_offset=64
`,
    c: `struct s {
	int __attribute__((btf_type_tag("user"))) *a;
	int __attribute__((address_space(1))) *b;
};


/* BPF kfuncs */
#ifndef BPF_NO_KFUNC_PROTOTYPES
#endif

`,
  },
  {
    what: "what compilers have by themselves",
    types: `
[1] INT '__Poly8_t' size=1 bits_offset=0 nr_bits=8 encoding=(none)
[2] TYPEDEF '__gnuc_va_list' type_id=0
[3] PTR '(anon)' type_id=0
[4] TYPEDEF '__builtin_va_list' type_id=3
[5] PTR '(anon)' type_id=2
[6] STRUCT 's' size=24 vlen=3
  'p' type_id=1 bits_offset=0
  'v' type_id=5 bits_offset=64
  'w' type_id=4 bits_offset=128
`,
    c: `typedef __builtin_va_list __gnuc_va_list;

typedef unsigned char __Poly8_t;

struct s {
	__Poly8_t p;
	__gnuc_va_list *v;
	__builtin_va_list w;
};


/* BPF kfuncs */
#ifndef BPF_NO_KFUNC_PROTOTYPES
#endif

`,
  },
  {
    what: "kfuncs by name, after the types",
    types: `
[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
[2] FUNC_PROTO '(anon)' ret_type_id=1 vlen=1
  'x' type_id=1
[3] FUNC 'zeta' type_id=2 linkage=static
[4] FUNC 'alpha' type_id=2 linkage=static
[5] FUNC 'plain' type_id=2 linkage=static
[6] DECL_TAG 'bpf_kfunc' type_id=3 component_idx=-1
[7] DECL_TAG 'bpf_kfunc' type_id=4 component_idx=-1
[8] DECL_TAG 'bpf_fastcall' type_id=4 component_idx=-1
[9] DECL_TAG 'bpf_kfunc' type_id=5 component_idx=0
`,
    c: `
/* BPF kfuncs */
#ifndef BPF_NO_KFUNC_PROTOTYPES
extern __bpf_fastcall int alpha(int x) __weak __ksym;
extern int zeta(int x) __weak __ksym;
#endif

`,
  },
  {
    what: "pointers of four bytes where long has four",
    types: `
[1] INT 'long int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
[2] PTR '(anon)' type_id=1
[3] STRUCT 's' size=16 vlen=2
  'p' type_id=2 bits_offset=0
  'q' type_id=2 bits_offset=96
`,
    c: `struct s {
	long int *p;
	long: 32;
	long: 32;
	long int *q;
};


/* BPF kfuncs */
#ifndef BPF_NO_KFUNC_PROTOTYPES
#endif

`,
  },
];
