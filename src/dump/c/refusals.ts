import type { TypeId } from "../../btf/btf.ts";
import { BtfxError } from "../../errors.ts";
import { tooDeep, typeCycle, unfolds } from "../../types/refusals.ts";
import * as REFUSAL from "../../wasm/refusals.ts";

/** Throws the error for one of `wasm/refusals`, why a type of this kind cannot be written as C. */
export function refuseC(what: number, typeId: TypeId, kind: number): never {
  switch (what) {
    case REFUSAL.TYPE_CYCLE:
      throw typeCycle(typeId);
    case REFUSAL.TOO_DEEP:
      throw tooDeep(typeId);
    case REFUSAL.UNFOLDS:
      throw unfolds(typeId);
    default:
      throw new BtfxError("unknown-kind", `a type of unknown kind ${kind} cannot be written as C`, {
        at: { typeId },
        hint: "the BTF is newer than this version; 'btfx dump' prints what is known, in raw format",
      });
  }
}
