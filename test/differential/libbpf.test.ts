import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Btf } from "../../src/btf/btf.ts";
import { parseBtf } from "../../src/btf/parse.ts";
import { printable } from "../../src/btf/strings.ts";
import { type Distilled, Distiller } from "../../src/engine/distill.ts";
import { Relocator } from "../../src/engine/relocate.ts";
import { type Family, families, parsed, type Sample } from "../support/arbitrary.ts";
import { assemble } from "../support/btf.ts";
import { refused } from "../support/refused.ts";

/**
 * Live against libbpf: `libbpf-peer` distills and relocates what `families` makes, btfx must give the same verdicts and the
 * same type and string bytes (headers differ: libbpf 1.8 writes 32 bytes, earlier ones 24, whatever they read). `BTFX_PEERS` is the folder that
 * fetch-peers.sh has filled. Each family costs two processes, whatever the number of its split BTFs.
 */
const peers = process.env.BTFX_PEERS;
const FAMILIES = Number(process.env.BTFX_FAMILIES ?? 200);
const SPLITS = 10;

/** A line of libbpf-peer: errno and the last warning. */
interface Verdict {
  readonly errno: number;
  readonly warning: string;
}

const suite =
  peers === undefined
    ? "btfx and libbpf (skipped: BTFX_PEERS does not name the folder of fetch-peers.sh)"
    : "btfx and libbpf";

describe.skipIf(peers === undefined)(suite, () => {
  let dir = "";
  const counts = { distilled: 0, refused: 0, relocated: 0, unrelocatable: 0, brokenByLibbpf: 0 };

  /** Before 1.8 libbpf reads no foreign byte order but with 24 bytes of header. */
  let swapsLongHeaders = true;

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "btfx-peers-"));
    for (const each of ["split", "distilled", "relocated"]) mkdirSync(join(dir, each));
    const base = assemble("[1] FLOAT 'float' size=4");
    writeFileSync(join(dir, "base.btf"), base);
    writeFileSync(
      join(dir, "split", "0.btf"),
      assemble("", parseBtf(base), { littleEndian: false, hdrLen: 32 }),
    );
    swapsLongHeaders = peer("distill", "base.btf", "distilled", ["split/0.btf"])[0].errno === 0;
  });

  /** The sample in a form that this libbpf reads. */
  function readable(sample: Sample): Sample {
    const { littleEndian = true } = sample.form;
    return littleEndian || swapsLongHeaders ? sample : { ...sample, form: { littleEndian, hdrLen: 24 } };
  }

  afterAll(() => {
    rmSync(dir, { recursive: true, force: true });
    const pairs = counts.distilled + counts.refused + counts.brokenByLibbpf;
    console.log(`${pairs} pairs: ${JSON.stringify(counts)}`);
  });

  function peer(verb: "distill" | "relocate", base: string, out: string, files: string[]): Verdict[] {
    const run: SpawnSyncReturns<Buffer> = spawnSync(
      join(peers!, "bin", "libbpf-peer"),
      [verb, join(dir, base), join(dir, out), ...files.map((file) => join(dir, file))],
      { timeout: 20_000 },
    );
    const lines = run.stdout.toString("latin1").split("\n").slice(0, -1);
    if (lines.length !== files.length) throw new Error(`libbpf-peer ${verb}: ${run.stderr} (${run.signal})`);
    return lines.map((line) => {
      const [, errno, warning] = line.split("\t");
      return { errno: Number(errno), warning: printable(Buffer.from(warning, "latin1")) };
    });
  }

  /** Distills each split BTF with both, leaves the results for `relocate` and gives ours where there are any. */
  function compareDistill(family: Family, base: Btf): (Distilled | undefined)[] {
    const names = family.splits.map((_, i) => `${i}`);
    writeFileSync(join(dir, "base.btf"), assemble(family.base.text, null, family.base.form));
    family.splits.forEach(({ text, form }, i) => {
      writeFileSync(join(dir, "split", `${i}.btf`), assemble(text, base, form));
    });
    const verdicts = peer(
      "distill",
      "base.btf",
      "distilled",
      names.map((name) => `split/${name}.btf`),
    );
    const distiller = new Distiller(base);
    return family.splits.map((sample, i) => {
      const split = parsed(sample, base);
      if (verdicts[i].errno !== 0) {
        counts.refused++;
        expect(refused(() => distiller.distill(split)).code).toBe("not-distillable");
        return undefined;
      }
      const ours = distiller.distill(split);
      const theirs = (suffix: string): Uint8Array => readFileSync(join(dir, "distilled", `${i}${suffix}`));
      expect(sections(ours.base)).toEqual(sections(theirs(".BTF.base")));
      if (ours.baseTypes === 0 && ours.copiedTypes > 0) {
        // libbpf takes an empty distilled base for "still adding to the base" and drops what it should copy.
        counts.brokenByLibbpf++;
        expect(sections(ours.split)).not.toEqual(sections(theirs(".BTF")));
      } else {
        counts.distilled++;
        expect(sections(ours.split)).toEqual(sections(theirs(".BTF")));
      }
      return ours;
    });
  }

  function compareRelocate(
    target: Btf,
    targetFile: string,
    distilled: readonly (Distilled | undefined)[],
  ): void {
    const present = distilled.flatMap((each, i) => (each === undefined ? [] : [[i, each] as const]));
    if (present.length === 0) return;
    for (const [i, { base, split }] of present) {
      writeFileSync(join(dir, "distilled", `${i}.BTF`), split);
      writeFileSync(join(dir, "distilled", `${i}.BTF.base`), base);
    }
    const verdicts = peer(
      "relocate",
      targetFile,
      "relocated",
      present.map(([i]) => `distilled/${i}.BTF`),
    );
    const relocator = new Relocator(target);
    present.forEach(([i, { base, split }], n) => {
      const relocation = relocator.relocate(parseBtf(split, parseBtf(base)));
      const { errno, warning } = verdicts[n];
      expect(relocation.ok ? 0 : errno, warning).toBe(errno);
      if (relocation.ok) {
        counts.relocated++;
        const theirs = readFileSync(join(dir, "relocated", `${i}.BTF`));
        expect(sections(relocation.bytes)).toEqual(sections(theirs));
      } else {
        counts.unrelocatable++;
        const messages = relocation.failures.map((failure) => unescaped(failure.message));
        expect(messages).toContain(unescaped(warning.replace(/^libbpf: /, "").trim()));
      }
    });
  }

  test(`agree on ${FAMILIES * SPLITS} generated pairs, on their own base and on a changed one`, {
    timeout: 120_000 + FAMILIES * 100,
  }, () => {
    fc.assert(
      fc.property(families({ splits: SPLITS }), (made) => {
        const family = {
          base: readable(made.base),
          splits: made.splits.map(readable),
          changed: readable(made.changed),
        };
        const base = parsed(family.base);
        const distilled = compareDistill(family, base);
        compareRelocate(base, "base.btf", distilled);
        writeFileSync(join(dir, "changed.btf"), assemble(family.changed.text, null, family.changed.form));
        compareRelocate(parsed(family.changed), "changed.btf", distilled);
      }),
      { numRuns: FAMILIES, interruptAfterTimeLimit: 100_000 + FAMILIES * 100, markInterruptAsFailure: true },
    );
  });
});

/** Type and string bytes; the header says only where they are. */
function sections(bytes: Uint8Array): { types: string; strings: string; littleEndian: boolean } {
  const littleEndian = bytes[0] === 0x9f;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const [hdrLen, typeOff, typeLen, strOff, strLen] = [4, 8, 12, 16, 20].map((at) =>
    view.getUint32(at, littleEndian),
  );
  const part = (off: number, length: number): string =>
    Buffer.from(bytes.subarray(hdrLen + off, hdrLen + off + length)).toString("hex");
  return { types: part(typeOff, typeLen), strings: part(strOff, strLen), littleEndian };
}

/** Our messages escape names, libbpf's do not, and what libbpf says has been escaped as a whole. */
function unescaped(message: string): string {
  return message.replaceAll("\\x5c", "\\");
}
