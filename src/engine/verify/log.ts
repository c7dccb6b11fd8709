import * as K from "../../btf/kinds.ts";
import type { StringTable } from "../../btf/strings.ts";
import { printable } from "../../btf/strings.ts";
import type { RecordCursor } from "./record-cursor.ts";
import type { LogForm } from "./rule.ts";

/**
 * The lines of the kernel's log, as far as a failed rule writes them (`btf_verifier_log_type` and its neighbours,
 * kernel/bpf/btf.c). Names are escaped: the kernel writes their bytes as they are. Built on failure only.
 */

/** The kernel cuts what it prints at once to 1,023 bytes (`BPF_VERIFIER_TMP_LOG_SIZE`); a name is most of that. */
const MOST_LOGGED_BYTES = 1000;

/** Parameters of a prototype beyond this many are left out of its line: it may have millions. */
const SHOWN_PARAMS = 64;

/** The line of a rule that the record, or its element, breaks. `typeId` of a member may be given as resolved. */
export function logLine(form: LogForm, record: RecordCursor, phrase: string, memberTypeId?: number): string {
  switch (form) {
    case "plain":
      return phrase;
    case "tab":
      return `\t${phrase}`;
    case "id":
      return `[${record.typeId}] ${phrase}`;
    case "basic":
      return `${headOf(record)} ${phrase}`;
    case "type":
      return `${headOf(record)} ${detailsOf(record)} ${phrase}`;
    case "member":
      return `\t${memberOf(record, memberTypeId)} ${phrase}`;
    case "entry":
      return `\t${entryOf(record)} ${phrase}`;
  }
}

/**
 * The type around an element, which the kernel's line does not name: `STRUCT evt, member kind`; `DATASEC .data, VAR b
 * at 16`. Undefined for rules that are not about an element.
 */
export function placeText(form: LogForm, record: RecordCursor): string | undefined {
  if (form !== "member" && form !== "entry" && form !== "tab") return undefined;
  const { words, element, names, nameOff } = record;
  const owner = `${K.kindName(record.kind)} ${loggedName(names.strings, nameOff)}`;
  if (form === "entry") {
    const variable = record.nameOf(words[element]) ?? `[${words[element]}]`;
    const start = words[element + K.SECTION_VAR_OFFSET];
    const before = record.previousEnd === 0 ? "" : ` (the one before ends at ${record.previousEnd})`;
    return `${owner}, VAR ${variable} at ${start}..${start + words[element + K.SECTION_VAR_SIZE]}${before}`;
  }
  return `${owner}, ${form === "member" ? "member" : "enumerator"} ${loggedName(names.strings, words[element])}`;
}

/** A name as in the kernel's log: `(anon)` for offset 0, `(invalid-name-offset)` for an offset outside the strings. */
function loggedName(strings: StringTable, off: number): string {
  if (off === 0) return "(anon)";
  return off < strings.end
    ? printable(strings.slice(off).subarray(0, MOST_LOGGED_BYTES))
    : "(invalid-name-offset)";
}

function headOf(record: RecordCursor): string {
  return `[${record.typeId}] ${K.kindName(record.kind)} ${loggedName(record.names.strings, record.nameOff)}`;
}

const ENCODINGS: Record<number, string> = { 0: "(none)", 1: "SIGNED", 2: "CHAR", 4: "BOOL" };

function detailsOf(record: RecordCursor): string {
  const { words, payload, sizeOrType } = record;
  switch (record.kind) {
    case K.INT: {
      const data = words[payload];
      const encoding = ENCODINGS[(data >>> 24) & 0xf] ?? "UNKN";
      return `size=${sizeOrType} bits_offset=${(data >>> 16) & 0xff} nr_bits=${data & 0xff} encoding=${encoding}`;
    }
    case K.ARRAY:
      return `type_id=${words[payload]} index_type_id=${words[payload + 1]} nr_elems=${words[payload + 2]}`;
    case K.STRUCT:
    case K.UNION:
    case K.ENUM:
    case K.ENUM64:
    case K.DATASEC:
      return `size=${sizeOrType} vlen=${record.vlen}`;
    case K.FWD:
      return record.kflag ? "union" : "struct";
    case K.FUNC_PROTO:
      return `return=${sizeOrType} args=(${paramsOf(record)})`;
    case K.VAR:
      return `type_id=${sizeOrType} linkage=${words[payload]}`;
    case K.FLOAT:
      return `size=${sizeOrType}`;
    case K.DECL_TAG:
      return `type=${sizeOrType} component_idx=${words[payload] | 0}`;
    case K.PTR:
    case K.TYPEDEF:
    case K.VOLATILE:
    case K.CONST:
    case K.RESTRICT:
    case K.TYPE_TAG:
    case K.FUNC:
      return `type_id=${sizeOrType}`;
    case K.LOC_PARAM:
      return `size=${sizeOrType} flags=0x${words[payload].toString(16)} vlen=${record.vlen}`;
    case K.LOC_PROTO:
    case K.LOCSEC:
      return `vlen=${record.vlen}`;
    default:
      K.notKnown(record.kind);
      return "UNKN";
  }
}

function paramsOf(record: RecordCursor): string {
  const { words, vlen } = record;
  if (vlen === 0) return "void";
  const shown = Math.min(vlen, SHOWN_PARAMS);
  const params = Array.from({ length: shown }, (_, i) => {
    const at = record.at + K.HEAD_WORDS + i * K.PARAM_WORDS;
    const isVararg = i === vlen - 1 && words[at + K.PARAM_TYPE] === 0;
    return isVararg ? "vararg" : `${words[at + K.PARAM_TYPE]} ${loggedName(record.names.strings, words[at])}`;
  });
  return shown < vlen ? `${params.join(", ")}, ...` : params.join(", ");
}

function memberOf(record: RecordCursor, typeId?: number): string {
  const { words, element } = record;
  const name = loggedName(record.names.strings, words[element]);
  const offset = words[element + K.MEMBER_OFFSET];
  const bits = record.kflag
    ? `bitfield_size=${offset >>> 24} bits_offset=${offset & 0xffffff}`
    : `bits_offset=${offset}`;
  return `${name} type_id=${typeId ?? words[element + K.MEMBER_TYPE]} ${bits}`;
}

function entryOf(record: RecordCursor): string {
  const { words, element } = record;
  return ` type_id=${words[element]} offset=${words[element + K.SECTION_VAR_OFFSET]} size=${words[element + K.SECTION_VAR_SIZE]}`;
}
