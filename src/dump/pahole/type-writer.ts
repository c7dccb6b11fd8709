import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import { ascii } from "../../btf/strings.ts";
import { MAX_NESTING, tooDeep } from "../../types/c-layout.ts";
import type { FlatBtf } from "../../types/flat.ts";
import { Unfolding } from "../c/unfolding.ts";
import type { ByteSink } from "../sink.ts";
import { isPlain, NO_NAME } from "./columns.ts";

/** Bytes of pahole's buffers for names, with the NUL: longer names are cut. */
const NAME_BUFFER = 128;
const POINTEE_BUFFER = 1024;
const ALIASED_BUFFER = 512;

/**
 * Writes types as pahole names them: in one line, the qualifier in front and a space behind it (`tag__name`,
 * `ftype__fprintf`, dwarves_fprintf.c). A name is made in a buffer, since one that is too long is cut when its end is known. Throws
 * `unsupported` for types that are nested too deep, and for prototypes that unfold without end.
 */
export class TypeWriter {
  private readonly flat: FlatBtf;
  private bytes = new Uint8Array(1 << 16);
  private length = 0;
  private depth = 0;
  /** By type: 1 + where its name lies in `bytes`, 0 where it was not asked for yet; and how long it is. */
  private readonly known: Uint32Array;
  private readonly lengths: Uint8Array;
  private readonly unfolding: Unfolding;

  constructor(flat: FlatBtf) {
    this.flat = flat;
    this.unfolding = new Unfolding(flat);
    this.known = new Uint32Array(flat.typeCount);
    this.lengths = new Uint8Array(flat.typeCount);
  }

  /** Writes the name of a type to `sink`. Each is made once. */
  write(sink: ByteSink, id: TypeId): void {
    if (this.known[id] === 0) {
      const start = this.length;
      this.depth = 0;
      this.type(id, NAME_BUFFER);
      this.known[id] = start + 1;
      this.lengths[id] = this.length - start;
    }
    const start = this.known[id] - 1;
    sink.copy(this.bytes, start, start + this.lengths[id]);
  }

  /** Writes the name of the type that a typedef stands for, for which pahole has more room. */
  writeAliased(sink: ByteSink, id: TypeId): void {
    const start = this.length;
    this.depth = 0;
    this.type(id, ALIASED_BUFFER);
    this.take(sink, start);
  }

  /** Writes a function that is called `nameOff`, or a pointer to one, its result in so many columns. */
  writePrototype(sink: ByteSink, id: TypeId, nameOff: number, isPointer: boolean, columns: number): void {
    const start = this.length;
    this.depth = 0;
    this.prototype(id, nameOff, isPointer, columns);
    this.take(sink, start);
  }

  /** Moves what was made from `start` on to `sink`. */
  private take(sink: ByteSink, start: number): void {
    for (let at = start; at < this.length; at += MOST_AT_ONCE) {
      sink.copy(this.bytes, at, Math.min(this.length, at + MOST_AT_ONCE));
    }
    this.length = start;
  }

  private type(id: TypeId, room: number): void {
    if (++this.depth > MAX_NESTING) throw tooDeep(id);
    const start = this.length;
    this.name(id, room);
    this.depth--;
    if (this.length - start >= room) this.length = start + room - 1;
  }

  private name(id: TypeId, room: number): void {
    const { kinds, targets } = this.flat;
    const kind = kinds[id] as K.KindNumber;
    switch (kind) {
      case K.UNKN:
        this.put(VOID);
        break;
      case K.INT:
        if (!this.own(id)) this.put(NAMELESS);
        break;
      case K.FLOAT:
        // BTF does not say what kind of number it is, and pahole takes each for a short one (`create_new_float_type`).
        this.put(SINGLE);
        if (!this.own(id)) this.put(NAMELESS);
        break;
      case K.PTR:
        this.pointer(id);
        break;
      case K.VOLATILE:
        this.put(VOLATILE);
        this.type(targets[id], NAME_BUFFER);
        this.put(SPACE);
        break;
      case K.CONST:
        this.put(CONST);
        this.type(targets[id], NAME_BUFFER);
        this.put(SPACE);
        break;
      case K.RESTRICT:
        this.type(targets[id], NAME_BUFFER);
        this.put(RESTRICT);
        break;
      case K.ARRAY:
      case K.TYPE_TAG:
        this.type(targets[id], room);
        break;
      case K.FUNC_PROTO:
        this.prototype(id, NO_NAME, false, 0);
        break;
      case K.STRUCT:
        this.put(STRUCT);
        this.own(id);
        break;
      case K.UNION:
        this.put(UNION);
        this.own(id);
        break;
      case K.FWD:
        this.put(this.isUnion(id) ? UNION : STRUCT);
        this.own(id);
        break;
      case K.ENUM:
      case K.ENUM64:
        this.put(ENUM);
        this.own(id);
        break;
      case K.TYPEDEF:
      case K.FUNC:
      case K.VAR:
      case K.DATASEC:
      case K.DECL_TAG:
      case K.LOC_PARAM:
      case K.LOC_PROTO:
      case K.LOCSEC:
        this.own(id);
        break;
      default:
        K.notKnown(kind);
        this.own(id);
    }
  }

  private isUnion(id: TypeId): boolean {
    const { words, starts } = this.flat;
    return K.infoKflag(words[starts[id] + K.INFO]);
  }

  /** A const pointer is written behind the star of the one that points to it. */
  private pointer(id: TypeId): void {
    const { kinds, targets } = this.flat;
    const pointee = targets[id];
    if (kinds[pointee] === K.CONST && kinds[targets[pointee]] === K.PTR) {
      this.type(targets[pointee], POINTEE_BUFFER);
      this.put(CONST_STAR);
    } else {
      this.type(pointee, POINTEE_BUFFER);
      this.put(STAR);
    }
  }

  private prototype(id: TypeId, nameOff: number, isPointer: boolean, columns: number): void {
    const start = this.length;
    this.type(this.flat.targets[id], NAME_BUFFER);
    const width = Math.abs(columns);
    while (this.length - start < width) this.put(SPACE);
    this.put(isPointer ? OPEN_POINTER : OPEN);
    if (nameOff !== NO_NAME) this.string(nameOff);
    this.put(CLOSE);
    this.parameters(id);
  }

  private parameters(id: TypeId): void {
    const { words, starts } = this.flat;
    this.unfolding.step(id, 1 + (starts[id + 1] - starts[id] - K.HEAD_WORDS) / K.PARAM_WORDS);
    let isVariadic = false;
    let isFirst = true;
    for (let at = starts[id] + K.HEAD_WORDS; at < starts[id + 1]; at += K.PARAM_WORDS) {
      const type = words[at + K.PARAM_TYPE];
      if (type === 0) {
        isVariadic = true;
        continue;
      }
      this.put(isFirst ? OPEN_LIST : COMMA);
      isFirst = false;
      this.parameter(type, words[at] === 0 ? NO_NAME : words[at]);
    }
    if (isFirst) this.put(NO_PARAMETERS);
    else this.put(isVariadic ? CLOSE_VARIADIC : CLOSE);
  }

  private parameter(type: TypeId, nameOff: number): void {
    const { kinds, targets } = this.flat;
    if (kinds[type] === K.PTR && kinds[targets[type]] === K.FUNC_PROTO) {
      this.nested(targets[type], nameOff, true);
    } else if (kinds[type] === K.FUNC_PROTO) {
      this.put(INLINE);
      this.nested(type, nameOff, false);
    } else {
      this.type(type, NAME_BUFFER);
      if (nameOff === NO_NAME) return;
      this.put(SPACE);
      this.string(nameOff);
    }
  }

  private nested(id: TypeId, nameOff: number, isPointer: boolean): void {
    if (++this.depth > MAX_NESTING) throw tooDeep(id);
    this.prototype(id, nameOff, isPointer, 0);
    this.depth--;
  }

  /** A type's own name; false if it has none. */
  private own(id: TypeId): boolean {
    const { words, starts } = this.flat;
    const off = words[starts[id] + K.NAME_OFF];
    if (off !== 0) this.string(off);
    return off !== 0;
  }

  /** The name at an offset, safe for a terminal (`printable` of the string table). */
  private string(off: number): void {
    const { strings } = this.flat;
    for (let from = off; strings[from] !== 0; from++) {
      const byte = strings[from];
      if (this.length + 4 > this.bytes.length) this.grow();
      if (isPlain(byte)) this.bytes[this.length++] = byte;
      else this.put(ascii(`\\x${byte.toString(16).padStart(2, "0")}`));
    }
  }

  private put(literal: Uint8Array): void {
    if (this.length + literal.length > this.bytes.length) this.grow();
    for (let i = 0; i < literal.length; i++) this.bytes[this.length++] = literal[i];
  }

  private grow(): void {
    const grown = new Uint8Array(this.bytes.length * 2);
    grown.set(this.bytes);
    this.bytes = grown;
  }
}

const MOST_AT_ONCE = 1 << 14;
const SPACE = ascii(" ");
const VOID = ascii("void");
const NAMELESS = ascii("nameless base type!");
const SINGLE = ascii("single ");
const VOLATILE = ascii("volatile ");
const CONST = ascii("const ");
const RESTRICT = ascii(" restrict ");
const STRUCT = ascii("struct ");
const UNION = ascii("union ");
const ENUM = ascii("enum ");
const STAR = ascii(" *");
const CONST_STAR = ascii(" const *");
const OPEN_POINTER = ascii(" (*");
const OPEN = ascii(" (");
const OPEN_LIST = ascii("(");
const CLOSE = ascii(")");
const CLOSE_VARIADIC = ascii(", ...)");
const COMMA = ascii(", ");
const NO_PARAMETERS = ascii("(void)");
const INLINE = ascii("inline ");
