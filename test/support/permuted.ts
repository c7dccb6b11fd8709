import type { Btf } from "../../src/btf/btf.ts";
import { withTypes } from "../../src/btf/encode.ts";
import { forEachTypeId } from "../../src/btf/fields.ts";
import { parseBtf } from "../../src/btf/parse.ts";

/**
 * A BTF without a base with its types in the order of `keys`, which are taken again from the start where there are too
 * few.
 */
export function permuted(btf: Btf, keys: readonly number[]): Btf {
  const { words, starts } = btf;
  const ids = Array.from({ length: starts.length - 1 }, (_, i) => i + 1);
  const order = ids.toSorted((a, b) => keys[a % keys.length] - keys[b % keys.length] || a - b);
  const newIds = new Uint32Array(ids.length + 1);
  for (const [i, id] of order.entries()) newIds[id] = i + 1;
  const out = new Uint32Array(words.length);
  let at = 0;
  for (const id of order) {
    const record = words.slice(starts[id - 1], starts[id]);
    forEachTypeId(record, 0, (word) => {
      record[word] = newIds[record[word]];
    });
    out.set(record, at);
    at += record.length;
  }
  return parseBtf(withTypes(btf, out));
}
