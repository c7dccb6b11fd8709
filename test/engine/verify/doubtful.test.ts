import fc from "fast-check";
import { expect, test } from "vitest";
import { parseBtf } from "../../../src/btf/parse.ts";
import { StringTable } from "../../../src/btf/strings.ts";
import { findDoubtful } from "../../../src/engine/verify/doubtful.ts";
import { OLDEST_MEASURED } from "../../../src/engine/verify/kernel.ts";
import { HEAD_RULES, KIND_RULES, type MetaCheck } from "../../../src/engine/verify/meta-rules.ts";
import { RecordCursor } from "../../../src/engine/verify/record-cursor.ts";
import { assemble } from "../../support/btf.ts";
import { EVERYTHING } from "./everything.ts";

/** "", "a", "b.c", "1d" and a name that is too long. */
const STRINGS = new StringTable(Buffer.from(`\0a\0b.c\u00001d\0${"n".repeat(513)}\0`));

/** The rules of releases from 6.1 on. */
const measured = (rules: readonly MetaCheck[]) =>
  rules.filter(({ until }) => until === undefined || until > OLDEST_MEASURED);

/** Whether the record that fills the words breaks a rule of any release from 6.1 on. */
function breaksRule(words: Uint32Array): boolean {
  const t = new RecordCursor(words, STRINGS);
  t.bytesLeft = words.byteLength - 12;
  t.moveTo(0, 1);
  if (measured(HEAD_RULES).some((rule) => rule.broken(t)) || t.kind === 0) return true;
  const { head, element, tail, pass } = KIND_RULES[t.kind];
  if (measured(head).some((rule) => rule.broken(t))) return true;
  if (t.payloadBytes > words.byteLength - 12) return true;
  for (let i = 0; i < t.vlen && element.length > 0; i++) {
    t.moveToElement(i);
    if (element.some((rule) => rule.broken(t))) return true;
    pass(t);
  }
  return tail.some((rule) => rule.broken(t));
}

const word = fc.oneof(
  fc.nat(20),
  fc.constantFrom(0, 32, 64, 0xfffff, 0x100000, 0xffffff, 0xffffffff, 515, 516, 0x01000020),
  fc.nat(0xffffffff),
);
const nameOff = fc.oneof(fc.constantFrom(0, 0, 1, 3), fc.nat(12), fc.nat(600));
const info = fc
  .tuple(
    fc.nat(20),
    fc.constantFrom(0, 0, 0, 1, 2, 3),
    fc.boolean(),
    fc.constantFrom(0, 0, 0, 1 << 16, 1 << 29),
  )
  .map(([kind, vlen, kflag, reserved]) => ((kflag ? 0x80000000 : 0) | (kind << 24) | reserved | vlen) >>> 0);

test("a record that is not doubtful breaks no rule, and fills its words", () => {
  let plain = 0;
  fc.assert(
    fc.property(nameOff, info, word, fc.array(word, { maxLength: 9 }), (name, word1, third, payload) => {
      const words = Uint32Array.of(name, word1, third, ...payload);
      const { starts, doubtful } = findDoubtful(words, STRINGS, null);
      if (starts.length === 1 || doubtful[0] === 0) return;
      plain++;
      expect(starts[1]).toBeLessThanOrEqual(words.length);
      expect(breaksRule(words.subarray(0, starts[1]))).toBe(false);
    }),
    { numRuns: 15_000 },
  );
  expect(plain).toBeGreaterThan(200);
});

test("types of every kind are not doubtful, with names of the base or their own", () => {
  const base = parseBtf(assemble(`${EVERYTHING} [20] TYPE_TAG 'user' type_id=10`));
  const moved = EVERYTHING.replaceAll(/\[(\d+)\]/g, (_, id) => `[${Number(id) + 20}]`);
  const split = parseBtf(assemble(moved.replaceAll("'s'", "'own'"), base), base);
  for (const btf of [base, split]) {
    const { starts, kinds, doubtful, doubtfulChains } = findDoubtful(btf.words, btf.strings, btf.base);
    expect([starts, kinds]).toEqual([btf.starts, btf.kinds]);
    expect([...doubtful, ...doubtfulChains]).toEqual([]);
  }
});
