import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import { ascii } from "../../btf/strings.ts";
import type { FlatBtf } from "../../types/flat.ts";
import type { ByteSink } from "../sink.ts";
import { padFrom, shownLength, writeName, writeTabs } from "./columns.ts";

/**
 * Writes an enum with its enumerators, without what stands behind its brace; only its name, and returns false, if it has none
 * (`enumeration__fprintf`, dwarves_fprintf.c).
 */
export function writeEnum(sink: ByteSink, flat: FlatBtf, id: TypeId, level: number, hex: boolean): boolean {
  const { words, starts, kinds, strings } = flat;
  const start = starts[id];
  const end = starts[id + 1];
  const info = words[start + K.INFO];
  sink.put(ENUM);
  if (words[start + K.NAME_OFF] !== 0) {
    sink.byte(SPACE);
    writeName(sink, strings, words[start + K.NAME_OFF]);
  }
  if (K.infoVlen(info) === 0) return false;
  const is64 = kinds[id] === K.ENUM64;
  const step = is64 ? K.ENUMERATOR64_WORDS : K.ENUMERATOR_WORDS;
  let columns = 0;
  for (let at = start + K.HEAD_WORDS; at < end; at += step) {
    columns = Math.max(columns, words[at] === 0 ? NULL.length : shownLength(strings, words[at]));
  }
  const isSigned = K.infoKflag(info);
  sink.put(OPEN);
  for (let at = start + K.HEAD_WORDS; at < end; at += step) {
    writeTabs(sink, level + 1);
    const name = sink.position;
    if (words[at] === 0) sink.put(NULL);
    else writeName(sink, strings, words[at]);
    padFrom(sink, name, columns);
    sink.put(EQUALS);
    const low = words[at + K.ENUMERATOR_VALUE];
    const sign = isSigned && low >>> 31 === 1 ? 0xffffffff : 0;
    writeValue(sink, is64 ? words[at + K.ENUMERATOR64_HIGH] : sign, low, isSigned, hex);
    sink.put(COMMA);
  }
  writeTabs(sink, level);
  sink.byte(CLOSE);
  const size = words[start + K.SIZE_OR_TYPE];
  if (size !== 4 && size !== 0) sink.put(PACKED);
  return true;
}

function writeValue(sink: ByteSink, high: number, low: number, isSigned: boolean, hex: boolean): void {
  if (hex && (high !== 0 || low !== 0)) {
    sink.text(`0x${((BigInt(high) << 32n) | BigInt(low)).toString(16)}`);
  } else if (isSigned) sink.int64(high, low);
  else sink.uint64(high, low);
}

const SPACE = 0x20;
const CLOSE = 0x7d;
const ENUM = ascii("enum");
const OPEN = ascii(" {\n");
const EQUALS = ascii(" = ");
const COMMA = ascii(",\n");
const NULL = ascii("(null)");
const PACKED = ascii(" __attribute__((__packed__))");
