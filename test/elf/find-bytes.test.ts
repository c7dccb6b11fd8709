import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findBytes } from "../../src/elf/find-bytes.ts";

describe("findBytes", () => {
  it("finds what Buffer's indexOf finds", () => {
    // Few different bytes, so that partial matches are common.
    const bytes = (maxLength: number, minLength = 0) =>
      fc.array(fc.integer({ min: 0, max: 2 }), { minLength, maxLength });
    fc.assert(
      fc.property(bytes(60), bytes(5, 1), fc.nat(70), (all, wanted, from) => {
        const found = findBytes(Uint8Array.from(all), Uint8Array.from(wanted), from);
        expect(found).toBe(Buffer.from(all).indexOf(Buffer.from(wanted), from));
      }),
    );
  });
});
