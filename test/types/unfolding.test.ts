import { describe, expect, it } from "vitest";
import { parseBtf } from "../../src/btf/parse.ts";
import {
  cText,
  declarationOf,
  layoutOf,
  layoutText,
  membersAt,
  type TypeId,
  Users,
} from "../../src/index.ts";
import { placeMember } from "../../src/types/member-path.ts";
import { assemble } from "../support/btf.ts";

/** `top`, a struct in which each of `levels` types holds the next twice: 2^levels members in all. */
function doubling(levels: number, kind: "STRUCT" | "UNION", name: string, member: string) {
  const lines = [
    "[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED",
    "[2] STRUCT '(anon)' size=4 vlen=1",
    "  'x' type_id=1 bits_offset=0",
  ];
  for (let id = 3; id < 3 + levels; id++) {
    lines.push(`[${id}] ${kind} '${name}' size=4 vlen=2`);
    for (const suffix of ["a", "b"]) {
      lines.push(`  '${member === "(anon)" ? member : member + suffix}' type_id=${id - 1} bits_offset=0`);
    }
  }
  lines.push(`[${3 + levels}] STRUCT 'top' size=4 vlen=1`, `  '(anon)' type_id=${2 + levels} bits_offset=0`);
  return parseBtf(assemble(lines.join("\n")));
}

/** `top`, a struct of one struct of one struct … */
function chain(levels: number) {
  const lines = ["[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED"];
  for (let id = 2; id < 2 + levels; id++) {
    lines.push(`[${id}] STRUCT 's${id}' size=4 vlen=1`, `  'm' type_id=${id - 1} bits_offset=0`);
  }
  lines.push(`[${2 + levels}] STRUCT 'top' size=4 vlen=1`, `  'm' type_id=${1 + levels} bits_offset=0`);
  return parseBtf(assemble(lines.join("\n")));
}

describe("types without names that hold each other twice, 60 levels deep,", () => {
  const btf = doubling(60, "STRUCT", "(anon)", "(anon)");
  const endless = "anonymous types expand to an unreasonable number of members";

  it("are refused by a question about users", () => {
    expect(() => new Users(btf).of([1])).toThrow(endless);
    expect(() => new Users(btf).of(btf.named("top"))).toThrow(endless);
  });

  it("are refused by a path, and by a question about an offset", () => {
    expect(() => placeMember(btf, "top.missing")).toThrow(endless);
    expect(() => membersAt(btf, btf.find("top", "STRUCT")!, 0)).toThrow(endless);
    const named = doubling(60, "UNION", "(anon)", "m");
    expect(() => membersAt(named, named.find("top", "STRUCT")!, 0)).toThrow(endless);
  });

  it("have a layout, which does not look into them", () => {
    expect(layoutOf(btf, btf.find("top", "STRUCT")!)).toMatchObject({ size: 4 });
  });
});

describe("prototypes that are written out wherever they are used", () => {
  /** A struct of `pointers` to one prototype of `params`. */
  const shared = (pointers: number, params: number) => {
    const list = (count: number, line: (i: number) => string) =>
      Array.from({ length: count }, (_, i) => line(i));
    return parseBtf(
      assemble(
        [
          "[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED",
          `[2] FUNC_PROTO '(anon)' ret_type_id=1 vlen=${params}`,
          ...list(params, () => "  'a' type_id=1"),
          "[3] PTR '(anon)' type_id=2",
          `[4] STRUCT 'top' size=${pointers * 8} vlen=${pointers}`,
          ...list(pointers, (i) => `  'm${i}' type_id=3 bits_offset=${i * 64}`),
        ].join("\n"),
      ),
    );
  };
  /** A prototype that takes the one before twice, 60 times over. */
  const doubled = () => {
    const lines = ["[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED"];
    for (let id = 2; id < 122; id += 2) {
      lines.push(`[${id}] FUNC_PROTO '(anon)' ret_type_id=0 vlen=2`);
      lines.push(`  'a' type_id=${id - 1}`, `  'b' type_id=${id - 1}`);
      lines.push(`[${id + 1}] PTR '(anon)' type_id=${id}`);
    }
    return parseBtf(
      assemble([...lines, "[122] STRUCT 'top' size=8 vlen=1", "  'm' type_id=121 bits_offset=0"].join("\n")),
    );
  };
  /** `lines` and the struct `top`, of `count` members of a type; `top` has the id behind that type's. */
  const membersOf = (lines: string[], type: TypeId, count: number) => {
    const members = Array.from({ length: count }, () => `  'm' type_id=${type} bits_offset=0`);
    const top = `[${type + 1}] STRUCT 'top' size=8 vlen=${count}`;
    return parseBtf(assemble([...lines, top, ...members].join("\n")));
  };
  const endless = "anonymous types expand to an unreasonable amount";

  it.each([
    ["of very many parameters", () => shared(3000, 3000)],
    ["in one another", doubled],
  ])("are refused in C and in layouts: %s", (_, make) => {
    const btf = make();
    expect(() => cText(btf)).toThrow(endless);
    expect(() => layoutText(btf, btf.find("top", "STRUCT")!)).toThrow(endless);
  });

  const CHAIN = 450;
  /** A chain of qualifiers or tags in front of `int`, which ends in id CHAIN + 1. */
  const chainOf = (kind: string) => [
    "[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED",
    ...Array.from({ length: CHAIN }, (_, i) => `[${i + 2}] ${kind} type_id=${i + 1}`),
  ];

  it.each([
    ["that members have", 450, (count: number) => membersOf(chainOf("TYPE_TAG 'tag'"), CHAIN + 1, count)],
    [
      "that parameters have",
      3000,
      (count: number) => {
        const params = Array.from({ length: count }, () => `  'a' type_id=${CHAIN + 1}`);
        const proto = `[${CHAIN + 2}] FUNC_PROTO '(anon)' ret_type_id=0 vlen=${count}`;
        return membersOf([...chainOf("CONST '(anon)'"), proto, ...params], CHAIN + 2, 1);
      },
    ],
  ])("of long chains of qualifiers or tags are refused in layouts: %s", (_, count, make) => {
    const few = make(2);
    expect(layoutText(few, few.find("top", "STRUCT")!)).toMatch(/^struct top/);
    const many = make(count);
    expect(() => layoutText(many, many.find("top", "STRUCT")!)).toThrow(endless);
  });

  it("of a few parameters are written out", () => {
    const btf = shared(300, 30);
    expect(cText(btf).split("int a").length - 1).toBe(300 * 30);
    expect(layoutText(btf, 4).split("int a").length - 1).toBe(300 * 30);
  });
});

it("a long chain of qualifiers is looked through once for a text", () => {
  const lines = ["[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED"];
  for (let id = 2; id < 2000; id++) lines.push(`[${id}] CONST '(anon)' type_id=${id - 1}`);
  const btf = parseBtf(assemble(lines.join("\n")));
  expect(declarationOf(btf, 1999)).toMatch(/^\.\.\. /);
  expect(declarationOf(btf, 4, "i")).toBe("const const const int i");
});

it("a long chain of tags with long names is cut in a text", () => {
  const lines = ["[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED"];
  for (let id = 2; id < 500; id++) lines.push(`[${id}] TYPE_TAG '${"t".repeat(500)}' type_id=${id - 1}`);
  const btf = parseBtf(assemble(lines.join("\n")));
  expect(declarationOf(btf, 499).length).toBeLessThan(2000);
  expect(declarationOf(btf, 2)).toBe(`int __${"t".repeat(500)}`);
});

it("what is nested as deep as a compiler nests is all found", () => {
  const btf = doubling(10, "UNION", "(anon)", "m");
  const top = btf.find("top", "STRUCT") as TypeId;
  const found = membersAt(btf, top, 0);
  // 2 + 4 + … + 2^10 members, then `x` in each of the last.
  expect(found).toHaveLength(2 ** 11 - 2 + 2 ** 10);
  expect(found.map(({ path }) => path.split(".").length)).toEqual(
    found.map(({ path }) => path.split(".").length).sort((a, b) => a - b),
  );
  // Each `x` is a use of int.
  expect(new Users(btf).of([1])).toHaveLength(2 ** 10);
});

it("a chain of structs is looked into 500 deep", () => {
  const deep = (levels: number) => {
    const btf = chain(levels);
    return membersAt(btf, btf.find("top", "STRUCT")!, 0);
  };
  expect(deep(490)).toHaveLength(491);
  expect(() => deep(5000)).toThrow("types are nested more than 500 deep");
});

it("users of an id that no type has are not looked for", () => {
  const btf = chain(3);
  expect(() => new Users(btf).of([1, btf.typeCount])).toThrow(RangeError);
});
