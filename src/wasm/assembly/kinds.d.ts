/**
 * Kinds of types, for tsc, so that it lists the switches that do not answer for all of them. To AssemblyScript's
 * compiler, which has no such types, they are `u32` (`../build.mjs`).
 */
type Kinds = typeof import("../../btf/kind-numbers");

/** Void, or a kind without a row, which only a layout section describes: see `btf/kinds`. */
type UnknownKind = 0 | (number & { readonly withoutRow: never });
/** Kind of any type. */
type KindNumber = Kinds[keyof Kinds] | UnknownKind;
