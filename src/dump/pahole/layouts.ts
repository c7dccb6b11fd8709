import type { Btf, TypeId } from "../../btf/btf.ts";
import { refuseEndlessText } from "../../btf/endless-text.ts";
import { chainOf, layTypes, SLACK } from "../../btf/lay.ts";
import { HASH_FACTOR, HASH_START, nameBytes } from "../../btf/strings.ts";
import { wordsAt, wordsToBytes } from "../../btf/words.ts";
import { pointerSizeOf } from "../../types/pointer-size.ts";
import { refuseType } from "../../types/type-errors.ts";
import { type LayoutMachine, withLayoutMachine } from "../../wasm/layout-machine.ts";
import type { ByteSink } from "../sink.ts";

/** How to print a type. */
export interface LayoutOptions {
  /** Write out the members of all types, not only of anonymous ones. */
  readonly expand?: boolean;
  /** Offsets and sizes in hexadecimal. */
  readonly hex?: boolean;
  /** Bytes of a pointer; by default the size of `long` in this BTF. */
  readonly pointerSize?: 4 | 8 | undefined;
}

/** A struct or union, as pahole sees it: a `Composite` of `assembly/layout/composites`. */
export interface PaholeComposite {
  readonly size: number;
  /** Alignment that explains the size where that of the members does not, else 0 (`class__infer_alignment`). */
  readonly alignment: number;
  /** Number of members. */
  readonly count: number;
  /** Number of holes and of bit holes; pahole counts them in a byte. */
  readonly holes: number;
  readonly bitHoles: number;
  /** Unused bytes and bits at the end. */
  readonly padding: number;
  readonly bitPadding: number;
}

/** A member of a struct or union: the useful part of a `Member` of `assembly/layout/composites`. */
export interface PaholeMember {
  readonly type: TypeId;
  /** In bytes; of a bitfield those of the integer that it lies in. */
  readonly offset: number;
  readonly size: number;
  /** Alignment that explains the offset where the type's own does not, else 0 (`class__infer_alignment`). */
  readonly alignment: number;
  /** Unused bytes before the member; negative where it overlaps with earlier ones. */
  readonly hole: number;
}

/** Words of a composite, in the order of its fields; then the address of its members. */
const COMPOSITE_WORDS = 8;
/** Words of a member, and where its fields are. */
const MEMBER_WORDS = 12;
const TYPE = 1;
const OFFSET = 2;
const ALIGNMENT = 3;
const SIZE = 4;
const HOLE = 6;

/**
 * Works with the layouts of a BTF's structs and unions, as pahole has them; they are gone when `work` returns. Throws
 * `unsupported` for names without end.
 */
export function withLayouts<T>(btf: Btf, options: LayoutOptions, work: (layouts: PaholeLayouts) => T): T {
  refuseEndlessText(btf, true);
  return withLayoutMachine((machine) => work(new PaholeLayouts(btf, options, machine)));
}

/** The layouts of a BTF's structs and unions, as pahole prints them. */
export class PaholeLayouts {
  readonly #options: LayoutOptions;
  readonly #machine: LayoutMachine;
  #sink: ByteSink | undefined;

  constructor(btf: Btf, options: LayoutOptions, machine: LayoutMachine) {
    this.#options = options;
    this.#machine = machine;
    machine.calls = {
      text: (bytes) => this.#sink?.handOn(bytes),
      refuse: (code, id) => refuseType(code, id, btf.kind(id)),
    };
    const { words, starts, kinds, strings } = layTypes(machine, chainOf(btf), btf.strings, 0);
    const pointerSize = options.pointerSize ?? pointerSizeOf(btf);
    machine.code.startTypes(words, starts, kinds, strings, btf.typeCount, pointerSize);
  }

  /** Size, holes and padding of a struct or union. */
  of(id: TypeId): PaholeComposite {
    const [size, alignment, count, holes, bitHoles, padding, bitPadding] = this.#composite(id);
    return { size, alignment, count, holes, bitHoles, padding, bitPadding };
  }

  /** The members of a struct or union. */
  membersOf(id: TypeId): PaholeMember[] {
    const composite = this.#composite(id);
    const count = composite[2];
    const words = this.#words(composite[7], count * MEMBER_WORDS);
    const signed = (at: number) => (words[at + 1] | 0) * 2 ** 32 + words[at];
    return Array.from({ length: count }, (_, i) => {
      const at = i * MEMBER_WORDS;
      return {
        type: words[at + TYPE],
        offset: words[at + OFFSET],
        size: signed(at + SIZE),
        alignment: words[at + ALIGNMENT],
        hole: signed(at + HOLE),
      };
    });
  }

  /** Bytes of the largest hole in a struct or union. */
  largestHole(id: TypeId): number {
    return this.membersOf(id).reduce((largest, { hole }) => Math.max(largest, hole), 0);
  }

  /** Whether a struct is packed, by what its members and its size would need. */
  isPacked(id: TypeId): boolean {
    return Boolean(this.#machine.code.packed(id));
  }

  /** Whether the last member of a struct is an array without a length. */
  hasFlexibleArray(id: TypeId): boolean {
    return Boolean(this.#machine.code.hasFlexibleArray(id));
  }

  /** Writes the definitions of structs, unions, enums and typedefs, each with `breaks` line breaks behind it. */
  write(ids: readonly TypeId[], sink: ByteSink, breaks: number): void {
    const { code, memory } = this.#machine;
    const { expand, hex } = this.#options;
    const at = code.moreRoom(ids.length * 4) >>> 0;
    wordsToBytes(Uint32Array.from(ids), true, memory.bytes, at);
    this.#sink = sink;
    try {
      code.print(at, ids.length, breaks, expand === true, hex === true);
    } finally {
      this.#sink = undefined;
    }
  }

  /** The named structs and unions of the BTF and its bases; of several that pahole takes for the same, the first. */
  all(): TypeId[] {
    return this.#ids(this.#machine.code.distinctComposites(HASH_START, HASH_FACTOR));
  }

  /** The structs, unions, enums and typedefs of a name, ascending. The name is written as `Btf.name` writes it. */
  named(name: string): TypeId[] {
    const { code, memory } = this.#machine;
    const bytes = nameBytes(name);
    const at = code.moreRoom(bytes.length + SLACK) >>> 0;
    memory.bytes.set(bytes, at);
    return this.#ids(code.typesNamed(at));
  }

  /** The ids at an address, before which stands their number. */
  #ids(address: number): TypeId[] {
    const [count] = this.#words(address, 1);
    return Array.from(this.#words(address + 4, count));
  }

  #composite(id: TypeId): Uint32Array {
    return this.#words(this.#machine.code.composite(id), COMPOSITE_WORDS);
  }

  #words(address: number, count: number): Uint32Array {
    return wordsAt(this.#machine.memory.bytes, address, count);
  }
}
