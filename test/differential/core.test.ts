import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Minimizer } from "../../src/engine/core/minimize.ts";
import { CoreResolver } from "../../src/engine/core/resolve-relocation.ts";
import { Side } from "../../src/engine/core/side.ts";
import { pointerSizeOf } from "../../src/types/pointer-size.ts";
import { RESOLVE_CASES } from "../engine/core/resolve.cases.ts";
import { btf } from "../support/btf.ts";
import { coreElf, coreObject } from "../support/core.ts";
import { peersDir, peersHeading } from "../support/libbpf.ts";

/**
 * `bpftool -d gen min_core_btf` runs libbpf's engine on any object and BTF and prints each step of it. It ends at the first
 * relocation that fails, and puts it in other words than libbpf, which would not load the object.
 */
describe.skipIf(peersDir === undefined)(peersHeading("libbpf's CO-RE engine"), () => {
  let work: string;

  beforeAll(() => {
    work = mkdtempSync(join(tmpdir(), "btfx-core-"));
  });

  afterAll(() => {
    rmSync(work, { recursive: true, force: true });
  });

  it.each(RESOLVE_CASES)(
    "takes the same steps, and keeps the same types: $name",
    ({ local, target, relos }) => {
      const object = coreObject(
        local,
        relos.map(([relo]) => relo),
      );
      const kernel = btf`${target}`;
      const lines: string[] = [];
      const side = new Side(kernel, "vmlinux", pointerSizeOf(kernel));
      const resolver = new CoreResolver(object.local, [side], object.relos, (line) => lines.push(line));
      const minimizer = new Minimizer([side]);
      for (const relo of object.relos) {
        const resolution = resolver.resolve(relo, relo.section);
        if (!resolution.ok) break;
        minimizer.add(resolution);
      }

      const paths = ["kernel.btf", "object.bpf.o", "out.btf"].map((name) => join(work, name));
      writeFileSync(paths[0], kernel.bytes);
      writeFileSync(paths[1], coreElf(object));
      const args = ["-d", "gen", "min_core_btf", paths[0], paths[2], paths[1]];
      const { stderr, status } = spawnSync(join(peersDir!, "bin/bpftool"), args, { encoding: "latin1" });
      const theirs = stderr
        .split("\n")
        .filter((line) => line.startsWith("libbpf: "))
        .map((line) => line.slice("libbpf: ".length));
      expect(lines).toEqual(theirs);
      if (status === 0) expect(Buffer.from(minimizer.finish())).toEqual(readFileSync(paths[2]));
    },
  );
});
