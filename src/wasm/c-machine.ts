import { CODE } from "./code/c.ts";
import { lender } from "./lender.ts";
import { type Arena, GrowingMemory, hostOf, type KindTable, starter } from "./web-assembly.ts";

/** The functions of the host that the code calls (`assembly/c/host` and `assembly/common/host`). */
const CALLS = [
  "flush",
  "refuse",
  "leftOut",
  "escapeName",
  "quotedName",
  "attributeName",
  "cutName",
  "baseName",
  "defineBase",
  "beginComments",
  "commentHole",
  "commentMember",
  "commentLine",
  "commentAfter",
  "endComments",
] as const;

/** The implementation of these functions. Numbers are unsigned; true is 1. */
export type CHost = Readonly<Record<(typeof CALLS)[number], (a: number, b: number, c: number) => unknown>>;

/** The exports of `assembly/c`; addresses and lengths are in bytes. */
interface Code extends Arena, KindTable {
  begin(
    words: number,
    starts: number,
    kinds: number,
    typeCount: number,
    strings: number,
    stringBytes: number,
    hashStart: number,
    hashFactor: number,
    pointerSize: number,
    nameForm: number,
    isCompat: boolean,
    hasComments: boolean,
  ): void;
  orderAll(skipped: number): void;
  orderChosen(ids: number, count: number): void;
  orderSorted(ids: number, count: number): void;
  orderUnsorted(): void;
  writeQueue(): void;
  writeKfuncs(): void;
  handOn(): void;
  writeDigits(): void;
}

const start = starter<Code>(CODE);

/** The code of the C dump, with its own memory. */
export class CMachine {
  readonly memory: GrowingMemory = new GrowingMemory(FIRST_BYTES, "these types");
  readonly code: Code;
  host: CHost | undefined;

  constructor() {
    const { memory } = this;
    const calls = CALLS.map((name) => [
      name,
      (a: number, b: number, c: number) => this.host?.[name](a >>> 0, b >>> 0, c >>> 0),
    ]);
    this.code = start(memory, { host: { ...hostOf(memory), ...Object.fromEntries(calls) } });
    this.code.writeDigits();
  }
}

/** Runs `work` with a machine that nobody else uses meanwhile: the receiver of the text may print C itself. */
export const withCMachine: <T>(work: (machine: CMachine) => T) => T = lender(
  () => new CMachine(),
  (machine) => {
    machine.host = undefined;
  },
);

const FIRST_BYTES = 1 << 20;
