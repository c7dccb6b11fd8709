import { CODE } from "./code/distill.ts";
import { type Arena, type Global, GrowingMemory, hostOf, type KindTable, starter } from "./web-assembly.ts";

/** The exports of `assembly/distill`; addresses and lengths are in bytes. */
interface Code extends Arena, KindTable {
  takeBase(words: number, starts: number, typeCount: number, strings: number, end: number): void;
  openSplit(words: number, starts: number, typeCount: number, strings: number): void;
  findUsed(): void;
  readonly used: Global;
  readonly usedCount: Global;
  readonly isDoubtful: Global;
  make(hashStart: number, hashFactor: number): void;
  readonly newBaseWords: Global;
  readonly newBaseEnd: Global;
  readonly newSplitWords: Global;
  readonly newSplitEnd: Global;
  readonly newBaseStringBytes: Global;
  readonly newFirstId: Global;
  readonly copiedCount: Global;
  addedStrings(): number;
  addedBytes(): number;
  listNewIds(): number;
  forgetNewIds(): void;
}

const start = starter<Code>(CODE);

/** Distills split BTFs of one base, which stays in its memory. */
export class DistillMachine {
  readonly memory: GrowingMemory = new GrowingMemory(FIRST_BYTES, "distilling these types");
  readonly code: Code = start(this.memory, { host: hostOf(this.memory) });
}

const FIRST_BYTES = 1 << 20;
