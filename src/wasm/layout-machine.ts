import { CODE } from "./code/layout.ts";
import { lender } from "./lender.ts";
import { type Arena, GrowingMemory, hostOf, starter } from "./web-assembly.ts";

/** The exports of `assembly/layout`; addresses and lengths are in bytes. */
export interface LayoutCode extends Arena {
  startTypes(
    words: number,
    starts: number,
    kinds: number,
    strings: number,
    typeCount: number,
    pointerSize: number,
  ): void;
  /** These two return the address of a list of ids, whose first word is its length. */
  distinctComposites(hashStart: number, hashFactor: number): number;
  typesNamed(name: number): number;
  composite(id: number): number;
  hasFlexibleArray(id: number): boolean | number;
  packed(id: number): boolean | number;
  moreRoom(bytes: number): number;
  print(ids: number, count: number, breaks: number, expand: boolean, hex: boolean): void;
  writeDigits(): void;
}

/** The functions of the host that the code calls. */
export interface LayoutCalls {
  /** Takes text: a view of the memory, valid until this returns. */
  text(bytes: Uint8Array): void;
  /** Throws the error about a type for one of `constants/refusal-codes`. */
  refuse(what: number, id: number): never;
}

const start = starter<LayoutCode>(CODE);

/** The code that prints layouts, with its own memory. */
export class LayoutMachine {
  readonly code: LayoutCode;
  readonly memory: GrowingMemory = new GrowingMemory(FIRST_BYTES, TYPES);
  /** The implementation of these functions. */
  calls: LayoutCalls | undefined;

  constructor() {
    const { memory } = this;
    this.code = start(memory, {
      host: {
        ...hostOf(memory),
        flush: (from: number, length: number) =>
          this.calls?.text(memory.bytes.subarray(from >>> 0, (from >>> 0) + length)),
        refuse: (what: number, id: number) => this.calls?.refuse(what, id >>> 0),
      },
    });
    this.code.writeDigits();
  }
}

/** Runs `work` with a machine that nobody else uses meanwhile. */
export const withLayoutMachine: <T>(work: (machine: LayoutMachine) => T) => T = lender(
  () => new LayoutMachine(),
  (machine) => {
    machine.calls = undefined;
  },
);

const FIRST_BYTES = 1 << 20;
/** The purpose of the memory, in errors. */
const TYPES = "these types";
