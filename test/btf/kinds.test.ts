import { expect, test } from "vitest";
import {
  byKind,
  infoKflag,
  infoKind,
  infoVlen,
  KIND,
  KINDS,
  kindName,
  MAX_KIND,
  makeInfo,
} from "../../src/btf/kinds.ts";
import { LAYOUT } from "../support/btf.ts";

// enum BTF_KIND_* of linux/btf.h, in the words of bpftool.
const NAMES =
  `UNKNOWN INT PTR ARRAY STRUCT UNION ENUM FWD TYPEDEF VOLATILE CONST RESTRICT FUNC FUNC_PROTO VAR DATASEC FLOAT
  DECL_TAG TYPE_TAG ENUM64 LOC_PARAM LOC_PROTO LOCSEC`.split(/\s+/);

test("the kinds are those of linux/btf.h", () => {
  expect(KINDS.map((row) => row.name)).toEqual(NAMES);
  expect(MAX_KIND).toBe(22);
  expect(Object.entries(KIND).sort((a, b) => a[1] - b[1])).toEqual(
    NAMES.map((name, number) => [name, number]).slice(1),
  );
});

test("a table by kind has an answer for every number of seven bits", () => {
  const numbers = byKind({ ...KIND }, -1);
  expect(Array.from({ length: 128 }, (_, kind) => numbers[kind])).toEqual(
    Array.from({ length: 128 }, (_, kind) => (kind > 0 && kind <= MAX_KIND ? kind : -1)),
  );
});

test.each(LAYOUT.map(([info, elem], kind) => [NAMES[kind], kind, info, elem] as const))(
  "a %s has the sizes of `struct btf_layout`",
  (_, kind, info, elem) => {
    expect([KINDS[kind].info * 4, KINDS[kind].elem * 4]).toEqual([info, elem]);
  },
);

// vlen: bits 0-23, kind: bits 24-30, kflag: bit 31 (linux/btf.h since 7.2).
test.each([
  [0x84000002, 4, 2, true],
  [0x0f00ffff, 15, 0xffff, false],
  [0x04ffffff, 4, 0xffffff, false],
  [0xff000000, 127, 0, true],
])("the info word 0x%s is taken apart and put together", (info, kind, vlen, kflag) => {
  expect([infoKind(info), infoVlen(info), infoKflag(info)]).toEqual([kind, vlen, kflag]);
  expect(makeInfo(kind, vlen, kflag)).toBe(info);
});

test("a kind without a row is named by its number", () => {
  expect([kindName(4), kindName(0), kindName(23)]).toEqual(["STRUCT", "kind 0", "kind 23"]);
});
