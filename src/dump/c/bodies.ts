import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import { ascii } from "../../btf/strings.ts";
import { Behind, MODIFIERS } from "../../types/behind.ts";
import type { Layouts } from "../../types/c-layout.ts";
import type { FlatBtf } from "../../types/flat.ts";
import type { ByteSink } from "../sink.ts";
import type { GivenNames } from "./given-names.ts";
import type { LayoutComments } from "./layout-comments.ts";
import { emitBitPadding, indent, isNaturalGap, PadLines } from "./padding.ts";
import type { Unfolding } from "./unfolding.ts";

/** Columns that a tab takes. */
const TAB = 8;
const SEMICOLON = 0x3b;
const CLOSE_BRACE = 0x7d;

/** Modifiers without typedefs. */
const NAMELESS = MODIFIERS.with(K.TYPEDEF, 0);

/** Writes a member: the declaration of `nameOff` (0 for none) as a `typeId`. */
export interface Declares {
  declare(typeId: TypeId, nameOff: number, level: number): void;
}

/** Writes the definitions of structs, unions and enums (`btf_dump_emit_struct_def`, `…_enum_def`, libbpf btf_dump.c). */
export class Bodies {
  private readonly flat: FlatBtf;
  private readonly sink: ByteSink;
  private readonly layouts: Layouts;
  private readonly behind: Behind;
  private readonly qualified: Behind;
  private readonly names: GivenNames;
  private readonly unfolding: Unfolding;
  private readonly declares: Declares;
  /** Padding bug for bug as libbpf. */
  private readonly compat: boolean;
  private readonly padLines: PadLines;
  private readonly comments: LayoutComments | undefined;
  /** Where the current line began, after its tabs; kept for comments only. */
  private lineStart = 0;

  constructor(
    parts: {
      flat: FlatBtf;
      sink: ByteSink;
      layouts: Layouts;
      unfolding: Unfolding;
      compat: boolean;
      comments?: LayoutComments | undefined;
    },
    names: GivenNames,
    declares: Declares,
  ) {
    this.flat = parts.flat;
    this.sink = parts.sink;
    this.layouts = parts.layouts;
    this.behind = new Behind(parts.flat);
    this.qualified = new Behind(parts.flat, NAMELESS);
    this.unfolding = parts.unfolding;
    this.compat = parts.compat;
    this.padLines = new PadLines(parts.flat.words.length);
    this.comments = parts.comments;
    this.names = names;
    this.declares = declares;
  }

  /** `struct NAME`, `union NAME` or `enum NAME`; without a name if it is anonymous. */
  head(id: TypeId): void {
    const { words, starts, kinds } = this.flat;
    const kind = kinds[id];
    this.sink.put(kind === K.STRUCT ? STRUCT : kind === K.UNION ? UNION : ENUM);
    this.names.tag(id, words[starts[id] + K.NAME_OFF]);
  }

  /**
   * `struct NAME {…}` with its members, and explicit padding where C's own would differ; with `isUnnamed`, without the name.
   */
  composite(id: TypeId, level: number, isUnnamed = false): void {
    this.unfolding.enter(id);
    const { words, starts } = this.flat;
    const sink = this.sink;
    const at = starts[id];
    const info = words[at + K.INFO];
    const size = words[at + K.SIZE_OR_TYPE];
    const kflag = K.infoKflag(info);
    const vlen = K.infoVlen(info);
    const isStruct = this.flat.kinds[id] === K.STRUCT;
    const align = this.layouts.align(id);
    const isPacked = isStruct && this.layouts.isPacked(id);
    if (isUnnamed) sink.put(isStruct ? STRUCT : UNION);
    else this.head(id);
    sink.put(OPEN_BRACE);
    this.unfolding.step(id, vlen);
    const comments = this.comments;
    comments?.begin(id, level, this.unfolding.isNested);
    let offset = 0;
    let afterBitfield = false;
    const end = at + K.HEAD_WORDS + vlen * K.MEMBER_WORDS;
    for (let member = at + K.HEAD_WORDS; member < end; member += K.MEMBER_WORDS) {
      const type = words[member + K.MEMBER_TYPE];
      const place = words[member + K.MEMBER_OFFSET];
      const bitfieldSize = kflag ? place >>> 24 : 0;
      const memberOffset = kflag ? place & 0xffffff : place | 0;
      comments?.beforeMember();
      if (offset < memberOffset) {
        const memberAlign = isPacked ? 1 : this.layouts.align(type);
        const inBitfield = afterBitfield && bitfieldSize !== 0;
        if (inBitfield || !isNaturalGap(offset, memberOffset, memberAlign)) {
          this.pad(offset, memberOffset, memberAlign, inBitfield, level + 1);
        }
      }
      comments?.member(this.flat.kinds[type] === K.PTR);
      indent(sink, level + 1);
      this.lineStart = sink.position;
      const spread = words[member] === 0 ? this.spreadBy(type) : 0;
      if (spread !== 0) this.composite(spread, level + 1, true);
      else this.declares.declare(type, words[member], level + 1);
      if (bitfieldSize !== 0) {
        sink.put(COLON);
        sink.uint(bitfieldSize);
        offset = memberOffset + bitfieldSize;
        afterBitfield = true;
      } else {
        offset = (memberOffset + Math.imul(this.layouts.size(type), 8)) | 0;
        afterBitfield = false;
      }
      sink.byte(SEMICOLON);
      comments?.afterMember((level + 1) * TAB + sink.position - this.lineStart);
    }
    const sizeBits = Math.imul(size, 8);
    if (isStruct && offset < sizeBits && !isNaturalGap(offset, sizeBits, align)) {
      this.pad(offset, sizeBits, align, false, level + 1);
    }
    comments?.end();
    if (vlen !== 0 || size !== 0 || comments !== undefined) {
      indent(sink, level);
      this.lineStart = sink.position;
    }
    sink.byte(CLOSE_BRACE);
    if (isPacked) sink.put(PACKED);
    this.unfolding.leave();
  }

  /** `enum NAME {…}`, without the braces if it has no enumerators. */
  enumeration(id: TypeId, level: number): void {
    const { words, starts } = this.flat;
    const sink = this.sink;
    const at = starts[id];
    const info = words[at + K.INFO];
    const vlen = K.infoVlen(info);
    this.head(id);
    if (vlen === 0) return;
    this.unfolding.step(id, vlen);
    sink.put(OPEN_BRACE);
    const is64 = this.flat.kinds[id] === K.ENUM64;
    const isSigned = K.infoKflag(info);
    // No branch for ENUM64: it would first be taken late, and V8 would compile the loop again.
    const step = is64 ? 3 : 2;
    const end = is64 ? (isSigned ? LL_COMMA : ULL_COMMA) : COMMA;
    let isWide = false;
    for (let value = at + K.HEAD_WORDS; value < starts[id + 1]; value += step) {
      const low = words[value + 1];
      const upper = words[value + step - 1];
      const high = is64 ? upper : isSigned && low >>> 31 === 1 ? 0xffffffff : 0;
      isWide = isWide || (is64 && high !== 0);
      indent(sink, level + 1);
      this.names.enumerator(words[value]);
      sink.put(EQUALS);
      if (isSigned) sink.int64(high, low);
      else sink.uint64(high, low);
      sink.put(end);
    }
    indent(sink, level);
    sink.byte(CLOSE_BRACE);
    const size = words[at + K.SIZE_OR_TYPE];
    if (size === 1) sink.put(MODE_BYTE);
    // Without the attribute the compiler would take four bytes, unless a value needs more.
    else if (size === 8 && this.layouts.pointerSize === 8 && !isWide) sink.put(MODE_WORD);
  }

  /**
   * The struct or union whose members an unnamed member of this type adds to what holds it, 0 if there is none to write out.
   * `struct tag;` does that with -fms-extensions only, and declares nothing without, so the members are written out.
   */
  private spreadBy(type: TypeId): TypeId {
    if (this.compat) return 0;
    const { words, starts, kinds } = this.flat;
    const id = this.behind.of(type);
    if (!K.isComposite(kinds[id])) return 0;
    const hasName = kinds[this.qualified.of(type)] === K.TYPEDEF || words[starts[id] + K.NAME_OFF] !== 0;
    return hasName ? id : 0;
  }

  private pad(from: number, to: number, align: number, inBitfield: boolean, level: number): void {
    const pointerBits = this.layouts.pointerSize * 8;
    const byLine = this.compat || this.padLines.take(to - from, pointerBits);
    emitBitPadding(this.sink, from, to, pointerBits, align, inBitfield, level, byLine);
  }
}

const STRUCT = ascii("struct");
const UNION = ascii("union");
const ENUM = ascii("enum");
const OPEN_BRACE = ascii(" {");
const PACKED = ascii(" __attribute__((packed))");
const MODE_BYTE = ascii(" __attribute__((mode(byte)))");
const MODE_WORD = ascii(" __attribute__((mode(word)))");
const EQUALS = ascii(" = ");
const COMMA = ascii(",");
const LL_COMMA = ascii("LL,");
const ULL_COMMA = ascii("ULL,");
const COLON = ascii(": ");
