import type { Btf, TypeId } from "../../btf/btf.ts";
import { refuseEndlessText } from "../../btf/endless-text.ts";
import { ascii } from "../../btf/strings.ts";
import { type FlatBtf, flatten } from "../../types/flat.ts";
import { Sizes } from "../../types/measure.ts";
import { pointerSizeOf } from "../../types/pointer-size.ts";
import type { ByteSink } from "../sink.ts";
import { Composites, type PaholeComposite } from "./composites.ts";
import { distinctComposites } from "./distinct.ts";
import type { MemberColumns } from "./member-columns.ts";
import { PaholePrinter } from "./printer.ts";

/** How to print a type. */
export interface LayoutOptions {
  /** Write out the members of all types, not only of anonymous ones. */
  readonly expand?: boolean;
  /** Offsets and sizes in hexadecimal. */
  readonly hex?: boolean;
  /** Bytes of a pointer; by default the size of `long` in this BTF. */
  readonly pointerSize?: 4 | 8 | undefined;
}

/** The layouts of a BTF's structs and unions, as pahole prints them. */
export class PaholeLayouts {
  private readonly composites: Composites;
  private readonly flat: FlatBtf;
  private readonly options: LayoutOptions;

  /** Throws `unsupported` for names without end. */
  constructor(btf: Btf, options: LayoutOptions = {}) {
    refuseEndlessText(btf, true);
    const flat = flatten(btf);
    const pointerSize = options.pointerSize ?? pointerSizeOf(btf);
    this.flat = flat;
    this.options = options;
    this.composites = new Composites(flat, new Sizes(flat, pointerSize), pointerSize);
  }

  /** Size, members, holes and padding of a struct or union. */
  of(id: TypeId): PaholeComposite {
    return this.composites.of(id);
  }

  /** The members of all that {@link of} was asked about. */
  get members(): MemberColumns {
    return this.composites.members;
  }

  /** Bytes of the largest hole in a struct or union. */
  largestHole(id: TypeId): number {
    const { first, count } = this.of(id);
    let largest = 0;
    for (let i = first; i < first + count; i++) largest = Math.max(largest, this.members.hole[i]);
    return largest;
  }

  /** Whether a struct is packed, by what its members and its size would need. */
  isPacked(id: TypeId): boolean {
    this.composites.inferStructPacking(id);
    return this.composites.isPacked(id);
  }

  /** Whether the last member of a struct is an array without a length. */
  hasFlexibleArray(id: TypeId): boolean {
    return this.composites.hasFlexibleArray(id);
  }

  /** Writes the definitions of structs, unions, enums and typedefs, `end` behind each. */
  write(ids: readonly TypeId[], sink: ByteSink, end: string): void {
    const printer = new PaholePrinter(this.flat, sink, this.composites, this.options);
    const behind = ascii(end);
    for (const id of ids) {
      printer.print(id);
      sink.put(behind);
    }
  }

  /** The named structs and unions of the BTF and its bases; of several that pahole takes for the same, the first. */
  all(): TypeId[] {
    return distinctComposites(this.flat);
  }
}
