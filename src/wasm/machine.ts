import { CODE } from "./code/dump.ts";
import { lender } from "./lender.ts";
import { type Arena, type Global, GrowingMemory, hostOf, type KindTable, starter } from "./web-assembly.ts";

/** The functions of the host that the loops call while they print. */
export interface Printing {
  /** Takes text: a view of the memory, valid until this returns. */
  text(bytes: Uint8Array): void;
  /** Writes the rest of a name, from the byte at offset `off` on, which cannot simply be copied. */
  name(off: number): void;
  /** Writes where the value of the LOC_PARAM `id` is found. */
  location(id: number): void;
}

/** The exports of `assembly/dump`; positions and lengths are in bytes. */
interface Code extends Arena, KindTable {
  startScan(firstId: number, starts: number, kinds: number, open: number): void;
  scan(words: number, length: number, before: number): number;
  readonly highestNameOff: Global;
  readonly highestTypeId: Global;
  readonly recordCount: Global;
  readonly openCount: Global;
  formatPlace(): number;
  startPrint(
    words: number,
    strings: number,
    starts: number,
    hasEscapes: boolean,
    first: number,
    ids: number,
  ): void;
  print(from: number, to: number): void;
  handOn(): void;
  writeDigits(): void;
}

const start = starter<Code>(CODE);

/** The loops of scanning and printing, with their own memory. */
export class Machine {
  readonly code: Code;
  readonly memory: GrowingMemory = new GrowingMemory(FIRST_BYTES, TYPES);
  /** The implementation of these functions, while types are printed. */
  printing: Printing | undefined;

  constructor() {
    const { memory } = this;
    this.code = start(memory, {
      host: {
        ...hostOf(memory),
        flush: (from: number, length: number) =>
          this.printing?.text(memory.bytes.subarray(from, from + length)),
        writeName: (off: number) => this.printing?.name(off >>> 0),
        writeLocation: (id: number) => this.printing?.location(id >>> 0),
      },
    });
    this.code.writeDigits();
  }
}

/** Runs `work` with a machine that nobody else uses meanwhile: the receiver of the text may parse another BTF. */
export const withMachine: <T>(work: (machine: Machine) => T) => T = lender(
  () => new Machine(),
  (machine) => {
    machine.printing = undefined;
  },
);

const FIRST_BYTES = 1 << 20;
/** The purpose of the memory, in errors. */
const TYPES = "these types";
