import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Btf } from "../../src/btf/btf.ts";
import { CORE_RELO_KINDS } from "../../src/btf/ext.ts";
import { printable } from "../../src/btf/strings.ts";
import { Minimizer } from "../../src/engine/core/minimize.ts";
import { CoreResolver } from "../../src/engine/core/resolve-relocation.ts";
import { Side } from "../../src/engine/core/side.ts";
import { pointerSizeOf } from "../../src/types/pointer-size.ts";
import { RESOLVE_CASES } from "../engine/core/resolve.cases.ts";
import { families } from "../support/arbitrary.ts";
import { btf } from "../support/btf.ts";
import { type CoreObject, coreElf, coreObject } from "../support/core.ts";
import { peersDir, peersHeading } from "../support/libbpf.ts";

/**
 * `bpftool -d gen min_core_btf` runs libbpf's engine on any object and BTF and prints each step of it. It ends at the
 * first relocation that fails, and puts it in other words than libbpf, which would not load the object.
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
      compare(
        coreObject(
          local,
          relos.map(([relo]) => relo),
        ),
        btf`${target}`,
      );
    },
  );

  it("takes the same steps, and keeps the same types, of objects and kernels of any shape", () => {
    const runs = { numRuns: Number(process.env.BTFX_RUNS ?? 60) };
    fc.assert(
      fc.property(families(), fc.array(access, { minLength: 1, maxLength: 4 }), (family, accesses) => {
        const count = family.base.text.match(/^\[/gm)?.length ?? 0;
        const relos = accesses.map(([kind, id, steps]) => `${kind} [${1 + (id % count)}] ${steps.join(":")}`);
        // libbpf takes sizes from 2 GiB on for errors.
        const [local, target] = [family.base, family.changed].map(({ text }) =>
          text.replaceAll("size=2147483664", "size=20"),
        );
        compare(coreObject(local, relos), btf`${target}`);
      }),
      runs,
    );
  });

  /** What both say of an object on a kernel, line by line, and the types that both keep. */
  function compare(object: CoreObject, kernel: Btf): void {
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
    const { stderr, status, signal } = spawnSync(join(peersDir!, "bin/bpftool"), args, {
      encoding: "latin1",
      timeout: 2000,
    });
    // What bpftool crashes or never ends on says nothing.
    if (signal !== null) return;
    const theirs = stderr
      .split("\n")
      .filter((line) => line.startsWith("libbpf: "))
      // Of a candidate that is no enum it prints what lies in memory there.
      .map((line) => line.slice("libbpf: ".length).replace(/::\(null\) = .*/, ""))
      .map((line) => printable(Buffer.from(line, "latin1")));
    // It ends where it cannot keep a type of some kind, a forward declaration say.
    const isCut = stderr.includes("unsupported kind");
    expect(isCut ? lines.slice(0, theirs.length) : lines).toEqual(theirs);
    if (status === 0) expect(Buffer.from(minimizer.finish())).toEqual(readFileSync(paths[2]));
  }
});

/** A relocation: its kind, a type, and the way to what it is about, which the type may not have. */
const access = fc.tuple(
  fc.constantFrom(...CORE_RELO_KINDS),
  fc.nat(999),
  fc
    .tuple(fc.constantFrom(0, 0, 0, 0, 1), fc.array(fc.nat(3), { maxLength: 3 }))
    .map(([first, more]) => [first, ...more]),
);
