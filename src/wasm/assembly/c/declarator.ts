import * as K from "../../../btf/kind-numbers";
import {
  ARRAY_ELEMENTS,
  HEAD_WORDS,
  INFO,
  PARAM_TYPE,
  PARAM_WORDS,
  SIZE_OR_TYPE,
  UNKN,
} from "../../../btf/record-words";
import { grown, take } from "../common/arena";
import { isQualifier, notKnown } from "../common/kinds";
import { byteAt, nameIs } from "../common/names";
import { byte, handOn, literal, makeRoom, uint } from "../common/text";
import { endOf, field, flagOf, kindOf, nameOf, place, recordOf, targetOf } from "../common/types";
import { writeBase } from "./base-types";
import { writeComposite, writeEnum, writeHead } from "./bodies";
import { useOfTypedef, writeGiven, writeName } from "./given-names";
import { attributeName, quotedName } from "./host";
import { isCompat } from "./options";
import { enter, leave, step } from "./unfolding";

// Writes declarations in C's inside-out syntax (`btf_dump_emit_type_decl`, `btf_dump_emit_type_chain`, libbpf
// btf_dump.c).  A declaration is a chain of types, from the outermost to the one at its end. The chain is pushed on a
// stack and written from the end. Array bounds and parameters, which follow the name, wait on a second stack until
// then.

/** Bytes of a tag that count as a step: thousands of members may each be declared with a long chain of long tags. */
const BYTES_PER_STEP: u32 = 8;

/** A stack of the ids on chains: its address, size and height in bytes. */
let chain: usize = 0;
let chainBytes: usize = 0;
let chainTop: usize = 0;
/**
 * A stack of the types whose `[n]` or `(…)` follows the name: 2 * id, + 1 if a parenthesis must be closed before it.
 */
let suffixes: usize = 0;
let suffixBytes: usize = 0;
let suffixTop: usize = 0;

/** Begins with empty stacks. */
export function startDeclarations(): void {
  chainBytes = 256;
  chain = take(chainBytes);
  chainTop = 0;
  suffixBytes = 256;
  suffixes = take(suffixBytes);
  suffixTop = 0;
}

/**
 * Writes the declaration of `name` (an offset, 0 for none) as a `type`. `level` is the indentation of an anonymous
 * struct's closing brace.
 */
export function declare(type: u32, name: u32, level: u32): void {
  declareUse(type, name, 1, level);
}

/** Writes `typedef … NAME`. */
export function writeTypedef(id: u32): void {
  const name = nameOf(id);
  const use = useOfTypedef(id);
  const target = field(recordOf(id), SIZE_OR_TYPE);
  makeRoom();
  if (target === 0 && use === 1 && nameIs(name, "__gnuc_va_list")) {
    // Old GCC describes it as void.
    literal("typedef __builtin_va_list __gnuc_va_list");
    return;
  }
  literal("typedef ");
  declareUse(target, name, use, 0);
}

/** Writes `struct NAME` or `union NAME` for a FWD. */
export function writeForward(id: u32): void {
  makeRoom();
  if (flagOf(field(recordOf(id), INFO))) literal("union ");
  else literal("struct ");
  writeName(nameOf(id));
}

/** Writes the declaration of the `use`-th use of a name: pushes the chain from `type` to its end, and writes it. */
function declareUse(type: u32, name: u32, use: u32, level: u32): void {
  const start = chainTop;
  let id = type;
  while (true) {
    if (chainTop === chainBytes) {
      chain = grown(chain, chainBytes);
      chainBytes <<= 1;
    }
    store<u32>(chain + chainTop, id);
    chainTop += 4;
    const kind = kindOf(id);
    if (kind !== K.PTR && kind !== K.ARRAY && kind !== K.FUNC_PROTO && !isQualifier(kind)) break;
    id = targetOf(id);
  }
  step(type, u32(chainTop - start) >> 2);
  writeChain(start, name, use, level);
  chainTop = start;
}

/** Writes the chain above `start` from its end, the name, and what follows the name. */
function writeChain(start: usize, name: u32, use: u32, level: u32): void {
  const suffixStart = suffixTop;
  const isNamed = byteAt(name) !== 0;
  let afterPtr = true;
  let isWritten = true;
  let top = chainTop;
  while (top > start) {
    makeRoom();
    top -= 4;
    const id = load<u32>(chain + top);
    const kind = kindOf(id);
    switch (kind) {
      case UNKN:
        top = writeQualifiers(start, top);
        literal("void");
        break;
      case K.INT:
      case K.FLOAT:
        top = writeQualifiers(start, top);
        if (isCompat) writeName(nameOf(id));
        else writeBase(id);
        break;
      case K.STRUCT:
      case K.UNION:
        top = writeQualifiers(start, top);
        if (nameOf(id) === 0) writeComposite(id, level);
        else writeHead(id);
        break;
      case K.ENUM:
      case K.ENUM64:
        top = writeQualifiers(start, top);
        if (nameOf(id) === 0) writeEnum(id, level);
        else writeHead(id);
        break;
      case K.FWD:
        top = writeQualifiers(start, top);
        writeForward(id);
        break;
      case K.TYPEDEF:
        top = writeQualifiers(start, top);
        if (nameOf(id) !== 0) writeGiven(nameOf(id), useOfTypedef(id));
        break;
      case K.PTR:
        if (!afterPtr) byte(SPACE);
        byte(STAR);
        break;
      case K.VOLATILE:
        literal(" volatile");
        break;
      case K.CONST:
        literal(" const");
        break;
      case K.RESTRICT:
        literal(" restrict");
        break;
      case K.TYPE_TAG:
        top = writeQualifiers(start, top);
        writeTypeTag(id);
        break;
      case K.ARRAY:
      case K.FUNC_PROTO: {
        // GCC puts meaningless qualifiers on arrays and noreturn functions: drop them.
        top = dropQualifiers(start, top);
        let parenthesis: u32 = 0;
        if (top > start) {
          const isOfArray = kind === K.ARRAY && kindOf(load<u32>(chain + top - 4)) === K.ARRAY;
          if (!isOfArray) parenthesis = 1;
          if (kind === K.FUNC_PROTO || (isNamed && !afterPtr)) byte(SPACE);
          if (parenthesis === 1) byte(OPEN_PARENTHESIS);
          afterPtr = true;
        }
        pushSuffix(2 * id + parenthesis);
        continue;
      }
      // Nothing can be declared as one of these kinds. libbpf stops here, without writing the name.
      case K.FUNC:
      case K.VAR:
      case K.DATASEC:
      case K.DECL_TAG:
      case K.LOC_PARAM:
      case K.LOC_PROTO:
      case K.LOCSEC:
        isWritten = false;
        top = start;
        break;
      default:
        notKnown(kind);
        isWritten = false;
        top = start;
    }
    afterPtr = kind === K.PTR;
  }
  if (isWritten && isNamed) {
    if (!afterPtr) byte(SPACE);
    writeGiven(name, use);
  }
  while (suffixTop > suffixStart) {
    suffixTop -= 4;
    writeSuffix(load<u32>(suffixes + suffixTop), level);
  }
}

function pushSuffix(suffix: u32): void {
  if (suffixTop === suffixBytes) {
    suffixes = grown(suffixes, suffixBytes);
    suffixBytes <<= 1;
  }
  store<u32>(suffixes + suffixTop, suffix);
  suffixTop += 4;
}

function writeSuffix(suffix: u32, level: u32): void {
  makeRoom();
  const id = suffix >>> 1;
  if ((suffix & 1) === 1) byte(CLOSE_PARENTHESIS);
  if (kindOf(id) === K.ARRAY) {
    byte(OPEN_BRACKET);
    uint(field(recordOf(id), ARRAY_ELEMENTS));
    byte(CLOSE_BRACKET);
  } else writeParameters(id, level);
}

function writeParameters(id: u32, level: u32): void {
  enter(id);
  const first = place(recordOf(id), HEAD_WORDS);
  const end = endOf(id);
  const last = place(end, -PARAM_WORDS);
  step(id, u32(end - first) / (PARAM_WORDS << 2));
  byte(OPEN_PARENTHESIS);
  if (first === end || (first === last && field(first, PARAM_TYPE) === 0)) literal("void");
  else {
    for (let param = first; param < end; param = place(param, PARAM_WORDS)) {
      makeRoom();
      if (param > first) literal(", ");
      if (param === last && field(param, PARAM_TYPE) === 0) literal("...");
      else declareUse(field(param, PARAM_TYPE), field(param, 0), 1, level);
    }
  }
  byte(CLOSE_PARENTHESIS);
  leave();
}

function writeTypeTag(id: u32): void {
  step(id, nameBytes(nameOf(id)) / BYTES_PER_STEP);
  const isAttribute = flagOf(field(recordOf(id), INFO));
  if (isAttribute) literal(" __attribute__((");
  else literal(' __attribute__((btf_type_tag("');
  handOn();
  if (isAttribute) attributeName(nameOf(id));
  else quotedName(nameOf(id));
  if (isAttribute) literal("))");
  else literal('")))');
}

function nameBytes(name: u32): u32 {
  let end = name;
  while (byteAt(end) !== 0) end++;
  return end - name;
}

/** Writes the qualifiers on top of the chain, in front of the type that they qualify. Returns the new top. */
function writeQualifiers(start: usize, from: usize): usize {
  let top = from;
  for (; top > start; top -= 4) {
    const kind = kindOf(load<u32>(chain + top - 4));
    makeRoom();
    if (kind === K.CONST) literal("const ");
    else if (kind === K.VOLATILE) literal("volatile ");
    else if (kind === K.RESTRICT) literal("restrict ");
    else break;
  }
  return top;
}

function dropQualifiers(start: usize, from: usize): usize {
  let top = from;
  while (top > start && isQualifier(kindOf(load<u32>(chain + top - 4)))) top -= 4;
  return top;
}

const SPACE: u32 = 0x20;
const STAR: u32 = 0x2a;
const OPEN_PARENTHESIS: u32 = 0x28;
const CLOSE_PARENTHESIS: u32 = 0x29;
const OPEN_BRACKET: u32 = 0x5b;
const CLOSE_BRACKET: u32 = 0x5d;
