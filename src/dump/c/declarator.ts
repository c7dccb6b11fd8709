import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import { ascii } from "../../btf/strings.ts";
import type { Layouts } from "../../types/c-layout.ts";
import { type FlatBtf, nameIs } from "../../types/flat.ts";
import type { ByteSink } from "../sink.ts";
import type { BaseTypes } from "./base-types.ts";
import { Bodies } from "./bodies.ts";
import { GivenNames } from "./given-names.ts";
import type { LayoutComments } from "./layout-comments.ts";
import type { NameWriter } from "./names.ts";
import { grown } from "./order.ts";
import { Prefixes } from "./prefixes.ts";
import type { Unfolding } from "./unfolding.ts";

/** Longest chain whose text is kept. A hostile chain of n types would otherwise take n^2 bytes. */
const LONGEST_KEPT = 8;
const SPACE = 0x20;
const STAR = 0x2a;
const OPEN_PAREN = 0x28;
const CLOSE_PAREN = 0x29;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/**
 * Writes declarations in C's inside-out syntax (`btf_dump_emit_type_decl`, `…_type_chain`, libbpf btf_dump.c).
 *
 * A declaration is a chain of types from the outermost to the one it is made of: the chain is pushed on a stack and
 * written from its end. What must follow the name (array bounds, parameters) is kept on a second stack until then.
 */
export class Declarator {
  /** Writes the bodies of anonymous structs, unions and enums inside a declaration. */
  readonly bodies: Bodies;
  private readonly flat: FlatBtf;
  private readonly sink: ByteSink;
  private readonly names: NameWriter;
  private readonly bases: BaseTypes | undefined;
  private readonly given: GivenNames;
  private readonly unfolding: Unfolding;
  private readonly prefixes: Prefixes;
  private chain: Uint32Array = new Uint32Array(64);
  private chainTop = 0;
  /** Types whose `[n]` or `(…)` is due after the name: 2 * id, + 1 if a parenthesis must close before it. */
  private suffixes: Uint32Array = new Uint32Array(64);
  private suffixTop = 0;

  constructor(parts: {
    flat: FlatBtf;
    sink: ByteSink;
    layouts: Layouts;
    names: NameWriter;
    unfolding: Unfolding;
    /** Bug for bug as libbpf. */
    compat: boolean;
    /** Names of INTs and FLOATs; absent where they are written verbatim. */
    bases?: BaseTypes | undefined;
    /** Adds pahole's comments, if there. */
    comments?: LayoutComments | undefined;
  }) {
    this.flat = parts.flat;
    this.sink = parts.sink;
    this.names = parts.names;
    this.bases = parts.bases;
    this.unfolding = parts.unfolding;
    this.given = new GivenNames(parts.flat, parts.sink, parts.names, parts.compat);
    this.prefixes = new Prefixes(parts.sink, parts.flat.typeCount);
    this.bodies = new Bodies(parts, this.given, this);
  }

  /** Writes the declaration of `nameOff` (0 for none) as a `typeId`; members of unnamed structs are indented by `level`. */
  declare(typeId: TypeId, nameOff: number, level: number): void {
    this.declareUse(typeId, nameOff, 1, level);
  }

  /** `typedef … NAME` */
  typedef(id: TypeId): void {
    const { words, starts, strings } = this.flat;
    const at = starts[id];
    const nameOff = words[at + K.NAME_OFF];
    const use = this.given.useOfTypedef(id);
    const target = words[at + K.SIZE_OR_TYPE];
    if (target === 0 && use === 1 && nameIs(strings, nameOff, GNUC_VA_LIST)) {
      // Old GCC describes it as void.
      this.sink.put(VA_LIST_TYPEDEF);
      return;
    }
    this.sink.put(TYPEDEF);
    this.declareUse(target, nameOff, use, 0);
  }

  /** `struct NAME` or `union NAME` of a FWD */
  forward(id: TypeId): void {
    const { words, starts } = this.flat;
    const at = starts[id];
    this.sink.put(K.infoKflag(words[at + K.INFO]) ? UNION_ : STRUCT_);
    this.names.identifier(words[at + K.NAME_OFF]);
  }

  /** The typedef that an INT or FLOAT needs whose name C does not have (`btf_dump_emit_missing_aliases`). */
  missingAlias(id: TypeId): void {
    if (this.bases !== undefined) {
      this.bases.define(id);
      return;
    }
    if (this.flat.kinds[id] === K.FLOAT) return;
    const { words, starts, strings } = this.flat;
    const nameOff = words[starts[id] + K.NAME_OFF];
    // Names of INTs count as used, as they do in libbpf.
    if (nameOff === 0 || this.given.useOfType(id) > 1) return;
    for (const [name, text] of MISSING_BASE_TYPES) {
      if (nameIs(strings, nameOff, name)) this.sink.put(text);
    }
  }

  /** Pushes the chain from `typeId` down to the type that it is made of, and writes it. */
  private declareUse(typeId: TypeId, nameOff: number, use: number, level: number): void {
    const { starts, words, kinds, targets, strings } = this.flat;
    // Most members have a type that was written before, or are arrays of one.
    const isArray = kinds[typeId] === K.ARRAY;
    const isNamed = strings[nameOff] !== 0;
    if (this.prefixes.write(isArray ? targets[typeId] : typeId, isNamed)) {
      if (isNamed) this.given.write(nameOff, use);
      if (isArray) this.bound(words[starts[typeId] + K.ARRAY_ELEMENTS]);
      return;
    }
    const start = this.chainTop;
    let isPlain = true;
    let id = typeId;
    for (;;) {
      if (this.chainTop === this.chain.length) this.chain = grown(this.chain);
      this.chain[this.chainTop++] = id;
      const kind = kinds[id];
      if (kind === K.ARRAY || kind === K.FUNC_PROTO) isPlain = false;
      else if (kind !== K.PTR && kind !== K.TYPE_TAG && (kind < K.VOLATILE || kind > K.RESTRICT)) {
        if ((K.isComposite(kind) || K.isEnum(kind)) && words[starts[id] + K.NAME_OFF] === 0) isPlain = false;
        break;
      }
      id = targets[id];
    }
    this.unfolding.step(typeId, this.chainTop - start);
    this.writeChain(
      start,
      nameOff,
      use,
      level,
      isPlain && this.chainTop - start <= LONGEST_KEPT ? typeId : -1,
    );
    this.chainTop = start;
  }

  /** Writes the chain above `start` from its end, the name, and what is due after it. */
  private writeChain(start: number, nameOff: number, use: number, level: number, keepFor: TypeId | -1): void {
    const { words, starts, kinds, strings } = this.flat;
    const sink = this.sink;
    const begin = sink.position;
    const suffixStart = this.suffixTop;
    const isNamed = strings[nameOff] !== 0;
    let afterPtr = true;
    let top = this.chainTop;
    let isWritten = true;
    while (top > start) {
      const id = this.chain[--top];
      const at = starts[id];
      const kind = kinds[id] as K.KindNumber;
      switch (kind) {
        case K.UNKN:
          top = this.writeModifiers(start, top);
          sink.put(VOID);
          break;
        case K.INT:
        case K.FLOAT:
          top = this.writeModifiers(start, top);
          if (this.bases === undefined) this.names.identifier(words[at + K.NAME_OFF]);
          else this.bases.write(id);
          break;
        case K.STRUCT:
        case K.UNION:
          top = this.writeModifiers(start, top);
          if (words[at + K.NAME_OFF] === 0) this.bodies.composite(id, level);
          else this.bodies.head(id);
          break;
        case K.ENUM:
        case K.ENUM64:
          top = this.writeModifiers(start, top);
          if (words[at + K.NAME_OFF] === 0) this.bodies.enumeration(id, level);
          else this.bodies.head(id);
          break;
        case K.FWD:
          top = this.writeModifiers(start, top);
          this.forward(id);
          break;
        case K.TYPEDEF:
          top = this.writeModifiers(start, top);
          if (words[at + K.NAME_OFF] !== 0) {
            this.given.write(words[at + K.NAME_OFF], this.given.useOfTypedef(id));
          }
          break;
        case K.PTR:
          if (!afterPtr) sink.byte(SPACE);
          sink.byte(STAR);
          break;
        case K.VOLATILE:
          sink.put(_VOLATILE);
          break;
        case K.CONST:
          sink.put(_CONST);
          break;
        case K.RESTRICT:
          sink.put(_RESTRICT);
          break;
        case K.TYPE_TAG:
          top = this.writeModifiers(start, top);
          this.typeTag(words[at + K.NAME_OFF], K.infoKflag(words[at + K.INFO]));
          break;
        case K.ARRAY:
        case K.FUNC_PROTO: {
          // GCC puts meaningless qualifiers on arrays and noreturn functions: drop them.
          top = this.dropModifiers(start, top);
          if (top === start) {
            this.pushSuffix(id * 2);
            continue;
          }
          let paren = 1;
          if (kind === K.FUNC_PROTO) sink.put(SPACE_PAREN);
          else {
            paren = kinds[this.chain[top - 1]] === K.ARRAY ? 0 : 1;
            if (isNamed && !afterPtr) sink.byte(SPACE);
            if (paren === 1) sink.byte(OPEN_PAREN);
          }
          this.pushSuffix(id * 2 + paren);
          afterPtr = true;
          continue;
        }
        case K.FUNC:
        case K.VAR:
        case K.DATASEC:
        case K.DECL_TAG:
        case K.LOC_PARAM:
        case K.LOC_PROTO:
        case K.LOCSEC:
          // Nothing can be of these types: libbpf stops here, without writing the name.
          isWritten = false;
          top = start;
          break;
        default:
          K.notKnown(kind);
          isWritten = false;
          top = start;
      }
      afterPtr = kind === K.PTR;
    }
    if (isWritten) {
      if (keepFor >= 0) this.prefixes.keep(keepFor, begin, afterPtr);
      if (isNamed) {
        if (!afterPtr) sink.byte(SPACE);
        this.given.write(nameOff, use);
      }
    }
    while (this.suffixTop > suffixStart) this.writeSuffix(this.suffixes[--this.suffixTop], level);
  }

  private bound(count: number): void {
    this.sink.byte(OPEN_BRACKET);
    this.sink.uint(count);
    this.sink.byte(CLOSE_BRACKET);
  }

  private pushSuffix(suffix: number): void {
    if (this.suffixTop === this.suffixes.length) this.suffixes = grown(this.suffixes);
    this.suffixes[this.suffixTop++] = suffix;
  }

  private writeSuffix(suffix: number, level: number): void {
    const { words, starts } = this.flat;
    const sink = this.sink;
    const id = suffix >>> 1;
    const at = starts[id];
    if ((suffix & 1) === 1) sink.byte(CLOSE_PAREN);
    if (this.flat.kinds[id] === K.ARRAY) this.bound(words[at + K.ARRAY_ELEMENTS]);
    else this.parameters(id, level);
  }

  private parameters(id: TypeId, level: number): void {
    this.unfolding.enter(id);
    const { words, starts } = this.flat;
    const sink = this.sink;
    const first = starts[id] + K.HEAD_WORDS;
    const end = starts[id + 1];
    this.unfolding.step(id, (end - first) / K.PARAM_WORDS);
    sink.byte(OPEN_PAREN);
    if (first === end || (first + K.PARAM_WORDS === end && words[first + K.PARAM_TYPE] === 0)) sink.put(VOID);
    else {
      for (let param = first; param < end; param += K.PARAM_WORDS) {
        if (param > first) sink.put(COMMA_SPACE);
        if (param + K.PARAM_WORDS === end && words[param + K.PARAM_TYPE] === 0) sink.put(ELLIPSIS);
        else this.declareUse(words[param + K.PARAM_TYPE], words[param], 1, level);
      }
    }
    sink.byte(CLOSE_PAREN);
    this.unfolding.leave();
  }

  private typeTag(nameOff: number, isAttribute: boolean): void {
    const sink = this.sink;
    if (isAttribute) {
      sink.put(ATTRIBUTE);
      this.names.attribute(nameOff);
      sink.put(ATTRIBUTE_END);
    } else {
      sink.put(TYPE_TAG);
      this.names.quoted(nameOff);
      sink.put(TYPE_TAG_END);
    }
  }

  /** Writes the qualifiers on top of the chain before the type that they qualify. */
  private writeModifiers(start: number, from: number): number {
    const { kinds } = this.flat;
    let top = from;
    for (; top > start; top--) {
      const kind = kinds[this.chain[top - 1]];
      if (kind === K.CONST) this.sink.put(CONST_);
      else if (kind === K.VOLATILE) this.sink.put(VOLATILE_);
      else if (kind === K.RESTRICT) this.sink.put(RESTRICT_);
      else break;
    }
    return top;
  }

  private dropModifiers(start: number, from: number): number {
    const { kinds } = this.flat;
    let top = from;
    for (; top > start; top--) {
      const kind = kinds[this.chain[top - 1]];
      if (!K.isModifier(kind) || kind === K.TYPEDEF) break;
    }
    return top;
  }
}

const TYPEDEF = ascii("typedef ");
const STRUCT_ = ascii("struct ");
const UNION_ = ascii("union ");
const VOID = ascii("void");
const ATTRIBUTE = ascii(" __attribute__((");
const ATTRIBUTE_END = ascii("))");
const TYPE_TAG = ascii(' __attribute__((btf_type_tag("');
const TYPE_TAG_END = ascii('")))');
const COMMA_SPACE = ascii(", ");
const ELLIPSIS = ascii("...");
const SPACE_PAREN = ascii(" (");
const _VOLATILE = ascii(" volatile");
const _CONST = ascii(" const");
const _RESTRICT = ascii(" restrict");
const VOLATILE_ = ascii("volatile ");
const CONST_ = ascii("const ");
const RESTRICT_ = ascii("restrict ");
const GNUC_VA_LIST = ascii("__gnuc_va_list");
const VA_LIST_TYPEDEF = ascii("typedef __builtin_va_list __gnuc_va_list");

/** GCC's own names for the elements of Arm vectors (`missing_base_types`). */
const MISSING_BASE_TYPES: readonly (readonly [Uint8Array, Uint8Array])[] = [
  ["__Poly8_t", "unsigned char"],
  ["__Poly16_t", "unsigned short"],
  ["__Poly64_t", "unsigned long long"],
  ["__Poly128_t", "unsigned __int128"],
].map(([name, type]) => [ascii(name), ascii(`typedef ${type} ${name};\n\n`)] as const);
