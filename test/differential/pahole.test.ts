import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseBtf } from "../../src/btf/parse.ts";
import { btfx } from "../support/cli.ts";
import { peersDir, peersHeading } from "../support/libbpf.ts";

/** `btfx layout --compat pahole` and pahole itself on the vmlinux of the corpus: every named struct and union. */
const corpus = join(resolve(process.env.BTFX_SHARED ?? "../shared"), "corpus");
const KERNELS = ["6.1.0-56-amd64", "6.12.117-arm64"].filter((kernel) =>
  existsSync(join(corpus, `${kernel}.vmlinux.btf.xz`)),
);

describe.skipIf(peersDir === undefined || KERNELS.length === 0)(peersHeading("pahole"), () => {
  describe.each(KERNELS)("on the vmlinux of %s", (kernel) => {
    let work: string;
    let path: string;
    let names: string[];

    beforeAll(() => {
      work = mkdtempSync(join(tmpdir(), "btfx-pahole-"));
      path = join(work, "vmlinux.btf");
      const packed = join(corpus, `${kernel}.vmlinux.btf.xz`);
      const bytes = execFileSync("xz", ["-dc", packed], { maxBuffer: 1 << 28 });
      writeFileSync(path, bytes);
      const btf = parseBtf(new Uint8Array(bytes));
      // Every 16th struct, so that all corners of the kernel are there.
      const all = [...btf.ids("STRUCT")].map((id) => btf.name(id)).filter((name) => name !== "");
      names = [...new Set(all.filter((_, i) => i % 16 === 0))];
    });

    afterAll(() => {
      rmSync(work, { recursive: true, force: true });
    });

    const pahole = (...args: string[]) =>
      execFileSync(join(peersDir!, "bin/pahole"), [...args, path], { encoding: "utf8", maxBuffer: 1 << 28 });
    const ours = async (...args: string[]) =>
      (await btfx("layout", "--compat", "pahole", ...args, path)).stdout;
    const sorted = (text: string) => text.split("\n").sort();

    it("prints all structs and unions", async () => {
      expect(await ours()).toBe(pahole());
    });

    it.each([["-C"], ["-E", "-C"], ["--hex", "-C"]])("prints structs by name with %s", async (...args) => {
      expect(names.length).toBeGreaterThan(450);
      expect(await ours(...args, names.join(","))).toBe(pahole(...args, names.join(",")));
    });

    it.each([["--sizes"], ["--nr_members"], ["--sizes", "--holes=2"], ["--sizes", "--unions"]])(
      "lists the same types with %s %s",
      async (...args) => {
        const lines = sorted(await ours(...args));
        expect(lines.length).toBeGreaterThan(100);
        expect(lines).toEqual(sorted(pahole(...args)));
      },
    );

    it.each(["list_head", "task_struct", "mutex", "sk_buff"])("finds the same users of %s", async (name) => {
      for (const option of ["--contains", "--find_pointers_to"]) {
        const { stdout } = await btfx("who", "--compat", "pahole", option, name, path);
        expect(sorted(stdout)).toEqual(sorted(pahole(`${option}=${name}`)));
      }
    });
  });
});
