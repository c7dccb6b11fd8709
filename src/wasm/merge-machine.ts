import { CODE } from "./code/merge.ts";
import { type Arena, GrowingMemory, hostOf, type KindTable, starter } from "./web-assembly.ts";

/** The exports of `assembly/merge`; addresses and lengths are in bytes. */
interface Code extends Arena, KindTable {
  begin(
    words: number,
    starts: number,
    kinds: number,
    typeCount: number,
    strings: number,
    end: number,
    moreBytes: number,
    hashStart: number,
    hashFactor: number,
  ): void;
  addSplit(
    first: number,
    end: number,
    ownFirst: number,
    strings: number,
    length: number,
    ownFirstOff: number,
  ): void;
  merge(firstId: number, effort: number): void;
  newIds(): number;
  keptTypes(): number;
  keptWords(): number;
  addedStrings(): number;
  addedBytes(): number;
}

const start = starter<Code>(CODE);

/** Merges BTFs once, with its own memory. */
export class MergeMachine {
  readonly memory: GrowingMemory = new GrowingMemory(FIRST_BYTES, "these types");
  readonly code: Code;

  /** `refuse` throws the error for one of the reasons in `constants/merge-codes`. */
  constructor(refuse: (reason: number, detail: number) => never) {
    this.code = start(this.memory, {
      host: { ...hostOf(this.memory), refuse },
    });
  }
}

const FIRST_BYTES = 1 << 20;
