import { BtfxError } from "../errors.ts";
import type { Btf } from "./btf.ts";
import { forEachNameOff } from "./fields.ts";
import { byteOrder, HEADER_BYTES } from "./header.ts";
import { parseBtf } from "./parse.ts";

/**
 * The form of raw BTF: `standalone`, or `split` on a base. No field of the format says it. Strings that do not begin
 * with NUL continue those of a base, but the strings of split BTF may begin with NUL too: the kernel and bpftool accept
 * that.
 */
export type RawForm = "standalone" | "split";

/**
 * The form of `bytes` if `base` is given: standalone if they parse without a base and make no better sense on it,
 * otherwise split.
 */
export function rawForm(bytes: Uint8Array, base: Btf): RawForm {
  if (goesOnFromBase(bytes)) return "split";
  const alone = parsed(bytes, null);
  // Only a module's BTF may have no types.
  if (alone === undefined || alone.typeCount === 1) return "split";
  const strays = strayNames(alone);
  if (strays === 0) return "standalone";
  const onBase = parsed(bytes, base);
  return onBase !== undefined && strayNames(onBase) < strays ? "split" : "standalone";
}

/**
 * Whether `bytes`, for which no base is given, look like split BTF: their strings continue those of a base or are
 * missing, or their types refer to types and names that they do not contain. Damaged BTF may look so too.
 */
export function looksSplit(bytes: Uint8Array): boolean {
  if (byteOrder(bytes) === undefined) return false;
  try {
    parseBtf(bytes);
    return false;
  } catch (error) {
    if (!(error instanceof BtfxError)) throw error;
    return ["needs-base", "bad-strings", "bad-name-off", "bad-type-id"].includes(error.code);
  }
}

/** Whether there are strings that do not begin with NUL. Found without the parser, whose error would not be used. */
function goesOnFromBase(bytes: Uint8Array): boolean {
  const littleEndian = byteOrder(bytes);
  if (littleEndian === undefined || bytes.length < HEADER_BYTES) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = view.getUint32(4, littleEndian) + view.getUint32(16, littleEndian);
  return at < bytes.length && bytes[at] !== 0 && view.getUint32(20, littleEndian) !== 0;
}

function parsed(bytes: Uint8Array, base: Btf | null): Btf | undefined {
  try {
    return parseBtf(bytes, base);
  } catch (error) {
    if (error instanceof BtfxError) return undefined;
    throw error;
  }
}

/** Name references that land inside a string: producers refer to whole strings. */
function strayNames(btf: Btf): number {
  const { words, starts, strings } = btf;
  let strays = 0;
  const visit = (word: number) => {
    if (strings.isInsideString(words[word])) strays++;
  };
  for (let i = 0; i < starts.length - 1; i++) forEachNameOff(words, starts[i], visit);
  return strays;
}
