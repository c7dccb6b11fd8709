import * as KIND from "../../../btf/kind-numbers";
import { FIRST_INFO, INFO, NAME_OFF, SIZE_OR_TYPE } from "../../../btf/record-words";
import { elementId, elementWords, fixedWords, headId, kindOfInfo, NONE } from "../common/kinds";
import { field, place, vlenOf } from "../common/types";
import { NEW, nameNumber, OLD, recordOf, refOf } from "./side";

/**
 * Whether two definitions of one name are equal word by word, as most are. This saves giving their contents a number.
 * False does not mean that they differ: the same can be written in two ways, small values as an ENUM or an ENUM64 say.
 */
export function sameDefinition(old: u32, next: u32): bool {
  const a = recordOf(OLD, old);
  const b = recordOf(NEW, next);
  const info = field(a, INFO);
  if (info !== field(b, INFO)) return false;
  const kind = kindOfInfo(info);
  const third = field(a, SIZE_OR_TYPE);
  const otherThird = field(b, SIZE_OR_TYPE);
  if (headId(kind) !== NONE) {
    if (refOf(OLD, third) !== refOf(NEW, otherThird)) return false;
    return kind !== KIND.VAR || field(a, FIRST_INFO) === field(b, FIRST_INFO);
  }
  if (third !== otherThird) return false;
  return kind === KIND.INT
    ? field(a, FIRST_INFO) === field(b, FIRST_INFO)
    : sameElements(a, b, kind, vlenOf(info));
}

/** Whether all members or enumerators are equal: name, type or value, and the third word if they have one. */
function sameElements(a: usize, b: usize, kind: u32, vlen: u32): bool {
  const words = elementWords(kind);
  const hasId = elementId(kind) !== NONE;
  let one = place(a, fixedWords(kind));
  let other = place(b, fixedWords(kind));
  for (let i: u32 = 0; i < vlen; i++, one += usize(words) << 2, other += usize(words) << 2) {
    const second = field(one, 1);
    const otherSecond = field(other, 1);
    const isSame = hasId ? refOf(OLD, second) === refOf(NEW, otherSecond) : second === otherSecond;
    if (!isSame || (words === 3 && field(one, 2) !== field(other, 2))) return false;
    if (nameNumber(OLD, field(one, NAME_OFF)) !== nameNumber(NEW, field(other, NAME_OFF))) return false;
  }
  return true;
}
