import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Btf } from "../../../src/btf/btf.ts";
import { encodeBtf } from "../../../src/btf/encode.ts";
import { makeInfo, STRUCT } from "../../../src/btf/kinds.ts";
import { parseBtf } from "../../../src/btf/parse.ts";
import { diffBtf } from "../../../src/engine/diff/diff.ts";
import { families, parsed } from "../../support/arbitrary.ts";
import { btf } from "../../support/btf.ts";
import { cpuSeconds } from "../../support/cpu.ts";
import { latin1 } from "../../support/elf.ts";
import { permuted } from "../../support/permuted.ts";

const INT = `[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED`;

/** The only change between two BTFs. */
function only(old: Btf, next: Btf) {
  const { changes } = diffBtf(old, next);
  expect(changes.map(({ name }) => name)).toHaveLength(1);
  return changes[0];
}

/** `path: change (class)` of each member that changed. */
function members(old: Btf, next: Btf): string[] {
  return only(old, next).members.map((each) => `${each.path}: ${each.change} (${each.class})`);
}

describe("nothing differs", () => {
  test("between a BTF and itself", () => {
    fc.assert(
      fc.property(families({ maxTypes: 40 }), ({ base }) => {
        const { changes, summary } = diffBtf(parsed(base), parsed(base));
        expect(changes).toEqual([]);
        expect(
          Object.values(summary).every(({ changed, added, removed }) => changed + added + removed === 0),
        ).toBe(true);
      }),
    );
  });

  test("between a BTF and its types in another order", () => {
    fc.assert(
      fc.property(
        families({ maxTypes: 40 }),
        fc.array(fc.nat(999), { minLength: 40, maxLength: 40 }),
        (family, keys) => {
          const sample = family.base;
          expect(diffBtf(parsed(sample), permuted(parsed(sample), keys)).changes).toEqual([]);
        },
      ),
    );
  });

  test("between definitions that are there twice and once", () => {
    const old = btf`
      ${INT}
      [2] STRUCT 's' size=4 vlen=1
        'a' type_id=1 bits_offset=0`;
    const next = btf`
      ${INT}
      [2] STRUCT 's' size=4 vlen=1
        'a' type_id=1 bits_offset=0
      [3] STRUCT 's' size=4 vlen=1
        'a' type_id=1 bits_offset=0`;
    expect(diffBtf(old, next).changes).toEqual([]);
    expect(diffBtf(next, old).summary.STRUCT).toEqual({ same: 1, changed: 0, added: 0, removed: 0 });
  });

  test("between a forward declaration that is pointed to and the definition", () => {
    const old = btf`
      [1] FWD 's' fwd_kind=struct
      [2] PTR '(anon)' type_id=1
      [3] STRUCT 't' size=8 vlen=1
        's' type_id=2 bits_offset=0`;
    const next = btf`
      [1] STRUCT 's' size=0 vlen=0
      [2] PTR '(anon)' type_id=1
      [3] STRUCT 't' size=8 vlen=1
        's' type_id=2 bits_offset=0`;
    expect(only(old, next)).toMatchObject({ kind: "STRUCT", name: "s", change: "added" });
  });

  test("between an enum and one of 64 bits with the same values", () => {
    const old = btf`
      [1] ENUM 'e' encoding=SIGNED size=8 vlen=1
        'MINUS' val=-1`;
    const next = btf`
      [1] ENUM64 'e' encoding=SIGNED size=8 vlen=1
        'MINUS' val=-1LL`;
    expect(diffBtf(old, next).changes).toEqual([]);
  });

  test("between unions whose members stand in another order", () => {
    const union = (a: string, b: string) => btf`
      ${INT}
      [2] UNION 'u' size=4 vlen=2
        '${a}' type_id=1 bits_offset=0
        '${b}' type_id=1 bits_offset=0`;
    expect(diffBtf(union("a", "b"), union("b", "a")).summary.UNION.same).toBe(1);
  });

  test("between functions whose parameters have other names", () => {
    const func = (name: string) => btf`
      ${INT}
      [2] FUNC_PROTO '(anon)' ret_type_id=1 vlen=1
        '${name}' type_id=1
      [3] FUNC 'f' type_id=2 linkage=static`;
    expect(diffBtf(func("n"), func("count")).changes).toEqual([]);
  });

  test("between unnamed types that lead back to themselves", () => {
    const ring = btf`
      [1] PTR '(anon)' type_id=2
      [2] CONST '(anon)' type_id=1
      [3] STRUCT 's' size=8 vlen=1
        'p' type_id=1 bits_offset=0`;
    const turned = btf`
      [1] STRUCT 's' size=8 vlen=1
        'p' type_id=3 bits_offset=0
      [2] CONST '(anon)' type_id=3
      [3] PTR '(anon)' type_id=2`;
    const longer = btf`
      [1] PTR '(anon)' type_id=2
      [2] VOLATILE '(anon)' type_id=1
      [3] STRUCT 's' size=8 vlen=1
        'p' type_id=1 bits_offset=0`;
    expect(diffBtf(ring, turned).changes).toEqual([]);
    expect(diffBtf(ring, longer).changes).toHaveLength(1);
  });
});

describe("members", () => {
  test("that moved into an unnamed union are not gone and added", () => {
    const old = btf`
      ${INT}
      [2] STRUCT 's' size=8 vlen=2
        'pages' type_id=1 bits_offset=0
        'end' type_id=1 bits_offset=32`;
    const next = btf`
      ${INT}
      [2] UNION '(anon)' size=4 vlen=2
        'pages' type_id=1 bits_offset=0
        'folios' type_id=1 bits_offset=0
      [3] STRUCT 's' size=8 vlen=2
        '(anon)' type_id=2 bits_offset=0
        'end' type_id=1 bits_offset=32`;
    expect(members(old, next)).toEqual(["pages: moved (names)", "folios: added (addition)"]);
    expect(only(old, next).members[0]).toMatchObject({ oldWithin: "", newWithin: "union", oldBitOffset: 0 });
  });

  // `union index;` in a struct, with -fms-extensions: `p->head` compiles before and after.
  const pipe = (size: number, lines: string) => btf`
    ${INT}
    [2] UNION 'index' size=${size} vlen=1
      'head' type_id=1 bits_offset=0
    [3] TYPEDEF 'index_t' type_id=2
    [4] STRUCT 'pipe' size=8 vlen=2
      ${lines}
      'end' type_id=1 bits_offset=32`;
  const direct = pipe(4, "'head' type_id=1 bits_offset=0");

  test.each([["2"], ["3"]])("that moved into an unnamed union with a tag, type %s, are not gone", (type) => {
    const tagged = pipe(4, `'(anon)' type_id=${type} bits_offset=0`);
    expect(members(direct, tagged)).toEqual(["head: moved (names)"]);
    expect(members(tagged, direct)).toEqual(["head: moved (names)"]);
  });

  test("of an unnamed union with a tag that changed are told there alone", () => {
    const tagged = (size: number) => pipe(size, "'(anon)' type_id=2 bits_offset=0");
    expect(diffBtf(tagged(4), tagged(8)).changes.map(({ name }) => name)).toEqual(["index"]);
  });

  const struct = (size: number, lines: string) => btf`
    ${INT}
    [2] TYPEDEF 'u32' type_id=1
    [3] CONST '(anon)' type_id=1
    [4] PTR '(anon)' type_id=3
    [5] PTR '(anon)' type_id=1
    [6] ARRAY '(anon)' type_id=1 index_type_id=1 nr_elems=2
    [7] STRUCT 's' size=${size} vlen=${lines.trim().split("\n").length}
      ${lines}`;
  const before = struct(
    12,
    "'a' type_id=1 bits_offset=0\n'b' type_id=1 bits_offset=32\n'reserved' type_id=1 bits_offset=64",
  );

  test.each([
    [
      "added at the end",
      struct(
        16,
        "'a' type_id=1 bits_offset=0\n'b' type_id=1 bits_offset=32\n'reserved' type_id=1 bits_offset=64\n'c' type_id=1 bits_offset=96",
      ),
      "addition",
      ["c: added (addition)"],
    ],
    [
      "inserted before another",
      struct(
        16,
        "'a' type_id=1 bits_offset=0\n'c' type_id=1 bits_offset=32\n'b' type_id=1 bits_offset=64\n'reserved' type_id=1 bits_offset=96",
      ),
      "layout",
      ["c: added (addition)", "b: moved (layout)", "reserved: moved (addition)"],
    ],
    [
      "put where a reserved one was",
      struct(12, "'a' type_id=1 bits_offset=0\n'b' type_id=1 bits_offset=32\n'c' type_id=5 bits_offset=64"),
      "addition",
      ["c: added (addition)", "reserved: removed (addition)"],
    ],
    [
      "given a name that was reserved",
      struct(12, "'a' type_id=1 bits_offset=0\n'b' type_id=1 bits_offset=32\n'c' type_id=1 bits_offset=64"),
      "addition",
      ["c: renamed (addition)"],
    ],
    [
      "no longer used",
      struct(
        12,
        "'a' type_id=1 bits_offset=0\n'__unused' type_id=1 bits_offset=32\n'reserved' type_id=1 bits_offset=64",
      ),
      "names",
      ["__unused: renamed (names)"],
    ],
    [
      "removed",
      struct(12, "'a' type_id=1 bits_offset=0\n'reserved' type_id=1 bits_offset=64"),
      "layout",
      ["b: removed (layout)"],
    ],
    [
      "renamed",
      struct(
        12,
        "'a' type_id=1 bits_offset=0\n'bb' type_id=1 bits_offset=32\n'reserved' type_id=1 bits_offset=64",
      ),
      "names",
      ["bb: renamed (names)"],
    ],
    [
      "given a typedef",
      struct(
        12,
        "'a' type_id=2 bits_offset=0\n'b' type_id=1 bits_offset=32\n'reserved' type_id=1 bits_offset=64",
      ),
      "qualifiers",
      ["a: retyped (qualifiers)"],
    ],
    [
      "given another type",
      struct(
        12,
        "'a' type_id=1 bits_offset=0\n'b' type_id=6 bits_offset=32\n'reserved' type_id=1 bits_offset=64",
      ),
      "layout",
      ["b: retyped (layout)"],
    ],
    [
      "made bitfields",
      struct(
        12,
        "'a' type_id=1 bits_offset=0 bitfield_size=7\n'b' type_id=1 bits_offset=32\n'reserved' type_id=1 bits_offset=64",
      ),
      "layout",
      ["a: resized (layout)"],
    ],
  ])("%s", (_, after, changeClass, expected) => {
    expect(members(before, after)).toEqual(expected);
    expect(only(before, after).class).toBe(changeClass);
  });

  test("behind typedefs and qualifiers of pointers are the same when those are taken off", () => {
    const pointer = (type: number) => struct(8, `'p' type_id=${type} bits_offset=0`);
    expect(only(pointer(4), pointer(5))).toMatchObject({ class: "qualifiers" });
  });

  test("of an unnamed struct that a member has are told by their path", () => {
    const inner = (type: string) => btf`
      ${INT}
      [2] INT 'short' size=2 bits_offset=0 nr_bits=16 encoding=SIGNED
      [3] UNION '(anon)' size=4 vlen=2
        'sclass' type_id=${type} bits_offset=0
        'behavior' type_id=1 bits_offset=0
      [4] ARRAY '(anon)' type_id=3 index_type_id=1 nr_elems=2
      [5] STRUCT 'ocontext' size=16 vlen=2
        'n' type_id=1 bits_offset=0
        'v' type_id=4 bits_offset=64`;
    expect(members(inner("1"), inner("2"))).toEqual(["v[].sclass: retyped (layout)"]);
    expect(only(inner("1"), inner("2")).members[0]).toMatchObject({
      oldBitOffset: 64,
      oldType: "int",
      newType: "short",
    });
  });

  test("whose own type grew make up for a change that nobody wrote", () => {
    const outer = (size: number) => btf`
      ${INT}
      [2] STRUCT 'inet_sock' size=${size} vlen=1
        'a' type_id=1 bits_offset=0
      [3] STRUCT 'raw_sock' size=${size + 4} vlen=2
        'inet' type_id=2 bits_offset=0
        'filter' type_id=1 bits_offset=${size * 8}`;
    const { changes, inherited } = diffBtf(outer(4), outer(8));
    expect(changes.map(({ name, follows, embeddedBy }) => [name, follows, embeddedBy])).toEqual([
      ["inet_sock", undefined, 1],
      ["raw_sock", ["struct inet_sock"], 0],
    ]);
    expect(inherited).toBe(0);
  });
});

describe("other definitions", () => {
  test("enumerators are added, renumbered, renamed and removed", () => {
    const old = btf`
      [1] ENUM 'e' encoding=UNSIGNED size=4 vlen=4
        'A' val=0
        'B' val=1
        'C' val=2
        'D' val=9`;
    const next = btf`
      [1] ENUM 'e' encoding=UNSIGNED size=4 vlen=4
        'A' val=0
        'NEW' val=1
        'B' val=2
        'DD' val=9`;
    expect(members(old, next)).toEqual([
      "NEW: added (addition)",
      "B: renumbered (layout)",
      "DD: renamed (names)",
      "C: removed (layout)",
    ]);
  });

  test("parameters are told apart by their types", () => {
    const func = (params: string) => btf`
      ${INT}
      [2] PTR '(anon)' type_id=1
      [3] TYPEDEF 'bool' type_id=1
      [4] FUNC_PROTO '(anon)' ret_type_id=0 vlen=${params.trim().split("\n").length}
        ${params}
      [5] FUNC 'sched_task' type_id=4 linkage=static`;
    const old = func("'ctx' type_id=2\n'sched_in' type_id=3");
    const next = func("'ctx' type_id=2\n'task' type_id=1\n'sched_in' type_id=3");
    expect(members(old, next)).toEqual(["parameter 2: added (layout)"]);
    expect(only(old, next)).toMatchObject({
      oldType: "void (int *ctx, bool sched_in)",
      newType: "void (int *ctx, int task, bool sched_in)",
    });
    expect(members(next, func("'ctx' type_id=2\n'task' type_id=3\n'sched_in' type_id=3"))).toEqual([
      "parameter 2: retyped (qualifiers)",
    ]);
  });

  test("a struct that became a union is one change", () => {
    const as = (kind: string) => btf`
      ${INT}
      [2] ${kind} 's' size=4 vlen=1
        'a' type_id=1 bits_offset=0`;
    expect(only(as("STRUCT"), as("UNION"))).toMatchObject({
      kind: "UNION",
      oldKind: "STRUCT",
      class: "layout",
    });
  });

  test("150,000 of one name are paired in order", () => {
    const crowd = (size: number) => {
      const words = Array.from({ length: 150_000 }, (_, i) => [1, makeInfo(STRUCT, 0), size + i]);
      return parseBtf(
        encodeBtf(Uint32Array.from(words.flat()), latin1("\0same\0"), { littleEndian: true, hdrLen: 24 }),
      );
    };
    const [old, next] = [crowd(0), crowd(1_000_000)];
    const seconds = cpuSeconds(() => {
      const { changes } = diffBtf(old, next);
      expect(changes).toHaveLength(150_000);
      expect(changes[149_999]).toMatchObject({ oldSize: 149_999, newSize: 1_149_999 });
    });
    expect(seconds).toBeLessThan(12);
  });

  test("several of one name are a set", () => {
    const twins = (size: number) => btf`
      ${INT}
      [2] STRUCT 's' size=4 vlen=1
        'a' type_id=1 bits_offset=0
      [3] STRUCT 's' size=${size} vlen=1
        'b' type_id=1 bits_offset=0`;
    expect(only(twins(8), twins(16))).toMatchObject({
      oldSize: 8,
      newSize: 16,
      definitions: { old: 2, new: 2 },
    });
    expect(diffBtf(twins(8), twins(16)).summary.STRUCT).toEqual({
      same: 0,
      changed: 1,
      added: 0,
      removed: 0,
    });
  });

  test("an integer that got another sign has changed, and so a typedef, a variable and a float", () => {
    const kernel = (encoding: string, type: number, size: number) => btf`
      [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=${encoding}
      [2] PTR '(anon)' type_id=1
      [3] TYPEDEF 't' type_id=${type}
      [4] VAR 'v' type_id=${type}, linkage=global
      [5] FLOAT 'double' size=${size}`;
    const { changes } = diffBtf(kernel("SIGNED", 1, 8), kernel("(none)", 2, 16));
    expect(changes.map(({ kind, class: each, oldType, newType }) => [kind, each, oldType, newType])).toEqual([
      ["INT", "layout", "signed, 32 bits", "unsigned, 32 bits"],
      ["TYPEDEF", "layout", "int", "int *"],
      ["VAR", "layout", "int", "int *"],
      ["FLOAT", "layout", undefined, undefined],
    ]);
  });
});

describe("split BTF", () => {
  const base = btf`
    ${INT}
    [2] STRUCT 'kernels' size=4 vlen=0`;
  const otherBase = btf`
    [1] STRUCT 'kernels' size=8 vlen=0
    ${INT.replace("[1]", "[2]")}`;

  test("is compared by what it defines itself, wherever its base has things", () => {
    const old = btf.split(base)`
      [3] STRUCT 'mine' size=4 vlen=1
        'a' type_id=1 bits_offset=0`;
    const next = btf.split(otherBase)`
      [3] STRUCT 'mine' size=4 vlen=1
        'a' type_id=2 bits_offset=0`;
    expect(diffBtf(old, next)).toMatchObject({
      changes: [],
      summary: { STRUCT: { same: 1, changed: 0, added: 0, removed: 0 } },
    });
  });

  test("whose type has gone to the base defines it all the same", () => {
    const old = btf.split(base)`[3] STRUCT 'moved' size=4 vlen=0`;
    const next = btf.split(btf`[1] STRUCT 'moved' size=4 vlen=0`)`[2] STRUCT 'other' size=4 vlen=0`;
    expect(diffBtf(old, next).changes.map(({ name, change }) => [name, change])).toEqual([
      ["other", "added"],
    ]);
  });
});

test("names and kinds choose what is compared, classes what is told", () => {
  const old = btf`
    [1] STRUCT 'a' size=4 vlen=0
    [2] STRUCT 'b' size=4 vlen=0
    [3] FLOAT 'a' size=4`;
  const next = btf`
    [1] STRUCT 'a' size=8 vlen=0
    [2] STRUCT 'c' size=4 vlen=0
    [3] FLOAT 'a' size=8`;
  const found = (options: Parameters<typeof diffBtf>[2]) =>
    diffBtf(old, next, options).changes.map(({ kind, name }) => `${kind} ${name}`);
  expect(found({ name: (name) => name === "a" })).toEqual(["STRUCT a", "FLOAT a"]);
  expect(found({ kinds: new Set(["FLOAT"]) })).toEqual(["FLOAT a"]);
  expect(found({ classes: new Set(["addition"]) })).toEqual(["STRUCT c"]);
});

test("whom a change reaches is counted, and listed when asked for", () => {
  const kernel = (size: number) => btf`
    [1] STRUCT 's' size=${size} vlen=0
    [2] STRUCT 'outer' size=64 vlen=1
      's' type_id=1 bits_offset=0
    [3] ARRAY '(anon)' type_id=2 index_type_id=1 nr_elems=1
    [4] STRUCT 'outermost' size=64 vlen=1
      'list' type_id=3 bits_offset=0
    [5] PTR '(anon)' type_id=1
    [6] FUNC_PROTO '(anon)' ret_type_id=0 vlen=1
      's' type_id=5
    [7] FUNC 'takes' type_id=6 linkage=static
    [8] STRUCT 'points' size=8 vlen=1
      's' type_id=5 bits_offset=0`;
  const { changes, inherited } = diffBtf(kernel(4), kernel(8), { reach: true });
  expect(inherited).toBe(2);
  expect(changes[0]).toMatchObject({ name: "s", embeddedBy: 2, pointedToBy: 2 });
  expect(changes[0].reach?.map(({ how, kind, name }) => `${how} ${kind} ${name}`)).toEqual([
    "embeds STRUCT outer",
    "embeds STRUCT outermost",
    "uses STRUCT points",
    "uses FUNC takes",
  ]);
});

describe("types that were made to take long", () => {
  /** Unnamed structs of two members each, both of the struct before; those of the first lie `bits` apart. */
  function doubling(levels: number, bits: number, member: string): Btf {
    const structs = Array.from({ length: levels }, (_, i) => {
      const [id, below] = [i + 3, i === 0 ? 1 : i + 2];
      const size = 4 * 2 ** i;
      return `[${id}] STRUCT '(anon)' size=${size} vlen=2
	'${member === "" ? "(anon)" : `${member}0`}' type_id=${below} bits_offset=0
	'${member === "" ? "(anon)" : `${member}1`}' type_id=${below} bits_offset=${i === 0 ? bits : 0}`;
    });
    return btf`[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
[2] STRUCT 'top' size=4 vlen=1
	'top' type_id=${levels + 2} bits_offset=0
${structs.join("\n")}`;
  }

  test.each(["", "m"])("are refused where each member %s leads to twice as many", (member) => {
    expect(() => diffBtf(doubling(25, 32, member), doubling(25, 0, member))).toThrow(
      "anonymous types expand to an unreasonable number of members",
    );
    expect(diffBtf(doubling(3, 32, member), doubling(3, 0, member)).changes[0]).toMatchObject({
      name: "top",
    });
  });

  test("end where a pointer leads back to an unnamed struct", () => {
    const ring = (bits: number) => btf`[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
[2] STRUCT 'top' size=8 vlen=1
	'in' type_id=3 bits_offset=0
[3] STRUCT '(anon)' size=16 vlen=2
	'next' type_id=4 bits_offset=0
	'value' type_id=1 bits_offset=${bits}
[4] PTR '(anon)' type_id=3`;
    const { changes } = diffBtf(ring(64), ring(96));
    const top = changes.find(({ name }) => name === "top");
    expect(top?.members.map(({ path }) => path)).toEqual(["in.value"]);
  });
});
