import type { TypeId } from "../../btf/btf.ts";
import { BTF_ID_SET_FORMS, type BtfIdEntry, type BtfIdSet, type BtfIdsLayout } from "../../btf/btf-ids.ts";
import {
  FUNC,
  FUNC_PROTO,
  HEAD_WORDS,
  INFO,
  infoVlen,
  isModifier,
  kindName,
  NAME_OFF,
  PARAM_TYPE,
  PTR,
  SIZE_OR_TYPE,
  STRUCT,
  TYPEDEF,
  UNION,
} from "../../btf/kinds.ts";
import { nameBytes, sameName } from "../../btf/strings.ts";
import type { Report } from "./findings.ts";
import { type Kernel, kernelName, release } from "./kernel.ts";
import { kindOf, MISSING, type Types, wordOf } from "./types-view.ts";

/** A `.BTF_ids` section. Its symbols tell which words are ids. */
export interface BtfIds {
  readonly bytes: Uint8Array;
  readonly layout: BtfIdsLayout;
  readonly littleEndian: boolean;
}

const KIND_OF: Readonly<Record<BtfIdEntry["kind"], number>> = {
  func: FUNC,
  struct: STRUCT,
  union: UNION,
  typedef: TYPEDEF,
};

/** `BTF_SET8_KFUNCS` (linux/btf_ids.h): the set may be registered as kfuncs (`register_btf_kfunc_id_set`). */
const SET8_KFUNCS = 1;
const SET8_KFUNCS_SINCE = release(6, 9);
/** Names that are looked up at most, each in all types. */
const MAX_SEARCHES = 16;
/** `BTF_KFUNC_SET_MAX_CNT` (kernel/bpf/btf.c). */
const MAX_KFUNCS = 256;
/** `KF_ITER_NEW`, `KF_ITER_NEXT`, `KF_ITER_DESTROY` (linux/btf.h) and what the functions end with. */
const ITERATOR_FLAGS: readonly { readonly flag: number; readonly verb: string }[] = [
  { flag: 1 << 8, verb: "new" },
  { flag: 1 << 9, verb: "next" },
  { flag: 1 << 10, verb: "destroy" },
];
const ITERATORS_SINCE = release(6, 4);

/**
 * Checks the ids of a section: each must name a type of the kind and name that its symbol asks for, sets must be
 * sorted, and kfuncs have the form that registering them asks for (`btf_check_kfunc_protos`, `btf_check_iter_kfuncs`).
 * Of a distilled module, ids that the kernel will not relocate are worth a warning. The kernel looks at this when the
 * module's code registers them, not when the BTF is loaded, so that nothing here decides the verdict.
 */
export function checkBtfIds(
  ids: BtfIds,
  types: Types,
  isDistilled: boolean,
  kernel: Kernel,
  report: Report,
): void {
  const view = new DataView(ids.bytes.buffer, ids.bytes.byteOffset, ids.bytes.byteLength);
  const check = new IdsCheck(ids, view, types, isDistilled, report);
  if (check.neverResolved()) return;
  // Both are in order and sets do not overlap, so that one pass finds the entries of each set.
  const { entries, sets } = ids.layout;
  const outside: BtfIdEntry[] = [];
  let next = 0;
  for (const set of sets) {
    for (; next < entries.length && entries[next].offset < set.offset; next++) outside.push(entries[next]);
    const first = next;
    while (next < entries.length && entries[next].offset < set.offset + set.size) next++;
    check.set(set, entries.slice(first, next), kernel);
  }
  for (; next < entries.length; next++) outside.push(entries[next]);
  for (const entry of outside) check.entry(entry);
  for (const offset of ids.layout.strays) {
    check.note("warning", offset, `the word is not 0, although no symbol describes it`);
  }
}

class IdsCheck {
  readonly #ids: BtfIds;
  readonly #view: DataView;
  readonly #types: Types;
  readonly #isDistilled: boolean;
  readonly #report: Report;
  #searches = 0;

  constructor(ids: BtfIds, view: DataView, types: Types, isDistilled: boolean, report: Report) {
    this.#ids = ids;
    this.#view = view;
    this.#types = types;
    this.#isDistilled = isDistilled;
    this.#report = report;
  }

  /** Whether resolve_btfids never ran: the compiler leaves zeros, which it replaces. Reported once, not for each id. */
  neverResolved(): boolean {
    const { entries, sets } = this.#ids.layout;
    const isZero = ({ offset }: { readonly offset: number }) => this.#u32(offset) === 0;
    if (entries.length === 0 || !entries.every(isZero) || !sets.every(isZero)) return false;
    const found = entries.map((entry) => ({ entry, id: this.#find(entry) })).find(({ id }) => id !== 0);
    if (found === undefined) return false;
    const { kind, name } = found.entry;
    this.#report.note({
      phase: "btf-ids",
      severity: "error",
      detail: `.BTF_ids was never resolved: all of its ${entries.length} ids are 0, though ${kind} ${name} is there, [${found.id}]; run resolve_btfids on the module, or its kfuncs will not be registered`,
      typeId: found.id,
      kind: kindName(KIND_OF[kind]),
      name,
    });
    return true;
  }

  /** An id of a list: it stands where its symbol is. */
  entry(entry: BtfIdEntry): void {
    const { offset, kind, name } = entry;
    const id = this.#u32(offset);
    if (id === 0) {
      const known = this.#find(entry);
      const why =
        known === 0 ? "there is no such type" : `not resolved, though the type is there, [${known}]`;
      this.note("warning", offset, `${kind} ${name} is 0: ${why}`);
    } else if (!this.#is(id, kind, name)) {
      this.note("error", offset, `${kind} ${name} is ${this.#describe(id)}`, id);
    } else this.#distilledId(offset, id);
  }

  /**
   * An id of the distilled base that stays: kernels map those of a set8 only (`btf_relocate_id` has no other caller).
   */
  #distilledId(offset: number, id: TypeId): void {
    if (!this.#isDistilled || id >= this.#types.firstId) return;
    const what = `${this.#describe(id)}, in the distilled base`;
    this.note("warning", offset, `kernels relocate ids of a set8 only: ${what}, will name another type`, id);
  }

  /** A set and the entries in it: its ids are sorted, so that its symbols tell only which types must be in it. */
  set(set: BtfIdSet, entries: readonly BtfIdEntry[], kernel: Kernel): void {
    const { headBytes, elementBytes } = BTF_ID_SET_FORMS[set.kind];
    const wanted = new Set(entries.map(({ kind, name }) => `${kind} ${name}`));
    const flags = set.kind === "set8" ? this.#u32(set.offset + 4) : 0;
    const isKfuncs = (flags & SET8_KFUNCS) !== 0;
    const label = `${set.kind} ${set.name}`;
    if (set.kind === "set8" && !isKfuncs && set.count > 0 && kernel >= SET8_KFUNCS_SINCE) {
      this.note(
        "error",
        set.offset,
        `${label} lacks the flag BTF_SET8_KFUNCS (BTF_KFUNCS_START): kernels from ${kernelName(SET8_KFUNCS_SINCE)} on refuse to register its kfuncs (-EINVAL)`,
      );
    }
    if (isKfuncs && set.count > MAX_KFUNCS) {
      this.note(
        "error",
        set.offset,
        `${label} has ${set.count} kfuncs, at most ${MAX_KFUNCS} can be registered`,
      );
    }
    let last = -0x8000_0000;
    for (let i = 0; i < set.count; i++) {
      const offset = set.offset + headBytes + i * elementBytes;
      const id = this.#u32(offset);
      if ((id | 0) < last) {
        this.note("error", offset, `${label} is not sorted: ${id} stands after ${last >>> 0}`, id);
      }
      last = id | 0;
      if (id === 0) {
        const severity = isKfuncs ? "error" : "warning";
        this.note(severity, offset, `${label} has an id that is 0: a type that was not found`);
      } else if (kindOf(this.#types, id) === MISSING) {
        this.note("error", offset, `${label} holds ${this.#describe(id)}`, id);
      } else if (!wanted.has(this.#asSymbol(id))) {
        this.note(
          "error",
          offset,
          `${label} holds ${this.#describe(id)}, which none of its symbols names`,
          id,
        );
      } else if (set.kind === "set") {
        this.#distilledId(offset, id);
      } else if (isKfuncs) {
        this.#kfunc(label, offset, id, this.#u32(offset + 4), kernel);
      }
    }
  }

  note(severity: "error" | "warning", offset: number, detail: string, id?: TypeId): void {
    const known = id !== undefined && id !== 0 && kindOf(this.#types, id) !== MISSING;
    this.#report.note({
      phase: "btf-ids",
      severity,
      detail: `.BTF_ids at ${offset}: ${detail}`,
      typeId: id ?? null,
      kind: known ? kindName(kindOf(this.#types, id)) : null,
      name: known ? this.#name(id) : null,
    });
  }

  #kfunc(label: string, offset: number, id: TypeId, flags: number, kernel: Kernel): undefined {
    const fail = (what: string): undefined => {
      this.note("error", offset, `${label}: kfunc ${this.#name(id)} ${what}`, id);
    };
    if (kindOf(this.#types, id) !== FUNC) return fail(`is ${this.#describe(id)}`);
    const proto = wordOf(this.#types, id, SIZE_OR_TYPE);
    if (kindOf(this.#types, proto) !== FUNC_PROTO) return fail("has no prototype");
    const verbs = ITERATOR_FLAGS.filter(({ flag }) => (flags & flag) !== 0).map(({ verb }) => verb);
    if (verbs.length === 0 || kernel < ITERATORS_SINCE) return;
    if (verbs.length > 1) return fail(`has the flags of an iterator's ${verbs.join(" and ")}`);
    const wrong = this.#brokenIterator(this.#name(id), verbs[0], proto);
    if (wrong !== undefined) fail(wrong);
  }

  /** `btf_check_iter_kfuncs`: `bpf_iter_T_new|next|destroy(struct bpf_iter_T *, …)`. */
  #brokenIterator(name: string, verb: string, proto: TypeId): string | undefined {
    const type = /^(bpf_iter_.+)_(new|next|destroy)$/.exec(name);
    if (type === null || type[2] !== verb)
      return `is an iterator's ${verb}, but not named bpf_iter_TYPE_${verb}`;
    const params = infoVlen(wordOf(this.#types, proto, INFO));
    if (params === 0) return `is an iterator's ${verb} without a parameter`;
    if (verb !== "new" && params !== 1) return `is an iterator's ${verb} with more than one parameter`;
    const struct = this.#pointee(wordOf(this.#types, proto, HEAD_WORDS + PARAM_TYPE));
    if (struct === undefined || this.#asSymbol(struct) !== `struct ${type[1]}`) {
      return `must take a struct ${type[1]} * first`;
    }
    const bytes = wordOf(this.#types, struct, SIZE_OR_TYPE);
    if (bytes === 0 || bytes % 8 !== 0) {
      return `has an iterator of ${bytes} bytes, which is not a multiple of 8`;
    }
    const returned = this.#below(wordOf(this.#types, proto, SIZE_OR_TYPE));
    if (verb === "next" && kindOf(this.#types, returned) !== PTR) return "must return a pointer";
    if (verb === "destroy" && returned !== 0) return "must return nothing";
    return undefined;
  }

  /** The type that a pointer leads to, below modifiers. */
  #pointee(id: TypeId): TypeId | undefined {
    const pointer = this.#below(id);
    if (kindOf(this.#types, pointer) !== PTR) return undefined;
    return this.#below(wordOf(this.#types, pointer, SIZE_OR_TYPE));
  }

  #below(start: TypeId): TypeId {
    let id = start;
    // Chains of modifiers were checked; the bound is for those that failed.
    for (let links = 0; isModifier(kindOf(this.#types, id)) && links < 64; links++) {
      id = wordOf(this.#types, id, SIZE_OR_TYPE);
    }
    return id;
  }

  #is(id: TypeId, kind: BtfIdEntry["kind"], name: string): boolean {
    return kindOf(this.#types, id) === KIND_OF[kind] && this.#name(id) === name;
  }

  /** The type as a symbol would ask for it. */
  #asSymbol(id: TypeId): string {
    return `${kindName(kindOf(this.#types, id)).toLowerCase()} ${this.#name(id)}`;
  }

  #describe(id: TypeId): string {
    if (kindOf(this.#types, id) === MISSING) return `[${id}], but there are ${this.#types.typeCount} types`;
    return `[${id}], which is ${kindName(kindOf(this.#types, id))} ${this.#name(id) || "(anon)"}`;
  }

  #name(id: TypeId): string {
    return this.#types.strings.text(wordOf(this.#types, id, NAME_OFF));
  }

  /** The first type that a symbol names, 0 if there is none or if there were too many questions. */
  #find({ kind, name }: BtfIdEntry): TypeId {
    if (this.#searches++ >= MAX_SEARCHES) return 0;
    const wanted = nameBytes(name);
    for (let types: Types | null = this.#types; types !== null; types = types.base) {
      const { words, starts, kinds, strings, firstId } = types;
      for (let i = 0; i < kinds.length; i++) {
        if (kinds[i] !== KIND_OF[kind]) continue;
        const nameOff = words[starts[i] + NAME_OFF];
        if (nameOff >= strings.end) continue;
        const table = strings.holder(nameOff);
        if (sameName(table.bytes, nameOff - table.firstOff, wanted, 0)) return firstId + i;
      }
    }
    return 0;
  }

  #u32(offset: number): number {
    return this.#view.getUint32(offset, this.#ids.littleEndian);
  }
}
