// The exports for src/wasm/layout-machine.ts: layouts of structs and unions as pahole prints them.
import { roomFor, take } from "../common/arena";
import { startBehind } from "../common/behind";
import { takeNames } from "../common/names";
import { byte, handOn, startText, writeDigits } from "../common/text";
import { takeTypes } from "../common/types";
import { compositeOf, hasFlexibleArray, startComposites } from "./composites";
import { distinctComposites } from "./distinct";
import { typesNamed } from "./named";
import { inferStructPacking, isPacked, startPacking } from "./packing";
import { printType, startPrinting } from "./printer";
import { startSizes } from "./sizes";

export { distinctComposites, hasFlexibleArray, roomFor, typesNamed, writeDigits };

/** Takes the types that were laid. Nothing is known about them yet. */
export function startTypes(words: usize, starts: usize, strings: usize, count: u32, pointerSize: u32): void {
  takeTypes(words, starts, count);
  takeNames(strings);
  startBehind();
  startSizes(pointerSize);
  startComposites();
  startPacking();
}

/** The address of a struct or union as pahole sees it, a `Composite`. */
export function composite(id: u32): usize {
  return changetype<usize>(compositeOf(id));
}

/** Whether a struct is packed, by what its members and its size would need. */
export function packed(id: u32): bool {
  inferStructPacking(id);
  return isPacked(id);
}

/** Room for what the host lays beside the types: ids that are to be printed, a name that is looked for. */
export function moreRoom(bytes: u32): usize {
  return take(bytes);
}

/** Prints the types whose ids lie at `ids`, so many line breaks behind each. */
export function print(ids: usize, count: u32, breaks: u32, expand: bool, hex: bool): void {
  startText();
  startPrinting(expand, hex);
  for (let i: u32 = 0; i < count; i++) {
    printType(load<u32>(ids + (i << 2)));
    for (let left = breaks; left > 0; left--) byte(0x0a);
  }
  handOn();
}
