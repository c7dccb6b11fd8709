import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import type { MemberChange } from "./change.ts";
import type { Side } from "./side.ts";
import { nameText, type Sides } from "./sides.ts";

interface Enumerator {
  readonly name: number;
  readonly value: bigint;
}

/**
 * The differences between the old and new enumerators of an enum, of 32 or 64 bits. `path` is put before their names.
 */
export function compareEnumerators(sides: Sides, old: TypeId, next: TypeId, path = ""): MemberChange[] {
  const text = (name: number) => nameText(sides, name);
  const before = byName(enumeratorsOf(sides.old, old));
  const after = byName(enumeratorsOf(sides.new, next));
  const removed = [...before.values()].filter(({ name }) => !after.has(name));
  const byValue = new Map(removed.map((each) => [each.value, each]));
  const changes: MemberChange[] = [];
  for (const { name, value } of after.values()) {
    const names = { name: text(name), path: path + text(name) };
    const was = before.get(name);
    if (was !== undefined) {
      if (was.value === value) continue;
      const values = { oldValue: `${was.value}`, newValue: `${value}` };
      changes.push({ change: "renumbered", class: "layout", ...names, ...values });
      continue;
    }
    const former = byValue.get(value);
    byValue.delete(value);
    const change =
      former === undefined
        ? ({ change: "added", class: "addition" } as const)
        : ({ change: "renamed", class: "names", oldName: text(former.name), oldValue: `${value}` } as const);
    changes.push({ ...change, ...names, newValue: `${value}` });
  }
  for (const { name, value } of byValue.values()) {
    changes.push({
      change: "removed",
      class: "layout",
      name: text(name),
      path: path + text(name),
      oldValue: `${value}`,
    });
  }
  return changes;
}

/** By name: C has each name once. */
function byName(enumerators: readonly Enumerator[]): Map<number, Enumerator> {
  return new Map(enumerators.map((each) => [each.name, each]));
}

function enumeratorsOf(side: Side, id: TypeId): Enumerator[] {
  const { words, starts, kinds } = side.flat;
  const is64 = kinds[id] === K.ENUM64;
  const first = starts[id] + K.HEAD_WORDS;
  const info = words[starts[id] + K.INFO];
  const isSigned = K.infoKflag(info);
  const step = is64 ? K.ENUMERATOR64_WORDS : K.ENUMERATOR_WORDS;
  const enumerators: Enumerator[] = [];
  for (let at = first; at < first + K.infoVlen(info) * step; at += step) {
    const low = BigInt(words[at + K.ENUMERATOR_VALUE]);
    const bits = is64 ? (BigInt(words[at + K.ENUMERATOR64_HIGH]) << 32n) | low : low;
    const value = isSigned ? BigInt.asIntN(is64 ? 64 : 32, bits) : bits;
    enumerators.push({ name: side.nameAt(words[at]), value });
  }
  return enumerators;
}
