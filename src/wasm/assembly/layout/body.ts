import { MAX_NESTING } from "../../constants/type-limits";
import { take } from "../common/arena";
import { NO_NAME } from "./columns";
import { Totals } from "./totals";

/** The struct, union or enum that is being written, and how (`struct conf_fprintf`, dwarves.h). */
@unmanaged
export class Body {
  /** Nesting level; members are indented by so many tabs. */
  level: u32;
  /** Width of the column of its members' types. */
  columns: i32;
  /** Offset of the body in the outermost one, in bytes. */
  base: i64;
  /** Offset of the current member in the outermost body, in bytes. */
  memberBase: i64;
  /** Offset of the name behind the closing brace, or {@link NO_NAME}. */
  suffix: u32;
  /** Whether a star stands before that name. */
  isPointed: bool;
  /** Whether it is a union, or in one. */
  inUnion: bool;
  /** Whether offsets count from this body instead of the outermost one: it is an anonymous struct behind a pointer. */
  isRelative: bool;
  /** Whether sums over the members are printed at the end. */
  withTotals: bool;
  /** Whether the current member is the first. */
  isFirst: bool;
  /** Whether the current member is the last. */
  isLast: bool;
}

// Bodies and totals of the types that are being written lie on a stack, which is large enough for the deepest nesting
// that is allowed.

/** Bytes of a {@link Body}, rounded up to eight, since {@link Totals} are aligned to that. */
const BODY_BYTES: usize = (offsetof<Body>() + 7) & ~7;
let stack: usize = 0;
let top: usize = 0;

/** Takes memory for the stack. */
export function startBodies(): void {
  stack = take((BODY_BYTES + offsetof<Totals>()) * (MAX_NESTING + 2));
  top = stack;
}

/** A mark for {@link leaveTo}: the top of the stack. */
export function stackTop(): usize {
  return top;
}

/** Drops the bodies and totals that were made since that {@link stackTop}. */
export function leaveTo(before: usize): void {
  top = before;
}

/** Drops all bodies and totals. */
export function leaveAll(): void {
  top = stack;
}

/** Makes the body of a type that is not a member of another. */
export function outermost(columns: i32, suffix: u32): Body {
  const body = changetype<Body>(pushed(BODY_BYTES));
  body.level = 1;
  body.columns = columns;
  body.withTotals = true;
  body.suffix = suffix;
  return body;
}

/** Makes the body of the current member of `body`. `columns` is the width of the column of types in it. */
export function within(body: Body, columns: i32): Body {
  const inner = changetype<Body>(pushed(BODY_BYTES));
  inner.level = body.level + 1;
  inner.columns = columns;
  inner.inUnion = body.inUnion;
  inner.isRelative = body.isRelative;
  inner.base = body.memberBase;
  inner.withTotals = body.withTotals;
  inner.suffix = body.suffix;
  inner.isPointed = body.isPointed;
  inner.isFirst = body.isFirst;
  inner.isLast = body.isLast;
  return inner;
}

/** Makes totals that are all zero. */
export function newTotals(): Totals {
  return changetype<Totals>(pushed(offsetof<Totals>()));
}

function pushed(bytes: usize): usize {
  const at = top;
  top += bytes;
  memory.fill(at, 0, bytes);
  return at;
}
