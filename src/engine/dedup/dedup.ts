import type { TypeId } from "../../btf/btf.ts";
import { forEachTypeId, recordWords } from "../../btf/fields.ts";
import {
  FWD,
  HEAD_WORDS,
  INFO,
  infoKflag,
  infoKind,
  infoVlen,
  isComposite,
  KINDS,
  NAME_OFF,
  STRUCT,
  UNION,
} from "../../btf/kinds.ts";
import { BtfxError } from "../../errors.ts";
import type { Effort } from "../../types/effort.ts";
import { CandidateTable } from "./candidate-table.ts";
import { CanonMap } from "./canon.ts";
import { dedupEffort } from "./dedup-effort.ts";
import { Equivalence } from "./equivalence.ts";
import type { TypeGraph } from "./graph.ts";
import { PASSES } from "./passes.ts";
import { compatibleEnums, hashRecord, isEnumForward, sameButIds, sameRecord } from "./record.ts";

/** The types that remain of a graph, without those of its base. */
export interface Deduplicated {
  readonly words: Uint32Array;
  /** New id of each type of the graph. Those of the base keep theirs, but for a forward declaration that met its definition. */
  readonly ids: Uint32Array;
}

/**
 * Makes one of all types of a graph that are the same, and of a base's and theirs: the types, their order and their ids
 * are those of `btf__dedup` of libbpf. Its passes, in its order; strings are deduplicated as they are added to the graph,
 * there as here. Of the graph only reference types are written to. Throws `bad-type-id` for loops and references that no
 * C has, `unsupported` for types that cannot be told apart in reasonable time.
 */
export function dedupTypes(graph: TypeGraph): Deduplicated {
  const effort = dedupEffort(graph.typeCount);
  const state: State = {
    graph,
    effort,
    canon: new CanonMap(graph),
    table: new CandidateTable(graph.typeCount, effort),
  };
  addBase(state);
  mapPlainTypes(state);
  mapStructs(state);
  mapForwards(state);
  mapReferences(state);
  return compact(state);
}

interface State {
  readonly graph: TypeGraph;
  readonly canon: CanonMap;
  readonly table: CandidateTable;
  readonly effort: Effort;
}

/** All types of the base are candidates (`btf_dedup_prep`). */
function addBase({ graph, table }: State): void {
  const { words, starts, firstId } = graph;
  for (let id = 1; id < firstId; id++) {
    if (PASSES[graph.kind(id)] !== "unique") table.add(hashRecord(words, starts[id]), id);
  }
}

/** Types that refer to no other: integers, floats, enums and forward declarations (`btf_dedup_prim_types`). */
function mapPlainTypes(state: State): void {
  const { graph } = state;
  for (let id = graph.firstId; id < graph.typeCount; id++) {
    const pass = PASSES[graph.kind(id)];
    if (pass === "enum") mapEnum(state, id);
    else if (pass === "plain") mapToSame(state, id);
  }
}

function mapEnum(state: State, id: TypeId): void {
  const { graph, canon, table, effort } = state;
  const { words, starts } = graph;
  const at = starts[id];
  const hash = hashRecord(words, at);
  let found = 0;
  for (let entry = table.first(hash); entry !== 0 && found === 0; entry = table.next(entry, hash)) {
    const candidate = table.id(entry);
    const other = starts[candidate];
    effort.spend(words[at + INFO] === words[other + INFO] ? infoVlen(words[at + INFO]) : 0);
    if (sameRecord(words, at, other)) found = candidate;
    else if (compatibleEnums(words, at, other)) {
      if (isEnumForward(words, at)) found = candidate;
      // A candidate that was only declared is defined here.
      else canon.set(candidate, id);
    }
  }
  settle(state, id, found, hash);
}

/** Structs, unions and typedefs, whose graphs are compared (`btf_dedup_struct_types`). */
function mapStructs(state: State): void {
  const { graph, canon, table, effort } = state;
  const { words, starts } = graph;
  const equivalence = new Equivalence(graph, canon, effort);
  for (let id = graph.firstId; id < graph.typeCount; id++) {
    const at = starts[id];
    if (canon.isMapped(id) || PASSES[graph.kind(id)] !== "struct") continue;
    const hash = hashRecord(words, at);
    let found = 0;
    for (let entry = table.first(hash); entry !== 0 && found === 0; entry = table.next(entry, hash)) {
      const candidate = table.id(entry);
      effort.spend(infoVlen(words[at + INFO]));
      if (sameButIds(words, at, starts[candidate]) && equivalence.test(id, candidate)) found = candidate;
    }
    settle(state, id, found, hash);
  }
}

/** Forward declarations that no comparison has met, where just one definition has the name (`btf_dedup_resolve_fwds`). */
function mapForwards({ graph, canon }: State): void {
  const { words, starts, firstId, typeCount } = graph;
  /** By name: the definition, 0 if there are several. */
  const definitions = new Map<number, TypeId>();
  for (let id = 1; id < typeCount; id++) {
    if (!isComposite(graph.kind(id)) || !canon.isCanonical(id)) continue;
    const nameOff = words[starts[id] + NAME_OFF];
    definitions.set(nameOff, definitions.has(nameOff) ? 0 : id);
  }
  for (let id = firstId; id < typeCount; id++) {
    const at = starts[id];
    if (infoKind(words[at + INFO]) !== FWD || !canon.isCanonical(id)) continue;
    const definition = definitions.get(words[at + NAME_OFF]) ?? 0;
    const declared = infoKflag(words[at + INFO]) ? UNION : STRUCT;
    if (definition !== 0 && graph.kind(definition) === declared) canon.set(id, definition);
  }
}

/**
 * Types that refer to others and are the same if those are (`btf_dedup_ref_types`): each after what it refers to, whose
 * canonical ids are written into it.
 */
function mapReferences(state: State): void {
  const { graph, canon } = state;
  const { words, starts } = graph;
  /** The types that are being followed, each on the next one's account, and how many references of each are done. */
  const path: TypeId[] = [];
  const done: number[] = [];
  const follow = (id: TypeId): void => {
    canon.begin(id);
    path.push(id);
    done.push(0);
  };
  for (let id = graph.firstId; id < graph.typeCount; id++) {
    if (canon.isMapped(id)) continue;
    follow(id);
    while (path.length > 0) {
      const last = path.length - 1;
      const word = referenceAt(words, starts[path[last]], done[last]);
      if (word < 0) {
        done.pop();
        mapToSame(state, path.pop()!);
      } else if (canon.isMapped(words[word])) {
        words[word] = canon.resolve(words[word]);
        done[last]++;
      } else {
        if (canon.isInProgress(words[word])) throw loop(words[word], path);
        follow(words[word]);
      }
    }
  }
}

/** Position of the type id number `n` of a record, in libbpf's order, -1 behind the last. */
function referenceAt(words: Uint32Array, at: number, n: number): number {
  const row = KINDS[infoKind(words[at + INFO])];
  if (n < row.headIds.length) return at + row.headIds[n];
  const ids = row.elemIds.length;
  if (ids === 0) return -1;
  const element = Math.floor((n - row.headIds.length) / ids);
  if (element >= infoVlen(words[at + INFO])) return -1;
  return at + HEAD_WORDS + row.info + element * row.elem + row.elemIds[(n - row.headIds.length) % ids];
}

function loop(id: TypeId, path: readonly TypeId[]): BtfxError {
  const length = path.length - path.indexOf(id);
  return new BtfxError(
    "bad-type-id",
    `${length === 1 ? "a type refers to itself" : `${length} types refer to each other in a loop`} without a struct, union or typedef among them`,
    { hint: "no C has such types; the BTF is damaged, or was not built against this base" },
  );
}

/** Maps a type to the first candidate that has the same record, else to itself. */
function mapToSame(state: State, id: TypeId): void {
  const { graph, table, effort } = state;
  const { words, starts } = graph;
  const at = starts[id];
  const hash = hashRecord(words, at);
  let found = 0;
  for (let entry = table.first(hash); entry !== 0 && found === 0; entry = table.next(entry, hash)) {
    effort.spend(infoVlen(words[at + INFO]));
    if (sameRecord(words, at, starts[table.id(entry)])) found = table.id(entry);
  }
  settle(state, id, found, hash);
}

/** Maps a type to the candidate that was found; to itself if none was, and then it is one for those to come. */
function settle({ canon, table }: State, id: TypeId, found: TypeId, hash: number): void {
  canon.set(id, found === 0 ? id : found);
  if (found === 0) table.add(hash, id);
}

/** Writes the canonical types one after the other, with their new ids (`btf_dedup_compact_types`, `_remap_types`). */
function compact({ graph, canon }: State): Deduplicated {
  const { words, starts, firstId, typeCount } = graph;
  const ids = new Uint32Array(typeCount);
  for (let id = 0; id < firstId; id++) ids[id] = id;
  let nextId = firstId;
  let length = 0;
  for (let id = firstId; id < typeCount; id++) {
    if (!canon.isCanonical(id)) continue;
    ids[id] = nextId++;
    length += recordWords(words, starts[id]);
  }
  // In place: a canonical type's id is read only after it was written.
  for (let id = 0; id < typeCount; id++) if (!canon.isCanonical(id)) ids[id] = ids[canon.resolve(id)];

  const kept = new Uint32Array(length);
  const renumber = (word: number) => {
    kept[word] = ids[kept[word]];
  };
  let to = 0;
  for (let id = firstId; id < typeCount; id++) {
    if (!canon.isCanonical(id)) continue;
    const at = starts[id];
    const size = recordWords(words, at);
    kept.set(words.subarray(at, at + size), to);
    forEachTypeId(kept, to, renumber);
    to += size;
  }
  return { words: kept, ids };
}
