import { describe, expect, it } from "vitest";
import { memorySource } from "../../src/elf/byte-source.ts";
import { moduleInfo, parseModinfo } from "../../src/elf/modinfo.ts";
import { readElf } from "../../src/elf/read.ts";
import { assembleElf, ELF_TARGETS, latin1 } from "../support/elf.ts";

const TEXT =
  "license=GPL\0alias=rtnl-link-veth\0depends=\0name=veth\0parm=a:x\0parm=b:y\0" +
  "vermagic=6.12.117+deb13-amd64 SMP preempt mod_unload modversions \0";

describe("moduleInfo", () => {
  it.each(ELF_TARGETS)("reads name, vermagic and release of $target", (target) => {
    const bytes = assembleElf({ ...target, sections: [{ name: ".modinfo", flags: 2, data: latin1(TEXT) }] });
    expect(moduleInfo(readElf(memorySource(bytes)))).toMatchObject({
      name: "veth",
      vermagic: "6.12.117+deb13-amd64 SMP preempt mod_unload modversions ",
      release: "6.12.117+deb13-amd64",
    });
  });

  it("says that a file without .modinfo is no module", () => {
    const bytes = assembleElf({ bits: 64, littleEndian: true, sections: [] });
    expect(moduleInfo(readElf(memorySource(bytes)))).toBeUndefined();
  });
});

describe("parseModinfo", () => {
  it("takes the first of several values, as the kernel does", () => {
    expect(parseModinfo(latin1(TEXT)).get("parm")).toBe("a:x");
  });

  it("skips padding between strings and reads a last one without NUL", () => {
    expect([...parseModinfo(latin1("\0\0a=1\0\0\0\0b=2"))]).toEqual([
      ["a", "1"],
      ["b", "2"],
    ]);
  });

  it("keeps what follows the first equals sign, and passes over strings without a key", () => {
    expect([...parseModinfo(latin1("a=b=c\0=x\0nothing\0"))]).toEqual([["a", "b=c"]]);
  });

  it("makes hostile values printable", () => {
    expect(parseModinfo(latin1("name=\x1b]0;evil\x07\xff\0")).get("name")).toBe("\\x1b]0;evil\\x07\\xff");
  });
});
