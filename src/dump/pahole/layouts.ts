import type { Btf, TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import { flatten } from "../../types/flat.ts";
import { Sizes } from "../../types/measure.ts";
import { pointerSizeOf } from "../../types/pointer-size.ts";
import { Composites, type PaholeComposite } from "./composites.ts";
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
  private readonly btf: Btf;
  private readonly composites: Composites;
  private readonly printer: PaholePrinter;

  constructor(btf: Btf, options: LayoutOptions = {}) {
    const flat = flatten(btf);
    const pointerSize = options.pointerSize ?? pointerSizeOf(btf);
    this.btf = btf;
    this.composites = new Composites(flat, new Sizes(flat, pointerSize), pointerSize);
    this.printer = new PaholePrinter(flat, this.composites, options);
  }

  /** Size, members, holes and padding of a struct or union. */
  of(id: TypeId): PaholeComposite {
    return this.composites.of(id);
  }

  /** The definition of a struct, union, enum or typedef, without a line break at its end. */
  text(id: TypeId): string {
    return this.printer.print(id);
  }

  /** The named structs and unions of the BTF and its bases; of several that pahole takes for the same, the first. */
  all(): TypeId[] {
    const { btf } = this;
    const seen = new Set<string>();
    const ids: TypeId[] = [];
    for (let id = 1; id < btf.typeCount; id++) {
      if (!K.isComposite(btf.kind(id)) || btf.nameOff(id) === 0) continue;
      const key = this.likeness(id);
      if (seen.has(key)) continue;
      seen.add(key);
      ids.push(id);
    }
    return ids;
  }

  /** What pahole compares: name, size, names and places of the members, but not their types (`type__compare`, pahole.c). */
  private likeness(id: TypeId): string {
    const { btf } = this;
    const holder = btf.holder(id);
    const { words } = holder;
    const parts = [btf.name(id), String(btf.sizeOrType(id))];
    const start = holder.start(id) + K.HEAD_WORDS;
    for (let at = start; at < holder.start(id + 1); at += K.MEMBER_WORDS) {
      parts.push(`${words[at]}:${words[at + K.MEMBER_OFFSET]}`);
    }
    return parts.join(" ");
  }
}
