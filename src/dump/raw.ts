import type { Btf, TypeId } from "../btf/btf.ts";
import * as K from "../btf/kinds.ts";
import * as STEP from "../wasm/constants/format-steps.ts";
import { escapedName } from "./escaped-name.ts";
import { INT_ENCODINGS, KIND_NAMES, LINKAGES } from "./phrases.ts";
import { printTypes } from "./print.ts";
import type { ByteSink } from "./sink.ts";
import { type Format, type Step, step, type TypeFormat } from "./text-format.ts";

/** How to print, and which types. */
export interface RawOptions {
  /** The types to print, in this order; all own types of the BTF if absent. */
  readonly ids?: ArrayLike<TypeId>;
  /** Print bytes of names that are not printable ASCII, and backslashes, as `\xNN`: for terminals. */
  readonly escapeControl?: boolean;
}

/**
 * Prints types as bpftool's `format raw` does: a line for each, a line with a tab for each member
 * (`dump_btf_type`, bpftool src/btf.c). Throws `RangeError` for an id that no type has.
 */
export function dumpRaw(btf: Btf, sink: ByteSink, options: RawOptions = {}): void {
  printTypes(btf, sink, rawFormat(options.escapeControl === true), escapedName, options.ids);
}

function rawFormat(hasEscapes: boolean): Format {
  return {
    head: [
      step("[", STEP.ID),
      step("] ", STEP.PHRASE_OF_KIND, 0, KIND_NAMES),
      step(" '", STEP.NAME, K.NAME_OFF),
      step("'"),
    ],
    kinds: KINDS,
    betweenTypes: "",
    betweenElements: "",
    anonymous: "(anon)",
    hasEscapes,
  };
}

/** A type with these fields on its line, and a line for each element. */
function lines(fields: readonly Step[], element: readonly Step[] = []): TypeFormat {
  return { fields, element, end: [step("\n")] };
}

const SIZE = step(" size=", STEP.UINT, K.SIZE_OR_TYPE);
const VLEN = step(" vlen=", STEP.VLEN);
const TYPE = step(" type_id=", STEP.UINT, K.SIZE_OR_TYPE);
const SIGN = step(" encoding=", STEP.PHRASE_OF_FLAG, 0, ["UNSIGNED", "SIGNED"]);
const ELEMENT_NAME = step("\n\t'", STEP.NAME, K.NAME_OFF);

const REFERENCE = lines([TYPE]);
const COMPOSITE = lines(
  [SIZE, VLEN],
  [
    ELEMENT_NAME,
    step("' type_id=", STEP.UINT, K.MEMBER_TYPE),
    step(" bits_offset=", STEP.BITS_OFFSET, K.MEMBER_OFFSET),
    step(" bitfield_size=", STEP.BITFIELD_SIZE, K.MEMBER_OFFSET),
  ],
);

const KINDS: Format["kinds"] = {
  UNKNOWN: lines([]),
  INT: lines([
    SIZE,
    step(" bits_offset=", STEP.INT_OFFSET, K.FIRST_INFO),
    step(" nr_bits=", STEP.INT_BITS, K.FIRST_INFO),
    step(" encoding=", STEP.INT_ENCODING, K.FIRST_INFO, INT_ENCODINGS),
  ]),
  PTR: REFERENCE,
  ARRAY: lines([
    step(" type_id=", STEP.UINT, K.ARRAY_TYPE),
    step(" index_type_id=", STEP.UINT, K.ARRAY_INDEX_TYPE),
    step(" nr_elems=", STEP.UINT, K.ARRAY_ELEMENTS),
  ]),
  STRUCT: COMPOSITE,
  UNION: COMPOSITE,
  ENUM: lines([SIGN, SIZE, VLEN], [ELEMENT_NAME, step("' val=", STEP.VALUE, K.ENUMERATOR_VALUE)]),
  FWD: lines([step(" fwd_kind=", STEP.PHRASE_OF_FLAG, 0, ["struct", "union"])]),
  TYPEDEF: REFERENCE,
  VOLATILE: REFERENCE,
  CONST: REFERENCE,
  RESTRICT: REFERENCE,
  FUNC: lines([TYPE, step(" linkage=", STEP.PHRASE_OF_VLEN, 0, LINKAGES)]),
  FUNC_PROTO: lines(
    [step(" ret_type_id=", STEP.UINT, K.SIZE_OR_TYPE), VLEN],
    [ELEMENT_NAME, step("' type_id=", STEP.UINT, K.PARAM_TYPE)],
  ),
  VAR: lines([TYPE, step(", linkage=", STEP.PHRASE, K.FIRST_INFO, LINKAGES)]),
  DATASEC: lines(
    [SIZE, VLEN],
    [
      step("\n\ttype_id=", STEP.UINT, K.SECTION_VAR_TYPE),
      step(" offset=", STEP.UINT, K.SECTION_VAR_OFFSET),
      step(" size=", STEP.UINT, K.SECTION_VAR_SIZE),
      step(" (", STEP.PHRASE_OF_TYPE, K.SECTION_VAR_TYPE, KIND_NAMES),
      step(" '", STEP.NAME_OF_TYPE, K.SECTION_VAR_TYPE),
      step("')"),
    ],
  ),
  FLOAT: lines([SIZE]),
  DECL_TAG: lines([TYPE, step(" component_idx=", STEP.INT, K.FIRST_INFO)]),
  TYPE_TAG: REFERENCE,
  ENUM64: lines(
    [SIGN, SIZE, VLEN],
    [
      ELEMENT_NAME,
      step("' val=", STEP.VALUE64, K.ENUMERATOR64_LOW),
      step("", STEP.PHRASE_OF_FLAG, 0, ["ULL", "LL"]),
    ],
  ),
  LOC_PARAM: lines([
    SIZE,
    step(" flags=0x", STEP.HEX, K.FIRST_INFO),
    VLEN,
    step(" values='", STEP.LOCATION),
    step("'"),
  ]),
  LOC_PROTO: lines(
    [VLEN],
    [step("\n\ttype_id=", STEP.UINT), step(" value='", STEP.LOCATION_OF_TYPE, 0, ["'"])],
  ),
  LOCSEC: lines(
    [VLEN],
    [
      step("\n\tname='", STEP.NAME_OF_TYPE, K.LOC_FUNC),
      step("' func_type_id=", STEP.UINT, K.LOC_FUNC),
      step(" loc_proto_type_id=", STEP.UINT, K.LOC_PROTO_ID),
      step(" offset=", STEP.UINT, K.LOC_OFFSET),
    ],
  ),
};
