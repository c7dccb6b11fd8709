import fc from "fast-check";

/** One thing that goes wrong with a file. */
export interface Damage {
  /** Where, modulo the length. */
  readonly at: number;
  readonly value: number;
  /** A byte or an aligned word becomes `value`, or the file ends there. */
  readonly how: "byte" | "word" | "cut";
}

/** One to `most` of them, with values at which fields tip over. */
export function damages(most: number): fc.Arbitrary<Damage[]> {
  return fc.array(
    fc.record({
      at: fc.nat(100_000),
      value: fc.constantFrom(0, 1, 2, 3, 7, 0x7f, 0x80, 0xff, 0xffff, 0xffffff, 0x7fffffff, 0xffffffff),
      how: fc.constantFrom<Damage["how"]>("byte", "byte", "word", "word", "cut"),
    }),
    { minLength: 1, maxLength: most },
  );
}

/** A copy of `bytes` with the damage done. */
export function damaged(bytes: Uint8Array, damage: readonly Damage[]): Uint8Array {
  let copy = bytes.slice();
  for (const each of damage) {
    if (copy.length === 0) break;
    const at = each.at % copy.length;
    if (each.how === "cut") copy = copy.slice(0, at);
    else if (each.how === "byte" || copy.length < 4) copy[at] = each.value;
    else new DataView(copy.buffer).setUint32(Math.min(at & ~3, copy.length - 4), each.value, true);
  }
  return copy;
}
