import * as K from "../../../btf/kind-numbers";
import { ARRAY_ELEMENTS, INFO, UNKN } from "../../../btf/record-words";
import { TYPE_CYCLE } from "../../constants/refusal-codes";
import { refuse } from "../common/host";
import { isComposite, isEnum, notKnown } from "../common/kinds";
import { limitNesting } from "../common/nesting";
import { byte, digitsOf, literal, makeRoom, position, uint } from "../common/text";
import { field, flagOf, kindOf, nameOf, recordOf, targetOf, typeCount } from "../common/types";
import { Body, leaveAll, leaveTo, newTotals, outermost, stackTop, startBodies, within } from "./body";
import {
  columnsFrom,
  NO_NAME,
  padFrom,
  shownLength,
  writeLineBreak,
  writeName,
  writeNameOrNull,
  writeTabs,
} from "./columns";
import {
  mentionedCacheLine,
  returnToCacheLine,
  startComments,
  writeCacheLine,
  writeCombination,
  writeHole,
  writePlace,
} from "./comments";
import { compositeOf, Member, memberOf } from "./composites";
import { writeEnum } from "./enums";
import { inferStructPacking, inferUnionPacking, isPacked } from "./packing";
import { writeRemark } from "./remarks";
import { addForced, writeTotals } from "./totals";
import { startTypeNames, writeAliasedName, writePrototype, writeTypeName } from "./type-names";
import { countMembers, startUnfolding } from "./unfolding";

// Prints structs, unions, enums and typedefs as pahole does, byte for byte (`tag__fprintf`, `__class__fprintf`,
// `type__fprintf`, dwarves_fprintf.c). Anonymous types are written out with their members; with `expands` all types
// are.

/** Width of the column of members' types. */
const TYPE_COLUMNS: i32 = 26;
/** Width of the columns from there to the comment. */
const NAME_COLUMNS: i32 = 23;
const NAME_COLUMNS_IN_UNION: i32 = 21;
const NAME_COLUMNS_EXPANDED: i32 = 55;
/** The column of types is so much narrower in an anonymous struct or union, for each level. */
const LEVEL_COLUMNS: i32 = 8;

/** Whether all types are written out with their members. */
let expands: bool = false;
/** Whether numbers are in hexadecimal. */
let inHex: bool = false;
/** Width of the columns from a member's name to its comment. */
let nameColumns: i32 = 0;
/** How deep the types in work are nested. */
let depth: u32 = 0;

/** Begins to print with these options. What was inferred about structs before stays. */
export function startPrinting(expand: bool, hex: bool): void {
  expands = expand;
  inHex = hex;
  startTypeNames();
  startUnfolding();
  startBodies();
}

/** Writes the definition of a type, with a semicolon. */
export function printType(id: u32): void {
  makeRoom();
  depth = 0;
  leaveAll();
  startComments(inHex);
  nameColumns = kindOf(id) === K.UNION ? NAME_COLUMNS_IN_UNION : NAME_COLUMNS;
  if (expands) nameColumns = NAME_COLUMNS_EXPANDED;
  if (kindOf(id) === K.TYPEDEF) writeTypedef(id);
  else writeDefinition(id, outermost(TYPE_COLUMNS, NO_NAME));
  byte(0x3b);
}

function writeTypedef(id: u32): void {
  const own = nameOf(id);
  const target = targetOf(id);
  const kind = kindOf(target);
  literal("typedef ");
  if (kind === UNKN) {
    literal("void ");
    writeName(own);
  } else if (kind === K.ARRAY) {
    writeArray(target, own, outermost(TYPE_COLUMNS, NO_NAME), TYPE_COLUMNS);
  } else if (kind === K.PTR && kindOf(targetOf(target)) === K.FUNC_PROTO) {
    writePrototype(targetOf(target), own, true, 0);
  } else if (kind === K.FUNC_PROTO) {
    writePrototype(target, own, false, 0);
  } else if (isDefinable(target) && (nameOf(target) === 0 || (expands && !isEnum(kindOf(target))))) {
    writeDefinition(
      target,
      outermost(isEnum(kindOf(target)) ? TYPE_COLUMNS : TYPE_COLUMNS - LEVEL_COLUMNS, own),
    );
  } else {
    writeAliasedName(target);
    byte(0x20);
    writeName(own);
  }
}

function writeDefinition(id: u32, body: Body): void {
  if (isEnum(kindOf(id))) {
    if (writeEnum(id, body.level - 1, inHex)) writeSuffix(body);
  } else if (kindOf(id) === K.UNION) writeUnion(id, body);
  else writeStruct(id, body);
}

function writeStruct(id: u32, body: Body): void {
  limitNesting(++depth, id);
  const before = stackTop();
  const totals = newTotals();
  const struct = compositeOf(id);
  const level = body.level;
  inferStructPacking(id);
  open("struct ", id);
  countMembers(id, struct.count);
  // Whether an empty line is due: remarks between two members have one before and one behind them.
  let isApart: bool = false;
  let last = struct.first;
  let lastSize: i64 = 0;
  for (let i: u32 = 0; i < struct.count; i++) {
    const member = memberOf(struct, i);
    const isFirst = i === 0;
    if (member.bitHole !== 0) {
      writeHole(member.bitHole, "bit", level, isApart, isFirst);
      isApart = true;
      totals.bitHoles += member.bitHole;
    }
    if (member.hole > 0) {
      writeHole(member.hole, "byte", level, isApart, isFirst);
      isApart = true;
      totals.holes += member.hole;
    }
    if (!isFirst) writeLineBreak();
    addForced(totals, member);
    if (lastSize !== 0) {
      if (member.bitHole !== 0 && member.bitfieldSize !== 0) writeFiller(last, member, body);
      isApart = writeCombination(last, member, lastSize, level, isApart);
    }
    if (isApart) writeLineBreak();
    isApart = false;
    writeTabs(level);
    body.isFirst = isFirst;
    body.isLast = i === struct.count - 1;
    writeMember(member, body, false);
    if (isStruct(member.type)) isApart = writeRemark(member.type, totals, level, isApart);
    if (member.bitfieldSize !== 0) totals.bits += member.bitfieldSize;
    else totals.bytes += member.size;
    if (
      lastSize === 0 ||
      last.offset !== member.offset ||
      (last.bitfieldSize === 0 && member.bitfieldSize !== 0)
    ) {
      lastSize = member.size;
    }
    last = member;
  }
  if (struct.count > 0) writeLineBreak();
  if (body.withTotals) writeTotals(totals, struct, level, body.base + struct.size);
  writeTabs(level - 1);
  byte(0x7d);
  const packed = isPacked(id);
  if (packed) literal(PACKED);
  writeSuffix(body);
  if (struct.alignment !== 0 && !packed) writeAligned(struct.alignment);
  leaveTo(before);
  depth--;
}

function writeUnion(id: u32, body: Body): void {
  limitNesting(++depth, id);
  body.inUnion = true;
  open("union ", id);
  inferUnionPacking(id);
  const union = compositeOf(id);
  countMembers(id, union.count);
  // All members begin in the same cache line.
  const line = mentionedCacheLine();
  for (let i: u32 = 0; i < union.count; i++) {
    writeTabs(body.level);
    writeMember(memberOf(union, i), body, true);
    writeLineBreak();
    returnToCacheLine(line);
  }
  depth--;
  writeTabs(body.level - 1);
  byte(0x7d);
  writeSuffix(body);
}

/** Writes the declaration of a member and its comment. */
function writeMember(member: Member, body: Body, inUnion: bool): void {
  const type = member.type;
  const name = member.nameOff === 0 ? NO_NAME : member.nameOff;
  const offset = body.isRelative ? i64(member.offset) : member.offset + body.base;
  body.memberBase = body.isRelative || inUnion ? body.base : offset;
  writeCacheLine(body.level, offset);
  const start = position();
  const isDefined = isDefinable(type);
  const isAnonymous = isDefined && nameOf(type) === 0;
  if (isDefined) {
    writeType(type, NO_NAME, body, body.columns);
    if (name !== NO_NAME) {
      if (isAnonymous || expands) byte(0x20);
      writeName(name);
    }
  } else writeType(type, name, body, body.columns);
  if (member.bitfieldSize !== 0) {
    byte(0x3a);
    uint(member.bitfieldSize);
  }
  if (member.alignment !== 0) writeAligned(member.alignment);
  byte(0x3b);
  const columns = body.columns + nameColumns;
  // A negative width of C's `%*s` counts like a positive one.
  const spaces = isAnonymous
    ? abs(columns - takenBehind(type, name, member.alignment) - 3)
    : columns - columnsFrom(start);
  writePlace(member, offset, spaces);
}

/** Columns behind the closing brace of an anonymous type, as pahole counts them: it leaves out some attributes. */
function takenBehind(type: u32, name: u32, alignment: u32): i32 {
  let taken = name === NO_NAME ? -1 : i32(shownLength(name));
  if (alignment !== 0) taken += ALIGNED.length + i32(digitsOf(alignment)) + END_OF_ALIGNED.length;
  if (isStruct(type) && isPacked(type)) taken += PACKED.length;
  return taken;
}

/** Writes the declaration of a name (an offset or {@link NO_NAME}) as a type. */
function writeType(type: u32, name: u32, body: Body, typeColumns: i32): void {
  let id = expands ? writeAliases(type) : type;
  let columns = typeColumns;
  // Behind `const` pahole forgets the name of a struct or enum and writes that of the type around it.
  const isOwn = isDefinable(id);
  for (let steps: u32 = 0; ; steps++) {
    if (steps > typeCount) refuse(TYPE_CYCLE, id);
    const kind = kindOf(id);
    switch (kind) {
      case K.CONST:
        countMembers(id, 1);
        makeRoom();
        literal("const ");
        columns -= 6;
        id = targetOf(id);
        continue;
      case K.TYPE_TAG:
        countMembers(id, 1);
        id = targetOf(id);
        continue;
      case K.PTR:
        writePointer(id, name, body, columns);
        return;
      case K.FUNC_PROTO:
        writePrototype(id, name, false, columns);
        return;
      case K.ARRAY:
        writeArray(id, name, body, columns);
        return;
      case K.STRUCT:
      case K.UNION:
      case K.ENUM:
      case K.ENUM64:
      case K.FWD:
        writeDefinable(id, name, body, columns, isOwn);
        return;
      case K.INT:
      case K.FLOAT:
      case K.TYPEDEF:
      case K.VOLATILE:
      case K.RESTRICT:
      case K.FUNC:
      case K.VAR:
      case K.DATASEC:
      case K.DECL_TAG:
      case K.LOC_PARAM:
      case K.LOC_PROTO:
      case K.LOCSEC:
        writePlain(id, name, columns);
        return;
      default:
        notKnown(kind);
        writePlain(id, name, columns);
        return;
    }
  }
}

/** Writes the name of a type, and the declared name. */
function writePlain(id: u32, name: u32, columns: i32): void {
  const start = position();
  writeTypeName(id);
  padFrom(start, abs(columns));
  byte(0x20);
  writeNameOrNull(name);
}

/** Writes a struct, union or enum, by name or as a whole, and the declared name. */
function writeDefinable(id: u32, name: u32, body: Body, columns: i32, isOwn: bool): void {
  const own = nameOf(id);
  if (own !== 0 && !expands) {
    const word = wordOf(id);
    literal(word);
    const start = position();
    writeName(own);
    padFrom(start, abs(columns - word.length));
    byte(0x20);
    if (name !== NO_NAME) writeName(name);
    return;
  }
  const before = stackTop();
  const inner = within(body, columns - LEVEL_COLUMNS);
  if (isOwn) inner.withTotals = false;
  if (isOwn || kindOf(id) === K.UNION) {
    inner.suffix = name;
    inner.isPointed = false;
  }
  writeDefinition(id, inner);
  leaveTo(before);
}

function writePointer(id: u32, name: u32, body: Body, columns: i32): void {
  const pointee = behindTags(targetOf(id));
  if (kindOf(pointee) === K.FUNC_PROTO) writePrototype(pointee, name, true, columns);
  else if (isDefinable(pointee) && nameOf(pointee) === 0) {
    // The offsets of members of an anonymous struct behind a pointer count from its own start.
    const before = stackTop();
    const inner = within(body, columns - LEVEL_COLUMNS * 2);
    inner.withTotals = false;
    inner.suffix = name;
    inner.isPointed = true;
    inner.isRelative = true;
    writeDefinition(pointee, inner);
    leaveTo(before);
  } else writePlain(id, name, columns);
}

/** Writes an array. Arrays of arrays are one array with several dimensions, the outermost first. */
function writeArray(id: u32, name: u32, body: Body, columns: i32): void {
  const outside = depth;
  let element = id;
  for (; kindOf(element) === K.ARRAY; element = targetOf(element)) limitNesting(++depth, element);
  const behindArrays = element;
  if (lengthOf(id) === 0 && kindOf(element) === K.CONST) element = targetOf(element);
  writeType(element, name, body, columns);
  depth = outside;
  const isFlexible = body.isLast && !body.isFirst && !body.inUnion;
  for (let array = id; array !== behindArrays; array = targetOf(array)) {
    const length = lengthOf(array);
    makeRoom();
    byte(0x5b);
    if (length !== 0 || !isFlexible) uint(length);
    byte(0x5d);
  }
  makeRoom();
}

/** Number of elements of an array. */
function lengthOf(array: u32): u32 {
  return field(recordOf(array), ARRAY_ELEMENTS);
}

/** Writes a comment that names the typedefs of a type. Returns the type behind them. */
function writeAliases(type: u32): u32 {
  let id = type;
  for (let steps: u32 = 0; kindOf(id) === K.TYPEDEF; id = targetOf(id)) {
    if (steps > typeCount) refuse(TYPE_CYCLE, id);
    countMembers(id, 1);
    makeRoom();
    if (steps++ === 0) literal("/* typedef ");
    else literal(" -> ");
    writeNameOrNull(nameOf(id) === 0 ? NO_NAME : nameOf(id));
  }
  if (id !== type) literal(" */ ");
  return id;
}

/** Writes the unnamed bitfield that fills a bit hole between two bitfields. */
function writeFiller(last: Member, member: Member, body: Body): void {
  const isNewUnit = last.offset !== member.offset;
  if (isNewUnit) {
    writeLineBreak();
    writeTabs(body.level);
    literal("/* Force alignment to the next boundary: */\n");
  }
  writeTabs(body.level);
  writeType(member.type, 0, body, body.columns);
  byte(0x3a);
  uint(isNewUnit ? 0 : member.bitHole);
  byte(0x3b);
  writeLineBreak();
}

/** Writes `struct NAME {` and a line break. */
function open(word: string, id: u32): void {
  makeRoom();
  literal(word);
  if (nameOf(id) !== 0) {
    writeName(nameOf(id));
    byte(0x20);
  }
  literal("{\n");
}

/** Writes the name behind a closing brace, if any. */
function writeSuffix(body: Body): void {
  if (body.isPointed) {
    literal(" * ");
    writeNameOrNull(body.suffix);
  } else if (body.suffix !== NO_NAME) {
    byte(0x20);
    writeName(body.suffix);
  }
}

const PACKED: string = " __attribute__((__packed__))";
const ALIGNED: string = " __attribute__((__aligned__(";
const END_OF_ALIGNED: string = ")))";

function writeAligned(alignment: u32): void {
  literal(ALIGNED);
  uint(alignment);
  literal(END_OF_ALIGNED);
}

function wordOf(id: u32): string {
  if (isEnum(kindOf(id))) return "enum ";
  return kindOf(id) === K.UNION || isUnionFwd(id) ? "union " : "struct ";
}

/**
 * Whether C can define a type where it is used: whether it is a struct, union or enum, or a forward declaration of one.
 */
function isDefinable(id: u32): bool {
  return isComposite(kindOf(id)) || isEnum(kindOf(id)) || kindOf(id) === K.FWD;
}

function isStruct(id: u32): bool {
  return kindOf(id) === K.STRUCT || (kindOf(id) === K.FWD && !isUnionFwd(id));
}

/** Whether a type is a forward declaration of a union. */
function isUnionFwd(id: u32): bool {
  return kindOf(id) === K.FWD && flagOf(field(recordOf(id), INFO));
}

/** The type behind type tags. */
function behindTags(type: u32): u32 {
  let id = type;
  for (let steps: u32 = 0; kindOf(id) === K.TYPE_TAG; id = targetOf(id)) {
    if (steps++ > typeCount) refuse(TYPE_CYCLE, id);
    countMembers(id, 1);
  }
  return id;
}
