import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeBtf, formOf } from "../../src/btf/encode.ts";
import { chainOf } from "../../src/btf/lay.ts";
import {
  type Btf,
  cText,
  Distiller,
  describe,
  diffBtf,
  jsonText,
  layoutText,
  mergeSplits,
  parseBtf,
  prune,
  Relocator,
  rawText,
  sizeOf,
  sortByName,
} from "../../src/index.ts";
import { families, parsed } from "../support/arbitrary.ts";
import { assemble } from "../support/btf.ts";

test("a BTF that is split on another is as good a base as one that stands alone", () => {
  fc.assert(
    fc.property(families({ splits: 2 }), fc.array(fc.nat(), { minLength: 2 }), (family, picks) => {
      const base = parsed(family.base);
      const middle = parsed(family.splits[0], base);
      const top = assemble(onTypes(middle, picks), middle);
      const twin = assemble(onTypes(middle, picks.toReversed()), middle);
      const changed = parsed(family.changed);
      expect(everything(middle, [top, twin], changed)).toEqual(
        everything(flat(middle), [top, twin], changed),
      );
    }),
    { numRuns: Number(process.env.BTFX_RUNS ?? 25) },
  );
});

/** A BTF with those that it is split on as one that stands alone: ids and offsets of names stay what they are. */
function flat(btf: Btf): Btf {
  const parts = chainOf(btf);
  const words = Uint32Array.from(parts.flatMap((part) => [...part.words]));
  const strings = Buffer.concat(parts.map((part) => part.strings.bytes));
  return parseBtf(encodeBtf(words, strings, formOf(btf)));
}

/** Types that use those of `base`, as text: pointers, and structs that hold them. */
function onTypes(base: Btf, picks: readonly number[]): string {
  const lines = picks.map((pick, i) => {
    const [id, target, other] = [base.typeCount + i, pick % base.typeCount, (pick >>> 4) % base.typeCount];
    if (pick % 3 === 0) return `[${id}] PTR '(anon)' type_id=${target}`;
    return `[${id}] STRUCT 's${pick % 5}' size=16 vlen=2
      'a' type_id=${target} bits_offset=0
      'b${pick % 7}' type_id=${other} bits_offset=64`;
  });
  return lines.join("\n");
}

/** All that is done with a base and BTFs split on it: what comes out, or the errors. */
function everything(base: Btf, modules: readonly Uint8Array[], other: Btf): unknown[] {
  const splits = modules.map((bytes) => parseBtf(bytes, base));
  const ofEach = splits.flatMap((split) => [
    outcome(() => rawText(split)),
    outcome(() => jsonText(split)),
    outcome(() => cText(split)),
    outcome(() => layoutText(split, split.typeCount - 1)),
    outcome(() => [...split.ids()].map((id) => [describe(split, id), sizeOf(split, id)])),
    outcome(() => prune(split).bytes),
    outcome(() => sortByName(split).bytes),
    outcome(() => distilled(base, split, other)),
  ]);
  return [
    ...ofEach,
    outcome(() => mergeSplits(base, splits).bytes),
    outcome(() => diffBtf(splits[0], splits[1])),
    outcome(() => [...splits[0].ids()].map((id) => splits[0].find(splits[0].name(id)))),
  ];
}

function distilled(base: Btf, split: Btf, other: Btf): unknown[] {
  const made = new Distiller(base).distill(split);
  const own = parseBtf(made.split, parseBtf(made.base));
  return [made.base, made.split, ...[base, other].map((on) => new Relocator(on).relocate(own))];
}

/** What comes out, without its functions, or the error. */
function outcome(work: () => unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(work()));
  } catch (error) {
    return String(error);
  }
}
