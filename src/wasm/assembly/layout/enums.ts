import { ENUM64 } from "../../../btf/kind-numbers";
import {
  ENUMERATOR_VALUE,
  ENUMERATOR_WORDS,
  ENUMERATOR64_HIGH,
  ENUMERATOR64_WORDS,
  HEAD_WORDS,
  INFO,
  SIZE_OR_TYPE,
} from "../../../btf/record-words";
import { byte, int64, literal, position, uint64 } from "../common/text";
import { field, flagOf, kindOf, nameOf, place, recordOf, vlenOf } from "../common/types";
import { NO_NAME, padFrom, shownLength, writeHex, writeName, writeNameOrNull, writeTabs } from "./columns";

/** Columns of `(null)`, which stands for the missing name of an enumerator. */
const NULL_COLUMNS: u32 = 6;

/**
 * Writes an enum with its enumerators, up to the closing brace and its attribute. For an enum without enumerators it
 * writes only the name and returns false (`enumeration__fprintf`, dwarves_fprintf.c).
 */
export function writeEnum(id: u32, level: u32, inHex: bool): bool {
  const record = recordOf(id);
  const info = field(record, INFO);
  literal("enum");
  if (nameOf(id) !== 0) {
    byte(0x20);
    writeName(nameOf(id));
  }
  const count = vlenOf(info);
  if (count === 0) return false;
  const is64 = kindOf(id) === ENUM64;
  const step = is64 ? ENUMERATOR64_WORDS : ENUMERATOR_WORDS;
  const first = place(record, HEAD_WORDS);
  const end = place(first, count * step);
  let columns: u32 = 0;
  for (let at = first; at < end; at = place(at, step)) {
    const name = field(at, 0);
    columns = max(columns, name === 0 ? NULL_COLUMNS : shownLength(name));
  }
  const isSigned = flagOf(info);
  literal(" {\n");
  for (let at = first; at < end; at = place(at, step)) {
    writeTabs(level + 1);
    const start = position();
    const name = field(at, 0);
    writeNameOrNull(name === 0 ? NO_NAME : name);
    padFrom(start, columns);
    literal(" = ");
    const low = field(at, ENUMERATOR_VALUE);
    const sign: u32 = isSigned && low >>> 31 === 1 ? u32.MAX_VALUE : 0;
    const high = is64 ? field(at, ENUMERATOR64_HIGH) : sign;
    writeValue((u64(high) << 32) | low, isSigned, inHex);
    literal(",\n");
  }
  writeTabs(level);
  byte(0x7d);
  const size = field(record, SIZE_OR_TYPE);
  if (size !== 4 && size !== 0) literal(" __attribute__((__packed__))");
  return true;
}

function writeValue(value: u64, isSigned: bool, inHex: bool): void {
  if (inHex && value !== 0) writeHex(value);
  else if (isSigned) int64(value);
  else uint64(value);
}
