import type { Btf } from "../../btf/btf.ts";
import { kindColumns } from "../../btf/kind-columns.ts";
import { chainOf, layTypes } from "../../btf/lay.ts";
import { HASH_FACTOR, HASH_START, printable } from "../../btf/strings.ts";
import type { Effort } from "../../types/effort.ts";
import { flatten } from "../../types/flat.ts";
import { unfoldingEffort } from "../../types/unfolding-effort.ts";
import { DiffMachine } from "../../wasm/diff-machine.ts";
import { FAMILY, Side } from "./side.ts";

/** Two BTFs whose types have numbers in common. */
export interface Sides {
  readonly old: Side;
  readonly new: Side;
  readonly machine: DiffMachine;
  /** Remaining effort for comparing them. */
  readonly effort: Effort;
}

/** Numbers the types of two BTFs. */
export function numberSides(old: Btf, next: Btf): Sides {
  const machine = new DiffMachine();
  machine.memory.bytes.set(kindColumns(FAMILY), machine.code.kindTable());
  lay(machine, old, false);
  lay(machine, next, true);
  machine.code.numberTypes(HASH_START, HASH_FACTOR);
  const sides = {
    machine,
    old: new Side(flatten(old), machine, false),
    new: new Side(flatten(next), machine, true),
  };
  return { ...sides, effort: unfoldingEffort(sides.old.flat.words.length + sides.new.flat.words.length) };
}

function lay(machine: DiffMachine, btf: Btf, isNew: boolean): void {
  const { words, starts, strings } = layTypes(machine, chainOf(btf), btf.strings, 0);
  machine.code.takeSide(isNew, words, starts, btf.typeCount, btf.firstId, strings, btf.strings.end);
}

/** The name of a number, for people to read. */
export function nameText({ machine: { code, memory } }: Sides, number: number): string {
  if (number === 0) return "";
  const { bytes } = memory;
  const start = code.nameOf(number) >>> 0;
  return printable(bytes.subarray(start, bytes.indexOf(0, start)));
}
