import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import { printable } from "../../btf/strings.ts";
import { typeText } from "../../types/type-text.ts";
import type { MemberChange } from "./change.ts";
import { sameResolved } from "./resolved.ts";
import type { Ref, Side } from "./side.ts";
import type { Sides } from "./sides.ts";

interface Parameter {
  readonly type: TypeId;
  readonly ref: Ref;
  readonly name: string;
  /** From 1 on; 0 for the return type. */
  readonly number: number;
}

/** Limit of the product of the lengths of two lists of parameters. Longer lists are compared place by place. */
const MOST_CELLS = 1 << 14;

/** The differences between the old and new prototype of a function. Names of parameters do not count. */
export function comparePrototypes(sides: Sides, old: TypeId, next: TypeId): MemberChange[] {
  const [oldReturn, ...before] = parametersOf(sides.old, old);
  const [newReturn, ...after] = parametersOf(sides.new, next);
  const changes: MemberChange[] = [];
  if (oldReturn.ref !== newReturn.ref) changes.push(retyped(sides, oldReturn, newReturn));
  let [i, j] = [0, 0];
  for (const [a, b] of [...common(before, after), [before.length, after.length]]) {
    // Between two parameters that stayed, pairs are parameters that got another type. The others are new or gone.
    for (; i < a && j < b; i++, j++) changes.push(retyped(sides, before[i], after[j]));
    for (; i < a; i++) changes.push(removed(sides, before[i]));
    for (; j < b; j++) changes.push(added(sides, after[j]));
    i++;
    j++;
  }
  return changes;
}

/** The return type, then the parameters. */
function parametersOf({ flat, refs }: Side, proto: TypeId): Parameter[] {
  const { words, starts, strings } = flat;
  const at = starts[proto];
  const result = words[at + K.SIZE_OR_TYPE];
  const parameters: Parameter[] = [{ type: result, ref: refs[result], name: "", number: 0 }];
  for (let i = 0; i < K.infoVlen(words[at + K.INFO]); i++) {
    const parameter = at + K.HEAD_WORDS + i * K.PARAM_WORDS;
    const nameOff = words[parameter];
    const type = words[parameter + K.PARAM_TYPE];
    const name = printable(strings.subarray(nameOff, strings.indexOf(0, nameOff)));
    parameters.push({ type, ref: refs[type], name, number: i + 1 });
  }
  return parameters;
}

/**
 * Positions in both lists of the parameters that stayed. If both lists have the same length, these are the same places;
 * otherwise a longest common sequence of types.
 */
function common(before: readonly Parameter[], after: readonly Parameter[]): [number, number][] {
  if (before.length === after.length || before.length * after.length > MOST_CELLS) {
    return before.flatMap(({ ref }, i): [number, number][] => (after[i]?.ref === ref ? [[i, i]] : []));
  }
  const width = after.length + 1;
  const lengths = new Uint16Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        before[i].ref === after[j].ref
          ? lengths[(i + 1) * width + j + 1] + 1
          : Math.max(lengths[(i + 1) * width + j], lengths[i * width + j + 1]);
    }
  }
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < before.length && j < after.length; ) {
    if (before[i].ref === after[j].ref) pairs.push([i++, j++]);
    else if (lengths[(i + 1) * width + j] >= lengths[i * width + j + 1]) i++;
    else j++;
  }
  return pairs;
}

function retyped(sides: Sides, from: Parameter, to: Parameter): MemberChange {
  return {
    change: "retyped",
    class: sameResolved(sides.old, from.type, sides.new, to.type) ? "qualifiers" : "layout",
    ...place(to),
    oldType: typeText(sides.old.flat, from.type),
    newType: typeText(sides.new.flat, to.type),
  };
}

function removed(sides: Sides, parameter: Parameter): MemberChange {
  const oldType = typeText(sides.old.flat, parameter.type);
  return { change: "removed", class: "layout", ...place(parameter), oldType };
}

function added(sides: Sides, parameter: Parameter): MemberChange {
  const newType = typeText(sides.new.flat, parameter.type);
  return { change: "added", class: "layout", ...place(parameter), newType };
}

function place({ name, number }: Parameter): { name: string; path: string } {
  return { name, path: number === 0 ? "return" : `parameter ${number}` };
}
