import { kindColumns } from "../../btf/kind-columns.ts";
import { UNKN } from "../../btf/kinds.ts";
import { SLACK } from "../../btf/lay.ts";
import type { StringTable } from "../../btf/strings.ts";
import { wordsAt, wordsToBytes } from "../../btf/words.ts";
import { lender } from "../../wasm/lender.ts";
import { VerifyMachine } from "../../wasm/verifier.ts";
import type { Global } from "../../wasm/web-assembly.ts";
import type { Types } from "./types-view.ts";

/** The records of a type section, and those of them that have to be judged. All others break no rule of any release from 6.1 on. */
export interface Records {
  /** Where each record begins, in words; one more entry marks where they end: the end of the section, or what is no record. */
  readonly starts: Uint32Array;
  /** Kind of each. */
  readonly kinds: Uint8Array;
  /** Numbers of the records that may break one of the `meta-rules`, ascending from 0. */
  readonly doubtful: Uint32Array;
  /** Numbers of the records that begin a chain of modifiers that may break one of the rules of `chains`. */
  readonly doubtfulChains: Uint32Array;
  /** Whether the names of all parameters are identifiers, or none. If not, some may still be. */
  readonly hasPlainParams: boolean;
}

/**
 * Finds the records, and which of them have to be judged. Most types break no rule, and of a vmlinux all: without this, millions of calls
 * of rules would be made, by code that V8 has not yet compiled. `test/engine/verify/doubtful.test.ts` holds it to the rules.
 */
export function findDoubtful(words: Uint32Array, strings: StringTable, base: Types | null): Records {
  return withMachine(base, ({ code, memory }) => {
    const at = code.roomFor(words.byteLength + strings.bytes.length + SLACK) >>> 0;
    const stringsAt = at + words.byteLength;
    wordsToBytes(words, true, memory.bytes, at);
    layStrings(strings.bytes, memory.bytes, stringsAt);
    code.openNames(stringsAt, strings.bytes.length);
    code.findRecords(at, words.byteLength);
    code.findChains(at);
    const numbers = (place: Global, count: number) => wordsAt(memory.bytes, place.value, count);
    const count = code.recordCount.value;
    const kindsAt = code.kinds.value >>> 0;
    return {
      starts: numbers(code.starts, count + 1),
      kinds: memory.bytes.slice(kindsAt, kindsAt + count),
      doubtful: numbers(code.doubtful, code.doubtfulCount.value),
      doubtfulChains: numbers(code.doubtfulChains, code.doubtfulChainCount.value),
      hasPlainParams: code.hasPlainParams.value !== 0,
    };
  });
}

/** Works with a machine that holds the base. One with a large base is kept for it, since a run judges many modules of a vmlinux. */
function withMachine<T>(base: Types | null, work: (machine: VerifyMachine) => T): T {
  if (base === null || base.strings.end < WORTH_KEEPING) {
    return lend((machine) => {
      layBase(machine, base);
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
const kept = new WeakMap<Types, VerifyMachine>();
/** Strings of a base that are laid anew in less time than it takes to start a machine. In bytes. */
const WORTH_KEEPING = 1 << 16;

/** Lays the table of kinds, the strings of the bases end to end, and the kinds of their types by id. */
function layBase({ code, memory }: VerifyMachine, base: Types | null): void {
  const end = base?.strings.end ?? 0;
  const typeCount = base?.typeCount ?? 1;
  code.forget();
  const at = code.roomFor(end + SLACK + typeCount) >>> 0;
  const { bytes } = memory;
  bytes.set(KIND_COLUMNS, code.kindTable());
  for (let table = base?.strings ?? null; table !== null; table = table.base) {
    layStrings(table.bytes, bytes, at + table.firstOff);
  }
  const kindsAt = at + end + SLACK;
  bytes[kindsAt] = UNKN;
  for (let types = base; types !== null; types = types.base) bytes.set(types.kinds, kindsAt + types.firstId);
  code.openBase(at, end, kindsAt, typeCount);
  code.keep();
}

const KIND_COLUMNS = kindColumns();

/** Lays strings and a NUL behind them: where the last one has none, it ends there. */
function layStrings(strings: Uint8Array, memory: Uint8Array, at: number): void {
  memory.set(strings, at);
  memory[at + strings.length] = 0;
}
