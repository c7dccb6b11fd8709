import type { TypeId } from "../../btf/btf.ts";
import { FWD } from "../../btf/kinds.ts";
import type { TypeGraph } from "./graph.ts";
import { PASSES } from "./passes.ts";

/** Marks a type whose canonical type is not known yet (`BTF_UNPROCESSED_ID`), or whose references are being followed. */
const UNMAPPED = 0xffffffff;
const IN_PROGRESS = 0xfffffffe;

/**
 * Maps each type to what it has become so far: itself, if it is canonical, or another, whose turn may come too. Never a loop: only
 * what is mapped to itself, or to nothing yet, is ever mapped anew. Types of the base are themselves, but for forward
 * declarations for which a definition was found.
 */
export class CanonMap {
  private readonly graph: TypeGraph;
  private readonly map: Uint32Array;

  constructor(graph: TypeGraph) {
    this.graph = graph;
    this.map = new Uint32Array(graph.typeCount);
    for (let id = 0; id < graph.firstId; id++) this.map[id] = id;
    for (let id = graph.firstId; id < graph.typeCount; id++) {
      this.map[id] = PASSES[graph.kind(id)] === "unique" ? id : UNMAPPED;
    }
  }

  /** Says what `id` is from now on. */
  set(id: TypeId, to: TypeId): void {
    this.map[id] = to;
  }

  /** Whether it is known what `id` becomes. */
  isMapped(id: TypeId): boolean {
    return this.map[id] < IN_PROGRESS;
  }

  /** Whether `id` is what it and its likes become. */
  isCanonical(id: TypeId): boolean {
    return this.map[id] === id;
  }

  /** Notes that the references of `id` are being followed. */
  begin(id: TypeId): void {
    this.map[id] = IN_PROGRESS;
  }

  /** Whether {@link begin} was called, and {@link set} was not yet. */
  isInProgress(id: TypeId): boolean {
    return this.map[id] === IN_PROGRESS;
  }

  /** The type that `id` becomes, as far as that is known (`resolve_type_id`). */
  resolve(id: TypeId): TypeId {
    let at = id;
    for (let to = this.map[at]; to !== at && to < IN_PROGRESS; to = this.map[at]) at = to;
    return at;
  }

  /** The definition that a forward declaration was resolved to; any other type is itself (`resolve_fwd_id`). */
  definition(id: TypeId): TypeId {
    if (this.graph.kind(id) !== FWD) return id;
    const resolved = this.resolve(id);
    return this.graph.kind(resolved) === FWD ? id : resolved;
  }
}
