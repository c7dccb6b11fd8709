import { type Known, SOMEWHERE_ON_STACK, stackOffset } from "./known.ts";

/** Bytes on the stack that are known. */
interface Slot {
  readonly size: number;
  readonly value: Known;
}

/** The place to which a call returns, and the state that the caller finds there. */
export interface Frame {
  readonly section: number;
  /** The instruction after the call. */
  readonly insn: number;
  /** The caller's registers and stack. */
  readonly state: State;
}

const REGISTERS = 11;

/** Knowledge before an instruction of a function: registers and stack. */
export class State {
  readonly regs: Known[];
  /** By offset from the end of the stack. */
  readonly stack: Map<number, Slot>;

  constructor(
    regs: Known[] = new Array<Known>(REGISTERS).fill(undefined),
    stack: Map<number, Slot> = new Map(),
  ) {
    this.regs = regs;
    this.stack = stack;
  }

  copy(): State {
    return new State([...this.regs], new Map(this.stack));
  }

  /** Forgets the registers that are not in the bits `live`. */
  keep(live: number): void {
    for (let i = 0; i < REGISTERS; i++) if ((live & (1 << i)) === 0) this.regs[i] = undefined;
  }

  /** The value of a load of `size` bytes from the stack, if it was stored in one piece. */
  load(offset: number, size: number): Known {
    const slot = this.stack.get(offset);
    return slot?.size === size ? slot.value : undefined;
  }

  /** Notes a store to the stack; to somewhere (NaN) it may have been to anywhere. */
  store(offset: number, size: number, value: Known): void {
    if (Number.isNaN(offset)) {
      this.stack.clear();
      return;
    }
    for (const [at, slot] of this.stack) {
      if (at < offset + size && offset < at + slot.size) this.stack.delete(at);
    }
    if (value !== undefined) this.stack.set(offset, { size, value });
  }

  /**
   * Forgets the memory that a function with this pointer may have written: a number of bytes, or everything above it.
   */
  expose(pointer: Known, size: number = Number.POSITIVE_INFINITY): void {
    const offset = stackOffset(pointer);
    if (offset === undefined) return;
    for (const [at, slot] of this.stack) {
      const isWithin = at + slot.size > offset && at < offset + size;
      if (Number.isNaN(offset) || isWithin) this.stack.delete(at);
    }
  }

  /**
   * Whether all that is known here holds in `other` too, so that what follows from here covers what follows from there.
   */
  covers(other: State): boolean {
    for (let i = 0; i < REGISTERS; i++) {
      if (!holds(this.regs[i], other.regs[i])) return false;
    }
    for (const [at, { size, value }] of this.stack) {
      const slot = other.stack.get(at);
      if (slot === undefined || slot.size !== size || slot.value !== value) return false;
    }
    return true;
  }

  /** Knowledge that holds both here and in `other`. */
  common(other: State): State {
    const regs = this.regs.map((value, i) => {
      if (value === other.regs[i]) return value;
      const isStack = stackOffset(value) !== undefined && stackOffset(other.regs[i]) !== undefined;
      return isStack ? SOMEWHERE_ON_STACK : undefined;
    });
    const stack = new Map<number, Slot>();
    for (const [at, slot] of this.stack) {
      const theirs = other.stack.get(at);
      if (theirs?.size === slot.size && theirs.value === slot.value) stack.set(at, slot);
    }
    return new State(regs, stack);
  }

  /** All of it as text: equal states have equal texts. */
  text(): string {
    const slots = [...this.stack].map(([at, { size, value }]) => `${at}:${size}=${value}`);
    return `${this.regs.join(",")};${slots.sort().join(",")}`;
  }
}

/** Whether what is known of one value holds for another. */
function holds(known: Known, value: Known): boolean {
  if (known === undefined || known === value) return true;
  return known === SOMEWHERE_ON_STACK && stackOffset(value) !== undefined;
}
