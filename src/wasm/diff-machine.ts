import { CODE } from "./code/diff.ts";
import { type Arena, type Global, GrowingMemory, hostOf, type KindTable, starter } from "./web-assembly.ts";

/**
 * The exports of `assembly/diff`; addresses and lengths are in bytes. Functions for one side take whether it is the new
 * one.
 */
interface Code extends Arena, KindTable {
  takeSide(
    isNew: boolean,
    words: number,
    starts: number,
    typeCount: number,
    firstOwnId: number,
    strings: number,
    end: number,
  ): void;
  numberTypes(hashStart: number, hashFactor: number): void;
  references(isNew: boolean): number;
  nameAt(isNew: boolean, off: number): number;
  nameOf(number: number): number;
  contentOf(isNew: boolean, id: number): number;
  findUnits(): void;
  readonly same: Global;
  readonly sameCount: Global;
  readonly others: Global;
  readonly otherCount: Global;
  firstDefinition(isNew: boolean, ref: number): number;
  nextDefinition(isNew: boolean, id: number): number;
  listUsers(isNew: boolean): void;
  readonly userStarts: Global;
  readonly users: Global;
  readonly userCount: Global;
}

const start = starter<Code>(CODE);

/** Compares two BTFs once, with its own memory. */
export class DiffMachine {
  readonly memory: GrowingMemory = new GrowingMemory(FIRST_BYTES, "comparing these types");
  readonly code: Code = start(this.memory, { host: hostOf(this.memory) });
}

const FIRST_BYTES = 1 << 20;
