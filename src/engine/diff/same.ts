import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import { sameName } from "../../btf/strings.ts";
import type { Sides } from "./sides.ts";

/**
 * Whether two definitions of one name are equal word by word: what most are, told without a number for what they hold. False
 * says nothing yet where one of them is written in another way, like an enum of 64 bits with small values.
 */
export function sameDefinition({ old, new: next }: Sides, a: TypeId, b: TypeId): boolean {
  const { words, starts, kinds, strings } = old.flat;
  const others = next.flat.words;
  const kind = kinds[a];
  if (kind !== next.flat.kinds[b]) return false;
  const at = starts[a];
  const other = next.flat.starts[b];
  const info = words[at + K.INFO];
  if (info !== others[other + K.INFO]) return false;
  const third = words[at + K.SIZE_OR_TYPE];
  const otherThird = others[other + K.SIZE_OR_TYPE];
  if (K.HEAD_ID[kind] !== 0) {
    return (
      old.refs[third] === next.refs[otherThird] &&
      (kind !== K.VAR || words[at + K.FIRST_INFO] === others[other + K.FIRST_INFO])
    );
  }
  if (third !== otherThird) return false;
  if (kind === K.INT) return words[at + K.FIRST_INFO] === others[other + K.FIRST_INFO];
  const step = K.ELEM_WORDS[kind];
  const idField = K.ELEM_ID[kind];
  const length = K.infoVlen(info) * step;
  for (let i = K.HEAD_WORDS; i < K.HEAD_WORDS + length; i += step) {
    if (idField === 1) {
      if (old.refs[words[at + i + 1]] !== next.refs[others[other + i + 1]]) return false;
    } else if (words[at + i + 1] !== others[other + i + 1]) return false;
    if (step === 3 && words[at + i + 2] !== others[other + i + 2]) return false;
    if (!sameName(strings, words[at + i], next.flat.strings, others[other + i])) return false;
  }
  return true;
}
