import { kindName } from "../../btf/kinds.ts";
import { BtfxError } from "../../errors.ts";
import { LEADS_TO_NO_VALUE, LOOP } from "../../wasm/constants/merge-codes.ts";

const NO_C = "no C has such types; the BTF is damaged, or was not built against this base";

/** Throws the error for one of the reasons in `merge-codes` why types cannot be merged. */
export function refuseMerge(reason: number, detail: number): never {
  if (reason === LOOP) {
    const types = detail === 1 ? "a type refers to itself" : `${detail} types refer to each other in a loop`;
    throw new BtfxError("bad-type-id", `${types} without a struct, union or typedef among them`, {
      hint: NO_C,
    });
  }
  if (reason === LEADS_TO_NO_VALUE) {
    throw new BtfxError(
      "bad-type-id",
      `a struct or typedef leads to a ${kindName(detail)}, which is not the type of a value`,
      { hint: "the BTF is damaged, or was not built against this base" },
    );
  }
  throw new BtfxError(
    "unsupported",
    "these types are too alike, or their graph too tangled, to be told apart in reasonable time",
    { hint: "no compiler makes such types; dump the files one by one" },
  );
}
