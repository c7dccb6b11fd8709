import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { safe } from "../../src/cli/output/safe.ts";
import { argumentsAsGiven, isThere, nameOf, onDisk, realPath } from "../../src/io/file-names.ts";
import { workDirectory } from "../support/cli.ts";
import { SPLIT, VMLINUX } from "../support/driver.ts";

const ODD = Buffer.from([0x61, 0xff, 0xe2, 0x82, 0x2e, 0x62, 0x74, 0x66]);
/** Byte 0x80 + x as U+DC80 + x, as Python's `os.fsdecode` gives it. */
const ODD_NAME = "a\udcff\udce2\udc82.btf";

describe("names of files that are no UTF-8", () => {
  it("stand for their bytes, as Python has them", () => {
    expect(nameOf(ODD)).toBe(ODD_NAME);
    expect(onDisk(ODD_NAME)).toEqual(ODD);
    expect(nameOf(Buffer.from("ä€𐍈\ufffd\ufeff"))).toBe("ä€𐍈\ufffd\ufeff");
    expect(onDisk("ä€𐍈.ko")).toBe("ä€𐍈.ko");
  });

  it("come back as the bytes that they were, whatever these are", () => {
    const bytes = fc.array(
      fc.oneof(fc.integer({ min: 1, max: 255 }), fc.constantFrom(0xe2, 0x82, 0xac, 0xed, 0xf0)),
    );
    fc.assert(
      fc.property(bytes, (each) => {
        expect(Buffer.from(onDisk(nameOf(Uint8Array.from(each))))).toEqual(Buffer.from(each));
      }),
    );
  });

  it("are shown with their bytes", () => {
    expect(safe(ODD_NAME)).toBe("a\\xff\\xe2\\x82.btf");
    expect(safe("𐍈\ud800")).toBe("𐍈\\ud800");
  });

  it("lead to the files", () => {
    const directory = workDirectory();
    writeFileSync(join(directory, "x"), "");
    const path = join(directory, ODD_NAME);
    expect(isThere(path)).toBe(false);
    writeFileSync(onDisk(path), "");
    expect(isThere(path)).toBe(true);
    expect(realPath(path).endsWith(ODD_NAME)).toBe(true);
  });
});

describe.runIf(process.platform === "linux")("a module of such a name", () => {
  const bin = fileURLToPath(new URL("../../bin/btfx.js", import.meta.url));

  it("is reached through its directory, and written under the same name", () => {
    const directory = workDirectory();
    mkdirSync(join(directory, "in"));
    writeFileSync(onDisk(join(directory, "in", ODD_NAME)), SPLIT.bytes);
    writeFileSync(join(directory, "vmlinux"), VMLINUX.bytes);
    const argv = [bin, "distill", "in", "-B", "vmlinux", "-o", "out/"];
    const text = spawnSync(process.execPath, argv, { cwd: directory, encoding: "utf8" });
    expect([text.status, text.stdout]).toEqual([
      0,
      expect.stringContaining("✓ in/a\\xff\\xe2\\x82.btf → out/a\\xff"),
    ]);
    const names = readdirSync(join(directory, "out"), { encoding: "buffer" }).map(nameOf).sort();
    expect(names).toEqual(["a\udcff\udce2\udc82.BTF", "a\udcff\udce2\udc82.BTF.base"]);
    const json = spawnSync(process.execPath, [bin, "verify", "-j", "in", "-B", "vmlinux"], {
      cwd: directory,
    });
    expect(json.stdout.toString()).toContain(String.raw`"in/a\udcff\udce2\udc82.btf"`);
  });

  it("is reached when it is named: Linux has the bytes of the command line", () => {
    const directory = workDirectory();
    writeFileSync(onDisk(join(directory, ODD_NAME)), VMLINUX.bytes);
    const script = `exec "$0" "$1" dump ./a*.btf -j`;
    const run = spawnSync("sh", ["-c", script, process.execPath, bin], { cwd: directory, encoding: "utf8" });
    expect([run.status, run.stderr]).toEqual([0, ""]);
    expect(JSON.parse(run.stdout).types).toHaveLength(VMLINUX.typeCount - 1);
  });

  it("arguments that are UTF-8 stay as they are", () => {
    expect(argumentsAsGiven(["a", "\ufffd"])).toEqual(["a", "\ufffd"]);
  });
});
