import type { Btf, TypeId } from "../btf/btf.ts";
import { rewriteTypes } from "../btf/encode.ts";
import { forEachNameOff, forEachTypeId } from "../btf/fields.ts";
import {
  ARRAY,
  ARRAY_TYPE,
  FWD,
  INFO,
  infoKind,
  isComposite,
  isModifier,
  kindName,
  SIZE_OR_TYPE,
} from "../btf/kinds.ts";
import { BtfxError } from "../errors.ts";
import type { Effort } from "../types/effort.ts";
import { BaseIndex } from "./base-index.ts";
import { type BrokenRule, matchDistilled, matchEffort } from "./match.ts";
import { isDistilledKind } from "./places.ts";
import { usedTypes } from "./reach.ts";
import { refuseEndlessNames, refuseUnknown } from "./rewritable.ts";
import { findUsers, type TypeUser } from "./users.ts";

/** A type of the base that has the name of a distilled one. */
export interface Candidate {
  readonly id: TypeId;
  readonly kind: string;
  /** Size in bytes; 0 for a forward declaration. */
  readonly size: number;
}

/** How many candidates for a type are reported. */
const MOST_CANDIDATES = 8;

/** One reason why a split BTF does not relocate. */
export interface RelocationFailure {
  readonly rule: BrokenRule;
  /** Id in the distilled base; 0 where the failure is not about one of its types. */
  readonly id: TypeId;
  readonly kind: string;
  readonly name: string;
  /** Size in bytes that the distilled base states. */
  readonly size: number;
  /** Whether a split struct or union holds the type by value, so that its size must agree. */
  readonly embedded: boolean;
  /** Whether only types that nothing in the module uses cause the failure. `prune` drops them. */
  readonly unused: boolean;
  /** The first of them; there may be as many as the base has types. */
  readonly candidates: readonly Candidate[];
  readonly candidateCount: number;
  /** The first split types that embed or use it. */
  readonly users: readonly TypeUser[];
  /** The message of libbpf and the kernel if it is the first failure. */
  readonly message: string;
}

/** The split BTF on its new base, or all reasons why it does not relocate. */
export type Relocation =
  | {
      readonly ok: true;
      /** The split BTF: the input with other ids and name offsets. */
      readonly bytes: Uint8Array;
      /** New id of one that points into the distilled base or the split BTF. */
      readonly mapId: (id: TypeId) => TypeId;
    }
  | { readonly ok: false; readonly failures: readonly RelocationFailure[] };

/**
 * Relocates split BTFs from their distilled bases onto one base: the verdict and the bytes of `btf__relocate` of
 * libbpf, which the kernel runs at load. The base is indexed once; a split BTF costs what it and its distilled base
 * hold.
 */
export class Relocator {
  readonly base: Btf;
  readonly #index: BaseIndex;

  constructor(base: Btf) {
    refuseEndlessNames(base);
    this.base = base;
    this.#index = new BaseIndex(base);
  }

  /**
   * Relocates `split`, which is split on its distilled base. Failures say whether the module uses what fails; `roots`
   * are ids that it uses besides those of its functions and variables. Throws `unknown-kind` for types that cannot be
   * rewritten.
   */
  relocate(split: Btf, roots: Iterable<TypeId> = []): Relocation {
    const distilled = split.base;
    if (distilled === null) {
      throw new BtfxError("not-split", "standalone BTF cannot be relocated", {
        hint: "give split BTF with its distilled base",
      });
    }
    refuseUnknown(split);
    refuseEndlessNames(distilled);
    refuseEndlessNames(split);
    const embedded = markEmbedded(split, distilled, null);
    const ids = new Uint32Array(distilled.typeCount);
    const failures: RelocationFailure[] = [];
    const effort = matchEffort();
    for (let id = 1; id < distilled.typeCount; id++) {
      const failure = this.#mapType(distilled, id, embedded[id] === 1, ids, effort);
      if (failure !== undefined) failures.push(failure);
    }
    for (const failure of this.#emptyNames()) failures.push(failure);
    const bytes = failures.length === 0 ? this.#rewrite(split, distilled, ids) : undefined;
    if (bytes !== undefined) {
      const shift = this.base.typeCount - distilled.typeCount;
      return { ok: true, bytes, mapId: (id) => (id < ids.length ? ids[id] : id + shift) };
    }
    for (const failure of unmappedStrings(split, distilled)) failures.push(failure);
    return { ok: false, failures: this.#withUse(withUsers(failures, split), split, distilled, roots) };
  }

  /** Finds the base type for a distilled type and notes it in `ids`, or reports why there is none. */
  #mapType(
    distilled: Btf,
    id: TypeId,
    embedded: boolean,
    ids: Uint32Array,
    effort: Effort,
  ): RelocationFailure | undefined {
    const kind = distilled.kind(id);
    if (!isDistilledKind(kind)) {
      const message = `type [${id}] in distilled based BTF has unexpected kind [${kind}]`;
      return this.#failure("unexpected-kind", distilled, id, embedded, [], message);
    }
    if (distilled.nameOff(id) === 0) {
      const message = `type [${id}], kind [${kind}] is invalid for distilled base BTF; it is anonymous`;
      return this.#failure("anonymous", distilled, id, embedded, [], message);
    }
    const match = matchDistilled(distilled, id, this.#index, embedded, effort);
    if (typeof match === "number") {
      ids[id] = match;
      return undefined;
    }
    const name = distilled.name(id);
    const message =
      match.rivals === undefined
        ? `distilled base BTF type '${name}' [${id}] is not mapped to base BTF id`
        : `distilled base BTF type '${name}' [${id}], size ${this.base.sizeOrType(match.rivals[0])} has multiple candidates of the same size (ids [${match.rivals.join(", ")}]) in base BTF`;
    return this.#failure(match.rule, distilled, id, embedded, match.candidates, message);
  }

  #failure(
    rule: BrokenRule,
    distilled: Btf,
    id: TypeId,
    embedded: boolean,
    candidates: readonly TypeId[],
    message: string,
  ): RelocationFailure {
    return {
      rule,
      id,
      kind: kindName(distilled.kind(id)),
      name: distilled.name(id),
      size: distilled.sizeOrType(id),
      embedded,
      unused: false,
      candidates: candidates.slice(0, MOST_CANDIDATES).map((candidate) => describe(this.base, candidate)),
      candidateCount: candidates.length,
      users: [],
      message,
    };
  }

  /** Marks the failures that would be none without the types that nothing uses. */
  #withUse(
    failures: readonly RelocationFailure[],
    split: Btf,
    distilled: Btf,
    roots: Iterable<TypeId>,
  ): RelocationFailure[] {
    const used = usedTypes(split, roots);
    const embedded = markEmbedded(split, distilled, used);
    const effort = matchEffort();
    return failures.map((failure) => {
      const { id, rule } = failure;
      if (id === 0 || rule === "unexpected-kind" || rule === "anonymous") return failure;
      const isUsed =
        used[id] === 1 &&
        typeof matchDistilled(distilled, id, this.#index, embedded[id] === 1, effort) !== "number";
      return { ...failure, unused: !isUsed };
    });
  }

  #emptyNames(): RelocationFailure[] {
    const id = this.#index.emptyNamedId;
    if (id === 0) return [];
    const message = `base BTF id [${id}] maps to invalid distilled base BTF id [0]`;
    return [
      { ...noType("empty-name-in-base", message), candidates: [describe(this.base, id)], candidateCount: 1 },
    ];
  }

  /**
   * The input with ids and name offsets of the new base (`btf_relocate_rewrite_type_id`, `_rewrite_strs`); undefined if
   * one of its names is not mapped, as {@link unmappedStrings} reports.
   */
  #rewrite(split: Btf, distilled: Btf, ids: Uint32Array): Uint8Array | undefined {
    const names = this.#mapNames(distilled, ids);
    const idShift = this.base.typeCount - ids.length;
    const nameShift = this.base.strings.end - names.length;
    let isMapped = true;
    const bytes = rewriteTypes(split, (words) => {
      const renumber = (word: number) => {
        const id = words[word];
        words[word] = id < ids.length ? ids[id] : id + idShift;
      };
      const rename = (word: number) => {
        const nameOff = words[word];
        if (nameOff >= names.length) words[word] = nameOff + nameShift;
        else {
          words[word] = names[nameOff];
          if (names[nameOff] === UNMAPPED) isMapped = false;
        }
      };
      const { starts } = split;
      for (let i = 0; i < starts.length - 1; i++) {
        forEachTypeId(words, starts[i], renumber);
        forEachNameOff(words, starts[i], rename);
      }
    });
    return isMapped ? bytes : undefined;
  }

  /**
   * By name offset in the distilled base: the offset in the base, or {@link UNMAPPED} if no type has that name. If
   * types share an offset, the one that libbpf meets last decides.
   */
  #mapNames(distilled: Btf, ids: Uint32Array): Uint32Array {
    const names = new Uint32Array(distilled.strings.end).fill(UNMAPPED);
    const decidedBy = new Uint32Array(distilled.strings.end);
    names[0] = 0;
    for (let id = 1; id < ids.length; id++) {
      const nameOff = distilled.nameOff(id);
      if (ids[id] < decidedBy[nameOff]) continue;
      decidedBy[nameOff] = ids[id];
      names[nameOff] = this.base.nameOff(ids[id]);
    }
    return names;
  }
}

/** In place of a name offset, which has 31 bits. */
const UNMAPPED = 0xffffffff;

/**
 * By distilled id: 1 for a struct or union that is a member of a split one by value, through modifiers and arrays but
 * not through pointers (`btf_mark_embedded_composite_type_ids`). With `used`, members of used split types only.
 */
export function markEmbedded(split: Btf, distilled: Btf, used: Uint8Array | null): Uint8Array {
  const { words, starts, firstId } = split;
  const embedded = new Uint8Array(distilled.typeCount);
  // Each type is followed once, since it always leads to the same types by value. So loops end.
  const followed = new Uint8Array(starts.length - 1);
  const follow = (word: number) => {
    let id = words[word];
    while (id >= firstId) {
      const at = starts[id - firstId];
      const kind = infoKind(words[at + INFO]);
      if (!(isModifier(kind) || kind === ARRAY) || followed[id - firstId] === 1) return;
      followed[id - firstId] = 1;
      id = words[at + (kind === ARRAY ? ARRAY_TYPE : SIZE_OR_TYPE)];
    }
    if (id !== 0 && isComposite(distilled.kind(id))) embedded[id] = 1;
  };
  for (let i = 0; i < starts.length - 1; i++) {
    if (used !== null && used[firstId + i] === 0) continue;
    if (isComposite(infoKind(words[starts[i] + INFO]))) forEachTypeId(words, starts[i], follow);
  }
  return embedded;
}

/** Name offsets of the split BTF that lie in the distilled base's strings and are not the name of one of its types. */
function unmappedStrings(split: Btf, distilled: Btf): RelocationFailure[] {
  const { words, starts } = split;
  const end = distilled.strings.end;
  const known = new Uint8Array(end);
  for (let id = 0; id < distilled.typeCount; id++) known[distilled.nameOff(id)] = 1;
  const failures: RelocationFailure[] = [];
  const check = (word: number) => {
    const nameOff = words[word];
    if (nameOff >= end || known[nameOff] === 1) return;
    known[nameOff] = 1;
    const name = split.strings.text(nameOff);
    const message = `string '${name}' [offset ${nameOff}] is not mapped to base BTF`;
    failures.push({ ...noType("unmapped-string", message), name });
  };
  for (let i = 0; i < starts.length - 1; i++) forEachNameOff(words, starts[i], check);
  return failures;
}

function withUsers(failures: readonly RelocationFailure[], split: Btf): RelocationFailure[] {
  const users = findUsers(
    split,
    failures.map((failure) => failure.id),
  );
  return failures.map((failure, i) => ({ ...failure, users: users[i] }));
}

function noType(rule: BrokenRule, message: string): RelocationFailure {
  return {
    rule,
    id: 0,
    kind: "",
    name: "",
    size: 0,
    embedded: false,
    unused: false,
    candidates: [],
    candidateCount: 0,
    users: [],
    message,
  };
}

function describe(btf: Btf, id: TypeId): Candidate {
  return { id, kind: kindName(btf.kind(id)), size: btf.kind(id) === FWD ? 0 : btf.sizeOrType(id) };
}
