import { MAX_NESTING } from "../../constants/type-limits";
import { take } from "../common/arena";
import { NO_NAME } from "./columns";
import { Totals } from "./totals";

/** The struct or union whose members are written (`struct conf_fprintf` of dwarves.h). */
@unmanaged
export class Body {
  level: u32;
  /** Columns of its members' types. */
  columns: i32;
  /** Where it begins in the outermost one, in bytes. */
  base: i64;
  /** Where the member that is being written begins in the outermost one. */
  memberBase: i64;
  /** The name behind the brace, or {@link NO_NAME}, and whether a star stands before it. */
  suffix: u32;
  isPointed: bool;
  /** Whether it is a union, or in one. */
  inUnion: bool;
  /** Whether offsets count from this body: that of an anonymous struct which a pointer leads to. */
  isRelative: bool;
  withTotals: bool;
  /** Whether the member that is being written is the first or last. */
  isFirst: bool;
  isLast: bool;
}

// Bodies and totals of the types that are being written stand on a stack: as many as types can be nested.

/** Bytes of a {@link Body}, a multiple of eight as those of its {@link Totals}. */
const BODY_BYTES: usize = (offsetof<Body>() + 7) & ~7;
let stack: usize = 0;
let top: usize = 0;

export function startBodies(): void {
  stack = take((BODY_BYTES + offsetof<Totals>()) * (MAX_NESTING + 2));
  top = stack;
}

/** The stack as it is, for {@link leaveTo}. */
export function stackTop(): usize {
  return top;
}

/** Forgets the bodies and totals that were made since the {@link stackTop}. */
export function leaveTo(before: usize): void {
  top = before;
}

/** Forgets all of them. */
export function leaveAll(): void {
  top = stack;
}

/** The body of what is not a member. */
export function outermost(columns: i32, suffix: u32): Body {
  const body = changetype<Body>(pushed(BODY_BYTES));
  body.level = 1;
  body.columns = columns;
  body.withTotals = true;
  body.suffix = suffix;
  return body;
}

/** The body of a member that is being written, so many columns less for its types. */
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

/** Totals in which nothing was counted. */
export function newTotals(): Totals {
  return changetype<Totals>(pushed(offsetof<Totals>()));
}

function pushed(bytes: usize): usize {
  const at = top;
  top += bytes;
  memory.fill(at, 0, bytes);
  return at;
}
