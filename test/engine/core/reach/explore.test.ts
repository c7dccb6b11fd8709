import { describe, expect, test } from "vitest";
import { Insns } from "../../../../src/engine/core/insn.ts";
import { Explorer, type Surroundings } from "../../../../src/engine/core/reach/explore.ts";
import { POINTER } from "../../../../src/engine/core/reach/known.ts";
import { type BpfSpec, bpfObject } from "../../../support/bpf.ts";

const NOTHING: Surroundings = { constants: new Map(), kconfig: new Map(), extern: () => POINTER };

/** The labels that the first function can come to. */
function reached(spec: BpfSpec | string, surroundings: Partial<Surroundings> = {}): string[] {
  const whole: BpfSpec =
    typeof spec === "string" ? { functions: [{ name: "prog", section: "kprobe/x", code: spec }] } : spec;
  const { object, labels } = bpfObject(whole);
  const sections = new Map(
    object.code.map(({ index, bytes, references }) => [
      index,
      { insns: new Insns(bytes, object.littleEndian), references },
    ]),
  );
  const program = object.functions.find(({ name }) => name === whole.functions[0].name);
  const reach = new Explorer(object, sections).reachOf(program!, { ...NOTHING, ...surroundings });
  expect(reach.isComplete).toBe(true);
  return [...labels]
    .filter(([, { section, insn }]) => reach.has(section, insn))
    .map(([label]) => label.split(".")[1]);
}

describe("a branch that cannot be taken is left out", () => {
  test.each<[string, string, string[]]>([
    ["r1 = 0 \n if r1 == 0 goto yes \n no: \n exit \n yes: \n exit", "a number", ["yes"]],
    ["r1 = 1 \n if r1 == 0 goto yes \n no: \n exit \n yes: \n exit", "another number", ["no"]],
    ["r1 = *(u32 *)(r1 + 0) \n if r1 == 0 goto yes \n no: \n exit \n yes: \n exit", "memory", ["no", "yes"]],
    [
      "r1 = 3 \n r1 <<= 4 \n r1 += -1 \n if r1 == 47 goto yes \n no: \n exit \n yes: \n exit",
      "sums",
      ["yes"],
    ],
    [
      "r2 = r1 \n r2 &= 0 \n if r2 != 0 goto yes \n no: \n exit \n yes: \n exit",
      "nothing and anything",
      ["no"],
    ],
    ["w1 = -1 \n if w1 s< 0 goto yes \n no: \n exit \n yes: \n exit", "a sign of 32 bits", ["yes"]],
    ["w1 = -1 \n if r1 s< 0 goto yes \n no: \n exit \n yes: \n exit", "no sign of 64", ["no"]],
    ["r1 = -1 \n if r1 > 5 goto yes \n no: \n exit \n yes: \n exit", "without sign", ["yes"]],
    ["r1 = 0x100000000 ll \n if w1 == 0 goto yes \n no: \n exit \n yes: \n exit", "the lower half", ["yes"]],
    ["r1 = 6 \n if r1 & 1 goto yes \n no: \n exit \n yes: \n exit", "bits", ["no"]],
    ["r1 = 9 \n r2 = 9 \n if r1 != r2 goto yes \n no: \n exit \n yes: \n exit", "two registers", ["no"]],
    ["if r1 == 0 goto yes \n no: \n exit \n yes: \n exit", "the context", ["no", "yes"]],
    ["if r10 == 0 goto yes \n no: \n exit \n yes: \n exit", "the stack", ["no", "yes"]],
    ["r1 = 7 \n r1 s>>= 1 \n if r1 s> 3 goto yes \n no: \n exit \n yes: \n exit", "shifts", ["no"]],
    ["r1 = 7 \n r1 ^= 7 \n if r1 == 0 goto yes \n no: \n exit \n yes: \n exit", "bits that differ", ["yes"]],
    // What no verifier of 6.18 computes.
    ["r1 = 7 \n r1 /= 7 \n if r1 == 1 goto yes \n no: \n exit \n yes: \n exit", "quotients", ["no", "yes"]],
    ["r1 = 7 \n r1 %= 4 \n if r1 == 3 goto yes \n no: \n exit \n yes: \n exit", "rests", ["no", "yes"]],
    [
      "r1 = 1 \n r2 = 64 \n r1 <<= r2 \n if r1 == 1 goto yes \n no: \n exit \n yes: \n exit",
      "a shift by all bits",
      ["no", "yes"],
    ],
    [
      "w1 = 1 \n w2 = 32 \n w1 <<= w2 \n if w1 == 1 goto yes \n no: \n exit \n yes: \n exit",
      "a shift by all bits of 32",
      ["no", "yes"],
    ],
  ])("%s", (code, _, expected) => {
    expect(reached(code)).toEqual(expected);
  });
});

describe("what a program knows", () => {
  test("goes to the stack and back", () => {
    const code = `
      r6 = 0
      *(u64 *)(r10 - 16) = r6
      *(u32 *)(r10 - 4) = 5
      r1 = r10
      r1 += -4
      call 9999
      r6 = *(u64 *)(r10 - 16)
      if r6 == 0 goto kept
      no:
      exit
      kept:
      r1 = *(u32 *)(r10 - 4)
      if r1 == 5 goto still
      maybe_not:
      exit
      still:
      exit`;
    // What no one knows here was handed the four bytes, and may have written there.
    expect(reached(code)).toEqual(["kept", "maybe_not", "still"]);
  });

  describe("of the stack is kept where a helper does not write", () => {
    /** Two zeros on the stack, one of which a helper is handed. */
    const handing = (call: string) => `
      *(u64 *)(r10 - 8) = 0
      *(u64 *)(r10 - 16) = 0
      r1 = &.maps
      r2 = r10
      r2 += -16
      ${call}
      r1 = *(u64 *)(r10 - 16)
      if r1 == 0 goto second
      handed:
      exit
      second:
      r1 = *(u64 *)(r10 - 8)
      if r1 == 0 goto end
      beside:
      exit
      end:
      exit`;
    const run = (call: string, surroundings: Partial<Surroundings> = {}) =>
      reached(
        {
          functions: [{ name: "prog", section: "kprobe/x", code: handing(call) }],
          data: { ".maps": new Uint8Array(32) },
        },
        surroundings,
      );
    const maps = (place: string) => (place === "data:2+0" ? { key: 8, value: 4 } : undefined);

    test.each<[string, string, Partial<Surroundings>, string[]]>([
      ["a key is read", "call 1", { maps, keepsRead: true }, ["second", "end"]],
      ["and before 6.14 forgotten", "call 1", { maps }, ["handed", "second", "end"]],
      ["as much as is there, of a map not known", "call 1", {}, ["handed", "second", "beside", "end"]],
      ["a value is written", "call 88", { maps, keepsRead: true }, ["handed", "second", "end"]],
      ["a buffer of known length", "r3 = 8 \n call 20", { keepsRead: true }, ["handed", "second", "end"]],
      ["of another length", "r3 = 9 \n call 20", {}, ["handed", "second", "beside", "end"]],
      ["of any length", "r3 = *(u32 *)(r6 + 0) \n call 20", {}, ["handed", "second", "beside", "end"]],
      ["by a helper not known", "call 9999", { keepsRead: true }, ["handed", "second", "beside", "end"]],
    ])("%s", (_, call, surroundings, expected) => {
      expect(run(call, surroundings).sort()).toEqual(expected.sort());
    });
  });

  // Each of these was loaded into Linux 6.18, whose verifier found the same.
  describe("of the stack is what the verifier keeps of it", () => {
    const KNOWN = ["yes"];
    const UNKNOWN = ["no", "yes"];
    test.each<[string, string[], string, number, string[]]>([
      ["eight bytes", ["u64 8 1"], "u64 8", 1, KNOWN],
      ["a part of zeros", ["u64 8 0"], "u32 4", 0, KNOWN],
      ["a byte of zeros", ["u64 8 0"], "u8 5", 0, KNOWN],
      ["four bytes at the start of a slot", ["u32 8 1"], "u32 8", 1, KNOWN],
      ["four bytes behind it", ["u32 4 1"], "u32 4", 1, UNKNOWN],
      ["four zeros behind it", ["u32 4 0"], "u32 4", 0, KNOWN],
      ["a byte behind it", ["u8 7 1"], "u8 7", 1, UNKNOWN],
      ["a store behind it ends what was at the start", ["u32 8 1", "u32 4 1"], "u32 8", 1, UNKNOWN],
      ["even zeros", ["u64 8 0", "u32 4 1"], "u32 8", 0, UNKNOWN],
      ["a store at the start keeps what is behind", ["u32 4 0", "u32 8 1"], "u32 4", 0, KNOWN],
      ["a store at the start ends a longer one", ["u64 8 0", "u32 8 1"], "u32 4", 0, UNKNOWN],
      ["zeros of two kinds", ["u32 4 0", "u32 8 0"], "u64 8", 0, UNKNOWN],
      ["zeros of one", ["u8 4 0", "u8 3 0", "u8 2 0", "u8 1 0"], "u32 4", 0, KNOWN],
      ["a part of zeros behind the start", ["u32 4 0"], "u16 2", 0, KNOWN],
      ["zeros beside another byte", ["u32 4 0", "u8 4 1"], "u16 2", 0, KNOWN],
      ["zeros and another byte", ["u32 4 0", "u8 4 1"], "u32 4", 1, UNKNOWN],
    ])("%s", (_, stores, load, value, expected) => {
      const place = (size: string, offset: string) => `*(${size} *)(r10 - ${offset})`;
      const [size, offset] = load.split(" ");
      const code = `
        ${stores
          .map((store) => store.split(" "))
          .map(([of, at, to]) => `${place(of, at)} = ${to}`)
          .join("\n")}
        r1 = ${place(size, offset)}
        if r1 == ${value} goto yes
        no:
        exit
        yes:
        exit`;
      expect(reached(code)).toEqual(expected);
    });

    test("until a function gets a pointer to a pointer to it", () => {
      const code = `
        *(u64 *)(r10 - 16) = 0
        *(u64 *)(r10 - 24) = 0
        r1 = r10
        r1 += -16
        *(u64 *)(r10 - 8) = r1
        r1 = r10
        r1 += -8
        call 9999
        r1 = *(u64 *)(r10 - 24)
        if r1 == 0 goto below
        not_below:
        exit
        below:
        r1 = *(u64 *)(r10 - 16)
        if r1 == 0 goto yes
        no:
        exit
        yes:
        exit`;
      expect(reached(code)).toEqual(["below", "no", "yes"]);
    });
  });

  test("of a register ends with a load that is atomic", () => {
    const code = `
      r2 = 0
      r3 = r10
      *(u64 *)(r10 - 8) = 1
      r2 = load_acquire((u64 *)(r3 - 8))
      if r2 == 0 goto yes
      no:
      exit
      yes:
      exit`;
    expect(reached(code)).toEqual(["no", "yes"]);
  });

  test("is forgotten where a store may have been", () => {
    const code = `
      r2 = *(u64 *)(r1 + 0)
      r3 = r10
      r3 += r2
      *(u64 *)(r10 - 8) = 0
      *(u64 *)(r3 - 64) = 1
      r4 = *(u64 *)(r10 - 8)
      if r4 == 0 goto yes
      no:
      exit
      yes:
      exit`;
    expect(reached(code)).toEqual(["no", "yes"]);
  });

  test("overlapping stores replace each other", () => {
    const code = `
      *(u64 *)(r10 - 8) = 0
      *(u8 *)(r10 - 6) = 1
      r1 = *(u64 *)(r10 - 8)
      if r1 == 0 goto yes
      no:
      exit
      yes:
      exit`;
    expect(reached(code)).toEqual(["no", "yes"]);
  });

  test("differs by the way it came", () => {
    const code = `
      r2 = *(u32 *)(r1 + 0)
      r6 = 0
      if r2 == 7 goto join
      r6 = 1
      join:
      if r6 == 1 goto other
      if r2 == 7 goto seven
      not_seven:
      exit
      seven:
      exit
      other:
      exit`;
    expect(reached(code)).toEqual(["join", "seven", "other"]);
  });

  test("ends in loops", () => {
    const code = `
      r6 = 0
      r7 = 1
      again:
      call 5
      r6 += 1
      if r6 < 1000000 goto again
      if r7 == 0 goto no
      yes:
      exit
      no:
      exit`;
    expect(reached(code)).toEqual(["again", "yes"]);
  });

  test("of constants is what the file has, unless they may be changed", () => {
    const spec: BpfSpec = {
      functions: [
        {
          name: "prog",
          section: "kprobe/x",
          code: `
            r1 = &.rodata+4
            r1 = *(u32 *)(r1 + 0)
            if r1 == 258 goto yes
            no:
            exit
            yes:
            exit`,
        },
      ],
      data: { ".rodata": Uint8Array.of(9, 9, 9, 9, 2, 1, 0, 0) },
    };
    expect(reached(spec)).toEqual(["no", "yes"]);
    const constants = new Map([[2, Uint8Array.of(9, 9, 9, 9, 2, 1, 0, 0)]]);
    expect(reached(spec, { constants })).toEqual(["yes"]);
    const bigEndian = new Map([[2, Uint8Array.of(9, 9, 9, 9, 0, 0, 1, 2)]]);
    expect(reached({ ...spec, littleEndian: false }, { constants: bigEndian })).toEqual(["yes"]);
  });

  test("of the kernel's version and of names that are missing decides", () => {
    const spec: BpfSpec = {
      functions: [
        {
          name: "prog",
          section: "kprobe/x",
          code: `
            r1 = &LINUX_KERNEL_VERSION
            r1 = *(u32 *)(r1 + 0)
            if r1 > 395008 goto newer
            r1 = &bpf_some_kfunc
            if r1 == 0 goto missing
            call bpf_some_kfunc
            called:
            exit
            newer:
            exit
            missing:
            exit`,
        },
      ],
      externs: [
        { name: "LINUX_KERNEL_VERSION", isWeak: false },
        { name: "bpf_some_kfunc", isWeak: true },
      ],
    };
    const extern = (value: bigint | string) => (name: string) =>
      name === "bpf_some_kfunc" ? value : `kconfig:${name}+0`;
    expect(reached(spec, { extern: extern(0n) })).toEqual(["newer", "missing"]);
    const kconfig = new Map([["LINUX_KERNEL_VERSION", 0x06012en]]);
    expect(reached(spec, { extern: extern(POINTER), kconfig })).toEqual(["called"]);
  });
});

describe("functions", () => {
  const spec = (argument: string, isGlobal: boolean): BpfSpec => ({
    functions: [
      {
        name: "prog",
        section: "kprobe/x",
        code: `
          r6 = 3
          r1 = ${argument}
          call inner
          if r0 == 4 goto four
          other:
          exit
          four:
          if r6 == 3 goto kept
          lost:
          exit
          kept:
          exit`,
      },
      {
        name: "inner",
        section: ".text",
        isGlobal,
        code: `
          r6 = 0
          r0 = r1
          if r1 == 1 goto one
          not_one:
          exit
          one:
          r0 += 3
          exit`,
      },
    ],
  });

  test("run with the arguments that they are called with, and give back what they know", () => {
    expect(reached(spec("1", false))).toEqual(["four", "kept", "one"]);
    expect(reached(spec("2", false))).toEqual(["other", "not_one"]);
  });

  test("that are global are judged without their callers", () => {
    expect(reached(spec("1", true))).toEqual(["other", "four", "kept", "not_one", "one"]);
  });

  test("that are global are judged before 6.8 even where nothing can call them", () => {
    const unused: BpfSpec = {
      functions: [
        {
          name: "prog",
          section: "kprobe/x",
          code: "r1 = 0 \n if r1 == 0 goto end \n call outer \n end: \n exit",
        },
        { name: "outer", section: ".text", code: "mine: \n call inner \n exit" },
        { name: "inner", section: ".text", isGlobal: true, code: "reached: \n exit" },
        { name: "stranger", section: ".text", isGlobal: true, code: "foreign: \n exit" },
      ],
    };
    expect(reached(unused)).toEqual(["end"]);
    expect(reached(unused, { judgesAllGlobals: true })).toEqual(["end", "reached"]);
  });

  test("that are handed on are called with anything", () => {
    const callback: BpfSpec = {
      functions: [
        { name: "prog", section: "kprobe/x", code: "r2 = &later \n call 181 \n exit" },
        {
          name: "later",
          section: ".text",
          code: "if r1 == 0 goto yes \n no: \n exit \n yes: \n exit",
        },
      ],
    };
    expect(reached(callback)).toEqual(["no", "yes"]);
  });

  test("that call themselves end", () => {
    const loop: BpfSpec = {
      functions: [
        { name: "prog", section: "kprobe/x", code: "call inner \n exit" },
        { name: "inner", section: ".text", code: "call inner \n back: \n exit" },
      ],
    };
    expect(reached(loop)).toEqual([]);
  });
});

test("nothing lies behind an instruction that no verifier lets through", () => {
  expect(reached("bad: \n call 195896080 \n behind: \n exit")).toEqual(["bad"]);
});

test("a jump through a register may go anywhere", () => {
  const { object } = bpfObject({
    functions: [{ name: "prog", section: "kprobe/x", code: "r1 = 0 \n gotox r1 \n behind: \n exit" }],
  });
  const sections = new Map(
    object.code.map(({ index, bytes, references }) => [
      index,
      { insns: new Insns(bytes, object.littleEndian), references },
    ]),
  );
  const reach = new Explorer(object, sections).reachOf(object.functions[0], NOTHING);
  expect(reach.isComplete).toBe(false);
  expect(reach.has(object.functions[0].section, 2)).toBe(true);
});
