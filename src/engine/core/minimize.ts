import type { Btf, TypeId } from "../../btf/btf.ts";
import { BtfBuilder } from "../../btf/builder.ts";
import { forEachNameOff, forEachTypeId } from "../../btf/fields.ts";
import { HEADER_BYTES_WITH_LAYOUT } from "../../btf/header.ts";
import * as K from "../../btf/kinds.ts";
import type { Resolution } from "./resolve-relocation.ts";
import type { Side } from "./side.ts";
import { familyOf, RELO, type Spec } from "./spec.ts";

/**
 * Reduces a kernel's BTF to what the relocations of some objects need, as `bpftool gen min_core_btf` does (`btfgen_*`
 * of bpftool's gen.c): the types to which they resolve, with only those members of structs that are used. Loaded
 * instead of the kernel's BTF (`btf_custom_path`), it gives the same values. Types of modules go into the same BTF.
 */
export class Minimizer {
  readonly #targets: readonly Side[];
  /** By BTF: the own types that stay. */
  readonly #kept: Map<Btf, Set<TypeId>> = new Map();
  /** By BTF: positions in its words of the members that stay. */
  readonly #members: Map<Btf, Set<number>> = new Map();

  /** `targets` are vmlinux and then modules, as the resolver has them. */
  constructor(targets: readonly Side[]) {
    this.#targets = targets;
    for (const { btf } of targets) {
      this.#kept.set(btf, new Set());
      this.#members.set(btf, new Set());
    }
  }

  /** Keeps what a relocation needs; one that found nothing needs nothing. */
  add(resolution: Resolution): void {
    if (!resolution.ok || resolution.target === undefined) return;
    const { target } = resolution;
    const family = familyOf(target.kind);
    if (family === "field") this.#keepField(target);
    else if (target.kind === RELO.TYPE_MATCHES) this.#keepMatch(target.side, target.rootId);
    else this.#keepType(target.side, target.rootId, family === "type");
  }

  /** The BTF, with a header of 32 bytes, in the kernel's byte order. */
  finish(): Uint8Array {
    const builder = new BtfBuilder();
    const newIds = new Map<Btf, Map<TypeId, TypeId>>();
    for (const { btf } of this.#targets) newIds.set(btf, this.#copy(btf, builder));
    // A type that was left out becomes void.
    const newId = (btf: Btf, id: TypeId): TypeId =>
      id === 0 ? 0 : (newIds.get(btf.holder(id))?.get(id) ?? 0);
    let at = 0;
    for (const { btf } of this.#targets) {
      for (let left = this.#kept.get(btf)?.size ?? 0; left > 0; left--) {
        forEachTypeId(builder.words, at, (word) => {
          builder.words[word] = newId(btf, builder.words[word]);
        });
        at += wordsOfRecord(builder.words, at);
      }
    }
    return builder.encode({
      littleEndian: this.#targets[0].btf.header.littleEndian,
      hdrLen: HEADER_BYTES_WITH_LAYOUT,
    });
  }

  #keep(side: Side, id: TypeId): void {
    const kept = this.#kept.get(side.btf.holder(id));
    if (kept === undefined) throw new Error("a target's base is not a target");
    kept.add(id);
  }

  #keepMember(side: Side, id: TypeId, index: number): void {
    this.#members.get(side.btf.holder(id))?.add(side.element(id, index, K.MEMBER_WORDS));
  }

  /** `btfgen_mark_type`: what the type is made of, structs as empty shells. */
  #keepType(side: Side, typeId: TypeId, followPointers: boolean): void {
    const seen = new Set<TypeId>();
    const open = [typeId];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (id === 0 || seen.has(id)) continue;
      seen.add(id);
      this.#keep(side, id);
      const kind = side.kind(id);
      if (K.isComposite(kind) || (kind === K.PTR && !followPointers)) continue;
      eachTypeId(side, id, (next) => open.push(next));
    }
  }

  /** `btfgen_record_field_relo`: the root, and each member on the way with its type. */
  #keepField({ side, rootId, raw }: Spec): void {
    this.#keepType(side, rootId, false);
    let id = rootId;
    for (const index of raw.slice(1)) {
      id = side.skip(id);
      if (K.isComposite(side.kind(id))) {
        // If the first of two members of one name was not compatible, steps remain that lead nowhere.
        if (index >= side.vlen(id)) return;
        this.#keepMember(side, id, index);
        id = side.memberType(id, index);
        this.#keepType(side, id, false);
      } else id = side.word(id, K.ARRAY_TYPE);
    }
  }

  /** `btfgen_mark_type_match`: marks all members too, but not those of types behind a pointer. */
  #keepMatch(side: Side, typeId: TypeId): void {
    const seen = [new Set<TypeId>(), new Set<TypeId>()];
    const open: [id: TypeId, behindPointer: boolean][] = [[typeId, false]];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [id, behind] = next;
      const before = seen[behind ? 1 : 0];
      if (id === 0 || before.has(id)) continue;
      before.add(id);
      this.#keep(side, id);
      const kind = side.kind(id);
      if (K.isComposite(kind)) {
        if (behind) continue;
        for (let i = 0; i < side.vlen(id); i++) this.#keepMember(side, id, i);
      }
      const isBehind = kind === K.PTR || (K.isModifier(kind) && behind);
      eachTypeId(side, id, (target) => open.push([target, isBehind]));
    }
  }

  /** Appends the own types that stay, in their order and with ids as they were. Their new ids. */
  #copy(btf: Btf, builder: BtfBuilder): Map<TypeId, TypeId> {
    const newIds = new Map<TypeId, TypeId>();
    const ids = [...(this.#kept.get(btf) ?? [])].sort((a, b) => a - b);
    for (const id of ids) {
      newIds.set(id, builder.nextId);
      const i = id - btf.firstId;
      const record = K.isComposite(btf.kinds[i]) ? this.#cutStruct(btf, i) : recordOf(btf, i);
      forEachNameOff(record, 0, (word) => {
        if (record[word] === 0) return;
        const table = btf.strings.holder(record[word]);
        record[word] = builder.strings.add(table.bytes, record[word] - table.firstOff);
      });
      builder.append(record, 0, record.length, 1);
    }
    return newIds;
  }

  /** The record of a struct with the members that stay. The flag goes with the last bitfield (`btf__add_field`). */
  #cutStruct(btf: Btf, i: number): Uint32Array {
    const { words, starts } = btf;
    const members = this.#members.get(btf) ?? new Set();
    const start = starts[i];
    const record = [...words.subarray(start, start + K.HEAD_WORDS)];
    let hasBitfield = false;
    let count = 0;
    for (let at = start + K.HEAD_WORDS; at < starts[i + 1]; at += K.MEMBER_WORDS) {
      if (!members.has(at)) continue;
      record.push(words[at], words[at + K.MEMBER_TYPE], words[at + K.MEMBER_OFFSET]);
      hasBitfield ||= K.infoKflag(words[start + K.INFO]) && words[at + K.MEMBER_OFFSET] >>> 24 !== 0;
      count++;
    }
    record[K.INFO] = K.makeInfo(btf.kinds[i], count, hasBitfield);
    return Uint32Array.from(record);
  }
}

function recordOf({ words, starts }: Btf, i: number): Uint32Array {
  return Uint32Array.from(words.subarray(starts[i], starts[i + 1]));
}

function wordsOfRecord(words: Uint32Array, at: number): number {
  const info = words[at + K.INFO];
  const kind = K.infoKind(info);
  return K.FIXED_WORDS[kind] + K.infoVlen(info) * K.ELEM_WORDS[kind];
}

/** Calls `visit` with each type that the record refers to. */
function eachTypeId(side: Side, id: TypeId, visit: (id: TypeId) => void): void {
  const holder = side.btf.holder(id);
  const { words } = holder;
  forEachTypeId(words, holder.start(id), (word) => visit(words[word]));
}
