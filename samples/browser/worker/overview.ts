import type { Btf, TypeId } from "../../../src/index.ts";
import { isComposite, kindName } from "../../../src/wire.ts";
import type { Overview } from "../shared/model.ts";
import { titleOf } from "./type-view.ts";

const MOST_LARGEST = 10;

/** Counts the own types of a BTF by kind, and finds the largest that have a name. */
export function overviewOf(btf: Btf): Overview {
  const counts = new Map<number, number>();
  const composites: TypeId[] = [];
  for (const id of btf.ids()) {
    const kind = btf.kind(id);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    if (isComposite(kind) && btf.nameOff(id) !== 0) composites.push(id);
  }
  composites.sort((a, b) => btf.sizeOrType(b) - btf.sizeOrType(a));
  return {
    kinds: Array.from(counts, ([kind, count]) => ({ kind: kindName(kind), count })).sort(
      (a, b) => b.count - a.count,
    ),
    largest: composites.slice(0, MOST_LARGEST).map((id) => {
      return { id, title: titleOf(btf, id), size: btf.sizeOrType(id) };
    }),
  };
}
