import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BtfxError } from "../../src/errors.ts";
import { type Btf, mergeSplits, parseBtf } from "../../src/index.ts";
import { dumpC, dumpJson, dumpRaw } from "../../src/wire.ts";
import { MERGE_CASES } from "../engine/dedup/merge.cases.ts";
import { type Family, families } from "../support/arbitrary.ts";
import { assemble } from "../support/btf.ts";
import { printed } from "../support/dump.ts";
import { peersDir, peersHeading } from "../support/libbpf.ts";

/** Merging against bpftool itself: the ids, the order and the text of whatever BTFs, or a failure where it fails. */
describe.skipIf(peersDir === undefined)(peersHeading("bpftool merges"), () => {
  let work: string;
  beforeAll(() => {
    work = mkdtempSync(join(tmpdir(), "btfx-merge-"));
  });
  afterAll(() => {
    rmSync(work, { recursive: true, force: true });
  });

  it.each([
    { splits: 2, maxTypes: 8, alike: true },
    { splits: 3, maxTypes: 30, alike: true },
    { splits: 2, maxTypes: 30, alike: false },
  ])("as we do: %j", (options) => {
    const runs = { numRuns: Number(process.env.BTFX_RUNS ?? 60) };
    fc.assert(fc.property(families(options), check), runs);
  });

  it.each(MERGE_CASES.map((each) => [each.name, each] as const))("as we do: %s", (_, { base, splits }) => {
    const form = { littleEndian: true };
    // One file alone is not merged.
    const all = splits.length === 1 ? [...splits, ...splits] : splits;
    const sample = (text: string) => ({ text, form });
    check({ base: sample(base), splits: all.map(sample), changed: sample(base) });
  });

  function check(family: Family): void {
    // libbpf takes nothing added to nothing for want of memory.
    fc.pre(family.splits[0].text !== "");
    const write = (name: string, bytes: Uint8Array): string => {
      writeFileSync(join(work, name), bytes);
      return join(work, name);
    };
    const baseBytes = assemble(family.base.text, null, family.base.form);
    const base = parseBtf(baseBytes);
    const splits = family.splits.map(({ text, form }) => assemble(text, base, form));
    const words = ["btf", "dump", ...splits.flatMap((bytes, i) => ["file", write(`${i}.btf`, bytes)])];
    const basePath = write("base.btf", baseBytes);
    const bpftool = (flags: readonly string[], format: readonly string[]) =>
      spawnSync(join(peersDir!, "bin/bpftool"), [...flags, "-B", basePath, ...words, ...format], {
        timeout: 2000,
        encoding: "latin1",
      });

    const theirs = bpftool([], []);
    const ours = merged(base, splits);
    if (theirs.status !== 0) {
      expect(ours, theirs.stderr).toBeInstanceOf(BtfxError);
      return;
    }
    if (ours instanceof BtfxError) throw ours;
    expect(printed((sink) => dumpRaw(ours, sink))).toBe(theirs.stdout);
    expect(printed((sink) => dumpJson(ours, sink, { compat: true }))).toBe(bpftool(["-j"], []).stdout);
    for (const order of [[], ["unsorted"]]) {
      const c = bpftool([], ["format", "c", ...order]);
      // What bpftool gives up or never ends on is not about merging.
      if (c.status !== 0) continue;
      const options = { compat: true, unsorted: order.length > 0, pointerSize: 8 } as const;
      expect(printed((sink) => dumpC(ours, sink, options))).toBe(c.stdout);
    }
  }
});

function merged(base: Btf, splits: readonly Uint8Array[]): Btf | BtfxError {
  try {
    return parseBtf(
      mergeSplits(
        base,
        splits.map((bytes) => parseBtf(bytes, base)),
      ).bytes,
      base,
    );
  } catch (error) {
    if (error instanceof BtfxError) return error;
    throw error;
  }
}
