import fc from "fast-check";
import { expect, test, vi } from "vitest";
import type { Btf } from "../../../src/btf/btf.ts";
import { parseBtf } from "../../../src/btf/parse.ts";
import type { Distilled } from "../../../src/engine/distill.ts";
import { isBeyondDoubt } from "../../../src/engine/verify/beyond-doubt.ts";
import { foresee } from "../../../src/engine/verify/foresee.ts";
import { KERNELS, parseKernel } from "../../../src/engine/verify/kernel.ts";
import { ModuleVerifier } from "../../../src/engine/verify/module-verifier.ts";
import { verifyBtf } from "../../../src/engine/verify/verify.ts";
import { BtfxError } from "../../../src/errors.ts";
import { families, parsed } from "../../support/arbitrary.ts";
import { assemble } from "../../support/btf.ts";
import { damaged, damages } from "../../support/damage.ts";
import { distillBase } from "../../support/rewritten.ts";

/** Whether `doubtful.ts` may answer; the rules judge everything if not. */
const short = vi.hoisted(() => ({ isOn: true }));

vi.mock("../../../src/engine/verify/doubtful.ts", async (original) => {
  const { findDoubtful } = await original<typeof import("../../../src/engine/verify/doubtful.ts")>();
  return {
    findDoubtful: (...args: Parameters<typeof findDoubtful>) => {
      const found = findDoubtful(...args);
      const all = Uint32Array.from(found.kinds.keys());
      return short.isOn ? found : { ...found, doubtful: all, doubtfulChains: all };
    },
  };
});

/** What `judge` says by the short way, after making sure that it says the same by the long way. */
function both<T>(judge: () => T): T {
  short.isOn = false;
  const long = judge();
  short.isOn = true;
  const quick = judge();
  expect(quick).toEqual(long);
  return quick;
}

test("reports are the same with and without the short way for records and chains that break no rule, findings and their count included", () => {
  let refused = 0;
  fc.assert(
    fc.property(
      families({ splits: 1, maxTypes: 14 }),
      fc.constantFrom(...KERNELS),
      damages(4),
      ({ base: sample, splits }, release, damage) => {
        const base = parsed(sample);
        const options = { kernel: parseKernel(release), littleEndian: base.header.littleEndian };
        const { verdict } = both(() => verifyBtf(damaged(base.bytes, damage), options));
        if (verdict === "reject") refused++;
        const split = damaged(parsed(splits[0], base).bytes, damage);
        both(() => new ModuleVerifier(base, options).verify({ btf: split }));
      },
    ),
    { numRuns: 150 },
  );
  expect(refused).toBeGreaterThan(20);
});

test("nothing is foreseen of distilled modules that are beyond doubt", () => {
  let refused = 0;
  let undoubted = 0;
  fc.assert(
    fc.property(
      families({ splits: 1, maxTypes: 10 }),
      fc.constantFrom(...KERNELS),
      damages(2),
      ({ base: sample, splits }, release, damage) => {
        const base = parsed(sample);
        const { bytes } = parsed(splits[0], base);
        const kernel = parseKernel(release);
        for (const distilled of [distilledOf(bytes, base), distilledOf(damaged(bytes, damage), base)]) {
          if (distilled === undefined) continue;
          const found = foresee(distilled.split, distilled.base, kernel);
          if (found !== undefined) refused++;
          if (!isBeyondDoubt(distilled.split, distilled.base, kernel)) continue;
          undoubted++;
          expect(found).toBeUndefined();
        }
      },
    ),
    { numRuns: 300 },
  );
  expect(refused).toBeGreaterThan(10);
  expect(undoubted).toBeGreaterThan(30);
});

/** Undefined where it cannot be parsed or distilled. */
function distilledOf(split: Uint8Array, base: Btf): Distilled | undefined {
  try {
    return distillBase(parseBtf(split, base));
  } catch (error) {
    if (error instanceof BtfxError) return undefined;
    throw error;
  }
}

test("a member of an INT that was refused for its bits is checked by its bits all the same", () => {
  const bytes = assemble(
    `[1] INT 'odd' size=32 bits_offset=0 nr_bits=136 encoding=(none)
    [2] STRUCT 's' size=32 vlen=1
      'm' type_id=1 bits_offset=0`,
  );
  const { findings, findingCount } = both(() => verifyBtf(bytes, { kernel: parseKernel("6.18") }));
  expect(findings.map(({ phrase }) => phrase)).toEqual(["nr_bits exceeds 128", "nr_copy_bits exceeds 128"]);
  expect(findingCount).toBe(2);
});
