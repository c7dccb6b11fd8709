import type { TypeId } from "../btf/btf.ts";
import { BtfxError } from "../errors.ts";
import { MAX_NESTING } from "../wasm/limits.ts";

/** Why a type is neither measured nor printed. */

/** The type contains or names itself in a way that C cannot express. */
export function typeCycle(typeId: TypeId): BtfxError {
  return new BtfxError("bad-type-id", `unsatisfiable type cycle, id:[${typeId}]`, {
    at: { typeId },
    hint: "the type contains itself, which C cannot express; 'btfx dump' prints it, in raw format",
  });
}

/** Anonymous types are nested too deep. */
export function tooDeep(typeId: TypeId): BtfxError {
  return new BtfxError("unsupported", `types are nested more than ${MAX_NESTING} deep`, {
    at: { typeId },
    hint: "no compiler accepts this; 'btfx dump' prints it, in raw format",
  });
}

/** Nested arrays soon exceed what a number holds. */
export function tooLarge(typeId: TypeId): BtfxError {
  return new BtfxError("unsupported", "the size of the type is above 2^53 bytes", {
    at: { typeId },
    hint: "no compiler produces this; 'btfx dump' prints it, in raw format",
  });
}

/** Types without names are written out wherever they are used, so that a few can unfold to 2^n times their size. */
export function unfolds(typeId: TypeId): BtfxError {
  return new BtfxError("unsupported", "anonymous types expand to an unreasonable amount of text", {
    at: { typeId },
    hint: "'btfx dump' prints it, in raw format",
  });
}
