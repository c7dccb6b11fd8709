import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseBtf } from "../../src/btf/parse.ts";
import { type Distilled, Distiller } from "../../src/engine/distill.ts";
import { Relocator } from "../../src/engine/relocate.ts";
import { DISTILL_CASES } from "../engine/distill.cases.ts";
import { RELOCATE_CASES } from "../engine/relocate.cases.ts";
import { families, type Sample } from "../support/arbitrary.ts";
import { assemble, rawText } from "../support/btf.ts";
import { asWarning, LibbpfPeer, peersDir, peersHeading, sectionsOf } from "../support/libbpf.ts";
import { refused } from "../support/refused.ts";

/**
 * Live against libbpf (`npm run test:peers`): the cases of test/engine are what libbpf does, and what `families` makes
 * gets the same verdicts and the same type and string bytes from both. Headers differ: libbpf 1.8 writes 32 bytes,
 * earlier ones 24, whatever they read.
 */
const FAMILIES = Number(process.env.BTFX_FAMILIES ?? 200);
const SPLITS = 10;

describe.skipIf(peersDir === undefined)(peersHeading("libbpf"), () => {
  let peer: LibbpfPeer;
  const counts = { distilled: 0, refused: 0, relocated: 0, unrelocatable: 0, brokenByLibbpf: 0 };

  beforeAll(() => {
    peer = new LibbpfPeer();
  });

  afterAll(() => {
    peer.close();
    const pairs = counts.distilled + counts.refused + counts.brokenByLibbpf;
    console.log(`${pairs} pairs: ${JSON.stringify(counts)}`);
  });

  test.each(DISTILL_CASES.map((each) => [each.name, each] as const))("distills so: %s", (_, each) => {
    const base = assemble(each.base);
    const [verdict] = peer.distill(base, [assemble(each.split, parseBtf(base), each.form)]);
    if (typeof each.expected === "string") {
      expect(verdict.errno).toBe(22);
      // For an enum of a bad size it has no words.
      if (verdict.warning !== "") expect(verdict.warning).toContain(each.expected);
      return;
    }
    const below = parseBtf(verdict.base);
    expect(rawText(below)).toBe(each.expected[0]);
    if (each.libbpfDiffers) expect(() => parseBtf(verdict.split, below)).toThrow();
    else expect(rawText(parseBtf(verdict.split, below))).toBe(each.expected[1]);
  });

  test.each(RELOCATE_CASES.map((each) => [each.name, each] as const))("relocates so: %s", (_, each) => {
    const base = assemble(each.base, null, each.baseForm);
    const distilled = assemble(each.distilled, null, each.form);
    const split = assemble(each.split, parseBtf(distilled), each.form);
    const [verdict] = peer.relocate(base, [{ base: distilled, split }]);
    if (typeof each.expected === "string") {
      expect(verdict).toMatchObject({ errno: 0, warning: "" });
      expect(rawText(parseBtf(verdict.split, parseBtf(base)))).toBe(each.expected);
    } else {
      expect(verdict.errno).not.toBe(0);
      expect(verdict.warning).toContain(each.expected.says);
    }
  });

  /** Distills each split BTF with both and gives ours where there are any. */
  function compareDistill(base: Uint8Array, splits: readonly Uint8Array[]): Distilled[] {
    const source = parseBtf(base);
    const distiller = new Distiller(source);
    return peer.distill(base, splits).flatMap((verdict, i) => {
      const split = parseBtf(splits[i], source);
      if (verdict.errno !== 0) {
        counts.refused++;
        expect(refused(() => distiller.distill(split)).code).toBe("not-distillable");
        return [];
      }
      const ours = distiller.distill(split);
      expect(sectionsOf(ours.base)).toEqual(sectionsOf(verdict.base));
      if (ours.baseTypes === 0 && ours.copiedTypes > 0) {
        // libbpf takes an empty distilled base for "still adding to the base" and drops what it should copy.
        counts.brokenByLibbpf++;
        expect(sectionsOf(ours.split)).not.toEqual(sectionsOf(verdict.split));
      } else {
        counts.distilled++;
        expect(sectionsOf(ours.split)).toEqual(sectionsOf(verdict.split));
      }
      return [ours];
    });
  }

  function compareRelocate(base: Uint8Array, modules: readonly Distilled[]): void {
    if (modules.length === 0) return;
    const relocator = new Relocator(parseBtf(base));
    peer.relocate(base, modules).forEach(({ errno, warning, split }, i) => {
      const relocation = relocator.relocate(parseBtf(modules[i].split, parseBtf(modules[i].base)));
      expect(relocation.ok, warning).toBe(errno === 0);
      if (relocation.ok) {
        counts.relocated++;
        expect(sectionsOf(relocation.bytes)).toEqual(sectionsOf(split));
      } else {
        counts.unrelocatable++;
        expect(relocation.failures.map((failure) => asWarning(failure.message))).toContain(warning);
      }
    });
  }

  const title = `agrees on ${FAMILIES * SPLITS} generated pairs, on their own base and on a changed one`;
  test(title, { timeout: 120_000 + FAMILIES * 100 }, () => {
    const bytes = ({ text, form }: Sample, base?: Uint8Array): Uint8Array =>
      assemble(text, base === undefined ? null : parseBtf(base), peer.readable(form));
    fc.assert(
      fc.property(families({ splits: SPLITS }), (family) => {
        const base = bytes(family.base);
        const distilled = compareDistill(
          base,
          family.splits.map((sample) => bytes(sample, base)),
        );
        compareRelocate(base, distilled);
        compareRelocate(bytes(family.changed), distilled);
      }),
      { numRuns: FAMILIES, interruptAfterTimeLimit: 100_000 + FAMILIES * 100, markInterruptAsFailure: true },
    );
  });
});
