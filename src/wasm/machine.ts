import { CODE } from "./code.ts";
import { TEXT } from "./places.ts";
import { type Global, GrowingMemory, starter } from "./web-assembly.ts";

/** Calls from the loops to their host while they print. */
export interface Printing {
  /** Takes text; a view of the memory that is valid until it returns. */
  text(bytes: Uint8Array): void;
  /** Writes the name at `off`, from its first byte on that is not simply copied. */
  name(off: number): void;
  /** Writes where the LOC_PARAM `id` is found. */
  location(id: number): void;
}

/** The exports of `assembly/index.ts`; positions and lengths are in bytes. */
interface Loops {
  scan(words: number, length: number, firstId: number, starts: number, kinds: number, open: number): number;
  readonly highestNameOff: Global;
  readonly highestTypeId: Global;
  readonly openCount: Global;
  readonly stoppedAt: Global;
  print(
    words: number,
    strings: number,
    starts: number,
    hasEscapes: boolean,
    first: number,
    count: number,
    ids: number,
  ): void;
  writeDigits(): void;
}

const start = starter<Loops>(CODE);

/** The loops with a memory of their own, in which positions are as `places` has them. */
export class Machine {
  readonly loops: Loops;
  /** Answers the loops' calls while `print` runs. */
  printing: Printing | undefined;
  readonly #memory: GrowingMemory = new GrowingMemory(FIRST_BYTES, TYPES);

  constructor() {
    const host = {
      flush: (length: number) => this.printing?.text(this.bytes.subarray(TEXT, TEXT + length)),
      writeName: (off: number) => this.printing?.name(off >>> 0),
      writeLocation: (id: number) => this.printing?.location(id >>> 0),
    };
    this.loops = start(this.#memory, { host });
    this.loops.writeDigits();
  }

  /** All of the memory. Another view after {@link reserve}. */
  get bytes(): Uint8Array {
    return this.#memory.bytes;
  }

  /** Makes sure of a memory of so many bytes. */
  reserve(bytes: number): void {
    this.#memory.reserve(bytes);
  }
}

/**
 * Works with a machine that nobody else works with: what is printed may be received by who parses another BTF meanwhile. Machines
 * are kept for later, unless their memory has become large.
 */
export function withMachine<T>(work: (machine: Machine) => T): T {
  const machine = idle.pop() ?? new Machine();
  try {
    return work(machine);
  } finally {
    machine.printing = undefined;
    if (machine.bytes.length <= MOST_KEPT_BYTES) idle.push(machine);
  }
}

const idle: Machine[] = [];
const MOST_KEPT_BYTES = 1 << 26;
const FIRST_BYTES = 1 << 20;
/** What the memory is for, as an error has it. */
const TYPES = "these types";
