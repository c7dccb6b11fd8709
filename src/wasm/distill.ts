import { CODE } from "./code/distill.ts";
import { type Global, GrowingMemory, starter } from "./web-assembly.ts";

/** The exports of `assembly/distill`; positions and lengths are in bytes. */
interface Code {
  setBase(
    words: number,
    starts: number,
    strings: number,
    idCount: number,
    newIds: number,
    marks: number,
    hashStart: number,
    hashFactor: number,
  ): void;
  mark(words: number, starts: number, typeCount: number, work: number): void;
  /** 0 if there is no memory for it. */
  place(): number;
  clear(): void;
  readonly used: Global;
  readonly usedCount: Global;
  readonly isDoubtful: Global;
  readonly newBaseWords: Global;
  readonly newBaseEnd: Global;
  readonly newSplitWords: Global;
  readonly newSplitEnd: Global;
  readonly newStrings: Global;
  readonly newBaseStringsEnd: Global;
  readonly newStringsEnd: Global;
  readonly newFirstId: Global;
  readonly copiedCount: Global;
}

const start = starter<Code>(CODE);

/** The loops that distill, with a memory of their own, in which positions are as `distill-places` has them. */
export class DistillMachine {
  readonly memory: GrowingMemory = new GrowingMemory(FIRST_BYTES, WHAT);
  readonly code: Code = start(this.memory);
}

const FIRST_BYTES = 1 << 20;
/** What the memory is for, as an error has it. */
const WHAT = "distilling these types";
