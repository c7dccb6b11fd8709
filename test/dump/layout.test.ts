import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isComposite, STRUCT } from "../../src/btf/kinds.ts";
import { dumpC } from "../../src/dump/c.ts";
import { dumpLayoutJson } from "../../src/dump/layout-json.ts";
import { withLayouts } from "../../src/dump/pahole/layouts.ts";
import { ByteSink } from "../../src/dump/sink.ts";
import { layoutText } from "../../src/dump/text.ts";
import { BtfxError } from "../../src/errors.ts";
import { Layouts } from "../../src/types/c-layout.ts";
import { flatten } from "../../src/types/flat.ts";
import { Measure } from "../../src/types/measure.ts";
import { measured } from "../../src/types/sizes.ts";
import { families, parsed } from "../support/arbitrary.ts";
import { btf } from "../support/btf.ts";
import { cBody, printed } from "../support/dump.ts";

/** With a hole of bytes, a hole of bits, an unnamed union and padding. */
const TYPES = btf`
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] INT 'char' size=1 bits_offset=0 nr_bits=8 encoding=SIGNED
  [3] INT 'long int' size=8 bits_offset=0 nr_bits=64 encoding=SIGNED
  [4] STRUCT 's' size=88 vlen=6
    'c' type_id=2 bits_offset=0
    'flags' type_id=1 bits_offset=32 bitfield_size=3
    '(anon)' type_id=5 bits_offset=64
    'rest' type_id=6 bits_offset=128
    'l' type_id=3 bits_offset=576
    'd' type_id=2 bits_offset=640
  [5] UNION '(anon)' size=8 vlen=2
    'a' type_id=1 bits_offset=0
    'b' type_id=3 bits_offset=0
  [6] ARRAY '(anon)' type_id=3 index_type_id=1 nr_elems=7
`;

describe("layout in C", () => {
  it("says where each member lies, and what pahole says of the holes", () => {
    // The comments are those of pahole 1.32 on this BTF.
    expect(cBody(printed((sink) => dumpC(TYPES, sink, { ids: [4], layout: true }))).split("\n")).toEqual([
      "struct s {",
      "	char c;                                         /*     0     1 */",
      "",
      "	/* XXX 3 bytes hole, try to pack */",
      "",
      "	int flags: 3;                                   /*     4: 0  4 */",
      "",
      "	/* XXX 29 bits hole, try to pack */",
      "",
      "	union {",
      "		int a;                                  /*     8     4 */",
      "		long int b;                             /*     8     8 */",
      "	};                                              /*     8     8 */",
      "	long int rest[7];                               /*    16    56 */",
      "	/* --- cacheline 1 boundary (64 bytes) was 8 bytes ago --- */",
      "	long int l;                                     /*    72     8 */",
      "	char d;                                         /*    80     1 */",
      "",
      "	/* size: 88, cachelines: 2, members: 6 */",
      "	/* sum members: 74, holes: 1, sum holes: 3 */",
      "	/* sum bitfield members: 3 bits, bit holes: 1, sum bit holes: 29 bits */",
      "	/* padding: 7 */",
      "	/* last cacheline: 24 bytes */",
      "};",
      "",
      "",
    ]);
  });
});

describe("C", () => {
  it("packs the structs that the library takes for packed", () => {
    let packed = 0;
    fc.assert(
      fc.property(families(), ({ base, splits }) => {
        const types = parsed(splits[0], parsed(base));
        const layouts = new Layouts(flatten(types), 8);
        for (let id = 1; id < types.typeCount; id++) {
          if (types.kind(id) !== STRUCT || types.name(id) === "") continue;
          let text: string;
          try {
            text = cBody(printed((sink) => dumpC(types, sink, { ids: [id], pointerSize: 8 })));
          } catch (error) {
            if (!(error instanceof BtfxError)) throw error;
            continue;
          }
          // What a type needs comes before it.
          const isPacked = text.trimEnd().endsWith("__attribute__((packed));");
          expect(isPacked).toBe(layouts.isPacked(id));
          packed += Number(isPacked);
        }
      }),
    );
    expect(packed).toBeGreaterThan(0);
  });
});

describe("layout of bitfields in C", () => {
  it("says of bits and bytes in one hole as pahole does", () => {
    const types = btf`
      [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
      [2] INT 'char' size=1 bits_offset=0 nr_bits=8 encoding=SIGNED
      [3] STRUCT 't' size=8 vlen=2
        'f' type_id=2 bits_offset=0 bitfield_size=5
        'i' type_id=1 bits_offset=32
    `;
    expect(cBody(printed((sink) => dumpC(types, sink, { ids: [3], layout: true }))).split("\n")).toEqual([
      "struct t {",
      "	char f: 5;                                      /*     0: 0  1 */",
      "",
      "	/* XXX 3 bits hole, try to pack */",
      "	/* XXX 3 bytes hole, try to pack */",
      "",
      "	int i;                                          /*     4     4 */",
      "",
      "	/* size: 8, cachelines: 1, members: 2 */",
      "	/* sum members: 4, holes: 1, sum holes: 3 */",
      "	/* sum bitfield members: 5 bits, bit holes: 1, sum bit holes: 3 bits */",
      "	/* last cacheline: 8 bytes */",
      "};",
      "",
      "",
    ]);
  });
});

describe("layout as JSON", () => {
  const layouts = (ids?: number[]): { layouts: Record<string, unknown>[] } =>
    JSON.parse(printed((sink) => dumpLayoutJson(TYPES, sink, ids === undefined ? {} : { ids })));

  it("gives members, holes and padding of structs", () => {
    expect(layouts([4]).layouts).toEqual([
      {
        id: 4,
        kind: "STRUCT",
        name: "s",
        size: 88,
        align: 8,
        packed: false,
        members: [
          { name: "c", type_id: 2, type: "char", offset: 0, size: 1 },
          { name: "flags", type_id: 1, type: "int", offset: 4, size: 4, bit_offset: 0, bit_size: 3 },
          {
            name: null,
            type_id: 5,
            type: "union {...}",
            offset: 8,
            size: 8,
            kind: "UNION",
            members: [
              { name: "a", type_id: 1, type: "int", offset: 8, size: 4 },
              { name: "b", type_id: 3, type: "long int", offset: 8, size: 8 },
            ],
            holes: [],
            padding: 0,
            bit_padding: 0,
          },
          { name: "rest", type_id: 6, type: "long int [7]", offset: 16, size: 56 },
          { name: "l", type_id: 3, type: "long int", offset: 72, size: 8 },
          { name: "d", type_id: 2, type: "char", offset: 80, size: 1 },
        ],
        holes: [
          { after: 0, offset: 1, size: 3 },
          { after: 1, bit_size: 29 },
        ],
        padding: 7,
        bit_padding: 0,
      },
    ]);
  });

  it("gives the members of unnamed members that have a tag, a typedef or a qualifier, as C sees them", () => {
    const types = btf`
      [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
      [2] INT 'char' size=1 bits_offset=0 nr_bits=8 encoding=SIGNED
      [3] STRUCT 'tag' size=8 vlen=2
        'a' type_id=2 bits_offset=0
        'b' type_id=1 bits_offset=32
      [4] UNION '(anon)' size=4 vlen=1
        'c' type_id=1 bits_offset=0
      [5] CONST '(anon)' type_id=4
      [6] TYPEDEF 'tag_t' type_id=3
      [7] STRUCT 's' size=28 vlen=4
        'first' type_id=1 bits_offset=0
        '(anon)' type_id=3 bits_offset=32
        '(anon)' type_id=5 bits_offset=96
        'named' type_id=6 bits_offset=128
      [8] STRUCT 't' size=12 vlen=2
        'first' type_id=1 bits_offset=0
        '(anon)' type_id=6 bits_offset=32
    `;
    const { layouts } = JSON.parse(printed((sink) => dumpLayoutJson(types, sink, { ids: [7, 8] })));
    const tag = {
      members: [
        { name: "a", type_id: 2, type: "char", offset: 4, size: 1 },
        { name: "b", type_id: 1, type: "int", offset: 8, size: 4 },
      ],
      holes: [{ after: 0, offset: 5, size: 3 }],
      ...{ kind: "STRUCT", padding: 0, bit_padding: 0 },
    };
    const [, tagged, constant, named] = layouts[0].members;
    expect(tagged).toEqual({ name: null, type_id: 3, type: "struct tag", offset: 4, size: 8, ...tag });
    expect(constant).toMatchObject({
      name: null,
      type_id: 5,
      kind: "UNION",
      members: [{ name: "c", offset: 12 }],
    });
    expect(named.members).toBeUndefined();
    expect(layouts[1].members[1]).toEqual({
      name: null,
      type_id: 6,
      type: "tag_t",
      offset: 4,
      size: 8,
      ...tag,
    });
  });

  it("passes over all that is no struct or union", () => {
    expect(layouts().layouts.map(({ kind, name }) => [kind, name])).toEqual([
      ["STRUCT", "s"],
      ["UNION", null],
    ]);
  });

  it("refuses a struct that holds itself before the first byte, whatever comes before it", () => {
    const many = Array.from(
      { length: 3000 },
      (_, i) => `[${i + 2}] STRUCT 's${i}' size=4 vlen=1\n 'a' type_id=1 bits_offset=0`,
    );
    const types = btf`
      [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
      ${many.join("\n")}
      [3002] STRUCT 'self' size=4 vlen=1
        'self' type_id=3002 bits_offset=0
    `;
    let handedOn = 0;
    const sink = new ByteSink((chunk) => {
      handedOn += chunk.length;
    });
    expect(() => dumpLayoutJson(types, sink)).toThrow();
    expect(handedOn).toBe(0);
    expect(sink.position).toBe(0);
  });

  it("is the same data, with a line for each field, when it is to be pretty", () => {
    const pretty = printed((sink) => dumpLayoutJson(TYPES, sink, { pretty: true }));
    expect(pretty.split("\n").slice(0, 4)).toEqual([
      "{",
      '    "layouts": [',
      "        {",
      '            "id": 4,',
    ]);
    expect(JSON.parse(pretty)).toEqual(layouts());
  });

  /** A struct with an array of arrays … of `size` bytes: 2^1280 of them. */
  const endless = (size: number) => {
    const arrays = Array.from(
      { length: 40 },
      (_, i) => `[${i + 2}] ARRAY '(anon)' type_id=${i + 1} index_type_id=1 nr_elems=4294967295`,
    );
    return btf`
      [1] STRUCT 'e' size=${size} vlen=0
      ${arrays.join("\n")}
      [42] STRUCT 's' size=8 vlen=1
        'm' type_id=41 bits_offset=0
    `;
  };

  it("refuses arrays without end before the first byte", () => {
    const sink = new ByteSink(() => {});
    expect(() => dumpLayoutJson(endless(4), sink)).toThrow(/is above 2\^53 bytes/);
    expect(sink.position).toBe(0);
  });

  it("as many elements as there may be of 0 bytes take none", () => {
    const { layouts } = JSON.parse(printed((sink) => dumpLayoutJson(endless(0), sink)));
    expect(layouts[1]).toMatchObject({ name: "s", members: [{ name: "m", size: 0 }] });
  });
});

describe("layout as pahole prints it", () => {
  it("counts from the start of an anonymous struct that a pointer leads to, in structs inside it too", () => {
    const types = btf`
      [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
      [2] STRUCT '(anon)' size=8 vlen=2
        'x' type_id=1 bits_offset=0
        'y' type_id=1 bits_offset=32
      [3] STRUCT '(anon)' size=16 vlen=2
        'a' type_id=4 bits_offset=0
        'in' type_id=2 bits_offset=64
      [4] INT 'long int' size=8 bits_offset=0 nr_bits=64 encoding=SIGNED
      [5] PTR '(anon)' type_id=3
      [6] STRUCT 's' size=16 vlen=2
        'first' type_id=4 bits_offset=0
        'p' type_id=5 bits_offset=64
    `;
    // What pahole 1.32 prints.
    expect(layoutText(types, 6)).toBe(`struct s {
	long int                   first;                /*     0     8 */
	struct {
		long int   a;                    /*     0     8 */
		struct {
			int x;                   /*     0     4 */
			int y;                   /*     4     4 */
		} in;                            /*     8     8 */
	} * p; /*     8     8 */

	/* size: 16, cachelines: 1, members: 2 */
	/* last cacheline: 16 bytes */
};`);
  });

  it("finds the size of arrays behind long chains of qualifiers", () => {
    const chain = (first: number) =>
      Array.from({ length: 40 }, (_, i) => `[${first + i}] CONST '(anon)' type_id=${first + i - 1}`);
    const types = btf`
      [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
      ${chain(2).join("\n")}
      [42] ARRAY '(anon)' type_id=41 index_type_id=1 nr_elems=3
      ${chain(43).join("\n")}
      [83] ARRAY '(anon)' type_id=82 index_type_id=1 nr_elems=5
      [84] STRUCT 's' size=120 vlen=2
        'm' type_id=83 bits_offset=0
        'n' type_id=83 bits_offset=480
    `;
    expect(layoutText(types, 84)).toMatch(/ m\[3\]\[5\]; .* 0 {4}60 .*\n.* n\[3\]\[5\]; .* 60 {4}60 /);
  });

  it("takes arrays of arrays for one array, unless a qualifier is between them", () => {
    const types = btf`
      [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
      [2] ARRAY '(anon)' type_id=1 index_type_id=1 nr_elems=3
      [3] ARRAY '(anon)' type_id=2 index_type_id=1 nr_elems=2
      [4] CONST '(anon)' type_id=2
      [5] ARRAY '(anon)' type_id=4 index_type_id=1 nr_elems=2
      [6] CONST '(anon)' type_id=1
      [7] ARRAY '(anon)' type_id=6 index_type_id=1 nr_elems=0
      [8] ARRAY '(anon)' type_id=7 index_type_id=1 nr_elems=5
      [9] ARRAY '(anon)' type_id=7 index_type_id=1 nr_elems=0
      [10] STRUCT 's' size=48 vlen=4
        'plain' type_id=3 bits_offset=0
        'split' type_id=5 bits_offset=192
        'const' type_id=8 bits_offset=384
        'end' type_id=8 bits_offset=384
      [11] STRUCT 't' size=4 vlen=2
        'x' type_id=1 bits_offset=0
        'y' type_id=9 bits_offset=32
      [12] STRUCT 'u' size=4 vlen=1
        't' type_id=11 bits_offset=0
    `;
    // The text of pahole 1.32 on this BTF.
    expect(layoutText(types, 10).split("\n").slice(0, 5)).toEqual([
      "struct s {",
      "	int                        plain[2][3];          /*     0    24 */",
      "	const int                  split[3][2];          /*    24    24 */",
      "	const int                  const[5][0];          /*    48     0 */",
      "	const int                  end[5][];             /*    48     0 */",
    ]);
    expect(layoutText(types, 11)).toContain(
      "	int                        y[][];                /*     4     0 */",
    );
    expect(layoutText(types, 12)).not.toContain("flexible array");
  });

  it("finds the types of a name, those of the base first, and no functions", () => {
    const base = btf`
      [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
      [2] STRUCT 'n\x07' size=4 vlen=1
        'm' type_id=1 bits_offset=0
      [3] FUNC_PROTO '(anon)' ret_type_id=0 vlen=0
      [4] FUNC 'n\x07' type_id=3 linkage=static
    `;
    const split = btf.split(base)`
      [5] TYPEDEF 'n\x07' type_id=1
      [6] UNION 'n' size=0 vlen=0
      [7] STRUCT '(anon)' size=0 vlen=0
    `;
    withLayouts(split, {}, (layouts) => {
      expect(layouts.named("n\\x07")).toEqual([2, 5]);
      expect(layouts.named("n")).toEqual([6]);
      expect(layouts.named("")).toEqual([]);
      expect(layouts.named("int")).toEqual([]);
    });
  });

  it("measures as JSON and the library do", () => {
    fc.assert(
      fc.property(families(), ({ base, splits }) => {
        const types = parsed(splits[0], parsed(base));
        const { flat, sizes } = measured(types);
        const measure = new Measure(flat, sizes);
        for (let id = 1; id < types.typeCount; id++) {
          if (!isComposite(types.kind(id))) continue;
          const members: unknown[] = [];
          measure.begin(id);
          while (measure.next()) {
            members.push({ offset: measure.offset, size: measure.bytes, hole: measure.hole });
          }
          try {
            const found = withLayouts(types, {}, (layouts) => layouts.membersOf(id));
            expect(found.map(({ offset, size, hole }) => ({ offset, size, hole }))).toEqual(members);
          } catch (error) {
            // Alignments are those of what is inside.
            if (!String(error).includes("nested more than 500 deep")) throw error;
          }
        }
      }),
    );
  });
});
