import { describe, expect, test } from "vitest";
import type { BtfIdsLayout } from "../../../src/btf/btf-ids.ts";
import { parseBtf } from "../../../src/btf/parse.ts";
import { parseKernel } from "../../../src/engine/verify/kernel.ts";
import { ModuleVerifier } from "../../../src/engine/verify/module-verifier.ts";
import { BtfxError } from "../../../src/errors.ts";
import { assemble, btf } from "../../support/btf.ts";
import { cpuSeconds } from "../../support/cpu.ts";

const base = btf`
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] STRUCT 'nf_conn' size=8 vlen=0
  [3] STRUCT 'bpf_iter_num' size=8 vlen=0
  [4] PTR '(anon)' type_id=3
  [5] PTR '(anon)' type_id=1
`;
const module = assemble(
  `[6] FUNC_PROTO '(anon)' ret_type_id=1 vlen=0
  [7] FUNC 'bpf_one' type_id=6 linkage=static
  [8] FUNC 'bpf_two' type_id=6 linkage=static
  [9] FUNC_PROTO '(anon)' ret_type_id=5 vlen=1
    'it' type_id=4
  [10] FUNC 'bpf_iter_num_next' type_id=9 linkage=static
  [11] FUNC_PROTO '(anon)' ret_type_id=1 vlen=1
    'it' type_id=4
  [12] FUNC 'bpf_iter_num_destroy' type_id=11 linkage=static`,
  base,
);

const func = (offset: number, name: string) => ({ offset, kind: "func" as const, name });

/** A set8 of kfuncs: head, then pairs of id and flags. */
function kfuncs(pairs: readonly (readonly [id: number, flags: number])[], names: readonly string[]) {
  const words = [pairs.length, 1, ...pairs.flat()];
  const layout: BtfIdsLayout = {
    entries: names.map((name, i) => func(8 + i * 8, name)),
    sets: [{ offset: 0, kind: "set8", name: "ids", count: pairs.length, size: 8 + pairs.length * 8 }],
    labels: [],
    strays: [],
  };
  return { bytes: new Uint8Array(Uint32Array.from(words).buffer), layout, littleEndian: true };
}

function list(ids: readonly number[], entries: BtfIdsLayout["entries"], strays: readonly number[] = []) {
  const layout: BtfIdsLayout = { entries, sets: [], labels: [], strays };
  return { bytes: new Uint8Array(Uint32Array.from(ids).buffer), layout, littleEndian: true };
}

function findings(btfIds: ReturnType<typeof kfuncs> | BtfxError, kernel = "7.3"): string[] {
  const verifier = new ModuleVerifier(base, { kernel: parseKernel(kernel) });
  const verdict = verifier.verify({ btf: module, btfIds });
  expect(verdict.verdict).toBe("accept");
  return verdict.findings.map(({ severity, detail }) => `${severity}: ${detail}`);
}

describe("ids that are right", () => {
  test.each([
    [
      "a sorted set",
      kfuncs(
        [
          [7, 0],
          [8, 4],
        ],
        ["bpf_two", "bpf_one"],
      ),
    ],
    ["an iterator's next", kfuncs([[10, 1 << 9]], ["bpf_iter_num_next"])],
    [
      "a list in any order",
      list([8, 2], [func(0, "bpf_two"), { offset: 4, kind: "struct", name: "nf_conn" }]),
    ],
  ])("%s", (_, ids) => {
    expect(findings(ids)).toEqual([]);
  });
});

describe("ids that are wrong", () => {
  test.each([
    [
      "a set that is not sorted",
      kfuncs(
        [
          [8, 0],
          [7, 0],
        ],
        ["bpf_one", "bpf_two"],
      ),
      "set8 ids is not sorted: 7 stands after 8",
    ],
    ["an id of no type", kfuncs([[99, 0]], ["bpf_one"]), "set8 ids holds [99], but there are 13 types"],
    [
      "an id of another type",
      kfuncs([[2, 0]], ["bpf_one"]),
      "set8 ids holds [2], which is STRUCT nf_conn, which none of its symbols names",
    ],
    [
      "a kfunc that was not resolved",
      kfuncs([[0, 0]], ["bpf_one"]),
      "set8 ids has an id that is 0: a type that was not found",
    ],
    [
      "an id of the wrong kind",
      list([7], [{ offset: 0, kind: "struct", name: "nf_conn" }]),
      "struct nf_conn is [7], which is FUNC bpf_one",
    ],
    [
      "an id of the wrong name",
      list([8], [func(0, "bpf_one")]),
      "func bpf_one is [8], which is FUNC bpf_two",
    ],
    [
      "a next that is called otherwise",
      kfuncs([[7, 1 << 9]], ["bpf_one"]),
      "kfunc bpf_one is an iterator's next, but not named bpf_iter_TYPE_next",
    ],
    [
      "two flags of an iterator",
      kfuncs([[10, 3 << 9]], ["bpf_iter_num_next"]),
      "kfunc bpf_iter_num_next has the flags of an iterator's next and destroy",
    ],
    [
      "a destroy that returns something",
      kfuncs([[12, 1 << 10]], ["bpf_iter_num_destroy"]),
      "kfunc bpf_iter_num_destroy must return nothing",
    ],
  ])("%s", (_, ids, detail) => {
    expect(findings(ids)).toEqual([expect.stringMatching(/^error: \.BTF_ids at \d+: /)]);
    expect(findings(ids)[0]).toContain(detail);
  });

  test("the reason why they cannot be read", () => {
    expect(findings(new BtfxError("bad-btf-ids", "the symbols are gone"))).toEqual([
      "error: .BTF_ids: the symbols are gone",
    ]);
  });
});

describe("ids to look at", () => {
  test.each([
    ["one of a list that is nowhere", list([0], [func(0, "bpf_nowhere")]), "func bpf_nowhere is 0"],
    ["a word that no symbol describes", list([7, 5], [func(0, "bpf_one")], [4]), "no symbol describes it"],
  ])("%s", (_, ids, detail) => {
    expect(findings(ids)).toEqual([expect.stringMatching(/^warning: /)]);
    expect(findings(ids)[0]).toContain(detail);
  });

  test("one of the distilled base outside a set8, which kernels do not relocate", () => {
    const distilledBase = assemble("[1] STRUCT 'nf_conn' size=8 vlen=0");
    const distilled = parseBtf(distilledBase);
    const parts = { btf: assemble("[2] TYPEDEF 't' type_id=1", distilled), distilledBase };
    const btfIds = list([1], [{ offset: 0, kind: "struct", name: "nf_conn" }]);
    const { verdict, findings: found } = new ModuleVerifier(base).verify({ ...parts, btfIds });
    expect(verdict).toBe("accept");
    expect(found).toEqual([expect.objectContaining({ severity: "warning", name: "nf_conn", typeId: 1 })]);
  });
});

describe("a section that was never resolved", () => {
  test("is told once, not for each id", () => {
    const ids = kfuncs(
      [
        [0, 0],
        [0, 4],
      ],
      ["bpf_one", "bpf_two"],
    );
    ids.bytes.fill(0, 0, 4);
    expect(findings(ids)).toEqual([
      expect.stringMatching(
        /^error: .BTF_ids was never resolved: all of its 2 ids are 0, though func bpf_one is there, \[7\]/,
      ),
    ]);
  });

  test("is told from ids of types that are not there", () => {
    expect(findings(list([0], [func(0, "bpf_nowhere")]))).toEqual([
      "warning: .BTF_ids at 0: func bpf_nowhere is 0: there is no such type",
    ]);
    expect(findings(list([8, 0], [func(0, "bpf_two"), func(4, "bpf_one")]))).toEqual([
      "warning: .BTF_ids at 4: func bpf_one is 0: not resolved, though the type is there, [7]",
    ]);
  });
});

test("a set of kfuncs without its flag is refused from 6.9 on", () => {
  const ids = kfuncs([[7, 0]], ["bpf_one"]);
  ids.bytes.fill(0, 4, 8);
  expect(findings(ids, "6.8")).toEqual([]);
  expect(findings(ids, "6.9")).toEqual([expect.stringContaining("lacks the flag BTF_SET8_KFUNCS")]);
});

test("60,000 sets are checked in a moment", () => {
  const count = 60_000;
  const set = (i: number) => ({ offset: i * 8, kind: "set" as const, name: `set_${i}`, count: 1, size: 8 });
  const layout: BtfIdsLayout = {
    entries: Array.from({ length: count }, (_, i) => func(i * 8 + 4, "bpf_one")),
    sets: Array.from({ length: count }, (_, i) => set(i)),
    labels: [],
    strays: [],
  };
  const words = new Uint32Array(count * 2);
  for (let i = 0; i < count; i++) words.set([1, 7], i * 2);
  const took = cpuSeconds(() => {
    expect(findings({ bytes: new Uint8Array(words.buffer), layout, littleEndian: true })).toEqual([]);
  });
  expect(took).toBeLessThan(2);
});
