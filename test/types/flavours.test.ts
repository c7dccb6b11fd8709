import { expect, it } from "vitest";
import { nameBytes } from "../../src/btf/strings.ts";
import { essentialLength, Flavours } from "../../src/types/flavours.ts";
import { btf } from "../support/btf.ts";

// What bpf_core_is_flavor_sep of relo_core.c tells apart.
it.each([
  ["task_struct", "task_struct"],
  ["task_struct___old", "task_struct"],
  ["task_struct___a___b", "task_struct___a"],
  ["task_struct____old", "task_struct____old"],
  ["task_struct__old", "task_struct__old"],
  ["task_struct___", "task_struct___"],
  ["task_struct____", "task_struct____"],
  ["___old", "___old"],
  ["a___b", "a"],
  ["a", "a"],
  ["", ""],
])("%s is %s without its flavour", (name, essential) => {
  const bytes = nameBytes(`x\\x00${name}`);
  expect(name.slice(0, essentialLength(bytes, 2))).toBe(essential);
});

it("finds a type and its flavours by the essential name, in base and split", () => {
  const base = btf`
    [1] STRUCT 'a___old' size=0 vlen=0
    [2] STRUCT 'a' size=0 vlen=0
    [3] STRUCT 'ab' size=0 vlen=0
  `;
  const split = btf.split(base)`
    [4] INT 'a___new' size=4 bits_offset=0 nr_bits=32 encoding=(none)
    [5] TYPEDEF 'a' type_id=4
  `;
  expect(new Flavours(split).named(nameBytes("a"), 0)).toEqual([1, 2, 4, 5]);
  expect(new Flavours(base).named(nameBytes("a"), 0)).toEqual([1, 2]);
  expect(new Flavours(split).named(nameBytes("ab"), 0)).toEqual([3]);
  expect(new Flavours(split).named(nameBytes("b"), 0)).toEqual([]);
});
