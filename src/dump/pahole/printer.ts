import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import { MAX_NESTING, tooDeep, typeCycle } from "../../types/c-layout.ts";
import type { FlatBtf } from "../../types/flat.ts";
import { nameAt, number, padLeft, padRight, plural, tabs } from "./columns.ts";
import { CACHE_LINE, type Composites, type PaholeMember } from "./composites.ts";
import { Totals } from "./totals.ts";
import { TypeWriter } from "./type-writer.ts";

/** Columns of a member's type, and from there on to its comment. */
const TYPE_COLUMNS = 26;
const NAME_COLUMNS = { struct: 23, union: 21, expanded: 55 };
/** Columns less for a type in an anonymous struct or union, for each level. */
const LEVEL_COLUMNS = 8;

/** Where and how a type is printed (`struct conf_fprintf` of dwarves.h). */
interface Place {
  readonly level: number;
  readonly typeColumns: number;
  readonly nameColumns: number;
  /** What stands before and behind a type that is written out. */
  readonly prefix: string | null;
  readonly suffix: string | null;
  readonly totals: boolean;
  /** Without offsets: of what a pointer to an anonymous struct leads to, in pahole's `-p`. */
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly inUnion: boolean;
  /** Whether offsets count from the innermost struct. */
  readonly isRelative: boolean;
  /** Where the struct begins in the outermost one, in bytes. */
  readonly base: number;
  /** The cache line that was mentioned last, shared by all that is in the outermost struct. */
  readonly cacheLine: { number: number };
}

/**
 * Prints structs, unions, enums and typedefs as pahole does, byte for byte (`tag__fprintf`, `__class__fprintf`,
 * `type__fprintf`, dwarves_fprintf.c). Members of anonymous types are written out; with `expand` those of all types.
 */
export class PaholePrinter {
  private readonly flat: FlatBtf;
  private readonly composites: Composites;
  private readonly names: TypeWriter;
  private readonly expand: boolean;
  private readonly hex: boolean;
  private depth = 0;

  constructor(
    flat: FlatBtf,
    composites: Composites,
    options: { readonly expand?: boolean; readonly hex?: boolean } = {},
  ) {
    this.flat = flat;
    this.composites = composites;
    this.names = new TypeWriter(flat);
    this.expand = options.expand === true;
    this.hex = options.hex === true;
  }

  /** The definition of a type, with a semicolon. Throws `unsupported` for types that are nested too deep. */
  print(id: TypeId): string {
    this.depth = 0;
    const isUnion = this.flat.kinds[id] === K.UNION;
    const place: Place = {
      level: 0,
      typeColumns: TYPE_COLUMNS,
      nameColumns: this.expand ? NAME_COLUMNS.expanded : isUnion ? NAME_COLUMNS.union : NAME_COLUMNS.struct,
      prefix: null,
      suffix: null,
      totals: true,
      isFirst: false,
      isLast: false,
      inUnion: false,
      isRelative: false,
      base: 0,
      cacheLine: { number: 0 },
    };
    return `${this.definition(id, place)};`;
  }

  private definition(id: TypeId, place: Place): string {
    switch (this.flat.kinds[id]) {
      case K.TYPEDEF:
        return this.typedef(id, place);
      case K.ENUM:
      case K.ENUM64:
        return this.enumeration(id, place);
      case K.UNION:
        return this.union(id, place);
      default:
        return this.struct(id, place);
    }
  }

  private struct(id: TypeId, place: Place): string {
    if (++this.depth > MAX_NESTING) throw tooDeep(id);
    const { composites } = this;
    const struct = composites.of(id);
    const own = this.names.own(id);
    const inside: Place = { ...place, level: place.level + 1 };
    const indent = tabs(inside.level);
    const totals = new Totals();
    composites.inferStructPacking(id);
    let text = `${place.prefix === null ? "" : `${place.prefix} `}struct${own === null ? "" : ` ${own}`} {\n`;
    let isApart = false;
    const apart = () => {
      const line = isApart ? "" : "\n";
      isApart = true;
      return line;
    };
    const { members } = struct;
    const first = members.at(0);
    if (first !== undefined && first.bitHole > 0) {
      text += `${apart()}${indent}${this.hole(first.bitHole, "bit")}\n`;
      totals.bitHoles += first.bitHole;
    }
    if (first !== undefined && first.hole > 0) {
      text += `${apart()}${indent}${this.hole(first.hole, "byte")}\n`;
      totals.holes += first.hole;
    }
    let last: PaholeMember | undefined;
    let lastSize = 0;
    for (let i = 0; i < members.length; i++) {
      const member = members[i];
      if (member.alignment !== 0) {
        totals.forced++;
        if (member.hole !== 0) {
          totals.forcedHoles++;
          totals.forcedHoleBytes += member.hole;
        }
      }
      if (last !== undefined && lastSize !== 0) {
        if (member.bitHole !== 0 && member.bitfieldSize !== 0) {
          text += this.bitfieldFiller(last, member, inside);
        }
        const how = combines(last, member, lastSize);
        if (how !== "") text += `${apart()}${indent}/* Bitfield combined with ${how} fields */\n`;
      }
      if (isApart) text += "\n";
      isApart = false;
      const at: Place = { ...inside, isFirst: i === 0, isLast: i === members.length - 1 };
      text += indent + this.member(member, false, at);
      if (this.isStruct(member.type)) {
        const remark = this.remark(member.type, totals);
        if (remark !== "") text += `${apart()}\n${indent}/* XXX last struct has${remark} */`;
      }
      const next = members.at(i + 1);
      if (next !== undefined && next.bitHole !== 0) {
        text += `${apart()}\n${indent}${this.hole(next.bitHole, "bit")}`;
        totals.bitHoles += next.bitHole;
      }
      if (next !== undefined && next.hole > 0) {
        text += `${apart()}\n${indent}${this.hole(next.hole, "byte")}`;
        totals.holes += next.hole;
      }
      text += "\n";
      if (member.bitfieldSize !== 0) totals.bits += member.bitfieldSize;
      else totals.bytes += member.size;
      if (
        last === undefined ||
        lastSize === 0 ||
        last.offset !== member.offset ||
        (last.bitfieldSize === 0 && member.bitfieldSize !== 0)
      ) {
        lastSize = member.size;
      }
      last = member;
    }
    if (place.totals) text += totals.lines(struct, inside.level, place.base + struct.size);
    text += `${tabs(place.level)}}`;
    const isPacked = composites.isPacked(id);
    if (isPacked) text += " __attribute__((__packed__))";
    if (place.suffix !== null) text += ` ${place.suffix}`;
    if (struct.alignment !== 0 && !isPacked) text += aligned(struct.alignment);
    this.depth--;
    return text;
  }

  private union(id: TypeId, place: Place): string {
    if (++this.depth > MAX_NESTING) throw tooDeep(id);
    const own = this.names.own(id);
    const inside: Place = { ...place, level: place.level + 1, inUnion: true };
    const indent = tabs(inside.level);
    let text = `${place.prefix === null ? "" : `${place.prefix} `}union${own === null ? "" : ` ${own}`} {\n`;
    this.composites.inferUnionPacking(id);
    // Each member begins in the same cache line.
    const line = place.cacheLine.number;
    for (const member of this.composites.of(id).members) {
      text += `${indent}${this.member(member, true, inside)}\n`;
      place.cacheLine.number = line;
    }
    this.depth--;
    return `${text}${tabs(place.level)}}${place.suffix === null ? "" : ` ${place.suffix}`}`;
  }

  private enumeration(id: TypeId, place: Place): string {
    const { words, starts, kinds, strings } = this.flat;
    const at = starts[id];
    const info = words[at + K.INFO];
    const own = this.names.own(id);
    let text = `enum${own === null ? "" : ` ${own}`}`;
    if (K.infoVlen(info) === 0) return text;
    const is64 = kinds[id] === K.ENUM64;
    const step = is64 ? K.ENUMERATOR64_WORDS : K.ENUMERATOR_WORDS;
    const values: { name: string; value: bigint }[] = [];
    const isSigned = K.infoKflag(info);
    for (let word = at + K.HEAD_WORDS; word < starts[id + 1]; word += step) {
      const low = BigInt(words[word + K.ENUMERATOR_VALUE]);
      const value = is64 ? (BigInt(words[word + K.ENUMERATOR64_HIGH]) << 32n) | low : low;
      values.push({
        name: nameAt(strings, words[word]) ?? "(null)",
        value: isSigned ? BigInt.asIntN(is64 ? 64 : 32, value) : value,
      });
    }
    const columns = values.reduce((most, { name }) => Math.max(most, name.length), 0);
    text += " {\n";
    for (const { name, value } of values) {
      const bits = BigInt.asUintN(64, value);
      const shown = this.hex ? (bits === 0n ? "0" : `0x${bits.toString(16)}`) : value.toString();
      text += `${tabs(place.level)}\t${name.padEnd(columns)} = ${shown},\n`;
    }
    text += `${tabs(place.level)}}`;
    const size = words[at + K.SIZE_OR_TYPE];
    if (size !== 4 && size !== 0) text += " __attribute__((__packed__))";
    return place.suffix === null ? text : `${text} ${place.suffix}`;
  }

  private typedef(id: TypeId, place: Place): string {
    const { kinds, targets } = this.flat;
    const own = this.names.own(id) ?? "(null)";
    const target = targets[id];
    const start = "typedef ";
    switch (kinds[target]) {
      case K.UNKN:
        return `${start}void ${own}`;
      case K.ARRAY:
        return start + this.array(target, own, place);
      case K.PTR:
        if (kinds[targets[target]] !== K.FUNC_PROTO) break;
        return start + this.names.prototype(targets[target], own, true, 0);
      case K.FUNC_PROTO:
        return start + this.names.prototype(target, own, false, 0);
      case K.STRUCT:
      case K.FWD:
      case K.UNION:
      case K.ENUM:
      case K.ENUM64: {
        if (this.names.own(target) !== null && (!this.expand || K.isEnum(kinds[target]))) break;
        const columns = K.isEnum(kinds[target]) ? place.typeColumns : place.typeColumns - LEVEL_COLUMNS;
        return start + this.definition(target, { ...place, typeColumns: columns, suffix: own });
      }
    }
    return `${start}${this.names.of(target, TYPEDEF_BUFFER)} ${own}`;
  }

  /** The declaration of a member, with its comment. */
  private member(member: PaholeMember, inUnion: boolean, place: Place): string {
    const { type } = member;
    let offset = member.offset;
    let at = place;
    if (!place.isRelative) {
      offset += place.base;
      if (!inUnion) at = { ...place, base: offset };
    }
    const boundary = this.cacheLineBoundary(place, offset);
    const name = nameAt(this.flat.strings, member.nameOff);
    const isDefined = this.isDefinable(type);
    const isAnonymous = isDefined && this.names.own(type) === null;
    let text: string;
    if (isDefined) {
      text = this.type(type, null, at);
      if (name !== null) text += isAnonymous || this.expand ? ` ${name}` : name;
    } else text = this.type(type, name, at);
    if (member.bitfieldSize !== 0) text += `:${member.bitfieldSize}`;
    const attribute = member.alignment === 0 ? "" : aligned(member.alignment);
    text += `${attribute};`;
    const columns = at.typeColumns + at.nameColumns;
    let spaces: number;
    if (isAnonymous) {
      const isPacked = this.isStruct(type) && this.composites.isPacked(type);
      const taken = attribute.length + (name === null ? -1 : name.length) + (isPacked ? PACKED_BYTES : 0);
      spaces = columns - taken - 3;
    } else spaces = Math.max(0, columns - text.length);
    text += padLeft(" ", spaces);
    const bits = member.bitfieldSize === 0 ? "" : `:${number(member.bitfieldOffset, 2, this.hex)}`;
    const size = number(member.size, member.bitfieldSize === 0 ? 5 : 2, this.hex);
    return `${boundary}${text}/* ${number(offset, 5, this.hex)}${bits} ${size} */`;
  }

  /** A type with the name that has it, null for none. */
  private type(typeId: TypeId, memberName: string | null, place: Place): string {
    const { kinds, targets, typeCount } = this.flat;
    let name = memberName;
    let id = typeId;
    let text = "";
    if (this.expand) {
      const aliases: string[] = [];
      for (; kinds[id] === K.TYPEDEF; id = targets[id]) {
        aliases.push(this.names.own(id) ?? "(null)");
        if (aliases.length > typeCount) throw typeCycle(id);
      }
      if (aliases.length > 0) text = `/* typedef ${aliases.join(" -> ")} */ `;
    }
    let at = this.isDefinable(id) ? { ...place, prefix: null, suffix: name, totals: false } : place;
    for (let steps = 0; ; steps++) {
      if (steps > typeCount) throw typeCycle(id);
      const kind = kinds[id];
      switch (kind) {
        case K.CONST:
          text += "const ";
          at = { ...at, typeColumns: at.typeColumns - "const ".length };
          id = targets[id];
          continue;
        case K.TYPE_TAG:
          id = targets[id];
          continue;
        case K.PTR: {
          const pointee = this.untagged(targets[id]);
          if (kinds[pointee] === K.FUNC_PROTO) {
            return text + this.names.prototype(pointee, name, true, at.typeColumns);
          }
          if (pointee !== 0 && this.isDefinable(pointee) && this.names.own(pointee) === null) {
            // A pointer to an anonymous struct: its members count from there.
            name = `* ${name ?? "(null)"}`;
            const typeColumns = at.typeColumns - LEVEL_COLUMNS;
            at = { ...at, isRelative: true, typeColumns, prefix: null, suffix: name, totals: false };
            id = pointee;
            continue;
          }
          break;
        }
        case K.FUNC_PROTO:
          return text + this.names.prototype(id, name, false, at.typeColumns);
        case K.ARRAY:
          return text + this.array(id, name, at);
        case K.STRUCT:
        case K.FWD:
        case K.UNION: {
          const own = this.names.own(id);
          const word = kind === K.UNION || (kind === K.FWD && this.isUnion(id)) ? "union" : "struct";
          if (own !== null && !this.expand) {
            return `${text}${word} ${padRight(own, at.typeColumns - word.length - 1)} ${name ?? ""}`;
          }
          const inner = { ...at, typeColumns: at.typeColumns - LEVEL_COLUMNS };
          if (word === "union") return text + this.union(id, { ...inner, suffix: name });
          return text + this.struct(id, inner);
        }
        case K.ENUM:
        case K.ENUM64: {
          const own = this.names.own(id);
          if (own !== null && !this.expand) {
            return `${text}enum ${padRight(own, at.typeColumns - "enum ".length)} ${name ?? ""}`;
          }
          return text + this.enumeration(id, at);
        }
      }
      return `${text}${padRight(this.names.of(id), at.typeColumns)} ${name ?? "(null)"}`;
    }
  }

  private array(id: TypeId, name: string | null, place: Place): string {
    if (++this.depth > MAX_NESTING) throw tooDeep(id);
    const { words, starts, kinds, targets } = this.flat;
    const length = words[starts[id] + K.ARRAY_ELEMENTS];
    let element = targets[id];
    if (length === 0 && kinds[element] === K.CONST) element = targets[element];
    const isFlexible = length === 0 && place.isLast && !place.isFirst && !place.inUnion;
    const text = `${this.type(element, name, place)}[${isFlexible ? "" : length}]`;
    this.depth--;
    return text;
  }

  /** The unnamed bitfield that stands for a bit hole between two bitfields. */
  private bitfieldFiller(last: PaholeMember, member: PaholeMember, place: Place): string {
    const indent = tabs(place.level);
    const isNewUnit = last.offset !== member.offset;
    const remark = isNewUnit ? `\n${indent}/* Force alignment to the next boundary: */\n` : "";
    const bits = isNewUnit ? 0 : member.bitHole;
    return `${remark}${indent}${this.type(member.type, "", place)}:${bits};\n`;
  }

  /** What is worth saying of the struct that a member is: what is unused in it, what is flexible; "" if nothing is. */
  private remark(id: TypeId, totals: Totals): string {
    const { composites } = this;
    composites.inferStructPacking(id);
    const { padding, bitPadding, holes, bitHoles } = composites.of(id);
    const parts: string[] = [];
    if (composites.hasFlexibleArray(id)) {
      parts.push(" a flexible array");
      totals.flexible++;
    }
    if (composites.embedsFlexibleArray(id)) {
      parts.push(" embedded flexible array(s)");
      totals.flexibleInside++;
    }
    if (padding !== 0) {
      parts.push(` ${padding} ${plural(padding, "byte")} of padding`);
      totals.padded++;
      totals.padding += padding;
    }
    if (bitPadding !== 0) {
      parts.push(` ${bitPadding} ${plural(bitPadding, "bit")} of padding`);
      totals.bitPadded++;
      totals.bitPadding += bitPadding;
    }
    if (holes !== 0) {
      parts.push(` ${holes} ${plural(holes, "hole")}`);
      totals.holed++;
      totals.holesInside += holes;
    }
    if (bitHoles !== 0) {
      parts.push(` ${bitHoles} ${plural(bitHoles, "bit hole")}`);
      totals.bitHoled++;
      totals.bitHolesInside += bitHoles;
    }
    return parts.join(",");
  }

  private hole(count: number, unit: string): string {
    return `/* XXX ${count} ${plural(count, unit)} hole, try to pack */`;
  }

  private cacheLineBoundary(place: Place, offset: number): string {
    const line = Math.floor(offset / CACHE_LINE);
    if (line <= place.cacheLine.number) return "";
    place.cacheLine.number = line;
    const past = offset % CACHE_LINE;
    const ago = past === 0 ? "" : ` was ${past} ${plural(past, "byte")} ago`;
    return `/* --- cacheline ${line} boundary (${offset - past} bytes)${ago} --- */\n${tabs(place.level)}`;
  }

  /** Whether C can define a type where it is used: a struct, union or enum. */
  private isDefinable(id: TypeId): boolean {
    const kind = this.flat.kinds[id];
    return K.isComposite(kind) || K.isEnum(kind) || kind === K.FWD;
  }

  private isStruct(id: TypeId): boolean {
    const kind = this.flat.kinds[id];
    return kind === K.STRUCT || (kind === K.FWD && !this.isUnion(id));
  }

  private isUnion(id: TypeId): boolean {
    const { words, starts } = this.flat;
    return K.infoKflag(words[starts[id] + K.INFO]);
  }

  /** The type behind type tags. */
  private untagged(typeId: TypeId): TypeId {
    const { kinds, targets, typeCount } = this.flat;
    let id = typeId;
    for (let steps = 0; kinds[id] === K.TYPE_TAG; id = targets[id])
      if (steps++ > typeCount) throw typeCycle(id);
    return id;
  }
}

/** With which fields a member shares bytes, as far as pahole says it. */
function combines(last: PaholeMember, member: PaholeMember, lastSize: number): "" | "previous" | "next" {
  const distance = member.offset - last.offset;
  if (distance < 0 || (distance === 0 && last.bitfieldSize === 0 && member.bitfieldSize !== 0))
    return "previous";
  return distance > 0 && distance < lastSize ? "next" : "";
}

function aligned(alignment: number): string {
  return ` __attribute__((__aligned__(${alignment})))`;
}

/** Of the attribute, with its space. */
const PACKED_BYTES = " __attribute__((__packed__))".length;
const TYPEDEF_BUFFER = 512;
