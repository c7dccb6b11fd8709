import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Btf } from "../../src/btf/btf.ts";
import { encodeBtf, formOf, withTypes } from "../../src/btf/encode.ts";
import { forEachNameOff, forEachTypeId } from "../../src/btf/fields.ts";
import { parseBtf } from "../../src/btf/parse.ts";
import { Relocator } from "../../src/engine/relocate.ts";
import { BtfxError } from "../../src/errors.ts";
import { families, parsed } from "../support/arbitrary.ts";
import { assemble, rawText, typeText } from "../support/btf.ts";
import { damaged, damages } from "../support/damage.ts";
import { distillBase } from "../support/rewritten.ts";

describe("for any base and split BTF", () => {
  test("what was parsed is encoded to the same bytes", () => {
    fc.assert(
      fc.property(families({ splits: 2 }), ({ base, splits }) => {
        const below = parsed(base);
        for (const each of [below, ...splits.map((sample) => parsed(sample, below))]) {
          const encoded = encodeBtf(each.words, each.strings.bytes, formOf(each));
          expect(Buffer.compare(encoded, each.bytes)).toBe(0);
          expect(Buffer.compare(withTypes(each, each.words), each.bytes)).toBe(0);
        }
      }),
      { numRuns: 40 },
    );
  });

  test("either byte order reads as the same text", () => {
    fc.assert(
      fc.property(families({ splits: 1 }), ({ base, splits }) => {
        const texts = [true, false].map((littleEndian) => {
          const form = { littleEndian, hdrLen: 24 };
          const below = parsed({ ...base, form });
          return [rawText(below), rawText(parsed({ ...splits[0], form }, below))];
        });
        expect(texts[1]).toEqual(texts[0]);
      }),
      { numRuns: 40 },
    );
  });

  test("the walkers visit as many ids and names as the text has, in its order", () => {
    fc.assert(
      fc.property(families({ splits: 1 }), ({ base, splits }) => {
        const split = parsed(splits[0], parsed(base));
        for (let id = split.firstId; id < split.typeCount; id++) {
          const text = typeText(split, id).replace(/ \(\w+ '.*'\)$/gm, "");
          const ids = [...text.matchAll(/(?:type_id)=(\d+)/g)].map((match) => Number(match[1]));
          const visited: number[] = [];
          forEachTypeId(split.words, split.start(id), (word) => visited.push(split.words[word]));
          expect(visited).toEqual(ids);
          let names = 0;
          forEachNameOff(split.words, split.start(id), () => names++);
          expect(names).toBe(text.split("\n").filter((line) => line.includes("'")).length);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe("for damaged bytes", () => {
  /** The BTF, or undefined if it was refused; anything but a refusal escapes. */
  function attempt<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (error instanceof BtfxError) return undefined;
      throw error;
    }
  }

  test("nothing but a refusal escapes from parsing, distilling or relocating", () => {
    const counts = { refused: 0, survived: 0 };
    fc.assert(
      fc.property(
        families({ splits: 1 }),
        damages(4),
        fc.boolean(),
        ({ base, splits, changed }, how, inBase) => {
          const intact = parsed(base);
          const baseBytes = inBase ? damaged(intact.bytes, how) : intact.bytes;
          const splitBytes = assemble(splits[0].text, intact, splits[0].form);
          const below = attempt(() => parseBtf(baseBytes));
          const split =
            below && attempt(() => parseBtf(inBase ? splitBytes : damaged(splitBytes, how), below));
          if (split === undefined) {
            counts.refused++;
            return;
          }
          counts.survived++;
          const names = (each: Btf): void => {
            for (let id = 0; id < each.typeCount; id++) each.name(id);
          };
          names(split);
          const distilled = attempt(() => distillBase(split));
          if (distilled === undefined) return;
          const again = parseBtf(distilled.split, parseBtf(distilled.base));
          const target = parsed(changed);
          const relocation = attempt(() => new Relocator(target).relocate(again));
          if (relocation?.ok) names(parseBtf(relocation.bytes, target));
          // A damaged distilled base, too.
          const odd = attempt(() => parseBtf(distilled.split, parseBtf(damaged(distilled.base, how))));
          if (odd !== undefined) attempt(() => new Relocator(target).relocate(odd));
        },
      ),
      { numRuns: 200 },
    );
    // About 35 of 200 survive; far fewer would mean that the test no longer gets to what it is about.
    expect(counts.refused).toBeGreaterThan(5);
    expect(counts.survived).toBeGreaterThan(5);
  });
});
