import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import { ascii } from "../../btf/strings.ts";
import { type Layouts, MAX_NESTING, tooDeep } from "../../types/c-layout.ts";
import { type FlatBtf, nameIs, touched } from "../../types/flat.ts";
import type { ByteSink } from "../sink.ts";
import type { LayoutComments } from "./layout-comments.ts";
import { NameCounts, type NameWriter } from "./names.ts";
import { grown, type Work } from "./order.ts";
import { emitBitPadding, indent, isNaturalGap } from "./padding.ts";
import { Prefixes } from "./prefixes.ts";

/** Longer chains are written anew each time: each link of a hostile chain would be kept with all behind it. */
const LONGEST_KEPT = 8;
/** Uses of one name that a byte does not count. */
const MANY = 255;
/** Columns that a tab takes. */
const TAB = 8;
const SPACE = 0x20;
const STAR = 0x2a;
const SEMICOLON = 0x3b;
const OPEN_PAREN = 0x28;
const CLOSE_PAREN = 0x29;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const CLOSE_BRACE = 0x7d;

/**
 * Writes declarations and definitions in C's inside-out syntax (`btf_dump_emit_type_decl`, `…_type_chain`,
 * `…_struct_def`, `…_enum_def`, libbpf btf_dump.c).
 *
 * A declaration is a chain of types from the outermost to the one it is made of: the chain is pushed on a stack and
 * written from its end. What must follow the name (array bounds, parameters) is kept on a second stack until then.
 */
export class Declarator {
  private readonly flat: FlatBtf;
  private readonly sink: ByteSink;
  private readonly layouts: Layouts;
  private readonly names: NameWriter;
  private readonly work: Work;
  /** Bug for bug as libbpf: names that repeat are cut at 255 bytes. */
  private readonly compat: boolean;
  private readonly comments: LayoutComments | undefined;
  /** Structs, unions, enums and INTs share one space of names; typedefs and enumerators the other. */
  private readonly typeNames: NameCounts;
  private readonly identNames: NameCounts;
  /** Which use of its name each type got, 0 where that is open; {@link MANY} and above are in the map. */
  private readonly uses: Uint8Array;
  private readonly manyUses = new Map<TypeId, number>();
  private readonly prefixes: Prefixes;
  private chain: Uint32Array = new Uint32Array(64);
  private chainTop = 0;
  /** Types whose `[n]` or `(…)` is due after the name: 2 * id, + 1 if a parenthesis must close before it. */
  private suffixes: Uint32Array = new Uint32Array(64);
  private suffixTop = 0;
  private nesting = 0;
  /** Where the line began that is being written, after its tabs; kept for comments only. */
  private lineStart = 0;

  constructor(parts: {
    flat: FlatBtf;
    sink: ByteSink;
    layouts: Layouts;
    names: NameWriter;
    work: Work;
    compat: boolean;
    /** Adds pahole's comments, if there. */
    comments?: LayoutComments | undefined;
  }) {
    this.flat = parts.flat;
    this.sink = parts.sink;
    this.layouts = parts.layouts;
    this.names = parts.names;
    this.work = parts.work;
    this.compat = parts.compat;
    this.comments = parts.comments;
    this.typeNames = new NameCounts(parts.flat.strings);
    this.identNames = new NameCounts(parts.flat.strings);
    this.uses = touched(new Uint8Array(parts.flat.typeCount));
    this.prefixes = new Prefixes(parts.sink, parts.flat.typeCount);
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
    const use = this.useOf(id, this.identNames);
    const target = words[at + K.SIZE_OR_TYPE];
    if (target === 0 && use === 1 && nameIs(strings, nameOff, GNUC_VA_LIST)) {
      // Old GCC says that it is void.
      this.sink.put(VA_LIST_TYPEDEF);
      return;
    }
    this.sink.put(TYPEDEF);
    this.declareUse(target, nameOff, use, 0);
  }

  /** `struct NAME` or `union NAME` */
  compositeName(id: TypeId): void {
    const { words, starts } = this.flat;
    this.sink.put(this.flat.kinds[id] === K.STRUCT ? STRUCT : UNION);
    this.tagName(id, words[starts[id] + K.NAME_OFF]);
  }

  /** `struct NAME` or `union NAME` of a FWD */
  forward(id: TypeId): void {
    const { words, starts } = this.flat;
    const at = starts[id];
    this.sink.put(K.infoKflag(words[at + K.INFO]) ? UNION_ : STRUCT_);
    this.names.identifier(words[at + K.NAME_OFF]);
  }

  /** The typedef that an INT of a compiler's own needs (`btf_dump_emit_missing_aliases`). */
  missingAlias(id: TypeId): void {
    const { words, starts, strings } = this.flat;
    const nameOff = words[starts[id] + K.NAME_OFF];
    // Names of INTs count as used, as they do in libbpf.
    if (nameOff === 0 || this.useOf(id, this.typeNames) > 1) return;
    for (const [name, text] of MISSING_BASE_TYPES) {
      if (nameIs(strings, nameOff, name)) this.sink.put(text);
    }
  }

  /** `struct NAME {…}` with all members and the padding that C would not put there by itself. */
  composite(id: TypeId, level: number): void {
    if (++this.nesting > MAX_NESTING) throw tooDeep(id);
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
    this.compositeName(id);
    sink.put(OPEN_BRACE);
    this.work.step(id, vlen);
    const comments = this.comments;
    comments?.begin(id, level, this.nesting > 1);
    let offset = 0;
    let afterBitfield = false;
    const end = at + K.HEAD_WORDS + vlen * 3;
    for (let member = at + K.HEAD_WORDS; member < end; member += 3) {
      const type = words[member + 1];
      const place = words[member + 2];
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
      this.declareUse(type, words[member], 1, level + 1);
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
    this.nesting--;
  }

  /** `enum NAME {…}`, without the braces if it has no enumerators. */
  enumeration(id: TypeId, level: number): void {
    const { words, starts } = this.flat;
    const sink = this.sink;
    const at = starts[id];
    const info = words[at + K.INFO];
    const vlen = K.infoVlen(info);
    sink.put(ENUM);
    this.tagName(id, words[at + K.NAME_OFF]);
    if (vlen === 0) return;
    this.work.step(id, vlen);
    sink.put(OPEN_BRACE);
    const is64 = this.flat.kinds[id] === K.ENUM64;
    const isSigned = K.infoKflag(info);
    // No branches for ENUM64: they come late, and would have the loop compiled again.
    const step = is64 ? 3 : 2;
    const end = is64 ? (isSigned ? LL_COMMA : ULL_COMMA) : COMMA;
    let isWide = false;
    for (let value = at + K.HEAD_WORDS; value < starts[id + 1]; value += step) {
      const low = words[value + 1];
      const upper = words[value + step - 1];
      const high = is64 ? upper : isSigned && low >>> 31 === 1 ? 0xffffffff : 0;
      isWide = isWide || (is64 && high !== 0);
      indent(sink, level + 1);
      this.names.identifier(words[value]);
      const use = this.identNames.count(words[value]);
      if (use > 1) this.duplicate(use);
      sink.put(EQUALS);
      if (isSigned) sink.int64(high, low);
      else sink.uint64(high, low);
      sink.put(end);
    }
    indent(sink, level);
    sink.byte(CLOSE_BRACE);
    const size = words[at + K.SIZE_OR_TYPE];
    if (size === 1) sink.put(MODE_BYTE);
    // Without it the compiler would take four bytes, unless a value needs more.
    else if (size === 8 && this.layouts.pointerSize === 8 && !isWide) sink.put(MODE_WORD);
  }

  private pad(from: number, to: number, align: number, inBitfield: boolean, level: number): void {
    const pointerBits = this.layouts.pointerSize * 8;
    emitBitPadding(this.sink, from, to, pointerBits, align, inBitfield, level, this.compat);
  }

  /** A space and the name that the type was given, nothing for a type without one. */
  private tagName(id: TypeId, nameOff: number): void {
    if (nameOff === 0) return;
    this.sink.byte(SPACE);
    this.givenName(nameOff, this.useOf(id, this.typeNames));
  }

  /** Which use of its name a type is: 1 for the first and for those that only announce another. */
  private useOf(id: TypeId, counts: NameCounts): number {
    const known = this.uses[id];
    if (known !== 0) return known < MANY ? known : (this.manyUses.get(id) as number);
    const { words, starts } = this.flat;
    const at = starts[id];
    const info = words[at + K.INFO];
    const isAnnouncement = K.infoKind(info) === K.ENUM && K.infoVlen(info) === 0;
    const use = isAnnouncement ? 1 : counts.count(words[at + K.NAME_OFF]);
    this.uses[id] = Math.min(use, MANY);
    if (use >= MANY) this.manyUses.set(id, use);
    return use;
  }

  private givenName(nameOff: number, use: number): void {
    if (use === 1) this.names.identifier(nameOff);
    else if (this.compat) this.cutName(nameOff, use);
    else {
      this.names.identifier(nameOff);
      this.duplicate(use);
    }
  }

  /** `snprintf` of `NAME___N` into 256 bytes, as libbpf has it. */
  private cutName(nameOff: number, use: number): void {
    const suffix = ascii(`___${use}`);
    const strings = this.flat.strings;
    let at = 0;
    while (at < 255 && strings[nameOff + at] !== 0) at++;
    if (at < 255) this.names.identifier(nameOff);
    else for (let i = 0; i < 255; i++) this.sink.byte(strings[nameOff + i]);
    for (let i = 0; i < suffix.length && at < 255; i++, at++) this.sink.byte(suffix[i]);
  }

  private duplicate(use: number): void {
    this.sink.put(UNDERSCORES);
    this.sink.uint(use);
  }

  /** Pushes the chain of `typeId` down to the type that has words of its own, and writes it. */
  private declareUse(typeId: TypeId, nameOff: number, use: number, level: number): void {
    const { starts, words, kinds, targets, strings } = this.flat;
    // Most members are of a type that was written before, or are arrays of one.
    const isArray = kinds[typeId] === K.ARRAY;
    const isNamed = strings[nameOff] !== 0;
    if (this.prefixes.write(isArray ? targets[typeId] : typeId, isNamed)) {
      if (isNamed) this.givenName(nameOff, use);
      if (isArray) this.bound(words[starts[typeId] + 5]);
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
    this.work.step(typeId, this.chainTop - start);
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
      const kind = kinds[id];
      switch (kind) {
        case K.UNKN:
          top = this.writeModifiers(start, top);
          sink.put(VOID);
          break;
        case K.INT:
        case K.FLOAT:
          top = this.writeModifiers(start, top);
          this.names.base(words[at + K.NAME_OFF]);
          break;
        case K.STRUCT:
        case K.UNION:
          top = this.writeModifiers(start, top);
          if (words[at + K.NAME_OFF] === 0) this.composite(id, level);
          else this.compositeName(id);
          break;
        case K.ENUM:
        case K.ENUM64:
          top = this.writeModifiers(start, top);
          if (words[at + K.NAME_OFF] === 0) this.enumeration(id, level);
          else {
            sink.put(ENUM);
            this.tagName(id, words[at + K.NAME_OFF]);
          }
          break;
        case K.FWD:
          top = this.writeModifiers(start, top);
          this.forward(id);
          break;
        case K.TYPEDEF:
          top = this.writeModifiers(start, top);
          if (words[at + K.NAME_OFF] !== 0) {
            this.givenName(words[at + K.NAME_OFF], this.useOf(id, this.identNames));
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
          // GCC puts qualifiers on arrays and on functions that do not return, which mean nothing: they are dropped.
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
        default:
          // FUNC, VAR, DATASEC and DECL_TAG are no types that a thing can have: libbpf leaves off here, without the name.
          isWritten = false;
          top = start;
      }
      afterPtr = kind === K.PTR;
    }
    if (isWritten) {
      if (keepFor >= 0) this.prefixes.keep(keepFor, begin, afterPtr);
      if (isNamed) {
        if (!afterPtr) sink.byte(SPACE);
        this.givenName(nameOff, use);
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
    if (this.flat.kinds[id] === K.ARRAY) this.bound(words[at + 5]);
    else this.parameters(id, level);
  }

  private parameters(id: TypeId, level: number): void {
    if (++this.nesting > MAX_NESTING) throw tooDeep(id);
    const { words, starts } = this.flat;
    const sink = this.sink;
    const first = starts[id] + K.HEAD_WORDS;
    const end = starts[id + 1];
    sink.byte(OPEN_PAREN);
    if (first === end || (first + 2 === end && words[first + 1] === 0)) sink.put(VOID);
    else {
      for (let param = first; param < end; param += 2) {
        if (param > first) sink.put(COMMA_SPACE);
        if (param + 2 === end && words[param + 1] === 0) sink.put(ELLIPSIS);
        else this.declareUse(words[param + 1], words[param], 1, level);
      }
    }
    sink.byte(CLOSE_PAREN);
    this.nesting--;
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

  /** Writes the qualifiers on top of the chain in front of the type they stand on. */
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
const STRUCT = ascii("struct");
const UNION = ascii("union");
const STRUCT_ = ascii("struct ");
const UNION_ = ascii("union ");
const ENUM = ascii("enum");
const VOID = ascii("void");
const OPEN_BRACE = ascii(" {");
const PACKED = ascii(" __attribute__((packed))");
const MODE_BYTE = ascii(" __attribute__((mode(byte)))");
const MODE_WORD = ascii(" __attribute__((mode(word)))");
const ATTRIBUTE = ascii(" __attribute__((");
const ATTRIBUTE_END = ascii("))");
const TYPE_TAG = ascii(' __attribute__((btf_type_tag("');
const TYPE_TAG_END = ascii('")))');
const EQUALS = ascii(" = ");
const COMMA = ascii(",");
const LL_COMMA = ascii("LL,");
const ULL_COMMA = ascii("ULL,");
const COLON = ascii(": ");
const COMMA_SPACE = ascii(", ");
const ELLIPSIS = ascii("...");
const UNDERSCORES = ascii("___");
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
