import type { Btf, TypeId } from "../btf/btf.ts";
import { encodeBtf, formOf } from "../btf/encode.ts";
import { dedupTypes } from "./dedup/dedup.ts";
import { TypeGraph } from "./dedup/graph.ts";

/** Several split BTFs as one. */
export interface Merged {
  /** The merged BTF, split on the same base, in the base's byte order. */
  readonly bytes: Uint8Array;
  /** New id of a type of the split BTF number `index`. One of the base may have changed too, if it was only a declaration there. */
  readonly mapId: (index: number, id: TypeId) => TypeId;
}

/**
 * Merges BTFs that are split on one base: all types one after the other (`btf__add_btf` of libbpf), then each once
 * (`btf__dedup`), forward declarations resolved where another BTF defines the type. What is in the base already is not
 * repeated. Throws `wrong-base` if one is split on another base, `unknown-kind`, and what {@link dedupTypes} throws.
 */
export function mergeSplits(base: Btf, splits: readonly Btf[]): Merged {
  const graph = new TypeGraph(base, splits);
  const shifts = splits.map((split) => graph.add(split) - graph.firstId);
  const { words, ids } = dedupTypes(graph);
  const mapId = (index: number, id: TypeId): TypeId => ids[id < graph.firstId ? id : id + shifts[index]];
  return { bytes: encodeBtf(words, graph.strings.finish(), formOf(base)), mapId };
}
