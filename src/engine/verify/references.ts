import type { TypeId } from "../../btf/btf.ts";
import { KINDS, kindName, NAME_OFF } from "../../btf/kinds.ts";
import { wordsAt } from "../../btf/words.ts";
import { DEPTH, MAX_DEPTH } from "../../wasm/constants/resolve-codes.ts";
import { layOwn, resolveBase, withVerifyMachine } from "../verify-memory.ts";
import type { Report } from "./findings.ts";
import { logLine, placeText } from "./log.ts";
import { RecordCursor } from "./record-cursor.ts";
import { RESOLVE_RULES } from "./resolve-rules.ts";
import { type Types, wordOf } from "./types-view.ts";

/**
 * The kernel's walk over all references (`btf_check_all_types`, kernel/bpf/btf.c), which WebAssembly does
 * (`assembly/verify/resolve`): each run that fails is reported once. With a base, only the own types are walked: the
 * base counts as it is.
 */
export function resolveTypes(types: Types, pointerBytes: number, report: Report): void {
  const { base, words, strings, firstId, typeCount } = types;
  withVerifyMachine(base, (machine) => {
    if (base !== null && machine.baseResolvedFor !== pointerBytes) resolveBase(machine, base, pointerBytes);
    if (!machine.holds(words)) layOwn(machine, words, strings);
    machine.onBroken = (rule, id, index, memberType) => refuse(types, report, rule, id, index, memberType);
    try {
      machine.code.resolve(typeCount - firstId, pointerBytes);
    } finally {
      machine.onBroken = undefined;
    }
  });
}

/**
 * Ids of the structs that have a member of a special type, of types that stand alone and are in order. `specialAmong`
 * chooses the special ones among those that may be: structs whose name begins with `bpf`, and pointers to a type tag.
 */
export function structsWith(types: Types, specialAmong: (ids: Uint32Array) => Iterable<TypeId>): Uint32Array {
  const { base, words, strings, typeCount } = types;
  return withVerifyMachine(base, (machine) => {
    if (!machine.holds(words)) layOwn(machine, words, strings);
    const { code, memory } = machine;
    const found = (count: number) => wordsAt(memory.bytes, code.foundIds(), count);
    for (const id of specialAmong(found(code.findCandidates(typeCount)))) code.mark(id);
    return found(code.findHolders());
  });
}

/**
 * Reports the rule of that number for a type; `memberType` is what its element resolves to, 0 where that does not
 * matter.
 */
function refuse(
  types: Types,
  report: Report,
  rule: number,
  id: TypeId,
  index: number,
  memberType: TypeId,
): void {
  const broken = RESOLVE_RULES[rule];
  report.broken("resolve", broken, () => {
    const t = new RecordCursor(types.words, types.strings);
    t.moveTo(types.starts[id - types.firstId], id);
    if (KINDS[t.kind].elem > 0) t.moveToElement(index);
    t.nameOf = (type) =>
      type === 0 || type >= types.typeCount ? undefined : types.strings.text(wordOf(types, type, NAME_OFF));
    const form = broken.form ?? "type";
    const place = placeText(form, t);
    return {
      values: [rule === DEPTH ? MAX_DEPTH : index + 1],
      line: (phrase) => logLine(form, t, phrase, memberType === 0 ? undefined : memberType),
      ...(place === undefined ? {} : { in: place }),
      type: {
        id,
        kind: kindName(t.kind),
        name: t.nameOff < types.strings.end ? types.strings.text(t.nameOff) : null,
      },
    };
  });
}
