import type { Btf, TypeId } from "../../btf/btf.ts";
import { KINDS, kindName, NAME_OFF } from "../../btf/kinds.ts";
import { chainOf, layTypes, SLACK } from "../../btf/lay.ts";
import { wordsAt, wordsToBytes } from "../../btf/words.ts";
import { lender } from "../../wasm/lender.ts";
import { DEPTH, MAX_DEPTH } from "../../wasm/resolve-codes.ts";
import { Resolver } from "../../wasm/resolver.ts";
import type { GrowingMemory } from "../../wasm/web-assembly.ts";
import type { Report } from "./findings.ts";
import { KIND_FACTS } from "./kind-facts.ts";
import { logLine, placeText } from "./log.ts";
import { RecordCursor } from "./record-cursor.ts";
import { RESOLVE_RULES } from "./resolve-rules.ts";
import { type Types, wordOf } from "./types-view.ts";

/**
 * The kernel's walk over all references (`btf_check_all_types`, kernel/bpf/btf.c), which WebAssembly does (`assembly/resolve`). A base
 * is resolved once for all that is split on it.
 */
export class References {
  readonly #resolver = new Resolver(KIND_FACTS);
  #pointerBytes = 8;

  get memory(): GrowingMemory {
    return this.#resolver.memory;
  }

  /** Forgets all types, and resolves the base of those to come. It counts as it is: nothing that is wrong in it is reported. */
  setBase(base: Btf | null, pointerBytes: number): void {
    const { code } = this.#resolver;
    this.#pointerBytes = pointerBytes;
    code.forgetTypes();
    if (base === null) return;
    const { words, starts, strings } = layTypes(this.#resolver, chainOf(base), base.strings, 0);
    // Behind void, which has a place there.
    code.resolve(words, starts + 4, base.typeCount - 1, strings, base.strings.end, pointerBytes, false);
    code.keepAsBase();
  }

  /** Resolves the own types of `types`, which the base was set for. Each run that fails is reported once. */
  resolve(types: Types, report: Report): void {
    const { code, memory } = this.#resolver;
    const { words, starts, strings, firstId, typeCount } = types;
    const startsAt = words.byteLength;
    const stringsAt = startsAt + starts.byteLength;
    const at = code.roomFor(stringsAt + strings.bytes.length + SLACK) >>> 0;
    const { bytes } = memory;
    wordsToBytes(words, true, bytes, at);
    wordsToBytes(starts, true, bytes, at + startsAt);
    bytes.set(strings.bytes, at + stringsAt);
    bytes[at + stringsAt + strings.bytes.length] = 0;
    this.#resolver.onBroken = (rule, id, index, memberType) =>
      refuse(types, report, rule, id, index, memberType);
    code.resolve(
      at,
      at + startsAt,
      typeCount - firstId,
      at + stringsAt,
      strings.end,
      this.#pointerBytes,
      types.hasPlainParams === true,
    );
    this.#resolver.onBroken = undefined;
  }

  /** Ids that may be special, of the types that were resolved: structs whose name begins with `bpf`, and pointers to a type tag. */
  specialCandidates(): Uint32Array {
    return this.#found(this.#resolver.code.findCandidates());
  }

  /** Ids of the structs that have a member of one of these types, after {@link specialCandidates}. */
  holdersOf(special: Iterable<TypeId>): Uint32Array {
    const { code } = this.#resolver;
    for (const id of special) code.mark(id);
    return this.#found(code.findHolders());
  }

  #found(count: number): Uint32Array {
    return wordsAt(this.memory.bytes, this.#resolver.code.foundIds(), count);
  }
}

/** Works with references whose memory nobody else works with. */
export const withReferences: <T>(work: (references: References) => T) => T = lender(() => new References());

/** Reports the rule of that number for a type; `memberType` is what its element resolves to, 0 where that does not matter. */
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
