import { describe, expect, test } from "vitest";
import { parseBtf } from "../../../src/btf/parse.ts";
import { KERNELS, parseKernel } from "../../../src/engine/verify/kernel.ts";
import { verifyBtf } from "../../../src/engine/verify/verify.ts";
import { assemble } from "../../support/btf.ts";
import { CASES, HEADER_CASES, INT, VERSIONS } from "./rules.cases.ts";

const RELEASES = ["6.1", "6.12", "6.18", "6.19", "7.1", "7.2", "7.3"];

describe("a kernel refuses", () => {
  test.each(HEADER_CASES)("$what", ({ bytes, kernel = "7.3", errno = 22, phrase }) => {
    const verdict = verifyBtf(bytes(), { kernel: parseKernel(kernel) });
    expect(verdict).toMatchObject({ verdict: "reject", errno, phrase, log: phrase, typeId: null });
  });

  test.each(CASES)("$what: $log", ({ text, set = {}, kernel = "6.18", errno = 22, id, log }) => {
    const bytes = assemble(text);
    const view = new DataView(bytes.buffer);
    for (const [word, value] of Object.entries(set)) view.setUint32(24 + Number(word) * 4, value, true);
    const verdict = verifyBtf(bytes, { kernel: parseKernel(kernel) });
    expect(verdict).toMatchObject({ verdict: "reject", errno, log, typeId: id });
    expect(verdict.findings[0]).toMatchObject({ decides: true, errno, log, typeId: id });
    if (log !== null) expect(log.endsWith(verdict.phrase ?? "?")).toBe(true);
  });
});

test("a name's line in the log ends where the kernel cuts it", () => {
  const { log } = verifyBtf(assemble(`[1] STRUCT '${"s".repeat(100_000)}' size=0 vlen=0`));
  expect(log).toMatch(/^\[1\] STRUCT s{1000} .*Invalid name$/);
});

describe("a kernel takes", () => {
  test.each([
    ["a size of any number for an INT", "[1] INT 'a b' size=17 bits_offset=0 nr_bits=0 encoding=(none)"],
    ["an anonymous INT", "[1] INT '(anon)' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED"],
    [
      "a struct that points to itself",
      "[1] STRUCT 's' size=8 vlen=1\n'p' type_id=2 bits_offset=0\n[2] PTR '(anon)' type_id=1",
    ],
    ["a pointer to const void", "[1] CONST '(anon)' type_id=0\n[2] PTR '(anon)' type_id=1"],
    [
      "an enum64 of eight bytes in four, with the kind flag",
      "[1] ENUM64 'e' encoding=UNSIGNED size=8 vlen=0\n[2] STRUCT 's' size=4 vlen=1 kflag=1\n'e' type_id=1 bits_offset=0",
    ],
    [
      "a section entry whose end wraps",
      `${INT}[2] VAR 'v' type_id=1 linkage=global\n[3] DATASEC 'd' size=4294967295 vlen=1\ntype_id=2 offset=4294967280 size=4294967280`,
    ],
    [
      "a bitfield of a typedef",
      `${INT}[2] TYPEDEF 't' type_id=1\n[3] STRUCT 's' size=4 vlen=1\n'm' type_id=2 bits_offset=3 bitfield_size=5`,
    ],
    ["a name of letters beyond ASCII", "[1] STRUCT 'caf\\xe9' size=0 vlen=0"],
    ["a name of 512 bytes", `[1] STRUCT '${"n".repeat(512)}' size=0 vlen=0`],
    [
      "a pointer to a function that is resolved already",
      `${INT}[2] FUNC_PROTO '(anon)' ret_type_id=1 vlen=0\n[3] FUNC 'f' type_id=2 linkage=static\n[4] PTR '(anon)' type_id=3`,
    ],
    [
      "200 modifiers in a row, written from their end",
      INT + Array.from({ length: 200 }, (_, i) => `[${i + 2}] CONST '(anon)' type_id=${i + 1}`).join("\n"),
    ],
    [
      "the same variable twice in a section",
      `${INT}[2] VAR 'v' type_id=1 linkage=static\n[3] DATASEC '.data' size=8 vlen=2\ntype_id=2 offset=0 size=4\ntype_id=2 offset=4 size=4`,
    ],
    [
      "a tag on the vararg of a function",
      `${INT}[2] FUNC_PROTO '(anon)' ret_type_id=0 vlen=2\n'a' type_id=1\n'(anon)' type_id=0\n[3] FUNC 'f' type_id=2 linkage=static\n[4] DECL_TAG 'tag' type_id=3 component_idx=1`,
    ],
    [
      "a size check that a variable escapes by coming after its section",
      `${INT}[2] DATASEC '.data' size=1 vlen=1\ntype_id=3 offset=0 size=1\n[3] VAR 'v' type_id=1 linkage=static`,
    ],
  ])("%s", (_, text) => {
    for (const kernel of KERNELS) {
      const verdict = verifyBtf(assemble(text), { kernel: parseKernel(kernel) });
      expect(verdict).toMatchObject({ verdict: "accept", errno: 0, phrase: null, findings: [] });
    }
  });

  test.each([
    ["a header of 25 bytes if the last is zero", assemble(INT, null, { hdrLen: 25 })],
    ["a header of 40 bytes if the rest is zero", assemble(INT, null, { hdrLen: 40 })],
  ])("%s", (_, bytes) => {
    expect(verifyBtf(bytes).verdict).toBe("accept");
  });

  test("big-endian BTF if it is a big-endian kernel, else not", () => {
    const bytes = assemble(INT, null, { littleEndian: false });
    expect(verifyBtf(bytes, { littleEndian: false }).verdict).toBe("accept");
    const verdict = verifyBtf(bytes);
    expect(verdict).toMatchObject({ verdict: "reject", phrase: "btf_header not found" });
    expect(verdict.findings[0].detail).toMatch(/this is big-endian BTF/);
  });
});

describe("the release decides", () => {
  test.each(VERSIONS)("$what", ({ text, form, accepted }) => {
    const bytes = assemble(text, null, form);
    const verdicts = RELEASES.map((kernel) => verifyBtf(bytes, { kernel: parseKernel(kernel) }).verdict);
    expect(RELEASES.filter((_, i) => verdicts[i] === "accept")).toEqual(accepted);
  });

  test.each([
    ["6.12.117-amd64", 6012],
    ["6.13", 6013],
    ["v7.2", 7002],
    ["9.0", 7004],
  ])("%s is a release", (text, kernel) => {
    expect(parseKernel(text)).toBe(kernel);
  });

  test.each(["5.3", "six", "6", "6.x", ""])("%j is none", (text) => {
    expect(() => parseKernel(text)).toThrow(expect.objectContaining({ code: "usage" }));
  });
});

describe("kernels before 6.1, by their source,", () => {
  test.each([
    ["FLOAT", "[1] FLOAT 'float' size=4", "5.12", "5.13", "Invalid btf_info:10000000"],
    [
      "DECL_TAG",
      "[1] STRUCT 's' size=0 vlen=0\n[2] DECL_TAG 't' type_id=1 component_idx=-1",
      "5.15",
      "5.16",
      "Invalid kind:17",
    ],
    [
      "TYPE_TAG",
      "[1] TYPE_TAG 'user' type_id=0\n[2] PTR '(anon)' type_id=1",
      "5.16",
      "5.17",
      "Invalid kind:18",
    ],
    ["ENUM64", "[1] ENUM64 'e' encoding=UNSIGNED size=8 vlen=0", "5.19", "6.0", "Invalid kind:19"],
    [
      "signed enums",
      "[1] ENUM 'e' encoding=SIGNED size=4 vlen=0",
      "5.19",
      "6.0",
      "Invalid btf_info kind_flag",
    ],
    [
      "global functions",
      "[1] FUNC_PROTO '(anon)' ret_type_id=0 vlen=0\n[2] FUNC 'f' type_id=1 linkage=global",
      "5.5",
      "5.6",
      "vlen != 0",
    ],
  ])("do not know %s", (_, text, before, since, phrase) => {
    expect(verifyBtf(assemble(text), { kernel: parseKernel(before) })).toMatchObject({
      verdict: "reject",
      phrase,
    });
    expect(verifyBtf(assemble(text), { kernel: parseKernel(since) }).verdict).toBe("accept");
  });

  test("do not check chains of modifiers before 5.18", () => {
    const text = `${INT}[2] TYPE_TAG 'user' type_id=1\n[3] CONST '(anon)' type_id=2\n[4] PTR '(anon)' type_id=3`;
    expect(verifyBtf(assemble(text), { kernel: parseKernel("5.17") }).verdict).toBe("accept");
    expect(verifyBtf(assemble(text), { kernel: parseKernel("5.18") }).verdict).toBe("reject");
  });
});

describe("what else is wrong", () => {
  test("is listed after the first failure, and marked", () => {
    const bytes = assemble(
      `${INT}[2] PTR 'named' type_id=1\n[3] FLOAT 'f' size=6\n[4] CONST '(anon)' type_id=99\n[5] TYPEDEF 't' type_id=1`,
    );
    const { findings, findingCount, phrase } = verifyBtf(bytes);
    expect(phrase).toBe("Invalid name");
    expect(findings.map((it) => [it.decides, it.typeId, it.phrase])).toEqual([
      [true, 2, "Invalid name"],
      [false, 3, "Invalid type_size"],
      [false, 4, "Invalid type_id"],
      [false, 4, null],
    ]);
    expect(findingCount).toBe(4);
  });

  test("does not blame a type for one that it refers to", () => {
    const text = `[1] PTR '(anon)' type_id=2\n[2] CONST '(anon)' type_id=77\n[3] STRUCT 's' size=8 vlen=1\n'm' type_id=1 bits_offset=0`;
    const resolved = verifyBtf(assemble(text)).findings.filter(({ phase }) => phase === "resolve");
    expect(resolved.map(({ typeId }) => typeId)).toEqual([2]);
  });

  test("is counted where it would be too much to list", () => {
    const text = Array.from({ length: 5000 }, (_, i) => `[${i + 1}] FLOAT 'f' size=3`).join("\n");
    const { findings, findingCount } = verifyBtf(assemble(text));
    expect([findings.length, findingCount]).toEqual([100, 5000]);
  });
});

test("several BTFs in one section are told from other bytes after the strings", () => {
  const one = assemble(INT);
  const joined = Uint8Array.of(...one, ...one);
  expect(verifyBtf(joined)).toMatchObject({ verdict: "reject", phrase: "Unsupported section found" });
  expect(verifyBtf(joined).findings[0].detail).toContain(`another BTF begins at ${one.length}`);
  expect(() => parseBtf(joined)).toThrow(/another BTF begins/);
});
