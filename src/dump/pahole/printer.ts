import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import { ascii } from "../../btf/strings.ts";
import { MAX_NESTING, tooDeep, typeCycle } from "../../types/c-layout.ts";
import type { FlatBtf } from "../../types/flat.ts";
import { Unfolding } from "../c/unfolding.ts";
import type { ByteSink } from "../sink.ts";
import {
  BIT,
  BYTE,
  NO_NAME,
  padFrom,
  shownLength,
  writeCount,
  writeName,
  writeNumber,
  writeSpaces,
  writeTabs,
} from "./columns.ts";
import { CACHE_LINE, type Composites } from "./composites.ts";
import { writeEnum } from "./enums.ts";
import { Remarks } from "./remarks.ts";
import { Totals } from "./totals.ts";
import { TypeWriter } from "./type-writer.ts";

/** Columns of a member's type, and from there on to its comment. */
const TYPE_COLUMNS = 26;
const NAME_COLUMNS = { struct: 23, union: 21, expanded: 55 };
/** Columns less for a type in an anonymous struct or union, for each level. */
const LEVEL_COLUMNS = 8;

/** The struct or union whose members are written (`struct conf_fprintf` of dwarves.h). */
interface Body {
  readonly level: number;
  /** Columns of its members' types. */
  readonly columns: number;
  /** Whether it is a union, or in one. */
  inUnion: boolean;
  /** Whether offsets count from this body: that of an anonymous struct which a pointer leads to. */
  readonly isRelative: boolean;
  /** Where it begins in the outermost one, in bytes. */
  readonly base: number;
  readonly withTotals: boolean;
  /** The name behind the brace, or {@link NO_NAME}, and whether a star stands before it. */
  readonly suffix: number;
  readonly isPointed: boolean;
  /** The member that is being written: whether it is the first or last, and where it begins in the outermost struct. */
  isFirst: boolean;
  isLast: boolean;
  memberBase: number;
}

/**
 * Prints structs, unions, enums and typedefs as pahole does, byte for byte (`tag__fprintf`, `__class__fprintf`,
 * `type__fprintf`, dwarves_fprintf.c). Members of anonymous types are written out; with `expand` those of all types.
 */
export class PaholePrinter {
  private readonly flat: FlatBtf;
  private readonly sink: ByteSink;
  private readonly composites: Composites;
  private readonly names: TypeWriter;
  private readonly remarks: Remarks;
  private readonly expand: boolean;
  private readonly hex: boolean;
  private readonly unfolding: Unfolding;
  private nameColumns = 0;
  /** The cache line that was mentioned last. */
  private cacheLine = 0;
  private depth = 0;

  constructor(
    flat: FlatBtf,
    sink: ByteSink,
    composites: Composites,
    options: { readonly expand?: boolean; readonly hex?: boolean } = {},
  ) {
    this.flat = flat;
    this.sink = sink;
    this.composites = composites;
    this.names = new TypeWriter(flat);
    this.remarks = new Remarks(sink, composites);
    this.expand = options.expand === true;
    this.hex = options.hex === true;
    // A step is a member, a line: with all types of a kernel written out it has a quarter of a member for each word.
    this.unfolding = new Unfolding(flat, 2 ** 16 + flat.words.length * 2);
  }

  /** Writes the definition of a type, with a semicolon. Throws `unsupported` for types that are nested too deep or unfold without end. */
  print(id: TypeId): void {
    this.depth = 0;
    this.cacheLine = 0;
    const isUnion = this.flat.kinds[id] === K.UNION;
    this.nameColumns = this.expand
      ? NAME_COLUMNS.expanded
      : isUnion
        ? NAME_COLUMNS.union
        : NAME_COLUMNS.struct;
    if (this.flat.kinds[id] === K.TYPEDEF) this.typedef(id);
    else this.definition(id, outermost(TYPE_COLUMNS, NO_NAME));
    this.sink.byte(SEMICOLON);
  }

  private definition(id: TypeId, body: Body): void {
    const kind = this.flat.kinds[id];
    if (K.isEnum(kind)) this.enumeration(id, body);
    else if (kind === K.UNION) this.union(id, body);
    else this.struct(id, body);
  }

  private struct(id: TypeId, body: Body): void {
    if (++this.depth > MAX_NESTING) throw tooDeep(id);
    const { composites, sink, remarks } = this;
    const { members } = composites;
    const struct = composites.of(id);
    const { level } = body;
    const totals = new Totals();
    composites.inferStructPacking(id);
    this.open(STRUCT, id);
    const end = struct.first + struct.count;
    this.unfolding.step(id, struct.count);
    // Remarks between two members have an empty line before them and one behind.
    let isApart = false;
    let last = -1;
    let lastSize = 0;
    for (let i = struct.first; i < end; i++) {
      const bitHole = members.bitHole[i];
      const hole = members.hole[i];
      if (bitHole !== 0) {
        isApart = this.holeLine(bitHole, BIT, level, isApart, last < 0);
        totals.bitHoles += bitHole;
      }
      if (hole > 0) {
        isApart = this.holeLine(hole, BYTE, level, isApart, last < 0);
        totals.holes += hole;
      }
      if (last >= 0) sink.byte(NEWLINE);
      totals.addForced(members, i);
      if (last >= 0 && lastSize !== 0) {
        if (bitHole !== 0 && members.bitfieldSize[i] !== 0) this.bitfieldFiller(last, i, body);
        const how = this.combination(last, i, lastSize);
        if (how !== NOT_COMBINED) {
          if (!isApart) sink.byte(NEWLINE);
          isApart = true;
          writeTabs(sink, level);
          sink.put(how);
        }
      }
      if (isApart) sink.byte(NEWLINE);
      isApart = false;
      writeTabs(sink, level);
      body.isFirst = last < 0;
      body.isLast = i === end - 1;
      this.member(i, body, false);
      if (this.isStruct(members.type[i])) isApart = remarks.write(members.type[i], totals, level, isApart);
      if (members.bitfieldSize[i] !== 0) totals.bits += members.bitfieldSize[i];
      else totals.bytes += members.size[i];
      if (
        last < 0 ||
        lastSize === 0 ||
        members.offset[last] !== members.offset[i] ||
        (members.bitfieldSize[last] === 0 && members.bitfieldSize[i] !== 0)
      ) {
        lastSize = members.size[i];
      }
      last = i;
    }
    if (last >= 0) sink.byte(NEWLINE);
    if (body.withTotals) totals.write(sink, struct, level, body.base + struct.size);
    writeTabs(sink, level - 1);
    sink.byte(CLOSE);
    const isPacked = composites.isPacked(id);
    if (isPacked) sink.put(PACKED);
    this.suffix(body);
    if (struct.alignment !== 0 && !isPacked) this.aligned(struct.alignment);
    this.depth--;
  }

  private union(id: TypeId, body: Body): void {
    if (++this.depth > MAX_NESTING) throw tooDeep(id);
    const { composites, sink } = this;
    body.inUnion = true;
    this.open(UNION, id);
    composites.inferUnionPacking(id);
    const { first, count } = composites.of(id);
    this.unfolding.step(id, count);
    // Each member begins in the same cache line.
    const line = this.cacheLine;
    for (let i = first; i < first + count; i++) {
      writeTabs(sink, body.level);
      this.member(i, body, true);
      sink.byte(NEWLINE);
      this.cacheLine = line;
    }
    this.depth--;
    writeTabs(sink, body.level - 1);
    sink.byte(CLOSE);
    this.suffix(body);
  }

  private enumeration(id: TypeId, body: Body): void {
    if (writeEnum(this.sink, this.flat, id, body.level - 1, this.hex)) this.suffix(body);
  }

  private typedef(id: TypeId): void {
    const { sink } = this;
    const { kinds, targets, words, starts } = this.flat;
    const own = words[starts[id] + K.NAME_OFF];
    const target = targets[id];
    const kind = kinds[target];
    sink.put(TYPEDEF);
    if (kind === K.UNKN) {
      sink.put(VOID);
      this.name(own);
    } else if (kind === K.ARRAY) {
      this.array(target, own, outermost(TYPE_COLUMNS, NO_NAME), TYPE_COLUMNS);
    } else if (kind === K.PTR && kinds[targets[target]] === K.FUNC_PROTO) {
      this.names.writePrototype(sink, targets[target], own, true, 0);
    } else if (kind === K.FUNC_PROTO) {
      this.names.writePrototype(sink, target, own, false, 0);
    } else if (
      this.isDefinable(target) &&
      (this.nameOf(target) === NO_NAME || (this.expand && !K.isEnum(kind)))
    ) {
      this.definition(target, outermost(K.isEnum(kind) ? TYPE_COLUMNS : TYPE_COLUMNS - LEVEL_COLUMNS, own));
    } else {
      this.names.writeAliased(sink, target);
      sink.byte(SPACE);
      this.name(own);
    }
  }

  /** Writes the declaration of a member, with its comment. */
  private member(i: number, body: Body, inUnion: boolean): void {
    const { sink } = this;
    const { members } = this.composites;
    const type = members.type[i];
    const nameOff = members.nameOff[i] === 0 ? NO_NAME : members.nameOff[i];
    const bitfieldSize = members.bitfieldSize[i];
    const alignment = members.alignment[i];
    let offset = members.offset[i];
    if (!body.isRelative) offset += body.base;
    body.memberBase = body.isRelative || inUnion ? body.base : offset;
    this.cacheLineBoundary(body.level, offset);
    const start = sink.position;
    const isDefined = this.isDefinable(type);
    const isAnonymous = isDefined && this.nameOf(type) === NO_NAME;
    if (isDefined) {
      this.type(type, NO_NAME, body, body.columns);
      if (nameOff !== NO_NAME) {
        if (isAnonymous || this.expand) sink.byte(SPACE);
        this.name(nameOff);
      }
    } else this.type(type, nameOff, body, body.columns);
    if (bitfieldSize !== 0) {
      sink.byte(COLON);
      sink.uint(bitfieldSize);
    }
    if (alignment !== 0) this.aligned(alignment);
    sink.byte(SEMICOLON);
    const columns = body.columns + this.nameColumns;
    let spaces = 0;
    if (isAnonymous) {
      spaces = columns - this.takenBehind(type, nameOff, alignment) - 3;
      // `%*s` of C: a negative width counts too.
      if (spaces < 0) spaces = -spaces;
    } else spaces = columns - (sink.position - start);
    writeSpaces(sink, Math.max(1, spaces));
    sink.put(OPEN_COMMENT);
    writeNumber(sink, offset, 5, this.hex);
    if (bitfieldSize !== 0) {
      sink.byte(COLON);
      writeNumber(sink, members.bitfieldOffset[i], 2, this.hex);
    }
    sink.byte(SPACE);
    writeNumber(sink, members.size[i], bitfieldSize === 0 ? 5 : 2, this.hex);
    sink.put(CLOSE_COMMENT);
  }

  /** Columns that stand behind the brace of an anonymous type, as pahole counts them: its own attributes but those of packing are not. */
  private takenBehind(type: TypeId, nameOff: number, alignment: number): number {
    const name = nameOff === NO_NAME ? -1 : shownLength(this.flat.strings, nameOff);
    const attribute = alignment === 0 ? 0 : ALIGNED.length + String(alignment).length + CLOSE_ALIGNED.length;
    const isPacked = this.isStruct(type) && this.composites.isPacked(type);
    return attribute + name + (isPacked ? PACKED.length : 0);
  }

  /** Writes a type with the name that has it, or {@link NO_NAME}. */
  private type(typeId: TypeId, nameOff: number, body: Body, typeColumns: number): void {
    const { sink } = this;
    const { kinds, targets, typeCount } = this.flat;
    let id = typeId;
    if (this.expand) id = this.aliases(id);
    let columns = typeColumns;
    // Behind `const` pahole forgets that the type is written out for a member: it has the name of what is around it.
    const isOwn = this.isDefinable(id);
    for (let steps = 0; ; steps++) {
      if (steps > typeCount) throw typeCycle(id);
      const kind = kinds[id];
      if (kind === K.CONST) {
        this.unfolding.step(id);
        sink.put(CONST);
        columns -= CONST.length;
        id = targets[id];
      } else if (kind === K.TYPE_TAG) id = targets[id];
      else if (kind === K.PTR) {
        this.pointer(id, nameOff, body, columns);
        return;
      } else if (kind === K.FUNC_PROTO) {
        this.names.writePrototype(sink, id, nameOff, false, columns);
        return;
      } else if (kind === K.ARRAY) {
        this.array(id, nameOff, body, columns);
        return;
      } else if (this.isDefinable(id)) {
        this.definable(id, nameOff, body, columns, isOwn);
        return;
      } else {
        this.plain(id, nameOff, columns);
        return;
      }
    }
  }

  /** A type by its name alone, and the name that has it. */
  private plain(id: TypeId, nameOff: number, columns: number): void {
    const { sink } = this;
    const start = sink.position;
    this.names.write(sink, id);
    padFrom(sink, start, Math.abs(columns));
    sink.byte(SPACE);
    this.nameOrNull(nameOff);
  }

  /** A struct, union or enum: its name, or all of it. */
  private definable(id: TypeId, nameOff: number, body: Body, columns: number, isOwn: boolean): void {
    const { sink } = this;
    const own = this.nameOf(id);
    const word = this.word(id);
    if (own !== NO_NAME && !this.expand) {
      sink.put(word);
      const start = sink.position;
      writeName(sink, this.flat.strings, own);
      padFrom(sink, start, Math.abs(columns - word.length));
      sink.byte(SPACE);
      if (nameOff !== NO_NAME) this.name(nameOff);
      return;
    }
    const inner: Body = {
      ...within(body, columns - LEVEL_COLUMNS),
      withTotals: isOwn ? false : body.withTotals,
      suffix: isOwn ? nameOff : body.suffix,
      isPointed: isOwn ? false : body.isPointed,
    };
    this.definition(id, inner);
  }

  private pointer(id: TypeId, nameOff: number, body: Body, columns: number): void {
    const pointee = this.untagged(this.flat.targets[id]);
    if (this.flat.kinds[pointee] === K.FUNC_PROTO) {
      this.names.writePrototype(this.sink, pointee, nameOff, true, columns);
    } else if (this.isDefinable(pointee) && this.nameOf(pointee) === NO_NAME) {
      // Members of an anonymous struct behind a pointer count from its own start.
      this.definition(pointee, {
        ...within(body, columns - LEVEL_COLUMNS * 2),
        withTotals: false,
        suffix: nameOff,
        isPointed: true,
        isRelative: true,
      });
    } else this.plain(id, nameOff, columns);
  }

  private array(id: TypeId, nameOff: number, body: Body, columns: number): void {
    if (++this.depth > MAX_NESTING) throw tooDeep(id);
    const { words, starts, kinds, targets } = this.flat;
    const length = words[starts[id] + K.ARRAY_ELEMENTS];
    let element = targets[id];
    if (length === 0 && kinds[element] === K.CONST) element = targets[element];
    this.type(element, nameOff, body, columns);
    this.sink.byte(OPEN_INDEX);
    const isFlexible = length === 0 && body.isLast && !body.isFirst && !body.inUnion;
    if (!isFlexible) this.sink.uint(length);
    this.sink.byte(CLOSE_INDEX);
    this.depth--;
  }

  /** Says which typedefs lead to a type, and returns it. */
  private aliases(typeId: TypeId): TypeId {
    const { kinds, targets, typeCount } = this.flat;
    let id = typeId;
    for (let steps = 0; kinds[id] === K.TYPEDEF; id = targets[id]) {
      if (steps > typeCount) throw typeCycle(id);
      this.unfolding.step(id);
      this.sink.put(steps++ === 0 ? OPEN_ALIASES : NEXT_ALIAS);
      this.nameOrNull(this.nameOf(id));
    }
    if (id !== typeId) this.sink.put(CLOSE_ALIASES);
    return id;
  }

  /** The unnamed bitfield that stands for a bit hole between two bitfields. */
  private bitfieldFiller(last: number, i: number, body: Body): void {
    const { sink } = this;
    const { members } = this.composites;
    const isNewUnit = members.offset[last] !== members.offset[i];
    if (isNewUnit) {
      sink.byte(NEWLINE);
      writeTabs(sink, body.level);
      sink.put(FORCE_ALIGNMENT);
    }
    writeTabs(sink, body.level);
    this.type(members.type[i], 0, body, body.columns);
    sink.byte(COLON);
    sink.uint(isNewUnit ? 0 : members.bitHole[i]);
    sink.byte(SEMICOLON);
    sink.byte(NEWLINE);
  }

  /** pahole's remark on a member that shares bytes with its neighbours. */
  private combination(last: number, i: number, lastSize: number): Uint8Array {
    const { offset, bitfieldSize } = this.composites.members;
    const distance = offset[i] - offset[last];
    if (distance < 0 || (distance === 0 && bitfieldSize[last] === 0 && bitfieldSize[i] !== 0)) {
      return COMBINED_WITH_PREVIOUS;
    }
    return distance > 0 && distance < lastSize ? COMBINED_WITH_NEXT : NOT_COMBINED;
  }

  /** Says how much is unused before a member; returns that an empty line is due. */
  private holeLine(
    count: number,
    unit: Uint8Array,
    level: number,
    isApart: boolean,
    isBeforeFirst: boolean,
  ): true {
    const { sink } = this;
    if (!isApart) sink.byte(NEWLINE);
    if (!isBeforeFirst) sink.byte(NEWLINE);
    writeTabs(sink, level);
    sink.put(XXX);
    writeCount(sink, count, unit);
    sink.put(TRY_TO_PACK);
    if (isBeforeFirst) sink.byte(NEWLINE);
    return true;
  }

  private cacheLineBoundary(level: number, offset: number): void {
    if (offset < (this.cacheLine + 1) * CACHE_LINE) return;
    const { sink } = this;
    const line = Math.floor(offset / CACHE_LINE);
    this.cacheLine = line;
    const past = offset % CACHE_LINE;
    sink.put(BOUNDARY);
    writeNumber(sink, line, 1, false);
    sink.put(BOUNDARY_AT);
    writeNumber(sink, offset - past, 1, false);
    sink.put(BOUNDARY_BYTES);
    if (past !== 0) {
      sink.put(BOUNDARY_WAS);
      writeCount(sink, past, BYTE);
      sink.put(BOUNDARY_AGO);
    }
    sink.put(BOUNDARY_END);
    writeTabs(sink, level);
  }

  /** `struct name {` and a line break. */
  private open(word: Uint8Array, id: TypeId): void {
    this.sink.put(word);
    const own = this.nameOf(id);
    if (own !== NO_NAME) {
      this.name(own);
      this.sink.byte(SPACE);
    }
    this.sink.put(OPEN);
  }

  private suffix({ suffix, isPointed }: Body): void {
    if (isPointed) {
      this.sink.put(POINTED);
      this.nameOrNull(suffix);
    } else if (suffix !== NO_NAME) {
      this.sink.byte(SPACE);
      this.name(suffix);
    }
  }

  private aligned(alignment: number): void {
    this.sink.put(ALIGNED);
    this.sink.uint(alignment);
    this.sink.put(CLOSE_ALIGNED);
  }

  private name(off: number): void {
    writeName(this.sink, this.flat.strings, off);
  }

  /** As C prints a null pointer for a name that is not there. */
  private nameOrNull(off: number): void {
    if (off === NO_NAME) this.sink.put(NULL);
    else this.name(off);
  }

  private nameOf(id: TypeId): number {
    const { words, starts } = this.flat;
    const off = words[starts[id] + K.NAME_OFF];
    return off === 0 ? NO_NAME : off;
  }

  /** `struct `, `union ` or `enum ` */
  private word(id: TypeId): Uint8Array {
    const kind = this.flat.kinds[id];
    if (K.isEnum(kind)) return ENUM;
    return kind === K.UNION || (kind === K.FWD && this.isUnionFwd(id)) ? UNION : STRUCT;
  }

  /** Whether C can define a type where it is used: a struct, union or enum. */
  private isDefinable(id: TypeId): boolean {
    const kind = this.flat.kinds[id];
    return K.isComposite(kind) || K.isEnum(kind) || kind === K.FWD;
  }

  private isStruct(id: TypeId): boolean {
    const kind = this.flat.kinds[id];
    return kind === K.STRUCT || (kind === K.FWD && !this.isUnionFwd(id));
  }

  private isUnionFwd(id: TypeId): boolean {
    const { words, starts } = this.flat;
    return K.infoKflag(words[starts[id] + K.INFO]);
  }

  /** The type behind type tags. */
  private untagged(typeId: TypeId): TypeId {
    const { kinds, targets, typeCount } = this.flat;
    let id = typeId;
    for (let steps = 0; kinds[id] === K.TYPE_TAG; id = targets[id]) {
      if (steps++ > typeCount) throw typeCycle(id);
      this.unfolding.step(id);
    }
    return id;
  }
}

/** The body of what is not a member. */
function outermost(columns: number, suffix: number): Body {
  return {
    level: 1,
    columns,
    inUnion: false,
    isRelative: false,
    base: 0,
    withTotals: true,
    suffix,
    isPointed: false,
    isFirst: false,
    isLast: false,
    memberBase: 0,
  };
}

/** The body of a member that is being written. */
function within(body: Body, columns: number): Body {
  return {
    level: body.level + 1,
    columns,
    inUnion: body.inUnion,
    isRelative: body.isRelative,
    base: body.memberBase,
    withTotals: body.withTotals,
    suffix: body.suffix,
    isPointed: body.isPointed,
    isFirst: body.isFirst,
    isLast: body.isLast,
    memberBase: 0,
  };
}

const COLON = 0x3a;
const SEMICOLON = 0x3b;
const SPACE = 0x20;
const NEWLINE = 0x0a;
const CLOSE = 0x7d;
const OPEN_INDEX = 0x5b;
const CLOSE_INDEX = 0x5d;
const OPEN = ascii("{\n");
const STRUCT = ascii("struct ");
const UNION = ascii("union ");
const ENUM = ascii("enum ");
const TYPEDEF = ascii("typedef ");
const VOID = ascii("void ");
const CONST = ascii("const ");
const NULL = ascii("(null)");
const POINTED = ascii(" * ");
const PACKED = ascii(" __attribute__((__packed__))");
const ALIGNED = ascii(" __attribute__((__aligned__(");
const CLOSE_ALIGNED = ascii(")))");
const OPEN_COMMENT = ascii("/* ");
const CLOSE_COMMENT = ascii(" */");
const OPEN_ALIASES = ascii("/* typedef ");
const NEXT_ALIAS = ascii(" -> ");
const CLOSE_ALIASES = ascii(" */ ");
const XXX = ascii("/* XXX ");
const TRY_TO_PACK = ascii(" hole, try to pack */");
const FORCE_ALIGNMENT = ascii("/* Force alignment to the next boundary: */\n");
const NOT_COMBINED = ascii("");
const COMBINED_WITH_PREVIOUS = ascii("/* Bitfield combined with previous fields */\n");
const COMBINED_WITH_NEXT = ascii("/* Bitfield combined with next fields */\n");
const BOUNDARY = ascii("/* --- cacheline ");
const BOUNDARY_AT = ascii(" boundary (");
const BOUNDARY_BYTES = ascii(" bytes)");
const BOUNDARY_WAS = ascii(" was ");
const BOUNDARY_AGO = ascii(" ago");
const BOUNDARY_END = ascii(" --- */\n");
