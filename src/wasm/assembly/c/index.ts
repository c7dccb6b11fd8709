// The exports for src/wasm/c-machine.ts. The host lays types, then has their definitions ordered, then written.
import { hashWith } from "../common/hashing";
import { takeNames } from "../common/names";
import { startText } from "../common/text";
import { takeTypes } from "../common/types";
import { startBaseTypes } from "./base-types";
import { startBodies } from "./bodies";
import { declare, startDeclarations } from "./declarator";
import { emit, startEmitting } from "./emit";
import { startNames } from "./given-names";
import { startLayouts } from "./layouts";
import { startSort } from "./name-sort";
import { choose } from "./options";
import { queuedAt, settled, startOrder } from "./order";
import { startPadding } from "./padding";
import { startRoots } from "./roots";
import { startUnfolding } from "./unfolding";

export { roomFor } from "../common/arena";
export { kindTable } from "../common/kinds";
export { handOn, writeDigits } from "../common/text";
export { writeKfuncs } from "./kfuncs";
export { orderAll, orderChosen, orderSorted, orderUnsorted } from "./roots";

/** Takes types and `stringBytes` bytes of strings, which the host has laid. */
export function begin(
  words: usize,
  starts: usize,
  kinds: usize,
  typeCount: u32,
  strings: usize,
  stringBytes: u32,
  hashStart: u32,
  hashFactor: u32,
  pointerSize: u32,
  nameForm: u32,
  isCompat: bool,
  hasComments: bool,
): void {
  choose(nameForm, isCompat, hasComments);
  takeTypes(words, starts, kinds, typeCount);
  takeNames(strings);
  hashWith(hashStart, hashFactor);
  startUnfolding();
  startOrder();
  startSort(hashFactor);
  startRoots();
  startText();
  startLayouts(pointerSize);
  startNames(stringBytes);
  startPadding();
  startBaseTypes();
  startDeclarations();
  startBodies(declare);
  startEmitting();
}

/** Writes the definitions in the queue, in their order. */
export function writeQueue(): void {
  for (let i: u32 = 0; i < settled; i++) emit(queuedAt(i));
}
