import fc from "fast-check";
import { expect, test } from "vitest";
import type { Btf } from "../../src/btf/btf.ts";
import { forEachNameOff, forEachTypeId } from "../../src/btf/fields.ts";
import { kindName } from "../../src/btf/kinds.ts";
import { parseUnchecked } from "../../src/btf/parse.ts";
import { type BaseEvidence, weighBase } from "../../src/engine/wrong-base.ts";
import { families, parsed } from "../support/arbitrary.ts";
import { assemble, btf } from "../support/btf.ts";
import { damaged, damages } from "../support/damage.ts";

/** What no type of a module refers to, but for these kinds. */
const NO_TYPES = new Set(["FUNC", "VAR", "DATASEC", "DECL_TAG", "LOC_PARAM", "LOC_PROTO", "LOCSEC"]);
const TARGETS: Readonly<Record<string, readonly string[]>> = {
  FUNC: ["FUNC_PROTO"],
  DATASEC: ["VAR", "FUNC"],
  DECL_TAG: ["STRUCT", "UNION", "FUNC", "VAR", "TYPEDEF"],
  LOC_PROTO: ["LOC_PARAM"],
  LOCSEC: ["FUNC", "LOC_PROTO"],
};

/** Weighs as `BaseEvidence` says, one reference after the other. */
function weighedByHand(split: Btf, base: Btf): Omit<BaseEvidence, "wrong"> {
  const { words, starts, strings, firstId, typeCount } = split;
  const counts = {
    nameRefs: 0,
    strayNames: 0,
    ownNameRefs: 0,
    strayOwnNames: 0,
    idRefs: 0,
    strayIds: 0,
    ownIdRefs: 0,
    strayOwnIds: 0,
  };
  const all = [...base.strings.bytes, ...strings.bytes];
  for (let id = firstId; id < typeCount; id++) {
    const user = kindName(split.kind(id));
    forEachNameOff(words, starts[id - firstId], (word) => {
      const off = words[word];
      if (off === 0) return;
      const isStray = off >= all.length || (off !== base.strings.end && all[off - 1] !== 0);
      const isOwn = off >= base.strings.end && off < all.length;
      counts[isOwn ? "ownNameRefs" : "nameRefs"]++;
      if (isStray) counts[isOwn ? "strayOwnNames" : "strayNames"]++;
    });
    forEachTypeId(words, starts[id - firstId], (word) => {
      const target = words[word];
      if (target === 0) return;
      const isOwn = target >= firstId && target < typeCount;
      const kind = target < typeCount ? kindName(split.kind(target)) : "none";
      const allowed = TARGETS[user];
      const isStray = kind === "none" || (isOwn && allowed ? !allowed.includes(kind) : NO_TYPES.has(kind));
      if (isOwn && (allowed || isStray)) counts.ownIdRefs++;
      if (isOwn && isStray) counts.strayOwnIds++;
      if (isOwn || (allowed && user !== "FUNC")) return;
      counts.idRefs++;
      if (isStray) counts.strayIds++;
    });
  }
  return counts;
}

test("counts every reference that goes astray, of sound and damaged BTF", () => {
  let strays = 0;
  fc.assert(
    fc.property(families({ splits: 1, maxTypes: 14 }), damages(3), ({ base: sample, splits }, damage) => {
      const base = parsed(sample);
      const sound = parsed(splits[0], base);
      // Only words of the types, so that it can be told where they are.
      const at = sound.header.hdrLen + sound.header.typeOff;
      const bytes = sound.bytes.slice();
      bytes.set(
        damaged(bytes.subarray(at, at + sound.header.typeLen), damage).subarray(0, sound.header.typeLen),
        at,
      );
      for (const split of [sound, uncheckedOf(bytes, base)]) {
        if (split === undefined) continue;
        const { wrong, ...counts } = weighBase(split);
        expect(counts).toEqual(weighedByHand(split, base));
        strays += counts.strayNames + counts.strayIds + counts.strayOwnNames + counts.strayOwnIds;
      }
    }),
    { numRuns: 300 },
  );
  expect(strays).toBeGreaterThan(20);
});

function uncheckedOf(bytes: Uint8Array, base: Btf): Btf | undefined {
  try {
    return parseUnchecked(bytes, base);
  } catch {
    return undefined;
  }
}

test("a base of another build is the wrong one", () => {
  const built = btf`
    [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
    [2] STRUCT 'device' size=4 vlen=1
      'id' type_id=1 bits_offset=0
    [3] FUNC_PROTO '(anon)' ret_type_id=1 vlen=0`;
  const other = btf`
    [1] INT 'long' size=8 bits_offset=0 nr_bits=64 encoding=SIGNED
    [2] FUNC_PROTO '(anon)' ret_type_id=0 vlen=0
    [3] FUNC 'probe' type_id=2 linkage=static`;
  const module = assemble("[4] PTR '(anon)' type_id=3\n[5] FUNC 'id' type_id=3 linkage=static", built);
  expect(weighBase(parseUnchecked(module, built)).wrong).toBe(false);
  expect(weighBase(parseUnchecked(module, other))).toMatchObject({ wrong: true, strayIds: 2, idRefs: 2 });
});
