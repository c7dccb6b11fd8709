import { CODE } from "./code/layout.ts";
import { lender } from "./lender.ts";
import { type Arena, GrowingMemory, hostOf, starter } from "./web-assembly.ts";

/** The exports of `assembly/layout`; addresses and lengths are in bytes. */
export interface LayoutCode extends Arena {
  startTypes(words: number, starts: number, strings: number, typeCount: number, pointerSize: number): void;
  /** These two give the address of ids, before which stands their number. */
  distinctComposites(hashStart: number, hashFactor: number): number;
  typesNamed(name: number): number;
  composite(id: number): number;
  hasFlexibleArray(id: number): boolean | number;
  packed(id: number): boolean | number;
  moreRoom(bytes: number): number;
  print(ids: number, count: number, breaks: number, expand: boolean, hex: boolean): void;
  writeDigits(): void;
}

/** What the code calls its host for while it works. */
export interface LayoutCalls {
  /** Takes text; a view of the memory that is valid until it returns. */
  text(bytes: Uint8Array): void;
  /** Throws an error on a type, one of `refusals`. */
  refuse(what: number, id: number): never;
}

const start = starter<LayoutCode>(CODE);

/** The code that prints layouts, with a memory of its own. */
export class LayoutMachine {
  readonly code: LayoutCode;
  readonly memory: GrowingMemory = new GrowingMemory(FIRST_BYTES, TYPES);
  /** Answers the code's calls. */
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

/** Works with a machine that nobody else works with. */
export const withLayoutMachine: <T>(work: (machine: LayoutMachine) => T) => T = lender(
  () => new LayoutMachine(),
  (machine) => {
    machine.calls = undefined;
  },
);

const FIRST_BYTES = 1 << 20;
/** What the memory is for, as an error has it. */
const TYPES = "these types";
