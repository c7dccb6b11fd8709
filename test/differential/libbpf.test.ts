import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Btf } from "../../src/btf/btf.ts";
import { parseBtf } from "../../src/btf/parse.ts";
import { type Distilled, Distiller } from "../../src/engine/distill.ts";
import { Relocator } from "../../src/engine/relocate.ts";
import { BtfxError } from "../../src/errors.ts";
import { DISTILL_CASES } from "../engine/distill.cases.ts";
import { RELOCATE_CASES } from "../engine/relocate.cases.ts";
import { families, type Sample } from "../support/arbitrary.ts";
import { assemble, rawText } from "../support/btf.ts";
import { damaged, damages } from "../support/damage.ts";
import {
  asWarning,
  LibbpfPeer,
  peersDir,
  peersHeading,
  sectionsOf,
  type Verdict,
} from "../support/libbpf.ts";
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

  test("refuses of damaged files those that btfx refuses", { timeout: 120_000 }, () => {
    const verdicts = { read: 0, refused: 0, known: 0, crashed: 0 };
    const files = fc.array(damages(2), { minLength: SPLITS, maxLength: SPLITS });
    fc.assert(
      fc.property(families({ splits: SPLITS }), files, ({ base, splits }, damage) => {
        const below = assemble(base.text, null, peer.readable(base.form));
        const source = parseBtf(below);
        const bytes = splits.map(({ text, form }, i) =>
          damaged(assemble(text, source, peer.readable(form)), damage[i]),
        );
        const theirs = verdictsOf(below, bytes);
        if (theirs === undefined) {
          verdicts.crashed++;
          return;
        }
        const distiller = new Distiller(source);
        theirs.forEach(({ errno, warning }, i) => {
          const refusal = refusalOf(() => {
            const split = parseBtf(bytes[i], source);
            // libbpf takes the unused word of a forward declaration for a type id, and follows it.
            if (forwardsHaveTypes(split)) throw new BtfxError("bad-type", FORWARD_WITH_TYPE);
            distiller.distill(split);
          });
          if (refusal === FORWARD_WITH_TYPE || (errno === 0 && isKnown(refusal))) {
            verdicts.known++;
            return;
          }
          expect(refusal === undefined, refusal ?? warning).toBe(errno === 0);
          if (errno === 0) verdicts.read++;
          else verdicts.refused++;
        });
      }),
      { numRuns: FAMILIES, interruptAfterTimeLimit: 100_000, markInterruptAsFailure: true },
    );
    console.log(`damaged files: ${JSON.stringify(verdicts)}`);
  });

  /** undefined where libbpf crashes or does not end. */
  function verdictsOf(base: Uint8Array, splits: readonly Uint8Array[]): Verdict[] | undefined {
    try {
      return peer.distill(base, splits);
    } catch {
      return undefined;
    }
  }
});

/** What btfx refuses and libbpf does not. */
const KNOWN_REFUSALS: readonly RegExp[] = [
  // The return type of a prototype: libbpf leaves it out of its check.
  /^invalid referenced type ID/,
  // Unknown fields of the header that are not zero: libbpf rewrites the types and drops the fields.
  /^unknown BTF header data/,
  // Before 1.8: headers shorter than 24 bytes, no layout section, 16 bits of vlen, 5 of the kind.
  /^unsupported header length/,
  /layout data|layout section/,
  /^BTF type \[\d+\] is malformed/,
  /^Unsupported BTF_KIND/,
];

const FORWARD_WITH_TYPE = "a FWD with a type";

function isKnown(refusal: string | undefined): boolean {
  return refusal !== undefined && KNOWN_REFUSALS.some((known) => known.test(refusal));
}

/** Whether a FWD has a third word that is not 0. */
function forwardsHaveTypes({ words, starts }: Btf): boolean {
  for (let i = 0; i < starts.length - 1; i++) {
    const [, info, type] = words.subarray(starts[i]);
    if (((info >>> 24) & 0x7f) === 7 && type !== 0) return true;
  }
  return false;
}

function refusalOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof BtfxError) return error.message;
    throw error;
  }
}
