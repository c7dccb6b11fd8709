import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readVmlinux } from "../../../src/io/read/vmlinux.ts";
import { workDirectory } from "../../support/cli.ts";
import { VMLINUX } from "../../support/driver.ts";
import { assembleElf, latin1 } from "../../support/elf.ts";

/** A kernel's types in a module of their own, with what proves them. */
function btfVmlinux(meta: Uint8Array, btf: Uint8Array | undefined = VMLINUX.bytes): string {
  const path = join(workDirectory(), "btf_vmlinux.ko");
  const bytes = assembleElf({
    bits: 64,
    littleEndian: true,
    machine: 62,
    sections: [
      { name: ".modinfo", flags: 2, data: latin1("name=btf_vmlinux\0vermagic=7.5.0 SMP \0") },
      { name: ".BTF.meta", data: meta },
      { name: ".BTF", data: btf },
    ],
  });
  writeFileSync(path, bytes);
  return path;
}

function metaOf(bytes: Uint8Array): Uint8Array {
  const hash = createHash("sha256").update(bytes).digest();
  return Buffer.concat([Buffer.from(Uint32Array.of(bytes.length).buffer), hash]);
}

test("a kernel's types in a module of their own are a base, and its vermagic is the release", async () => {
  const { btf, release, found } = await readVmlinux(btfVmlinux(metaOf(VMLINUX.bytes)));
  expect(btf.typeCount).toBe(VMLINUX.typeCount);
  expect({ release, found }).toEqual({ release: "7.5.0", found: { release: "7.5.0", source: "vermagic" } });
});

test("types that are not those which .BTF.meta proves are refused", async () => {
  const other = metaOf(Uint8Array.of(1, 2, 3));
  await expect(readVmlinux(btfVmlinux(other))).rejects.toThrow(/their SHA-256 differs/);
});
