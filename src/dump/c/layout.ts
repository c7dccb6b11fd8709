import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import { BtfxError } from "../../errors.ts";
import { type FlatBtf, nameIs } from "../flat.ts";
import { ascii } from "../sink.ts";

/** Structs, unions and prototypes that hold each other without names may go this deep. Compilers give up at 256. */
export const MAX_NESTING = 500;

/** Sizes and alignments of types, as libbpf derives them. Each alignment is found once. */
export class Layouts {
  /** Bytes of a pointer, 4 or 8. */
  readonly pointerSize: number;
  readonly #flat: FlatBtf;
  /** 1 + alignment of each type, 0 where it is not known yet. */
  readonly #aligns: Uint8Array;

  constructor(flat: FlatBtf, pointerSize: number) {
    this.#flat = flat;
    this.pointerSize = pointerSize;
    this.#aligns = new Uint8Array(flat.typeCount);
  }

  /** Size of a type in bytes, 0 for what has none (`btf__resolve_size`, its limits included). */
  size(typeId: TypeId): number {
    const { words, starts } = this.#flat;
    let elements = 1;
    let id = typeId;
    for (let depth = 0; depth < MAX_RESOLVE_DEPTH && id !== 0; depth++) {
      const at = starts[id];
      const kind = K.infoKind(words[at + K.INFO]);
      if (kind === K.PTR) return bounded(elements, this.pointerSize);
      if (kind === K.ARRAY) {
        if (elements !== 0 && words[at + 5] > Math.floor(0xffffffff / elements)) return 0;
        elements *= words[at + 5];
        id = words[at + 3];
      } else if (K.isModifier(kind) || kind === K.VAR || kind === K.DECL_TAG) id = words[at + K.SIZE_OR_TYPE];
      else return isSized(kind) ? bounded(elements, words[at + K.SIZE_OR_TYPE]) : 0;
    }
    return 0;
  }

  /** Alignment of a type in bytes, 0 for what has none (`btf__align_of`). */
  align(typeId: TypeId, depth = 0): number {
    const { words, starts } = this.#flat;
    let id = typeId;
    let kind = K.infoKind(words[starts[id] + K.INFO]);
    for (let steps = 0; K.isModifier(kind) || kind === K.ARRAY; steps++) {
      if (this.#aligns[id] !== 0) return this.#aligns[id] - 1;
      if (steps > this.#flat.typeCount) throw typeCycle(id);
      id = words[starts[id] + (kind === K.ARRAY ? 3 : K.SIZE_OR_TYPE)];
      kind = K.infoKind(words[starts[id] + K.INFO]);
    }
    if (this.#aligns[id] !== 0) return this.#aligns[id] - 1;
    const size = words[starts[id] + K.SIZE_OR_TYPE];
    let align = 0;
    if (K.isComposite(kind)) align = this.#compositeAlign(id, depth + 1);
    else if (kind === K.PTR) align = this.pointerSize;
    else if (kind === K.INT || kind === K.FLOAT || K.isEnum(kind)) align = Math.min(this.pointerSize, size);
    this.#aligns[id] = align + 1;
    this.#aligns[typeId] = align + 1;
    return align;
  }

  /** Whether a struct needs `packed` to be laid out as it is (`btf_is_struct_packed`). */
  isPacked(id: TypeId): boolean {
    const { words, starts } = this.#flat;
    const at = starts[id];
    const info = words[at + K.INFO];
    const kflag = K.infoKflag(info);
    const end = at + K.HEAD_WORDS + K.infoVlen(info) * 3;
    let maxAlign = 1;
    for (let member = at + K.HEAD_WORDS; member < end; member += 3) {
      const align = this.align(words[member + 1]);
      const offset = words[member + 2];
      if (align !== 0 && (!kflag || offset >>> 24 === 0) && offset % (8 * align) !== 0) return true;
      if (align > maxAlign) maxAlign = align;
    }
    return words[at + K.SIZE_OR_TYPE] % maxAlign !== 0;
  }

  /** Members that are not where they would be, or a size that does not fit, mean packed: 1. */
  #compositeAlign(id: TypeId, depth: number): number {
    if (depth > MAX_NESTING) throw tooDeep(id);
    const { words, starts } = this.#flat;
    const at = starts[id];
    const info = words[at + K.INFO];
    const kflag = K.infoKflag(info);
    const end = at + K.HEAD_WORDS + K.infoVlen(info) * 3;
    let maxAlign = 1;
    for (let member = at + K.HEAD_WORDS; member < end; member += 3) {
      const align = this.align(words[member + 1], depth);
      if (align === 0) return 0;
      if (align > maxAlign) maxAlign = align;
      const offset = words[member + 2];
      if ((!kflag || offset >>> 24 === 0) && offset % (8 * align) !== 0) return 1;
    }
    return words[at + K.SIZE_OR_TYPE] % maxAlign !== 0 ? 1 : maxAlign;
  }
}

/** `MAX_RESOLVE_DEPTH` of libbpf's btf.c. */
const MAX_RESOLVE_DEPTH = 32;

function bounded(elements: number, size: number): number {
  return elements !== 0 && size > Math.floor(0xffffffff / elements) ? 0 : elements * size;
}

function isSized(kind: number): boolean {
  return kind !== K.UNKN && kind <= K.MAX_KIND && K.KINDS[kind].sized;
}

/** Size of a pointer by the INT that is named `long` in the bottommost BTF that has one (`determine_ptr_size`), 8 if none is. */
export function pointerSizeOf(flat: FlatBtf): number {
  const { words, starts, strings, typeCount } = flat;
  for (let id = 1; id < typeCount; id++) {
    const at = starts[id];
    if (K.infoKind(words[at + K.INFO]) !== K.INT) continue;
    const size = words[at + K.SIZE_OR_TYPE];
    if (size !== 4 && size !== 8) continue;
    if (LONG_NAMES.some((name) => nameIs(strings, words[at + K.NAME_OFF], name))) return size;
  }
  return 8;
}

/** `long_aliases` of libbpf's btf.c. */
const LONG_NAMES: readonly Uint8Array[] = [
  "long",
  "long int",
  "int long",
  "unsigned long",
  "long unsigned",
  "unsigned long int",
  "unsigned int long",
  "long unsigned int",
  "long int unsigned",
  "int unsigned long",
  "int long unsigned",
].map(ascii);

/** The type contains or names itself in a way that C has no words for. */
export function typeCycle(typeId: TypeId): BtfxError {
  return new BtfxError(
    "bad-type-id",
    `unsatisfiable type cycle, id:[${typeId}]`,
    { typeId },
    "the type is made of itself, which no C can say; format raw prints it",
  );
}

/** Nesting without names beyond what the emitter follows. */
export function tooDeep(typeId: TypeId): BtfxError {
  return new BtfxError(
    "unsupported",
    `types are nested more than ${MAX_NESTING} deep`,
    { typeId },
    "no compiler would take it; format raw prints it",
  );
}
