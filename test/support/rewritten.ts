import type { Btf } from "../../src/btf/btf.ts";
import { type Distilled, Distiller } from "../../src/engine/distill.ts";
import { type Relocation, Relocator } from "../../src/engine/relocate.ts";

/** Distils one split BTF. */
export function distillBase(split: Btf): Distilled {
  return new Distiller(split.base!).distill(split);
}

/** Relocates one split BTF onto a base. */
export function relocateBase(split: Btf, base: Btf): Relocation {
  return new Relocator(base).relocate(split);
}
