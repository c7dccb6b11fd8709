import { ALU, CLASS, type Insns, JUMP, LD_IMM64, SRC_REG } from "../insn.ts";

const ALL = 0x7ff;
/** r0 to r5, whose values a call destroys. */
const CLOBBERED = 0x3f;
const ARGUMENTS = 0x3e;
const MOST_ROUNDS = 64;

/**
 * By instruction: the registers, as bits, that may be read before they are written again. What the others hold does not
 * matter, and states that differ only there are one.
 */
export function liveRegisters(insns: Insns): Uint16Array {
  const live = new Uint16Array(insns.count + 1);
  let rounds = 0;
  for (let isNew = true; isNew; rounds++) {
    // Each level of nested loops takes another round; only crafted code takes this many.
    if (rounds === MOST_ROUNDS) return live.fill(ALL);
    isNew = false;
    for (let i = insns.count - 1; i >= 0; i--) {
      let out = 0;
      for (const next of successors(insns, i)) out |= next < 0 || next > insns.count ? ALL : live[next];
      const { reads, writes } = usesOf(insns, i);
      const before = (out & ~writes) | reads;
      if (before === live[i]) continue;
      live[i] = before;
      isNew = true;
    }
  }
  return live;
}

/** The instructions of the section with which a program may continue after instruction `i`. Calls return. */
function successors(insns: Insns, i: number): number[] {
  const code = insns.code(i);
  const kind = code & 7;
  if (code === LD_IMM64) return [i + 2];
  if (kind !== CLASS.JMP && kind !== CLASS.JMP32) return [i + 1];
  const operation = code & 0xf0;
  if (operation === JUMP.EXIT) return [];
  if (operation === JUMP.CALL) return [i + 1];
  const target = jumpTarget(insns, i);
  return operation === JUMP.JA ? [target] : [i + 1, target];
}

/** The target of the jump at `i`. A far jump (`gotol`) has its distance in the immediate number. */
export function jumpTarget(insns: Insns, i: number): number {
  const isFar = insns.code(i) === (CLASS.JMP32 | JUMP.JA);
  return i + 1 + (isFar ? insns.imm(i) : insns.off(i));
}

function usesOf(insns: Insns, i: number): { reads: number; writes: number } {
  const code = insns.code(i);
  const dst = 1 << insns.dst(i);
  const src = 1 << insns.src(i);
  switch (code & 7) {
    case CLASS.ALU:
    case CLASS.ALU64: {
      const isMove = (code & 0xf0) === ALU.MOV;
      const other = (code & SRC_REG) !== 0 && (code & 0xf0) !== ALU.END ? src : 0;
      return { reads: other | (isMove ? 0 : dst), writes: dst };
    }
    case CLASS.LDX:
      return { reads: src, writes: dst };
    case CLASS.ST:
      return { reads: dst, writes: 0 };
    case CLASS.STX:
      return { reads: dst | src | 1, writes: 0 };
    case CLASS.LD:
      return code === LD_IMM64 ? { reads: 0, writes: dst } : { reads: ALL, writes: 0 };
    default: {
      const operation = code & 0xf0;
      if (operation === JUMP.CALL) return { reads: ARGUMENTS, writes: CLOBBERED };
      if (operation === JUMP.EXIT) return { reads: 1, writes: 0 };
      if (operation === JUMP.JA) return { reads: (code & SRC_REG) !== 0 ? dst : 0, writes: 0 };
      return { reads: dst | ((code & SRC_REG) !== 0 ? src : 0), writes: 0 };
    }
  }
}
