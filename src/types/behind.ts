import type { TypeId } from "../btf/btf.ts";
import * as K from "../btf/kinds.ts";
import type { FlatBtf } from "./flat.ts";
import { typeCycle } from "./type-errors.ts";

/** Links after which a chain counts as long; those of a compiler have a few. */
const LONG = 16;

/** Typedefs, qualifiers and tags. */
export const MODIFIERS: Uint8Array = Uint8Array.from({ length: 256 }, (_, kind) =>
  Number(K.isModifier(kind)),
);

/**
 * The types behind chains of types that refer to one another. A long chain is walked once, however many types lead into
 * it: the work stays in proportion to the input.
 */
export class Behind {
  private readonly flat: FlatBtf;
  private readonly passed: Uint8Array;
  /** By type of a long chain: 1 + what is behind it. */
  private ends: Uint32Array | undefined;

  /** `passed` is 1 for each BTF_KIND_* that is passed over. */
  constructor(flat: FlatBtf, passed: Uint8Array = MODIFIERS) {
    this.flat = flat;
    this.passed = passed;
  }

  /** The first type of another kind, 0 for void. Throws `bad-type-id` for a ring. */
  of(typeId: TypeId): TypeId {
    const { kinds, targets } = this.flat;
    let id = typeId;
    for (let links = 0; this.passed[kinds[id]] === 1; links++) {
      if (links === LONG) return this.ofLong(typeId);
      id = targets[id];
    }
    return id;
  }

  private ofLong(typeId: TypeId): TypeId {
    const { kinds, targets, typeCount } = this.flat;
    this.ends ??= new Uint32Array(typeCount);
    const { ends, passed } = this;
    let id = typeId;
    for (let links = 0; ends[id] === 0 && passed[kinds[id]] === 1; links++) {
      if (links > typeCount) throw typeCycle(typeId);
      id = targets[id];
    }
    const end = ends[id] === 0 ? id : ends[id] - 1;
    for (let at = typeId; at !== id; at = targets[at]) ends[at] = end + 1;
    return end;
  }
}
