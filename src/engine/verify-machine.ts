import { kindColumns } from "../btf/kind-columns.ts";
import { UNKN } from "../btf/kinds.ts";
import { SLACK } from "../btf/lay.ts";
import type { StringTable } from "../btf/strings.ts";
import { wordsToBytes } from "../btf/words.ts";
import { lender } from "../wasm/lender.ts";
import { VerifyMachine } from "../wasm/verifier.ts";
import { ROLE_COLUMN, TARGET_BITS } from "./reference-roles.ts";

/** What split BTF is judged on: a `Btf`, or types that verify has walked. */
interface Base {
  readonly base: Base | null;
  readonly kinds: Uint8Array;
  readonly strings: StringTable;
  readonly firstId: number;
  readonly typeCount: number;
}

/** Works with a machine that holds the base. One with a large base is kept for it, since a run judges many modules of a vmlinux. */
export function withVerifyMachine<T>(base: Base | null, work: (machine: VerifyMachine) => T): T {
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
const kept = new WeakMap<Base, VerifyMachine>();
/** Strings of a base that are laid anew in less time than it takes to start a machine. In bytes. */
const WORTH_KEEPING = 1 << 16;

/** Lays the table of kinds, the strings of the bases end to end, and the kinds of their types by id. */
function layBase({ code, memory }: VerifyMachine, base: Base | null): void {
  const end = base?.strings.end ?? 0;
  const typeCount = base?.typeCount ?? 1;
  code.forget();
  const at = code.roomFor(end + SLACK + typeCount) >>> 0;
  const { bytes } = memory;
  bytes.set(KIND_COLUMNS, code.kindTable());
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
}

const KIND_COLUMNS = kindColumns(ROLE_COLUMN);

/** Lays strings and a NUL behind them: where the last one has none, it ends there. */
export function layStrings(strings: Uint8Array, memory: Uint8Array, at: number): void {
  memory.set(strings, at);
  memory[at + strings.length] = 0;
}
