import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Btf,
  cText,
  Distiller,
  diffBtf,
  jsonText,
  layoutText,
  ModuleVerifier,
  mergeSplits,
  parseBtf,
  Relocator,
  rawText,
  verifyBtf,
  writeC,
  writeJson,
  writeRaw,
} from "../../src/index.ts";
import { families, parsed } from "../support/arbitrary.ts";
import { assemble } from "../support/btf.ts";

/**
 * What runs as WebAssembly keeps its memory from one call to the next, in one process for all callers. So calls come in
 * any order, one within the other, some of them fail, and each must give what it gives alone.
 */
type Call = (during: () => void) => unknown;

/** Ends a text in its middle. */
class Stop extends Error {}

function ignored(): void {}

/** All calls on a family of BTFs. `during` is called wherever a caller's code runs. */
function callsOn(base: Btf, splits: readonly Btf[], distiller: Distiller): Call[] {
  const chunks = (write: (receive: (chunk: Uint8Array) => void) => void, during: () => void) => {
    const parts: Buffer[] = [];
    write((chunk) => {
      parts.push(Buffer.from(chunk));
      during();
    });
    return Buffer.concat(parts).toString("latin1");
  };
  const stopped = (write: (receive: () => void) => void, during: () => void) => {
    try {
      write(() => {
        during();
        throw new Stop();
      });
    } catch (error) {
      if (!(error instanceof Stop)) throw error;
    }
  };
  return [base, ...splits].flatMap((btf): Call[] => [
    (during) => chunks((receive) => writeRaw(btf, receive), during),
    (during) => chunks((receive) => writeJson(btf, receive), during),
    (during) => chunks((receive) => writeC(btf, receive), during),
    (during) => stopped((receive) => writeRaw(btf, receive), during),
    (during) => stopped((receive) => writeJson(btf, receive), during),
    (during) => stopped((receive) => writeC(btf, receive), during),
    (during) => chunks((receive) => writeC(btf, receive, { layout: true, unsorted: true }), during),
    () => [...btf.ids()].map((id) => outcome(() => layoutText(btf, id), ignored)),
    () => diffBtf(base, btf),
    () => new ModuleVerifier(base).verify({ btf: btf.bytes }),
    () => verifyBtf(btf.bytes),
    () => [rawText(btf), jsonText(btf), cText(btf)],
    () => parseBtf(btf.bytes, btf.base).typeCount,
    () => parseBtf(btf.bytes.subarray(0, btf.bytes.length - 1), btf.base).typeCount,
    () => mergeSplits(base, [btf, ...splits]).bytes,
    () => mergeSplits(base, [...splits, ...splits]).bytes,
    () => distiller.distill(btf).split,
    () => {
      const { base: below, split } = distiller.distill(btf);
      const distilled = parseBtf(split, parseBtf(below));
      const relocation = new Relocator(base).relocate(distilled);
      return [rawText(distilled), relocation.ok ? relocation.bytes : relocation.failures];
    },
  ]);
}

/** What a call gives, or its error's message. */
function outcome(call: Call, during: () => void): unknown {
  try {
    return call(during);
  } catch (error) {
    return String(error);
  }
}

test("calls that come between, and within each other, change nothing", () => {
  const order = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat(3)), { minLength: 5, maxLength: 40 });
  fc.assert(
    fc.property(
      families({ splits: 2, maxTypes: 24 }),
      families({ splits: 1 }),
      order,
      (one, other, calls) => {
        const all = [one, other].flatMap((family) => {
          const base = parsed(family.base);
          const splits = family.splits.map((split) => parsed(split, base));
          const [middle] = splits;
          const top = parseBtf(assemble(`[${middle.typeCount}] PTR '(anon)' type_id=1`, middle), middle);
          return [
            ...callsOn(base, splits, new Distiller(base)),
            ...callsOn(middle, [top], new Distiller(middle)),
          ];
        });
        const alone = all.map((call) => outcome(call, ignored));
        for (const [first, second, depth] of calls) {
          let left = depth;
          let within = second;
          const during = (): void => {
            if (left === 0) return;
            left--;
            within = (within * 31 + 7) % all.length;
            const at = within;
            expect(outcome(all[at], during)).toEqual(alone[at]);
          };
          const at = first % all.length;
          expect(outcome(all[at], during)).toEqual(alone[at]);
        }
      },
    ),
    { numRuns: Number(process.env.BTFX_RUNS ?? 8) },
  );
});
