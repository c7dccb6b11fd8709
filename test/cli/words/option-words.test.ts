import { Option } from "commander";
import { describe, expect, it } from "vitest";
import { OptionWords } from "../../../src/cli/words/option-words.ts";

const words = new OptionWords([
  new Option("-B, --base-btf <path>"),
  new Option("-j, --json"),
  new Option("-p, --pretty"),
  new Option("-f, --force"),
  new Option("-f, --format <form>"),
]);

describe("which options have the next word for their value", () => {
  it.each([
    ["-B", "yes"],
    ["--base-btf", "yes"],
    ["-jB", "yes"],
    ["--base-btf=x", "no"],
    ["-Bx", "no"],
    ["-j", "no"],
    ["-x", "no"],
    ["word", "no"],
    ["-f", "maybe"],
    ["-jf", "maybe"],
  ])("%s: %s", (word, expected) => {
    expect(words.takesNext(word)).toBe(expected);
  });
});

describe("which command lines ask for JSON", () => {
  it.each([
    [["dump", "-j"], true],
    [["dump", "-fp", "x"], true],
    [["dump", "--json"], true],
    [["dump", "x", "format", "json"], true],
    [["offsets", "-f", "json"], true],
    [["offsets", "--format=json"], true],
    [["dump", "-Bjson"], false],
    [["dump", "json"], false],
    [["dump", "x", "format", "raw"], false],
    [["dump", "--no-json"], false],
  ])("%j: %s", (argv, expected) => {
    expect(words.askForJson(argv)).toBe(expected);
  });
});
