import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { collectInputs } from "../../src/io/collect.ts";
import { filesBeside } from "../../src/io/files-beside.ts";

it.each([
  ["veth.BTF", ["veth.BTF.base", "veth.BTF_ids"], "veth.BTF.base", "veth.BTF_ids"],
  ["veth.btf", ["veth.btf.base", "veth.BTF_ids"], "veth.btf.base", "veth.BTF_ids"],
  ["veth.btf", ["veth.BTF.base"], undefined, undefined],
  ["veth.BTF.xz", ["veth.BTF.base.xz", "veth.BTF.base"], "veth.BTF.base.xz", undefined],
  ["veth.BTF.xz", ["veth.BTF.base", "veth.BTF.base.gz"], "veth.BTF.base", undefined],
  ["veth", ["veth.base", "veth.BTF_ids"], "veth.base", "veth.BTF_ids"],
])("finds what belongs to %s among %j", (path, there, distilledBase, ids) => {
  expect(filesBeside(path, (each) => there.includes(each))).toEqual({ distilledBase, ids });
});

it("knows what lies beside raw BTF that it finds in directories, behind links too", () => {
  const top = mkdtempSync(join(tmpdir(), "btfx-beside-"));
  const at = (name: string) => join(top, name);
  mkdirSync(at("net"));
  for (const name of ["alone.BTF", "net/veth.BTF", "net/veth.BTF_ids", "net/base", "lost.BTF", "module.ko"]) {
    writeFileSync(at(name), "");
  }
  symlinkSync("base", at("net/veth.BTF.base"));
  symlinkSync("nowhere", at("lost.BTF.base"));
  const nothing = { distilledBase: undefined, ids: undefined };
  const found = collectInputs([top], "relocate").map(({ below, beside }) => [below, beside]);
  expect(found).toEqual([
    ["alone.BTF", nothing],
    ["lost.BTF", nothing],
    ["module.ko", undefined],
    ["net/veth.BTF", { distilledBase: at("net/veth.BTF.base"), ids: at("net/veth.BTF_ids") }],
  ]);
});
