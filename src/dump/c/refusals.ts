import { BtfxError } from "../../errors.ts";
import { tooDeep, typeCycle, unfolds } from "../../types/refusals.ts";
import * as REASON from "../../wasm/refusals.ts";

/** Throws the error for a reason of `wasm/refusals` why a type of this kind cannot be written as C. */
export function refuseC(reason: number, typeId: number, kind: number): never {
  if (reason === REASON.TYPE_CYCLE) throw typeCycle(typeId);
  if (reason === REASON.TOO_DEEP) throw tooDeep(typeId);
  if (reason === REASON.UNFOLDS) throw unfolds(typeId);
  // A kind that only the layout section describes: only its name is known.
  throw new BtfxError("unknown-kind", `a type of unknown kind ${kind} cannot be written as C`, {
    at: { typeId },
    hint: "the BTF is newer than this version; format raw prints what is known",
  });
}
