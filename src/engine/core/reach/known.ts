import { ALU, CLASS, JUMP } from "../insn.ts";

/**
 * What is known about a register or bytes on the stack: nothing, an unsigned number of 64 bits, or the target of a
 * pointer. Targets are texts, so that `===` compares them.
 * - `nonzero`: a number that is not 0
 * - `pointer`: a pointer to an unknown place, of a kind that the verifier knows not to be 0 (`reg_not_null`)
 * - `stack-8`: an offset from the end of this function's stack; `stack?`: somewhere on it
 * - `data:N+8`: an offset in data section N; `kconfig:NAME+0`: in a variable that libbpf fills in by name
 * - `null:NAME+8`: the number 8, from the address 0 of a variable that the kernel does not have
 */
export type Known = bigint | string | undefined;

/** A number that is not 0. */
export const NONZERO = "nonzero";
/** A pointer to an unknown place that is not 0. */
export const POINTER = "pointer";
/** A pointer to an unknown place on this function's stack. */
export const SOMEWHERE_ON_STACK = "stack?";

const MASK64 = 0xffffffffffffffffn;
const MASK32 = 0xffffffffn;

/** A pointer to an offset from the end of the stack. */
export function stackAt(offset: number): Known {
  return `stack${offset < 0 ? "" : "+"}${offset}`;
}

/** Offset of a stack pointer; undefined for other things, NaN for one that is somewhere. */
export function stackOffset(value: Known): number | undefined {
  if (typeof value !== "string" || !value.startsWith("stack")) return undefined;
  return Number(value.slice("stack".length).replace("?", "NaN"));
}

/** `data:N`, `kconfig:NAME` or `null:NAME`, and an offset. */
export function placeOf(value: Known): { base: string; offset: number } | undefined {
  if (typeof value !== "string") return undefined;
  const match = /^((?:data|kconfig|null):.*)\+(-?\d+)$/.exec(value);
  return match === null ? undefined : { base: match[1], offset: Number(match[2]) };
}

/** The address of a variable that the kernel does not have. */
export function nullOf(name: string): Known {
  return `null:${name}+0`;
}

/** Name of the missing variable that an address was made from. */
export function missingName(value: Known): string | undefined {
  return typeof value === "string" && value.startsWith("null:")
    ? value.slice("null:".length, value.lastIndexOf("+"))
    : undefined;
}

/** The number that a missing variable's address is; all else as it is. */
function plain(value: Known): Known {
  if (missingName(value) === undefined) return value;
  return BigInt.asUintN(64, BigInt(placeOf(value)?.offset ?? 0));
}

/** A pointer that has moved by `by` bytes, if that is known. */
function moved(value: string, by: Known): Known {
  if (value === NONZERO) return undefined;
  if (value === POINTER) return POINTER;
  const offset = stackOffset(value);
  const step = typeof by === "bigint" ? Number(BigInt.asIntN(64, by)) : Number.NaN;
  if (offset !== undefined)
    return Number.isSafeInteger(offset + step) ? stackAt(offset + step) : SOMEWHERE_ON_STACK;
  const place = placeOf(value);
  if (place === undefined) return undefined;
  return Number.isSafeInteger(place.offset + step) ? `${place.base}+${place.offset + step}` : POINTER;
}

/** Result of an operation: that of `calculated`, but a missing variable's address and a number stay such an address. */
export function operate(code: number, off: number, a: Known, b: Known): Known {
  const operation = code & 0xf0;
  if ((code & 7) === CLASS.ALU64 && off === 0) {
    if (operation === ALU.MOV) return b;
    const isSum = operation === ALU.ADD || operation === ALU.SUB;
    if (isSum && missingName(a) !== undefined && typeof b === "bigint") {
      return moved(a as string, operation === ALU.ADD ? b : -b);
    }
  }
  return calculated(code, off, plain(a), plain(b));
}

/**
 * Result of an operation on what is known of its operands; `code` is the whole opcode, `off` chooses signs
 * (`BPF_MOVSX`, `SDIV`).
 */
function calculated(code: number, off: number, a: Known, b: Known): Known {
  const is64 = (code & 7) === CLASS.ALU64;
  const operation = code & 0xf0;
  if (operation === ALU.MOV) return move(b, off, is64);
  // A signed division, or a reserved field, which the verifier refuses.
  if (off !== 0) return undefined;
  if (typeof a === "bigint" && typeof b === "bigint") return calculate(operation, a, b, is64);
  if (b === 0n || a === 0n) {
    if (operation === ALU.AND || operation === ALU.MUL) return 0n;
  }
  if (!is64) return typeof a === "string" && stackOffset(a) !== undefined ? SOMEWHERE_ON_STACK : undefined;
  if (operation === ALU.ADD && typeof a === "string") return moved(a, b);
  if (operation === ALU.ADD && typeof b === "string") return moved(b, a);
  if (operation === ALU.SUB && typeof a === "string") return moved(a, typeof b === "bigint" ? -b : undefined);
  return undefined;
}

/** The numbers of bits that `BPF_MOVSX` extends. Other numbers are a cast between address spaces (1), or invalid. */
const SIGN_BITS: readonly number[] = [8, 16, 32];
const SIGN_BITS_32: readonly number[] = [8, 16];

function move(value: Known, signBits: number, is64: boolean): Known {
  if (signBits !== 0) {
    if (typeof value !== "bigint" || !(is64 ? SIGN_BITS : SIGN_BITS_32).includes(signBits)) return undefined;
    return BigInt.asUintN(is64 ? 64 : 32, BigInt.asIntN(signBits, value));
  }
  if (is64) return value;
  if (typeof value === "bigint") return value & MASK32;
  return stackOffset(value) === undefined ? undefined : SOMEWHERE_ON_STACK;
}

/** What the verifier computes (`is_safe_to_compute_dst_reg_range`): no division, nor a shift by all bits or more. */
function calculate(operation: number, a: bigint, b: bigint, is64: boolean): Known {
  const bits = is64 ? 64 : 32;
  const mask = is64 ? MASK64 : MASK32;
  const x = a & mask;
  const y = b & mask;
  const isShift = operation === ALU.LSH || operation === ALU.RSH || operation === ALU.ARSH;
  if (isShift && y >= BigInt(bits)) return undefined;
  switch (operation) {
    case ALU.ADD:
      return (x + y) & mask;
    case ALU.SUB:
      return (x - y) & mask;
    case ALU.MUL:
      return (x * y) & mask;
    case ALU.OR:
      return x | y;
    case ALU.AND:
      return x & y;
    case ALU.XOR:
      return x ^ y;
    case ALU.LSH:
      return (x << y) & mask;
    case ALU.RSH:
      return x >> y;
    case ALU.ARSH:
      return (BigInt.asIntN(bits, x) >> y) & mask;
    case ALU.NEG:
      return -x & mask;
    default:
      return undefined;
  }
}

/** Whether a conditional jump is taken, undefined if that is not known. `code` is the whole opcode. */
export function jumps(code: number, left: Known, right: Known): boolean | undefined {
  const a = plain(left);
  const b = plain(right);
  const is32 = (code & 7) === CLASS.JMP32;
  const condition = code & 0xf0;
  if (typeof a === "bigint" && typeof b === "bigint") return compares(condition, a, b, is32 ? 32 : 64);
  // The verifier does not know that a pointer to the stack is not 0.
  if (is32 || b !== 0n || typeof a !== "string" || stackOffset(a) !== undefined) return undefined;
  if (condition === JUMP.JEQ) return false;
  return condition === JUMP.JNE ? true : undefined;
}

function compares(condition: number, a: bigint, b: bigint, bits: 32 | 64): boolean | undefined {
  const x = BigInt.asUintN(bits, a);
  const y = BigInt.asUintN(bits, b);
  const sx = BigInt.asIntN(bits, a);
  const sy = BigInt.asIntN(bits, b);
  switch (condition) {
    case JUMP.JEQ:
      return x === y;
    case JUMP.JNE:
      return x !== y;
    case JUMP.JGT:
      return x > y;
    case JUMP.JGE:
      return x >= y;
    case JUMP.JLT:
      return x < y;
    case JUMP.JLE:
      return x <= y;
    case JUMP.JSET:
      return (x & y) !== 0n;
    case JUMP.JSGT:
      return sx > sy;
    case JUMP.JSGE:
      return sx >= sy;
    case JUMP.JSLT:
      return sx < sy;
    case JUMP.JSLE:
      return sx <= sy;
    default:
      return undefined;
  }
}
