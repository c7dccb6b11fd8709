import { CODE } from "./code/resolve.ts";
import { type Arena, GrowingMemory, starter } from "./web-assembly.ts";

/** The exports of `assembly/resolve`; addresses and lengths are in bytes. */
interface Code extends Arena {
  factTable(): number;
  forgetTypes(): void;
  resolve(
    words: number,
    starts: number,
    count: number,
    strings: number,
    stringsEnd: number,
    pointerBytes: number,
    hasPlainParams: boolean,
  ): void;
  keepAsBase(): void;
  findCandidates(): number;
  mark(id: number): void;
  findHolders(): number;
  foundIds(): number;
}

/** Takes note of a rule (`resolve-codes`) that a type breaks; `index` is the number of an element, `memberType` what its type resolves to. */
export type TakeBroken = (rule: number, id: number, index: number, memberType: number) => void;

const start = starter<Code>(CODE);

/** The walk over references, with a memory of its own. */
export class Resolver {
  readonly memory: GrowingMemory = new GrowingMemory(FIRST_BYTES, "these types");
  readonly code: Code;
  /** Is told of broken rules while `resolve` runs. */
  onBroken: TakeBroken | undefined;

  /** `facts` of all kinds, a byte each. */
  constructor(facts: Uint8Array) {
    const { memory } = this;
    this.code = start(memory, {
      host: {
        reserve: (bytes: number) => memory.reserve(bytes >>> 0),
        broken: (rule: number, id: number, index: number, memberType: number) =>
          this.onBroken?.(rule, id >>> 0, index >>> 0, memberType >>> 0),
      },
    });
    memory.bytes.set(facts, this.code.factTable() >>> 0);
  }
}

const FIRST_BYTES = 1 << 20;
