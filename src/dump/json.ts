import type { Btf, TypeId } from "../btf/btf.ts";
import * as K from "../btf/kinds.ts";
import { ascii } from "../btf/strings.ts";
import * as STEP from "../wasm/constants/format-steps.ts";
import { jsonName, jsonNameCompat } from "./json-names.ts";
import { INT_ENCODINGS, KIND_NAMES, LINKAGES } from "./phrases.ts";
import { printTypes } from "./print.ts";
import type { ByteSink } from "./sink.ts";
import { type Format, type Step, step, type TypeFormat } from "./text-format.ts";

/** How to print, and which types. */
export interface JsonOptions {
  /** The types to print, in this order; all own types of the BTF if absent. */
  readonly ids?: ArrayLike<TypeId>;
  /** A line for each field, as `bpftool -p`; else all on one line, as `bpftool -j`. */
  readonly pretty?: boolean;
  /**
   * The output of bpftool 7.8 bug for bug: unsigned enumerators of 32 bits above 2^31 sign-extended to 64, and names
   * with control bytes or bytes that are no UTF-8 as they are, which is not JSON.
   */
  readonly compat?: boolean;
}

/**
 * Prints types as `bpftool -j` and `-p` do: `{"types":[{"id":…,"kind":…,"name":…},…]}` and a newline. Throws
 * `RangeError` for an id that no type has.
 */
export function dumpJson(btf: Btf, sink: ByteSink, options: JsonOptions = {}): void {
  const compat = options.compat === true;
  const lines = options.pretty === true ? PRETTY : ONE_LINE;
  const count = options.ids?.length ?? btf.typeCount - btf.firstId;
  const writeName = compat ? jsonNameCompat : jsonName;
  printTypes(btf, sink, jsonFormat(lines, compat), writeName, options.ids, {
    begin: ascii(`{${lines.key(1, "types")}[`),
    end: ascii(`${count > 0 ? lines.line(1) : ""}]${lines.line(0)}}\n`),
  });
}

/** The text before a field and between its parts. */
interface Lines {
  /** The end of a line and the indent of the next. */
  line(depth: number): string;
  key(depth: number, name: string): string;
}

/** `jsonw_name` and `jsonw_eol` of bpftool's json_writer.c: pretty output indents by four spaces for each level. */
const PRETTY: Lines = {
  line: (depth) => `\n${"    ".repeat(depth)}`,
  key: (depth, name) => `\n${"    ".repeat(depth)}"${name}": `,
};
const ONE_LINE: Lines = { line: () => "", key: (_, name) => `"${name}":` };

function jsonFormat({ line, key }: Lines, compat: boolean): Format {
  /** A field of a type. */
  const field = (name: string, verb: number, word = 0) => step(`,${key(3, name)}`, verb, word);
  const text = (name: string, verb: number, word: number, phrases: readonly string[]) => [
    step(`,${key(3, name)}"`, verb, word, phrases),
    step('"'),
  ];
  /** The first field of an element, and those after it. */
  const first = (name: string, verb: number, word = 0) => step(`{${key(5, name)}`, verb, word);
  const next = (name: string, verb: number, word = 0) => step(`,${key(5, name)}`, verb, word);
  const firstName = (verb: number, word: number) => [step(`{${key(5, "name")}"`, verb, word), step('"')];
  const endType = step(`${line(2)}}`);

  const object = (...fields: Step[]): TypeFormat => ({ fields, end: [endType] });
  /** A type with these fields and a list of elements, and what comes after that. */
  const list = (
    fields: readonly Step[],
    name: string,
    element: readonly Step[],
    after: readonly Step[] = [],
  ): TypeFormat => ({
    fields: [...fields, step(`,${key(3, name)}[`)],
    element,
    end: [step(`${line(3)}]`), ...after, endType],
    endOfNone: [step("]"), ...after, endType],
  });
  const objects = (fields: readonly Step[], name: string, element: readonly Step[]) =>
    list([...fields, vlen], name, [...element, step(`${line(4)}}`)]);

  const size = field("size", STEP.UINT, K.SIZE_OR_TYPE);
  const type = field("type_id", STEP.UINT, K.SIZE_OR_TYPE);
  const vlen = field("vlen", STEP.VLEN);
  const elementName = firstName(STEP.NAME, K.NAME_OFF);
  const reference = object(type);
  const composite = objects([size], "members", [
    ...elementName,
    next("type_id", STEP.UINT, K.MEMBER_TYPE),
    next("bits_offset", STEP.BITS_OFFSET, K.MEMBER_OFFSET),
    next("bitfield_size", STEP.BITFIELD_SIZE, K.MEMBER_OFFSET),
  ]);
  const enumeration = (verb: number) =>
    objects([...text("encoding", STEP.PHRASE_OF_FLAG, 0, ["UNSIGNED", "SIGNED"]), size], "values", [
      ...elementName,
      next("val", verb, K.ENUMERATOR_VALUE),
    ]);
  return {
    head: [
      step(`{${key(3, "id")}`, STEP.ID),
      step(`,${key(3, "kind")}"`, STEP.PHRASE_OF_KIND, 0, KIND_NAMES),
      step(`",${key(3, "name")}"`, STEP.NAME, K.NAME_OFF),
      step('"'),
    ],
    kinds: {
      UNKNOWN: object(),
      INT: object(
        size,
        field("bits_offset", STEP.INT_OFFSET, K.FIRST_INFO),
        field("nr_bits", STEP.INT_BITS, K.FIRST_INFO),
        ...text("encoding", STEP.INT_ENCODING, K.FIRST_INFO, INT_ENCODINGS),
      ),
      PTR: reference,
      ARRAY: object(
        field("type_id", STEP.UINT, K.ARRAY_TYPE),
        field("index_type_id", STEP.UINT, K.ARRAY_INDEX_TYPE),
        field("nr_elems", STEP.UINT, K.ARRAY_ELEMENTS),
      ),
      STRUCT: composite,
      UNION: composite,
      ENUM: enumeration(compat ? STEP.VALUE_EXTENDED : STEP.VALUE),
      FWD: object(...text("fwd_kind", STEP.PHRASE_OF_FLAG, 0, ["struct", "union"])),
      TYPEDEF: reference,
      VOLATILE: reference,
      CONST: reference,
      RESTRICT: reference,
      FUNC: object(type, ...text("linkage", STEP.PHRASE_OF_VLEN, 0, LINKAGES)),
      FUNC_PROTO: objects([field("ret_type_id", STEP.UINT, K.SIZE_OR_TYPE)], "params", [
        ...elementName,
        next("type_id", STEP.UINT, K.PARAM_TYPE),
      ]),
      VAR: object(type, ...text("linkage", STEP.PHRASE, K.FIRST_INFO, LINKAGES)),
      DATASEC: objects([size], "vars", [
        first("type_id", STEP.UINT, K.SECTION_VAR_TYPE),
        next("offset", STEP.UINT, K.SECTION_VAR_OFFSET),
        next("size", STEP.UINT, K.SECTION_VAR_SIZE),
      ]),
      FLOAT: object(size),
      DECL_TAG: object(type, field("component_idx", STEP.INT, K.FIRST_INFO)),
      TYPE_TAG: reference,
      ENUM64: enumeration(STEP.VALUE64),
      LOC_PARAM: list(
        [size, field("flags", STEP.UINT, K.FIRST_INFO), vlen],
        "values",
        [step(line(4), STEP.UINT)],
        [step(`,${key(3, "value")}"`, STEP.LOCATION), step('"')],
      ),
      LOC_PROTO: objects([], "params", [
        first("type_id", STEP.UINT),
        step(`,${key(5, "value")}"`, STEP.LOCATION_OF_TYPE, 0, ['"']),
      ]),
      LOCSEC: objects([], "locs", [
        ...firstName(STEP.NAME_OF_TYPE, K.LOC_FUNC),
        next("func_type_id", STEP.UINT, K.LOC_FUNC),
        next("loc_proto_type_id", STEP.UINT, K.LOC_PROTO_ID),
        next("offset", STEP.UINT, K.LOC_OFFSET),
      ]),
    },
    betweenTypes: ",",
    betweenElements: ",",
    anonymous: "(anon)",
    hasEscapes: true,
  };
}
