import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { nameGlob } from "../../../src/cli/words/name-glob.ts";
import { cpuSeconds } from "../../support/cpu.ts";

describe("a glob", () => {
  // What bash says with extglob off (`[[ $name == $glob ]]`, braces as it expands them).
  it.each<[glob: string, fits: string[], others: string[]]>([
    ["tcp_*", ["tcp_", "tcp_sock"], ["tcp", "mptcp_sock", ""]],
    ["*", ["a", "/", "\n", "a/b"], [""]],
    ["*_ops", ["x_ops", "_ops", "_ops_ops"], ["ops", "x_ops_"]],
    ["a?c", ["abc", "a?c"], ["ac", "abbc"]],
    ["a**b*", ["ab", "axbx"], ["a", "ba"]],
    ["[a-c_]x", ["ax", "cx", "_x"], ["dx", "-x", "x"]],
    ["[!a-c]x", ["dx", "!x"], ["ax", "x"]],
    ["[^a]x", ["bx"], ["ax", "^ax"]],
    ["[]a]x", ["]x", "ax"], ["bx"]],
    ["[a-]x", ["ax", "-x"], ["bx"]],
    ["[a\\]]x", ["ax", "]x"], ["\\x"]],
    ["[z-a]x", [], ["ax", "zx", "-x"]],
    ["[ab", ["[ab"], ["a"]],
    ["{nf,xt}_*", ["nf_hook", "xt_"], ["ip_nf", "nf"]],
    ["{,x}a{b,{c,d}e}f", ["abf", "xacef", "adef"], ["acf", "af", "xxabf"]],
    ["{a*,[b,]}c", ["ac", "axxc", "bc", ",c"], ["c", "{a,bc"]],
    ["{a}", ["{a}"], ["a"]],
    ["{a,b", ["{a,b"], ["a", "b"]],
    ["a,b}", ["a,b}"], ["a", "b"]],
    ["{{a,b}", ["{a", "{b"], ["a"]],
    ["{a}{b,c}", ["{a}b", "{a}c"], ["ab"]],
    ["\\*\\{a,b\\}", ["*{a,b}"], ["xa", "*a"]],
    ["a\\", ["a\\"], ["a"]],
    ["fn(a|b)+.$", ["fn(a|b)+.$"], ["fna", "fn(a|b)b.$"]],
    ["!tcp_*", ["udp_sock"], ["tcp_sock", ""]],
    ["!!a", ["a"], ["b"]],
  ])("%s", (glob, fits, others) => {
    const matches = nameGlob(glob);
    expect(fits.filter((name) => !matches(name))).toEqual([]);
    expect(others.filter(matches)).toEqual([]);
  });

  it("fits the names that a regular expression made by hand fits", () => {
    const part = fc.constantFrom<[glob: string, regExp: string]>(
      ["a", "a"],
      ["b", "b"],
      ["_", "_"],
      ["*", ".*"],
      ["?", "."],
      ["[ab]", "[ab]"],
      ["[!a]", "[^a]"],
      ["{a,b*}", "(?:a|b.*)"],
      ["{_,{b,?a}_}", "(?:_|(?:b|.a)_)"],
    );
    const name = fc.string({ unit: fc.constantFrom("a", "b", "_"), minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), fc.array(name), (parts, names) => {
        const matches = nameGlob(parts.map(([glob]) => glob).join(""));
        const regExp = new RegExp(`^${parts.map(([, each]) => each).join("")}$`);
        expect(names.map(matches)).toEqual(names.map((each) => regExp.test(each)));
      }),
    );
  });
});

test("globs of many parts are answered soon for names that nearly fit in very many ways", () => {
  const took = cpuSeconds(() => {
    expect(nameGlob("*_*_*_*_*_*x")("_".repeat(1e6))).toBe(false);
    expect(nameGlob(`${"*_".repeat(2000)}x`)("_".repeat(4000))).toBe(false);
  });
  expect(took).toBeLessThan(10);
});

test.each([
  ["", "is empty"],
  ["?".repeat(4097), "has 4,097 characters, more than 4,096"],
  ["{a,b}".repeat(10), "stands for more than 1,000 others"],
  [`${"{a,".repeat(1001)}b${"}".repeat(1001)}`, "stands for more than 1,000 others"],
])("a glob that is empty or stands for too much is refused: %#", (glob, what) => {
  expect(() => nameGlob(glob)).toThrow(`a pattern for names ${what}`);
});

test("brackets and braces without end are characters, however many there are", () => {
  for (const mark of ["[", "{", "}", "\\["]) {
    const glob = mark.repeat(2000);
    expect(nameGlob(glob)(glob.replaceAll("\\", ""))).toBe(true);
  }
});
