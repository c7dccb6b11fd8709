import type { TypeId } from "../btf/btf.ts";
import { BtfxError } from "../errors.ts";
import * as REFUSAL from "../wasm/constants/refusal-codes.ts";
import { MAX_NESTING } from "../wasm/constants/type-limits.ts";

export { MAX_NESTING };

// Why a type can be neither measured nor printed.

/** Throws the error for one of the refusal codes of WebAssembly. `kind` is the BTF_KIND_* of the type. */
export function refuseType(code: number, typeId: TypeId, kind: number): never {
  switch (code) {
    case REFUSAL.TYPE_CYCLE:
      throw typeCycle(typeId);
    case REFUSAL.TOO_DEEP:
      throw tooDeep(typeId);
    case REFUSAL.TOO_LARGE:
      throw tooLarge(typeId);
    case REFUSAL.UNFOLDS:
      throw unfolds(typeId);
    default:
      throw unknownKind(typeId, kind);
  }
}

/** The type contains or names itself in a way that C cannot express. */
export function typeCycle(typeId: TypeId): BtfxError {
  return new BtfxError("bad-type-id", `unsatisfiable type cycle, id:[${typeId}]`, {
    at: { typeId },
    hint: "the type contains itself, which C cannot express; 'btfx dump' prints it, in raw format",
  });
}

/** Types are nested deeper than {@link MAX_NESTING}. */
export function tooDeep(typeId: TypeId): BtfxError {
  return new BtfxError("unsupported", `types are nested more than ${MAX_NESTING} deep`, {
    at: { typeId },
    hint: "no compiler accepts this; 'btfx dump' prints it, in raw format",
  });
}

/** The type is larger than a number holds exactly, as nested arrays soon are. */
export function tooLarge(typeId: TypeId): BtfxError {
  return new BtfxError("unsupported", "the size of the type is above 2^53 bytes", {
    at: { typeId },
    hint: "no compiler produces this; 'btfx dump' prints it, in raw format",
  });
}

/** Anonymous types are written out wherever they are used, so that n of them can expand to 2^n times their size. */
export function unfolds(typeId: TypeId): BtfxError {
  return new BtfxError("unsupported", "anonymous types expand to an unreasonable amount of text", {
    at: { typeId },
    hint: "'btfx dump' prints it, in raw format",
  });
}

/** Only a layout section describes the kind. */
function unknownKind(typeId: TypeId, kind: number): BtfxError {
  return new BtfxError("unknown-kind", `a type of unknown kind ${kind} cannot be written as C`, {
    at: { typeId },
    hint: "the BTF is newer than this version; 'btfx dump' prints what is known, in raw format",
  });
}
