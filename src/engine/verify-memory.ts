import { kindColumns } from "../btf/kind-columns.ts";
import { UNKN } from "../btf/kinds.ts";
import { chainOf, layTypes, SLACK } from "../btf/lay.ts";
import type { StringTable } from "../btf/strings.ts";
import { wordsToBytes } from "../btf/words.ts";
import { lender } from "../wasm/lender.ts";
import { VerifyMachine } from "../wasm/verify-machine.ts";
import { KIND_FACTS } from "./kind-facts.ts";
import { ROLE_COLUMN, TARGET_BITS } from "./reference-roles.ts";

/** The base of split BTF that is judged: a `Btf`, or types that verify has walked. */
interface Base {
  readonly base: Base | null;
  readonly words: Uint32Array;
  readonly starts: Uint32Array;
  readonly kinds: Uint8Array;
  readonly strings: StringTable;
  readonly firstId: number;
  readonly typeCount: number;
}

/**
 * Runs `work` with a machine that has the base in its memory. A machine with a large base is kept for it, since a run
 * judges many modules of a vmlinux.
 */
export function withVerifyMachine<T>(base: Base | null, work: (machine: VerifyMachine) => T): T {
  if (base === null || base.strings.end < WORTH_KEEPING) {
    return lend((machine) => {
      if (!machine.hasBase(base)) layBase(machine, base);
      return work(machine);
    });
  }
  let machine = kept.get(base);
  if (machine === undefined) {
    machine = new VerifyMachine();
    layBase(machine, base);
    kept.set(base, machine);
  }
  return work(machine);
}

const lend = lender(() => new VerifyMachine());
const kept = new WeakMap<Base, VerifyMachine>();
/** A base with fewer bytes of strings is laid anew in less time than a machine takes to start. */
const WORTH_KEEPING = 1 << 16;

/** Lays the tables of kinds, the strings of the bases end to end, and the kinds of their types, by id. */
function layBase(machine: VerifyMachine, base: Base | null): void {
  const { code, memory } = machine;
  const end = base?.strings.end ?? 0;
  const typeCount = base?.typeCount ?? 1;
  code.forget();
  const at = machine.roomForOwn(end + SLACK + typeCount);
  const { bytes } = memory;
  bytes.set(KIND_COLUMNS, code.kindTable());
  bytes.set(KIND_FACTS, code.factTable());
  wordsToBytes(TARGET_BITS, true, bytes, code.targetTable());
  for (let table = base?.strings ?? null; table !== null; table = table.base) {
    layStrings(table.bytes, bytes, at + table.firstOff);
  }
  const kindsAt = at + end + SLACK;
  bytes[kindsAt] = UNKN;
  for (let types: Base | null = base; types !== null; types = types.base)
    bytes.set(types.kinds, kindsAt + types.firstId);
  code.openBase(at, end, kindsAt, typeCount);
  code.keep();
  machine.setBase(base);
}

/**
 * Lays the whole base and resolves its types, instead of the part that {@link withVerifyMachine} has laid. Faults are
 * not reported.
 */
export function resolveBase(machine: VerifyMachine, base: Base, pointerBytes: number): void {
  layBase(machine, null);
  const { code, memory } = machine;
  const { words, starts, kinds, strings } = layTypes(machine, chainOf(base), base.strings, 0);
  memory.bytes[strings + base.strings.end] = 0;
  code.resolveBase(words, starts, kinds, base.typeCount, strings, base.strings.end, pointerBytes);
  machine.setBase(base, pointerBytes);
}

/** Lays the words and strings of types on top of the machine's base, and finds their records. */
export function layOwn(machine: VerifyMachine, words: Uint32Array, strings: StringTable): void {
  const { code, memory } = machine;
  const at = machine.roomForOwn(words.byteLength + strings.bytes.length + SLACK);
  const stringsAt = at + words.byteLength;
  wordsToBytes(words, true, memory.bytes, at);
  layStrings(strings.bytes, memory.bytes, stringsAt);
  code.openNames(stringsAt, strings.bytes.length);
  code.findRecords(at, words.byteLength);
  machine.haveWalked(words);
}

const KIND_COLUMNS = kindColumns(ROLE_COLUMN);

/** Lays strings and a NUL behind them, in case the last one has none. */
export function layStrings(strings: Uint8Array, memory: Uint8Array, at: number): void {
  memory.set(strings, at);
  memory[at + strings.length] = 0;
}
