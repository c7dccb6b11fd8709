import type { TypeId } from "../../btf/btf.ts";
import type { Effort } from "../../types/effort.ts";

/** Places to begin with (`HASHMAP_MIN_CAP_BITS`). */
const FIRST_BITS = 2;

/**
 * Canonical types by the hash of their records. Of several the order in which they are tried decides which one a type
 * becomes, so it is that of libbpf's `hashmap`: the newest first, and all that share a place turned round each time the
 * table grows, which it does when three quarters are full. Which place a hash has does not matter: equal ones share it.
 *
 * ```ts
 * for (let entry = table.first(hash); entry !== 0; entry = table.next(entry, hash)) use(table.id(entry));
 * ```
 */
export class CandidateTable {
  private bits: number = FIRST_BITS;
  private heads: Uint32Array = new Uint32Array(1 << FIRST_BITS);
  /** The next entry after entry N, at N; 0 is no entry. */
  private readonly nexts: Uint32Array;
  private readonly hashes: Int32Array;
  private readonly ids: Uint32Array;
  private readonly effort: Effort;
  private count = 0;

  /** An empty table for at most so many types. */
  constructor(most: number, effort: Effort) {
    this.effort = effort;
    this.nexts = new Uint32Array(most + 1);
    this.hashes = new Int32Array(most + 1);
    this.ids = new Uint32Array(most + 1);
  }

  /** Adds a type; others of the same hash stay. */
  add(hash: number, id: TypeId): void {
    if (Math.floor(((this.count + 1) * 4) / 3) > this.heads.length) this.grow();
    const entry = ++this.count;
    this.hashes[entry] = hash;
    this.ids[entry] = id;
    this.push(this.heads, this.bits, entry);
  }

  /** The first entry whose hash is `hash`, 0 if there is none. */
  first(hash: number): number {
    return this.matching(this.heads[placeOf(hash, this.bits)], hash);
  }

  /** The entry of the same hash after `entry`, 0 if there is none. */
  next(entry: number, hash: number): number {
    return this.matching(this.nexts[entry], hash);
  }

  /** The type of an entry. */
  id(entry: number): TypeId {
    return this.ids[entry];
  }

  private matching(from: number, hash: number): number {
    let entry = from;
    let steps = 1;
    for (; entry !== 0 && this.hashes[entry] !== hash; steps++) entry = this.nexts[entry];
    this.effort.spend(steps);
    return entry;
  }

  private grow(): void {
    const bits = this.bits + 1;
    const heads = new Uint32Array(2 ** bits);
    for (let place = 0; place < this.heads.length; place++) {
      for (let entry = this.heads[place]; entry !== 0; ) {
        const next = this.nexts[entry];
        this.push(heads, bits, entry);
        entry = next;
      }
    }
    this.heads = heads;
    this.bits = bits;
  }

  private push(heads: Uint32Array, bits: number, entry: number): void {
    const place = placeOf(this.hashes[entry], bits);
    this.nexts[entry] = heads[place];
    heads[place] = entry;
  }
}

function placeOf(hash: number, bits: number): number {
  return Math.imul(hash, 0x9e3779b1) >>> (32 - bits);
}
