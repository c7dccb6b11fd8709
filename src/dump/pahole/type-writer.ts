import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import { MAX_NESTING, tooDeep } from "../../types/c-layout.ts";
import type { FlatBtf } from "../../types/flat.ts";
import { nameAt, padRight } from "./columns.ts";

/** Bytes of pahole's buffers for names, with the NUL: longer names are cut. */
const NAME_BUFFER = 128;
const POINTEE_BUFFER = 1024;

/**
 * Writes types as pahole names them: in one line, the qualifier in front and a space behind it (`tag__name`,
 * `ftype__fprintf`, dwarves_fprintf.c).
 */
export class TypeWriter {
  private readonly flat: FlatBtf;
  private depth = 0;

  constructor(flat: FlatBtf) {
    this.flat = flat;
  }

  /** Name of a type; `room` is the buffer that pahole has for it. */
  of(id: TypeId, room: number = NAME_BUFFER): string {
    if (++this.depth > MAX_NESTING) throw tooDeep(id);
    const name = this.name(id, room);
    this.depth--;
    return name.slice(0, room - 1);
  }

  /** A type's own name, null if it has none. */
  own(id: TypeId): string | null {
    const { words, starts, strings } = this.flat;
    return nameAt(strings, words[starts[id] + K.NAME_OFF]);
  }

  /** A function that is called `name`, or a pointer to one, its type in so many columns. */
  prototype(id: TypeId, name: string | null, isPointer: boolean, columns: number): string {
    const { targets } = this.flat;
    const result = padRight(this.of(targets[id]), columns);
    return `${result} (${isPointer ? "*" : ""}${name ?? ""})${this.parameters(id)}`;
  }

  private name(id: TypeId, room: number): string {
    const { kinds, targets } = this.flat;
    const kind = kinds[id];
    switch (kind) {
      case K.UNKN:
        return "void";
      case K.INT:
      case K.FLOAT:
        return this.own(id) ?? "nameless base type!";
      case K.PTR:
        return this.pointer(id);
      case K.VOLATILE:
        return `volatile ${this.of(targets[id])} `;
      case K.CONST:
        return `const ${this.of(targets[id])} `;
      case K.RESTRICT:
        return `${this.of(targets[id])} restrict `;
      case K.ARRAY:
      case K.TYPE_TAG:
        return this.of(targets[id], room);
      case K.FUNC_PROTO:
        return this.prototype(id, null, false, 0);
      case K.STRUCT:
        return `struct ${this.own(id) ?? ""}`;
      case K.UNION:
        return `union ${this.own(id) ?? ""}`;
      case K.FWD:
        return `${this.isUnion(id) ? "union" : "struct"} ${this.own(id) ?? ""}`;
      case K.ENUM:
      case K.ENUM64:
        return `enum ${this.own(id) ?? ""}`;
      default:
        return this.own(id) ?? "";
    }
  }

  private isUnion(id: TypeId): boolean {
    const { words, starts } = this.flat;
    return K.infoKflag(words[starts[id] + K.INFO]);
  }

  /** A const pointer is written behind the star of the one that points to it. */
  private pointer(id: TypeId): string {
    const { kinds, targets } = this.flat;
    let pointee = targets[id];
    let qualifier = "";
    if (kinds[pointee] === K.CONST && kinds[targets[pointee]] === K.PTR) {
      qualifier = "const ";
      pointee = targets[pointee];
    }
    return `${this.of(pointee, POINTEE_BUFFER)} ${qualifier}*`;
  }

  private parameters(id: TypeId): string {
    const { words, starts, strings } = this.flat;
    const params: string[] = [];
    let isVariadic = false;
    for (let at = starts[id] + K.HEAD_WORDS; at < starts[id + 1]; at += K.PARAM_WORDS) {
      const type = words[at + K.PARAM_TYPE];
      if (type === 0) isVariadic = true;
      else params.push(this.parameter(type, nameAt(strings, words[at])));
    }
    if (params.length === 0) return "(void)";
    return `(${params.join(", ")}${isVariadic ? ", ..." : ""})`;
  }

  private parameter(type: TypeId, name: string | null): string {
    const { kinds, targets } = this.flat;
    if (kinds[type] === K.PTR && kinds[targets[type]] === K.FUNC_PROTO) {
      return this.nested(targets[type], name, true);
    }
    if (kinds[type] === K.FUNC_PROTO) return `inline ${this.nested(type, name, false)}`;
    return name === null ? this.of(type) : `${this.of(type)} ${name}`;
  }

  private nested(id: TypeId, name: string | null, isPointer: boolean): string {
    if (++this.depth > MAX_NESTING) throw tooDeep(id);
    const text = this.prototype(id, name, isPointer, 0);
    this.depth--;
    return text;
  }
}
