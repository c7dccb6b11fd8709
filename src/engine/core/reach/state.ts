import { type Known, SOMEWHERE_ON_STACK, stackOffset } from "./known.ts";

/**
 * Eight bytes of the stack, as the verifier keeps them: what was stored at their start in one piece, and which other
 * bytes are 0. The verifier remembers no other number that was stored behind the start.
 */
interface Slot {
  readonly spill?: { readonly size: number; readonly value: Known };
  /** A bit for each byte that was set to 0 apart from the spill. */
  readonly zeros: number;
}

const SLOT_BYTES = 8;

/** The place to which a call returns, and the state that the caller finds there. */
export interface Frame {
  readonly section: number;
  /** The instruction after the call. */
  readonly insn: number;
  /** The caller's registers and stack. */
  readonly state: State;
  /** Number of this place, state and the frames before, from 1. */
  readonly chain: number;
}

const REGISTERS = 11;
/** `MAX_BPF_STACK` */
const STACK_BYTES = 512;

/** Knowledge before an instruction of a function: registers and stack. */
export class State {
  readonly regs: Known[];
  /** By offset from the end of the stack, which is a multiple of 8. */
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

  /** The value of a load of `size` bytes from the stack (`check_stack_read_fixed_off`). */
  load(offset: number, size: number): Known {
    const start = slotOf(offset);
    const slot = this.stack.get(start);
    if (slot === undefined) return undefined;
    const { spill, zeros } = slot;
    if (spill !== undefined && offset === start && size === spill.size) return spill.value;
    if (spill?.value === 0n && offset + size <= start + spill.size) return 0n;
    const read = bytesFrom(offset - start, size);
    return (zeros & read) === read ? 0n : undefined;
  }

  /**
   * Notes a store to the stack (`check_stack_write_fixed_off`); to somewhere (NaN) it may have been to anywhere. No kernel
   * permits one beyond the stack.
   */
  store(offset: number, size: number, value: Known): void {
    const start = slotOf(offset);
    this.forget(offset, size);
    if (value === undefined || !(offset + size <= start + SLOT_BYTES)) return;
    if (start < -STACK_BYTES || start >= 0) return;
    const zeros = this.stack.get(start)?.zeros ?? 0;
    if (offset === start) this.stack.set(start, { spill: { size, value }, zeros });
    else if (value === 0n) this.stack.set(start, { zeros: zeros | bytesFrom(offset - start, size) });
  }

  /** Forgets bytes of the stack, and what was spilled into the slots that they are in. */
  forget(offset: number, size: number): void {
    if (Number.isNaN(offset)) this.stack.clear();
    for (const [start, { zeros }] of this.stack) {
      const from = Math.max(offset - start, 0);
      const to = Math.min(offset + size - start, SLOT_BYTES);
      if (from >= to) continue;
      const left = zeros & ~bytesFrom(from, to - from);
      if (left === 0) this.stack.delete(start);
      else this.stack.set(start, { zeros: left });
    }
  }

  /**
   * Forgets the memory that a function with this pointer may have written: a number of bytes, or everything above it
   * and all memory to which pointers there lead.
   */
  expose(pointer: Known, size: number = Number.POSITIVE_INFINITY): void {
    const pointers = [pointer];
    for (const each of pointers) {
      const offset = stackOffset(each);
      if (offset === undefined) continue;
      if (size === Number.POSITIVE_INFINITY) {
        for (const [start, { spill }] of this.stack) if (!(start < offset)) pointers.push(spill?.value);
      }
      this.forget(offset, size);
    }
  }

  /**
   * Whether what is known of registers here holds in `other` too. If that of the stack does as well, what follows from
   * here covers what follows from there.
   */
  coversRegisters(other: State): boolean {
    for (let i = 0; i < REGISTERS; i++) {
      if (!holds(this.regs[i], other.regs[i])) return false;
    }
    return true;
  }

  /** Whether what is known of the stack here holds in `other` too. */
  coversStack(other: State): boolean {
    for (const [start, { spill, zeros }] of this.stack) {
      const theirs = other.stack.get(start);
      if (theirs === undefined || (theirs.zeros & zeros) !== zeros) return false;
      if (spill !== undefined && !isSame(spill, theirs.spill)) return false;
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
    for (const [start, slot] of this.stack) {
      const theirs = other.stack.get(start);
      const spill = isSame(slot.spill, theirs?.spill) ? slot.spill : undefined;
      const zeros = slot.zeros & (theirs?.zeros ?? 0);
      if (spill !== undefined || zeros !== 0) stack.set(start, { ...(spill && { spill }), zeros });
    }
    return new State(regs, stack);
  }

  /** All of it as text: equal states have equal texts. */
  text(): string {
    const slots = [...this.stack].map(
      ([start, { spill, zeros }]) => `${start}:${spill?.size}=${spill?.value},${zeros}`,
    );
    return `${this.regs.join(",")};${slots.sort().join(",")}`;
  }
}

/** Start of the slot that a byte of the stack is in. */
function slotOf(offset: number): number {
  return Math.floor(offset / SLOT_BYTES) * SLOT_BYTES;
}

/** Bits of `count` bytes of a slot from byte `first` on. */
function bytesFrom(first: number, count: number): number {
  return ((1 << count) - 1) << first;
}

function isSame(spill: Slot["spill"], other: Slot["spill"]): boolean {
  return spill?.size === other?.size && spill?.value === other?.value;
}

/** Whether what is known of one value holds for another. */
function holds(known: Known, value: Known): boolean {
  if (known === undefined || known === value) return true;
  return known === SOMEWHERE_ON_STACK && stackOffset(value) !== undefined;
}
