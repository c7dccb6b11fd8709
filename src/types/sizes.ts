import type { Btf, TypeId } from "../btf/btf.ts";
import { Behind } from "./behind.ts";
import { Layouts } from "./c-layout.ts";
import { type FlatBtf, flatten } from "./flat.ts";
import { Sizes } from "./measure.ts";
import { pointerSizeOf } from "./pointer-size.ts";

/** A BTF laid flat, and the measures of its types, each computed once. */
export interface Measured {
  readonly flat: FlatBtf;
  readonly behind: Behind;
  /** As C lays types out. */
  readonly layouts: Layouts;
  /** As pahole counts. */
  readonly sizes: Sizes;
}

const MEASURED = new WeakMap<Btf, Measured>();

/** The measures of a BTF, for questions about single types. Made at the first call. */
export function measured(btf: Btf): Measured {
  let measures = MEASURED.get(btf);
  if (measures === undefined) {
    const flat = flatten(btf);
    const pointerSize = pointerSizeOf(btf);
    measures = {
      flat,
      behind: new Behind(flat),
      layouts: new Layouts(flat, pointerSize),
      sizes: new Sizes(flat, pointerSize),
    };
    MEASURED.set(btf, measures);
  }
  return measures;
}

/**
 * Size of a type in bytes, like `sizeof` (`btf__resolve_size`). For a variable this is the size of its type, for an
 * array that of all elements. Undefined for types without a size: void, functions, forward declarations and types of 4
 * GiB or more. A pointer has as many bytes as `long` in this BTF, 8 by default. Throws `RangeError` for an id that no
 * type has.
 */
export function sizeOf(btf: Btf, id: TypeId): number | undefined {
  btf.kind(id);
  const { layouts } = measured(btf);
  return layouts.hasSize(id) ? layouts.size(id) : undefined;
}

/**
 * Alignment of a type in bytes (`btf__align_of`): 1 for a packed struct. Undefined for what has none: void, functions,
 * forward declarations. Throws `RangeError` for an id that no type has, and {@link BtfxError} for a type made of
 * itself.
 */
export function alignOf(btf: Btf, id: TypeId): number | undefined {
  btf.kind(id);
  const align = measured(btf).layouts.align(id);
  return align > 0 ? align : undefined;
}

/**
 * The type behind typedefs, qualifiers and type tags: an id of another kind, 0 for void. Throws `RangeError` for an id
 * that no type has, and {@link BtfxError} `bad-type-id` for modifiers in a circle.
 */
export function skipModifiers(btf: Btf, id: TypeId): TypeId {
  btf.kind(id);
  return measured(btf).behind.of(id);
}
