import { CODE } from "./code/verify.ts";
import { type Arena, type Global, GrowingMemory, type KindTable, starter } from "./web-assembly.ts";

/** The exports of `assembly/verify`; addresses and lengths are in bytes. */
interface Code extends Arena, KindTable {
  openBase(strings: number, end: number, kinds: number, typeCount: number): void;
  /** Keeps what was taken so far. */
  keep(): void;
  /** Keeps nothing any more. */
  forget(): void;
  openNames(strings: number, length: number): void;
  findRecords(words: number, length: number): void;
  readonly starts: Global;
  readonly kinds: Global;
  readonly recordCount: Global;
  readonly doubtful: Global;
  readonly doubtfulCount: Global;
  readonly hasPlainParams: Global;
  findChains(words: number): void;
  readonly doubtfulChains: Global;
  readonly doubtfulChainCount: Global;
  /** Where the host lays four bytes for each kind. */
  targetTable(): number;
  weigh(words: number, starts: number, kinds: number, count: number): void;
  readonly nameRefs: Global;
  readonly strayNames: Global;
  readonly ownNameRefs: Global;
  readonly strayOwnNames: Global;
  readonly idRefs: Global;
  readonly strayIds: Global;
  readonly ownIdRefs: Global;
  readonly strayOwnIds: Global;
}

const start = starter<Code>(CODE);

/** Finds what may break a kernel's rules and what goes astray, in a memory of its own. */
export class VerifyMachine {
  readonly memory: GrowingMemory = new GrowingMemory(FIRST_BYTES, "these types");
  readonly code: Code = start(this.memory, {
    host: { reserve: (bytes: number) => this.memory.reserve(bytes >>> 0) },
  });
}

const FIRST_BYTES = 1 << 20;
