import { describe, expect, test } from "vitest";
import type { Btf } from "../../../src/btf/btf.ts";
import { parseBtf } from "../../../src/btf/parse.ts";
import { parseKernel } from "../../../src/engine/verify/kernel.ts";
import { type ModuleBtf, ModuleVerifier } from "../../../src/engine/verify/module-verifier.ts";
import { assemble, btf } from "../../support/btf.ts";
import { distillBase } from "../../support/rewritten.ts";

const base = btf`
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] STRUCT 'sk_buff' size=232 vlen=1
    'len' type_id=1 bits_offset=0
  [3] PTR '(anon)' type_id=2
  [4] FUNC_PROTO '(anon)' ret_type_id=1 vlen=0
  [5] FUNC 'schedule' type_id=4 linkage=static
  [6] STRUCT 'napi_struct' size=400 vlen=0
`;

function verify(module: ModuleBtf, on: Btf = base, kernel = "7.3") {
  return new ModuleVerifier(on, { kernel: parseKernel(kernel) }).verify(module);
}

function split(text: string, on: Btf = base): Uint8Array {
  return assemble(text, on);
}

describe("a module's BTF is taken", () => {
  test.each([
    [
      "as it is",
      "[7] TYPEDEF 'my_int' type_id=1\n[8] STRUCT 'mine' size=8 vlen=1\n'skb' type_id=3 bits_offset=0",
    ],
    ["with names of the base", "[7] TYPEDEF 'sk_buff' type_id=2"],
  ])("%s", (_, text) => {
    const verdict = verify({ btf: split(text) });
    expect(verdict).toMatchObject({ verdict: "accept", errno: 0, findings: [], unmapped: [] });
    expect(verdict.evidence?.wrong).toBe(false);
  });

  test("without types, and without strings", () => {
    expect(verify({ btf: split("") }).verdict).toBe("accept");
  });
});

describe("a module's BTF is refused", () => {
  test.each([
    [
      "for a record",
      "[7] FLOAT 'f' size=3",
      { errno: 22, log: "[7] FLOAT f size=3 Invalid type_size", typeId: 7 },
    ],
    [
      "for a name outside base and own strings",
      "[7] TYPEDEF 't' type_id=1 name_off=5000",
      { errno: 22, log: "[7] Invalid name_offset:5000", typeId: 7 },
    ],
    [
      "without a word, for a chain of modifiers to a missing type",
      "[7] CONST '(anon)' type_id=8\n[8] TYPEDEF 't' type_id=99",
      { errno: 22, log: null, phrase: null, typeId: 7 },
    ],
    [
      "for 33 modifiers in a row, written from their start",
      `${Array.from({ length: 33 }, (_, i) => `[${i + 7}] CONST '(anon)' type_id=${i + 8}`).join("\n")}\n[40] PTR '(anon)' type_id=1`,
      { errno: 40, log: "Max chain length or cycle detected", typeId: 7 },
    ],
    [
      "for modifiers in a ring",
      "[7] CONST '(anon)' type_id=8\n[8] VOLATILE '(anon)' type_id=7",
      { errno: 40, log: "Max chain length or cycle detected", typeId: 7 },
    ],
  ])("%s", (_, text, expected) => {
    expect(verify({ btf: split(text) })).toMatchObject({ verdict: "reject", ...expected });
  });

  test("up to 7.1 for a type tag of the base after an own modifier", () => {
    const tagged = btf`
      [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
      [2] TYPE_TAG 'user' type_id=1
    `;
    const module = { btf: split("[3] CONST '(anon)' type_id=2", tagged) };
    expect(verify(module, tagged, "7.1").log).toBe("Type tags don't precede modifiers");
    expect(verify(module, tagged, "7.2").verdict).toBe("accept");
  });
});

describe("what the kernel does not look at in a module, and is an error all the same", () => {
  test.each([
    [
      "a struct that holds itself",
      "[7] STRUCT 's' size=4 vlen=1\n'm' type_id=7 bits_offset=0",
      7,
      /Loop detected/,
    ],
    ["a pointer to a missing type", "[7] PTR '(anon)' type_id=99", 7, /Invalid type_id/],
    [
      "a member that is a function of the base",
      "[7] STRUCT 's' size=4 vlen=1\n'm' type_id=5 bits_offset=0",
      7,
      /Invalid member/,
    ],
    [
      "a member that ends after the struct",
      "[7] STRUCT 's' size=4 vlen=1\n'm' type_id=2 bits_offset=0",
      7,
      /Member exceeds struct_size/,
    ],
    [
      "a section of something that is no variable",
      "[7] DATASEC '.data' size=4 vlen=1\ntype_id=1 offset=0 size=4",
      7,
      /Not a VAR kind member/,
    ],
  ])("%s", (_, text, typeId, detail) => {
    const verdict = verify({ btf: split(text) });
    expect(verdict.verdict).toBe("accept");
    expect(verdict.findings.filter(({ phase }) => phase === "resolve")).toEqual([
      expect.objectContaining({
        phase: "resolve",
        severity: "error",
        decides: false,
        errno: 0,
        typeId,
        detail: expect.stringMatching(detail),
      }),
    ]);
  });

  test("names of another base", () => {
    const other = btf`
      [1] INT 'unsigned int' size=4 bits_offset=0 nr_bits=32 encoding=(none)
      [2] STRUCT 'longer_than_sk_buff' size=232 vlen=0
      [3] PTR '(anon)' type_id=2
      [4] FUNC_PROTO '(anon)' ret_type_id=1 vlen=0
      [5] FUNC 'schedule_timeout' type_id=4 linkage=static
      [6] STRUCT 'napi_struct_of_old' size=400 vlen=0
    `;
    const verdict = verify(
      { btf: split("[7] TYPEDEF 'napi_struct' type_id=6\n[8] TYPEDEF 'sk_buff' type_id=2") },
      other,
    );
    expect(verdict.evidence?.wrong).toBe(true);
    expect(verdict.findings).toContainEqual(
      expect.objectContaining({ phase: "base", severity: "error", decides: false }),
    );
  });
});

describe("a module with a distilled base", () => {
  const distilled = distillBase(
    btf.split(base)`
      [7] STRUCT 'mine' size=640 vlen=2
        'napi' type_id=6 bits_offset=0
        'skb' type_id=3 bits_offset=3200
    `,
  );
  const module = { btf: distilled.split, distilledBase: distilled.base };

  test("is taken by the kernel it was built for", () => {
    expect(verify(module)).toMatchObject({ verdict: "accept", findings: [], evidence: undefined });
  });

  test("is refused where an embedded struct has another size, in the kernel's words", () => {
    const later = btf`
      [1] STRUCT 'napi_struct' size=408 vlen=0
      [2] STRUCT 'sk_buff' size=240 vlen=0
    `;
    const verdict = verify(module, later);
    expect(verdict).toMatchObject({
      verdict: "reject",
      errno: 22,
      log: "distilled base BTF type 'napi_struct' [2] is not mapped to base BTF id",
    });
    expect(verdict.unmapped).toEqual([
      expect.objectContaining({ name: "napi_struct", size: 400, rule: "size-differs" }),
    ]);
  });

  test.each([
    ["whose base is empty bytes", new Uint8Array(0), 22, "hdr_len not found"],
    ["whose base is ten bytes", distilled.base.subarray(0, 10), 22, "btf_header not found"],
    ["whose base is a header", distilled.base.subarray(0, 24), 22, "No data"],
    ["whose base is cut short", distilled.base.subarray(0, -1), 22, "Total section length too long"],
    [
      "whose base has bytes too many",
      Uint8Array.of(...distilled.base, 0, 0, 0, 0),
      22,
      "Unsupported section found",
    ],
    [
      "whose base holds a typedef",
      assemble("[1] STRUCT 'sk_buff' size=232 vlen=0\n[2] TYPEDEF 't' type_id=1"),
      22,
      null,
    ],
  ])("is refused, %s", (_, distilledBase, errno, phrase) => {
    const verdict = verify({ ...module, distilledBase });
    expect(verdict).toMatchObject({ verdict: "reject", errno });
    if (phrase !== null) expect(verdict.phrase).toBe(phrase);
  });

  test("says what form its base may not have before what is not found", () => {
    const odd = btf`
      [1] STRUCT 'nowhere' size=1 vlen=0
      [2] TYPEDEF 't' type_id=1
    `;
    const verdict = verify({ btf: split("[3] TYPEDEF 'u' type_id=2", odd), distilledBase: odd.bytes });
    expect(verdict.log).toBe("type [2] in distilled based BTF has unexpected kind [8]");
  });

  test("means nothing to kernels before 6.11", () => {
    expect(verify(module, base, "6.1").findings).toContainEqual(
      expect.objectContaining({ phase: "distilled-base", severity: "error", decides: false }),
    );
    expect(verify(module, base, "6.1").cause?.code).toBe("distilled-base-ignored");
  });
});

test("a distilled module with a name that is too long to relocate gets a verdict and a word on it, not an exception", () => {
  const { base: distilledBase } = distillBase(btf.split(base)`[7] TYPEDEF 'my_int' type_id=1`);
  const long = assemble(
    `[2] PTR '(anon)' type_id=1\n[3] TYPE_TAG '${"x".repeat(5000)}' type_id=2`,
    parseBtf(distilledBase),
  );
  const verdict = verify({ btf: long, distilledBase });
  expect(verdict.verdict).toBe("accept");
  expect(verdict.findings).toMatchObject([{ phase: "relocate", severity: "error", decides: false }]);
});
