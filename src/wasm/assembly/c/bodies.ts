import { ENUM64, PTR, STRUCT, TYPEDEF, UNION } from "../../../btf/kind-numbers";
import {
  ENUMERATOR_VALUE,
  ENUMERATOR_WORDS,
  ENUMERATOR64_HIGH,
  ENUMERATOR64_LOW,
  ENUMERATOR64_WORDS,
  HEAD_WORDS,
  INFO,
  MEMBER_OFFSET,
  MEMBER_TYPE,
  MEMBER_WORDS,
  SIZE_OR_TYPE,
} from "../../../btf/record-words";
import { isComposite, isModifier } from "../common/kinds";
import { byte, handOn, int64, literal, uint, uint64 } from "../common/text";
import { endOf, field, flagOf, kindOf, nameOf, place, recordOf, targetOf, vlenOf } from "../common/types";
import { writeEnumerator, writeTag } from "./given-names";
import { beginComments, commentAfter, commentHole, commentLine, commentMember, endComments } from "./host";
import { alignOf, isPacked, pointerSize, sizeOf } from "./layouts";
import { hasComments, isCompat } from "./options";
import { indent, isNaturalGap, pad } from "./padding";
import { enter, isNested, leave, step } from "./unfolding";

// Writes definitions of structs, unions and enums (`btf_dump_emit_struct_def`, `btf_dump_emit_enum_def`, libbpf
// btf_dump.c).

/** Writes the declaration of `name` (an offset, 0 for none) as a `type`. */
type Declare = (type: u32, name: u32, level: u32) => void;

/** Given by `startBodies`, since `declarator` imports this file. */
let declare: Declare = (_type, _name, _level) => {};

/** Has members written by `declares`. */
export function startBodies(declares: Declare): void {
  declare = declares;
}

/** Writes `struct NAME`, `union NAME` or `enum NAME`, without the name if the type is anonymous. */
export function writeHead(id: u32): void {
  writeWord(kindOf(id));
  writeTag(id);
}

/**
 * Writes `struct NAME {…}` with its members, and explicit padding where C's own would differ. With `isUnnamed` it
 * leaves the name out.
 */
export function writeComposite(id: u32, level: u32, isUnnamed: bool = false): void {
  enter(id);
  const record = recordOf(id);
  const info = field(record, INFO);
  const size = field(record, SIZE_OR_TYPE);
  const hasBitfields = flagOf(info);
  const vlen = vlenOf(info);
  const isStruct = kindOf(id) === STRUCT;
  const align = alignOf(id);
  const isTight = isStruct && isPacked(id);
  if (isUnnamed) writeWord(kindOf(id));
  else writeHead(id);
  literal(" {");
  step(id, vlen);
  if (hasComments) {
    handOn();
    beginComments(id, level, isNested());
  }
  let offset: i32 = 0;
  let afterBitfield = false;
  const end = place(record, HEAD_WORDS) + usize(vlen) * (MEMBER_WORDS << 2);
  for (let member = place(record, HEAD_WORDS); member < end; member = place(member, MEMBER_WORDS)) {
    const type = field(member, MEMBER_TYPE);
    const where = field(member, MEMBER_OFFSET);
    const bits: u32 = hasBitfields ? where >>> 24 : 0;
    const memberOffset = i32(hasBitfields ? where & 0xffffff : where);
    if (hasComments) {
      handOn();
      commentHole();
    }
    if (offset < memberOffset) {
      const memberAlign = isTight ? 1 : alignOf(type);
      const inBitfield = afterBitfield && bits !== 0;
      if (inBitfield || !isNaturalGap(offset, memberOffset, memberAlign)) {
        pad(offset, memberOffset, memberAlign, inBitfield, level + 1);
      }
    }
    if (hasComments) {
      handOn();
      commentMember(kindOf(type) === PTR);
    }
    beginLine(level + 1);
    writeMember(type, field(member, 0), level + 1);
    if (bits !== 0) {
      literal(": ");
      uint(bits);
      offset = memberOffset + bits;
    } else offset = memberOffset + i32(sizeOf(type)) * 8;
    afterBitfield = bits !== 0;
    byte(SEMICOLON);
    if (hasComments) {
      handOn();
      commentAfter(level + 1);
    }
  }
  const sizeBits = i32(size) * 8;
  if (isStruct && offset < sizeBits && !isNaturalGap(offset, sizeBits, align)) {
    pad(offset, sizeBits, align, false, level + 1);
  }
  if (hasComments) {
    handOn();
    endComments();
  }
  if (vlen !== 0 || size !== 0 || hasComments) beginLine(level);
  byte(CLOSE_BRACE);
  if (isTight) literal(" __attribute__((packed))");
  leave();
}

/** Writes `enum NAME {…}`, without the braces if the enum has no enumerators. */
export function writeEnum(id: u32, level: u32): void {
  const record = recordOf(id);
  const info = field(record, INFO);
  const vlen = vlenOf(info);
  writeHead(id);
  if (vlen === 0) return;
  step(id, vlen);
  literal(" {");
  const is64 = kindOf(id) === ENUM64;
  const isSigned = flagOf(info);
  const end = endOf(id);
  let isWide = false;
  for (let at = place(record, HEAD_WORDS); at < end; ) {
    indent(level + 1);
    writeEnumerator(field(at, 0));
    literal(" = ");
    if (is64) {
      const value = (u64(field(at, ENUMERATOR64_HIGH)) << 32) | field(at, ENUMERATOR64_LOW);
      isWide = isWide || value >>> 32 !== 0;
      if (isSigned) int64(value);
      else {
        uint64(value);
        byte(LETTER_U);
      }
      literal("LL,");
      at = place(at, ENUMERATOR64_WORDS);
    } else {
      const value = field(at, ENUMERATOR_VALUE);
      if (isSigned) int64(i32(value));
      else uint(value);
      byte(COMMA);
      at = place(at, ENUMERATOR_WORDS);
    }
  }
  indent(level);
  byte(CLOSE_BRACE);
  const size = field(record, SIZE_OR_TYPE);
  if (size === 1) literal(" __attribute__((mode(byte)))");
  // Without the attribute the compiler would use four bytes, unless a value needs more.
  else if (size === 8 && pointerSize === 8 && !isWide) literal(" __attribute__((mode(word)))");
}

/** Writes the declaration of a member, or if it only adds its own members to the struct around it, those. */
function writeMember(type: u32, name: u32, level: u32): void {
  const spread = name === 0 && !isCompat ? spreadType(type) : 0;
  if (spread === 0) declare(type, name, level);
  else writeComposite(spread, level, true);
}

/**
 * The named struct or union whose members an unnamed member of this type adds to the struct around it, otherwise 0. In
 * C, `struct tag;` adds members with -fms-extensions only and declares nothing without, so they are written out.
 */
function spreadType(type: u32): u32 {
  let isRenamed = false;
  let id = type;
  for (; isModifier(kindOf(id)); id = targetOf(id)) {
    isRenamed = isRenamed || kindOf(id) === TYPEDEF;
    step(type);
  }
  return isComposite(kindOf(id)) && (isRenamed || nameOf(id) !== 0) ? id : 0;
}

/** Writes `struct`, `union` or `enum`. */
function writeWord(kind: u32): void {
  if (kind === STRUCT) literal("struct");
  else if (kind === UNION) literal("union");
  else literal("enum");
}

function beginLine(level: u32): void {
  indent(level);
  if (!hasComments) return;
  handOn();
  commentLine();
}

const COMMA: u32 = 0x2c;
const SEMICOLON: u32 = 0x3b;
const LETTER_U: u32 = 0x55;
const CLOSE_BRACE: u32 = 0x7d;
