import type { Btf, TypeId } from "../btf/btf.ts";
import {
  HEAD_WORDS,
  isComposite,
  kindName,
  MEMBER_TYPE,
  MEMBER_WORDS,
  NAME_OFF,
  STRUCT,
} from "../btf/kinds.ts";
import { Measure } from "./measure.ts";
import { measured, skipModifiers } from "./sizes.ts";

/**
 * The layout of a struct or union in memory. Offsets and sizes are in bytes, unless the name of the field says bits.
 */
export interface Layout {
  readonly id: TypeId;
  readonly kind: "STRUCT" | "UNION";
  /** "" where it is anonymous. */
  readonly name: string;
  readonly size: number;
  /** 0 for one with a member that has no alignment. */
  readonly align: number;
  /** Whether C needs `__attribute__((packed))` to lay it out so. */
  readonly packed: boolean;
  readonly members: readonly MemberLayout[];
  /** Unused space between members, in order; unions have none. */
  readonly holes: readonly Hole[];
  /** Unused bytes and bits at the end. */
  readonly padding: number;
  readonly bitPadding: number;
}

/** A member, with its place. */
export interface MemberLayout {
  /** "" for an anonymous struct or union. */
  readonly name: string;
  readonly type: TypeId;
  /** A bitfield has those of the integer that holds it. */
  readonly offset: number;
  readonly size: number;
  /** Bits from the start of that integer, and bits that it takes; both 0 for a member that is no bitfield. */
  readonly bitOffset: number;
  readonly bitSize: number;
}

/** Unused bytes, or unused bits of an integer that bitfields lie in, between two members. */
export interface Hole {
  /** Index of the member that it follows, -1 at the start. */
  readonly after: number;
  /** Start and number of unused bytes. 0 for unused bits. */
  readonly offset: number;
  readonly size: number;
  /** Unused bits; 0 for unused bytes. */
  readonly bitSize: number;
}

/**
 * How a struct or union lies in memory, with holes and padding as pahole counts them. Typedefs and qualifiers before it
 * are passed over. Throws `RangeError` for an id that no type has or whose type is no struct or union, and {@link
 * BtfxError} for a struct that holds itself.
 */
export function layoutOf(btf: Btf, id: TypeId): Layout {
  const composite = skipModifiers(btf, id);
  const kind = btf.kind(composite);
  if (!isComposite(kind)) {
    const what = composite === 0 ? "void" : kindName(kind);
    throw new RangeError(`type id ${id} is ${what}, not a struct or union`);
  }
  const { flat, layouts, sizes } = measured(btf);
  const measure = new Measure(flat, sizes);
  const members: MemberLayout[] = [];
  const first = flat.starts[composite] + HEAD_WORDS;
  for (measure.begin(composite); measure.next(); ) {
    const at = first + members.length * MEMBER_WORDS;
    members.push({
      name: btf.strings.text(flat.words[at + NAME_OFF]),
      type: flat.words[at + MEMBER_TYPE],
      offset: measure.offset,
      size: measure.bytes,
      bitOffset: measure.bitfieldSize === 0 ? 0 : measure.bitOffset,
      bitSize: measure.bitfieldSize,
    });
  }
  const { padding, bitPadding } = measure;
  return {
    id: composite,
    kind: kind === STRUCT ? "STRUCT" : "UNION",
    name: btf.name(composite),
    size: measure.size,
    align: layouts.align(composite),
    packed: kind === STRUCT && layouts.isPacked(composite),
    members,
    holes: kind === STRUCT ? holesOf(measure, composite) : [],
    padding: Math.max(0, padding),
    bitPadding: Math.max(0, bitPadding),
  };
}

/** The holes of a struct, in order: before a member, the unused bits of the integer before it come first. */
export function holesOf(measure: Measure, id: TypeId): Hole[] {
  const holes: Hole[] = [];
  let end = 0;
  let afterBitfield = false;
  measure.begin(id);
  for (let after = -1; measure.next(); after++) {
    if (measure.bitHole > 0) holes.push({ after, offset: 0, size: 0, bitSize: measure.bitHole });
    if (measure.hole > 0) {
      // Between bitfields it ends where the next integer begins.
      const offset = afterBitfield ? measure.offset - measure.hole : end;
      holes.push({ after, offset, size: measure.hole, bitSize: 0 });
    }
    end = measure.offset + measure.bytes;
    afterBitfield = measure.bitfieldSize !== 0;
  }
  return holes;
}
