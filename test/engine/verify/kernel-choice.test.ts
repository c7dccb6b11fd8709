import { describe, expect, test } from "vitest";
import { chooseKernel, explainChoice } from "../../../src/engine/verify/kernel-choice.ts";
import { btf } from "../../support/btf.ts";

const INT = "[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED";
/** A kernel that reads the BTF of modules, but no `.BTF.base`. */
const plain = btf`
  ${INT}
  [2] STRUCT 'module' size=8 vlen=2
    'name' type_id=1 bits_offset=0
    'btf_data' type_id=1 bits_offset=32
`;
const withBase = btf`
  ${INT}
  [2] STRUCT 'module' size=4 vlen=0
  [3] STRUCT 'module' size=8 vlen=2
    'btf_data' type_id=1 bits_offset=0
    'btf_base_data' type_id=1 bits_offset=32
`;
const silent = btf`${INT}`;

describe("the kernel that judges", () => {
  test.each([
    ["6.12.117+deb13-amd64", "6.12"],
    ["6.16.3", "6.16"],
    ["v7.1-rc2", "7.1"],
    ["5.4.0-150-generic", "5.4"],
    ["4.19.0", "5.4"],
    ["7.9.1", "7.4"],
  ])("of %s has the rules of %s", (release, rules) => {
    expect(chooseKernel({ release, source: "banner" }, null)).toMatchObject({ rules, release });
  });

  test("is the newest known where there is no release, or none that can be read", () => {
    expect(chooseKernel(undefined, silent)).toMatchObject({ rules: "7.3", source: "newest", release: null });
    expect(chooseKernel({ release: "custom", source: "path" }, null).source).toBe("newest");
  });

  test("is told with where its release stands", () => {
    const text = (release: string) => explainChoice(chooseKernel({ release, source: "banner" }, null));
    expect(text("6.12.117-amd64")).toBe("by the rules of Linux 6.12, from the banner");
    expect(text("7.9.1")).toBe(
      "by the rules of Linux 7.4, from the banner (7.9.1, whose own rules are not known here)",
    );
    expect(explainChoice(chooseKernel(undefined, null))).toBe("by the rules of Linux 7.3, the newest known");
  });
});

describe("whether it reads .BTF.base", () => {
  test.each([
    ["6.10.3", silent, false],
    ["6.11.0", silent, true],
    ["6.12.0", plain, false],
    ["6.6.0", withBase, true],
  ])("%s", (release, base, reads) => {
    expect(chooseKernel({ release, source: "banner" }, base).readsDistilledBase).toBe(reads);
  });

  test("is shown by its struct module, whatever its number: a backport has the rules of 6.11", () => {
    const choice = chooseKernel({ release: "5.14.0-570.el9.x86_64", source: "banner" }, withBase);
    expect(choice).toMatchObject({ rules: "6.11", isBackport: true, readsDistilledBase: true });
    expect(explainChoice(choice)).toContain("its struct module has btf_base_data");
  });

  test("goes by the number alone where a kernel was asked for", () => {
    expect(chooseKernel({ release: "6.1", source: "asked" }, withBase).readsDistilledBase).toBe(false);
  });
});
