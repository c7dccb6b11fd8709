import { describe, expect, test } from "vitest";
import { looksSplit, rawForm } from "../../src/btf/raw-form.ts";
import { assemble, btf } from "../support/btf.ts";

const base = btf`
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] STRUCT 'a_struct_with_a_long_name' size=8 vlen=0
`;

/** The bytes with the strings of a split BTF made to begin with NUL. */
function withLeadingNul(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const strings = view.getUint32(4, true) + view.getUint32(16, true);
  const out = new Uint8Array(bytes.length + 1);
  out.set(bytes.subarray(0, strings));
  out.set(bytes.subarray(strings), strings + 1);
  new DataView(out.buffer).setUint32(20, view.getUint32(20, true) + 1, true);
  return out;
}

describe("raw BTF, given a base", () => {
  test("is split if its strings go on from the base's", () => {
    expect(rawForm(assemble("[3] TYPEDEF 't' type_id=1", base), base)).toBe("split");
  });

  test("is split if it does not stand alone, though its strings begin with NUL", () => {
    const bytes = assemble("[3] TYPEDEF 'int' type_id=1\n[4] PTR '(anon)' type_id=3", base);
    expect(rawForm(withLeadingNul(bytes), base)).toBe("split");
  });

  test("is split if it has no types: that is a module without any", () => {
    expect(rawForm(assemble("", null), base)).toBe("split");
    expect(rawForm(assemble("", base), base)).toBe("split");
  });

  test("is standalone if it stands alone", () => {
    expect(rawForm(base.bytes, base)).toBe("standalone");
    expect(rawForm(assemble("[1] STRUCT 'other' size=4 vlen=0"), base)).toBe("standalone");
  });
});

describe("raw BTF without a base looks split", () => {
  test.each([
    ["if its strings do not begin with NUL", assemble("[3] TYPEDEF 't' type_id=1", base), true],
    ["if it is a header alone", assemble("", base).subarray(0, 24), true],
    ["if its types refer to others", withLeadingNul(assemble("[3] PTR '(anon)' type_id=2", base)), true],
    ["not if it stands alone", base.bytes, false],
    ["not if it is no BTF", new Uint8Array(40), false],
    ["not if its header is wrong", base.bytes.subarray(0, 20), false],
  ])("%s", (_, bytes, expected) => {
    expect(looksSplit(bytes)).toBe(expected);
  });
});
