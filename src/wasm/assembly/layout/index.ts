// The exports for src/wasm/layout-machine.ts: measures structs and unions and prints types as pahole does.
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

/** Takes types and their strings, which the host has laid. */
export function startTypes(
  words: usize,
  starts: usize,
  kinds: usize,
  strings: usize,
  count: u32,
  pointerSize: u32,
): void {
  takeTypes(words, starts, kinds, count);
  takeNames(strings);
  startBehind();
  startSizes(pointerSize);
  startComposites();
  startPacking();
}

/** Address of the `Composite` of a struct or union. */
export function composite(id: u32): usize {
  return changetype<usize>(compositeOf(id));
}

/** Whether a struct is packed, which pahole infers from its size and its members. */
export function packed(id: u32): bool {
  inferStructPacking(id);
  return isPacked(id);
}

/**
 * Takes `bytes` bytes in which the host lays something besides the types: ids to print, or a name to look for. Returns
 * their address.
 */
export function moreRoom(bytes: u32): usize {
  return take(bytes);
}

/** Prints the `count` types whose ids lie at `ids`, each with `breaks` line breaks behind it. */
export function print(ids: usize, count: u32, breaks: u32, expand: bool, hex: bool): void {
  startText();
  startPrinting(expand, hex);
  for (let i: u32 = 0; i < count; i++) {
    printType(load<u32>(ids + (i << 2)));
    for (let left = breaks; left > 0; left--) byte(0x0a);
  }
  handOn();
}
