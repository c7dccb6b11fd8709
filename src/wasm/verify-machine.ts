import { CODE } from "./code/verify.ts";
import {
  type Arena,
  type Global,
  GrowingMemory,
  hostOf,
  type KindTable,
  roomFor,
  starter,
} from "./web-assembly.ts";

/** The exports of `assembly/verify`; addresses and lengths are in bytes. */
interface Code extends Arena, KindTable {
  openBase(strings: number, end: number, kinds: number, typeCount: number): void;
  /** Keeps the memory that was taken so far. */
  keep(): void;
  /** Keeps no memory any more. */
  forget(): void;
  openNames(strings: number, length: number): void;
  findRecords(words: number, length: number): void;
  readonly starts: Global;
  readonly kinds: Global;
  readonly recordCount: Global;
  readonly doubtful: Global;
  readonly doubtfulCount: Global;
  findChains(): void;
  readonly doubtfulChains: Global;
  readonly doubtfulChainCount: Global;
  /** Address at which the host lays four bytes for each kind. */
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
  /** Address at which the host lays a byte for each kind, and one more. */
  factTable(): number;
  resolveBase(
    words: number,
    starts: number,
    kinds: number,
    count: number,
    strings: number,
    length: number,
    pointerBytes: number,
  ): void;
  resolve(count: number, pointerBytes: number): void;
  findCandidates(end: number): number;
  mark(id: number): void;
  findHolders(): number;
  foundIds(): number;
}

const start = starter<Code>(CODE);

/**
 * Takes a rule (`constants/resolve-codes`) that a type breaks. `index` is the number of an element, `memberType` the
 * type to which it resolves.
 */
export type TakeBroken = (rule: number, id: number, index: number, memberType: number) => void;

/**
 * Finds records that may break a rule of a kernel, references that do, and references that go astray. Has its own
 * memory.
 */
export class VerifyMachine {
  readonly memory: GrowingMemory = new GrowingMemory(FIRST_BYTES, "these types");
  readonly code: Code = start(this.memory, {
    host: {
      ...hostOf(this.memory),
      broken: (rule: number, id: number, index: number, memberType: number) =>
        this.onBroken?.(rule, id >>> 0, index >>> 0, memberType >>> 0),
    },
  });
  /** Receives broken rules while `resolve` runs. */
  onBroken: TakeBroken | undefined;
  /** The size of pointers for which the base was resolved, in bytes; undefined if it was not resolved. */
  baseResolvedFor: number | undefined;
  /** The base that was laid, null for none; undefined before anything was laid. */
  #base: WeakRef<object> | null | undefined;
  /** The words whose records were found last, as long as they are in memory. */
  #walked: WeakRef<Uint32Array> | undefined;

  /** Notes that `base` was laid, and whether it was resolved. */
  setBase(base: object | null, baseResolvedFor?: number): void {
    this.#base = base === null ? null : new WeakRef(base);
    this.baseResolvedFor = baseResolvedFor;
  }

  /** Whether `base`, which may be null, is in memory. */
  hasBase(base: object | null): boolean {
    if (this.#base === undefined || this.#base === null) return this.#base === base;
    return this.#base.deref() === base;
  }

  /** Takes memory for types, in place of the last ones. Returns its address. */
  roomForOwn(bytes: number): number {
    this.#walked = undefined;
    return roomFor(this.code, bytes);
  }

  /** Notes that `words` were laid and their records found. */
  haveWalked(words: Uint32Array): void {
    this.#walked = new WeakRef(words);
  }

  /** Whether these words are in memory and their records were found. */
  holds(words: Uint32Array): boolean {
    return this.#walked?.deref() === words;
  }
}

const FIRST_BYTES = 1 << 20;
