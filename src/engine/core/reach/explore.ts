import type { CodeFunction, Reference } from "../../../btf/bpf-code.ts";
import {
  CLASS,
  type Insns,
  JUMP,
  LD_IMM64,
  LOAD_ACQUIRE,
  MODE,
  PSEUDO_CALL,
  SIZE,
  SRC_REG,
} from "../insn.ts";
import { type BpfObject, functionAt } from "../object.ts";
import { CallGraph, mentioned, type PatchedSection } from "./call-graph.ts";
import { bytesOfArgument, type MapSizes, type MemoryArgument, memoryOf } from "./helper-memory.ts";
import { jumps, type Known, missingName, NONZERO, operate, placeOf, stackAt, stackOffset } from "./known.ts";
import { jumpTarget, liveRegisters } from "./liveness.ts";
import { type Frame, State } from "./state.ts";

/** Facts that the verifier knows besides the instructions. */
export interface Surroundings {
  /** By data section: bytes that do not change after the object is loaded (`.rodata`). */
  readonly constants: ReadonlyMap<number, Uint8Array>;
  /** Values that libbpf fills in (`extern … __kconfig`), by name, where they are known. */
  readonly kconfig: ReadonlyMap<string, bigint>;
  /** Address of a name that the kernel has to provide: 0 if it lacks it, of a variable `nullOf` its name. */
  readonly extern: (name: string) => Known;
  /** By target of a pointer: the sizes of the map there. */
  readonly maps?: (place: string) => MapSizes | undefined;
  /**
   * Whether the kernel still knows what is on the stack once a helper has read it: `check_stack_range_initialized` of
   * 6.14.
   */
  readonly keepsRead?: boolean;
  /** Whether the kernel judges global functions that nothing can call too: `do_check_subprogs` before 6.8. */
  readonly judgesAllGlobals?: boolean;
}

/** The instructions that a program can reach. */
export interface Reach {
  /** Whether some way through the program comes to an instruction. */
  has(section: number, insn: number): boolean;
  /** The functions that some way comes to, the program itself included. */
  readonly functions: ReadonlySet<CodeFunction>;
  /** The place where some path reads or writes a variable that the kernel does not have, which no kernel permits. */
  accessOf(name: string): { readonly section: number; readonly insn: number } | undefined;
  /**
   * False if there were ways that could not be followed, or too many. Then all of the functions that the program may
   * call counts as reached.
   */
  readonly isComplete: boolean;
}

/** Steps followed for a program; the verifier gives up after a million. */
const MOST_STEPS = 200_000;
/** The same for places on the stack that are copied and compared. */
const MOST_EXTRA = 1_000_000;
/** Both for all programs of an object: some seconds. */
const MOST_OF_OBJECT = 20_000_000;
/** Bytes of memory that are cleared in the time of a step. */
const BYTES_OF_A_STEP = 64;
/** States kept at an instruction. If there are more, the walk forgets everything in which they differ. */
const MOST_STATES = 32;
/** `MAX_CALL_FRAMES` */
const MOST_FRAMES = 8;

/**
 * Finds what of a program may run, as the verifier would: follows each way through it with what is known of registers
 * and stack, leaves out branches that cannot be taken, and goes into functions with the arguments that they are called
 * with. `sections` have their relocations applied. Where more is unknown here than to the verifier, more is reached.
 * One for all programs of an object.
 */
export class Explorer {
  readonly #object: BpfObject;
  readonly #sections: ReadonlyMap<number, PatchedSection>;
  readonly #liveRegisters: Map<number, Uint16Array> = new Map();
  readonly #calls: CallGraph;
  #left = MOST_OF_OBJECT;

  constructor(object: BpfObject, sections: ReadonlyMap<number, PatchedSection>) {
    this.#object = object;
    this.#sections = sections;
    this.#calls = new CallGraph(object, sections);
  }

  /** Throws {@link BtfxError} `unsupported` if programs that are not followed to the end may call too many functions. */
  reachOf(program: CodeFunction, surroundings: Surroundings): Reach {
    const walk = new Walk(this.#object, this.#sections, surroundings, this.#liveRegisters, this.#left);
    // Globals come after the program, whose functions are begun with what is known of their callers.
    const globals = surroundings.judgesAllGlobals === true ? this.#calls.from(program) : [];
    const isComplete = walk.run([program, ...[...globals].filter(({ isGlobal }) => isGlobal)]);
    this.#left -= walk.effort;
    const accessOf = (name: string) => walk.accesses.get(name);
    if (isComplete) {
      const has = (section: number, insn: number) => walk.reached.get(section)?.[insn] === 1;
      return { has, functions: walk.functions, accessOf, isComplete };
    }
    const functions = this.#calls.from(program);
    const has = (section: number, insn: number) => {
      const holder = functionAt(this.#object, section, insn);
      return holder !== undefined && functions.has(holder);
    };
    return { has, functions, accessOf, isComplete };
  }
}

interface Path {
  section: number;
  insn: number;
  state: State;
  readonly frames: readonly Frame[];
}

class Walk {
  /** By section. */
  readonly reached: Map<number, Uint8Array> = new Map();
  readonly functions: Set<CodeFunction> = new Set();
  /** By name of a missing variable. */
  readonly accesses: Map<string, { readonly section: number; readonly insn: number }> = new Map();
  readonly #object: BpfObject;
  readonly #sections: ReadonlyMap<number, PatchedSection>;
  readonly #surroundings: Surroundings;
  /** By section; shared with the other programs. */
  readonly #live: Map<number, Uint16Array>;
  /** By place and callers: the states with which the walk went on from there. */
  readonly #visited: Map<string, State[]> = new Map();
  /** Numbers of chains of callers, by the number of the chain before and the last one as text. */
  readonly #chains: Map<string, number> = new Map();
  readonly #roots: Set<CodeFunction> = new Set();
  readonly #open: Path[] = [];
  readonly #most: number;
  #isComplete = true;
  #steps = 0;
  #extra = 0;

  constructor(
    object: BpfObject,
    sections: ReadonlyMap<number, PatchedSection>,
    surroundings: Surroundings,
    live: Map<number, Uint16Array>,
    most: number,
  ) {
    this.#object = object;
    this.#sections = sections;
    this.#surroundings = surroundings;
    this.#live = live;
    this.#most = most;
  }

  get effort(): number {
    return this.#steps + this.#extra;
  }

  /** Follows functions, a program first; false if there are ways through them that cannot be followed, or too many. */
  run(roots: readonly CodeFunction[]): boolean {
    for (const root of roots) this.#addRoot(root);
    for (let path = this.#open.pop(); path !== undefined && this.#isComplete; path = this.#open.pop()) {
      const places = this.#reachedIn(path.section);
      while (path.insn < places.length && path.insn >= 0 && this.#isComplete) {
        places[path.insn] = 1;
        if (++this.#steps > MOST_STEPS || this.#extra > MOST_EXTRA || this.effort > this.#most) {
          this.#isComplete = false;
        } else if (!this.#step(path)) break;
      }
    }
    return this.#isComplete;
  }

  /** By instruction of a section: 1 if it is reached. */
  #reachedIn(section: number): Uint8Array {
    let places = this.reached.get(section);
    if (places === undefined) {
      places = new Uint8Array(this.#sections.get(section)?.insns.count ?? 0);
      this.#extra += places.length / BYTES_OF_A_STEP;
      this.reached.set(section, places);
    }
    return places;
  }

  /** Begins at a function whose callers are unknown: a program, a global function, a callback. */
  #addRoot(root: CodeFunction): void {
    if (this.#roots.has(root)) return;
    this.#roots.add(root);
    this.functions.add(root);
    const state = new State();
    state.regs[10] = stackAt(0);
    this.#open.push({ section: root.section, insn: root.start, state, frames: [] });
  }

  /** Whether an address is that of a missing variable: then the verifier goes no further. */
  #isRefused({ section, insn }: Path, address: Known): boolean {
    const name = missingName(address);
    if (name === undefined) return false;
    if (!this.accesses.has(name)) this.accesses.set(name, { section, insn });
    return true;
  }

  /** Runs one instruction; false if the path ends, or goes on as another one. */
  #step(path: Path): boolean {
    const { insns, references } = this.#sections.get(path.section)!;
    const { insn: i, state } = path;
    const code = insns.code(i);
    const { regs } = state;
    switch (code & 7) {
      case CLASS.ALU:
      case CLASS.ALU64: {
        const operand = (code & SRC_REG) !== 0 ? regs[insns.src(i)] : number(insns.imm(i));
        regs[insns.dst(i)] = operate(code, insns.off(i), regs[insns.dst(i)], operand);
        path.insn++;
        return true;
      }
      case CLASS.LD:
        if (code === LD_IMM64) {
          regs[insns.dst(i)] = this.#loaded(insns, i, references.get(i));
          path.insn += 2;
          return true;
        }
        // Old loads from packets.
        for (let r = 0; r <= 5; r++) regs[r] = undefined;
        path.insn++;
        return true;
      case CLASS.LDX:
        if (this.#isRefused(path, regs[insns.src(i)])) return false;
        regs[insns.dst(i)] = this.#read(insns, i, state);
        path.insn++;
        return true;
      case CLASS.ST:
      case CLASS.STX:
        if (isLoadAcquire(insns, i)) {
          if (this.#isRefused(path, regs[insns.src(i)])) return false;
          regs[insns.dst(i)] = undefined;
          path.insn++;
          return true;
        }
        if (this.#isRefused(path, regs[insns.dst(i)])) return false;
        this.#write(insns, i, state);
        path.insn++;
        return true;
      default:
        return this.#jump(path, insns, references);
    }
  }

  /** The value of a 64-bit load. */
  #loaded(insns: Insns, i: number, reference: Reference | undefined): Known {
    if (reference === undefined) return insns.src(i) === 0 ? insns.imm64(i) : undefined;
    switch (reference.kind) {
      case "function": {
        const callback = functionAt(this.#object, reference.section, reference.insn);
        if (callback !== undefined) this.#addRoot(callback);
        return undefined;
      }
      case "data":
        return `data:${reference.section}+${reference.offset}`;
      case "extern":
        return this.#surroundings.extern(reference.name);
    }
  }

  #read(insns: Insns, i: number, state: State): Known {
    const code = insns.code(i);
    const mode = code & 0xe0;
    if (mode !== MODE.MEM && mode !== MODE.MEMSX) return undefined;
    const size = bytesOf(code);
    const pointer = state.regs[insns.src(i)];
    const offset = stackOffset(pointer);
    const value =
      offset === undefined
        ? this.#constant(pointer, insns.off(i), size)
        : state.load(offset + insns.off(i), size);
    if (mode === MODE.MEM) return typeof value === "bigint" || size === 8 ? value : undefined;
    return typeof value === "bigint" ? BigInt.asUintN(64, BigInt.asIntN(size * 8, value)) : undefined;
  }

  /** Bytes that do not change: of read-only data, or filled in by libbpf. */
  #constant(pointer: Known, off: number, size: number): Known {
    const place = placeOf(pointer);
    if (place === undefined) return undefined;
    const { base, offset } = place;
    const name = base.slice(base.indexOf(":") + 1);
    if (base.startsWith("kconfig:")) {
      const value = this.#surroundings.kconfig.get(name);
      return value === undefined || offset + off !== 0 ? undefined : BigInt.asUintN(size * 8, value);
    }
    const bytes = this.#surroundings.constants.get(Number(name));
    const start = offset + off;
    if (bytes === undefined || start < 0 || start + size > bytes.length) return undefined;
    let value = 0n;
    for (let k = 0; k < size; k++) {
      const at = this.#object.littleEndian ? size - 1 - k : k;
      value = (value << 8n) | BigInt(bytes[start + at]);
    }
    return value;
  }

  #write(insns: Insns, i: number, state: State): void {
    const code = insns.code(i);
    const { regs } = state;
    const isAtomic = (code & 0xe0) !== MODE.MEM;
    const size = bytesOf(code);
    const offset = stackOffset(regs[insns.dst(i)]);
    if (isAtomic) {
      // The old value comes back, to the source or to r0.
      regs[insns.src(i)] = undefined;
      regs[0] = undefined;
    }
    if (offset === undefined) return;
    let value = (code & 7) === CLASS.ST ? number(insns.imm(i)) : regs[insns.src(i)];
    if (isAtomic) value = undefined;
    if (typeof value === "bigint") value = BigInt.asUintN(size * 8, value);
    else if (size !== 8) value = undefined;
    state.store(offset + insns.off(i), size, value);
  }

  #jump(path: Path, insns: Insns, references: ReadonlyMap<number, Reference>): boolean {
    const { insn: i, state } = path;
    const code = insns.code(i);
    const operation = code & 0xf0;
    if (operation === JUMP.CALL) return this.#call(path, insns, references.get(i));
    if (operation === JUMP.EXIT) return this.#return(path);
    const target = jumpTarget(insns, i);
    if (operation === JUMP.JA) {
      // A jump through a register may lead to any place whose address was taken, so not all paths are known.
      if ((code & SRC_REG) !== 0) this.#isComplete = false;
      return this.#goTo(path, target);
    }
    const { regs } = state;
    const isRegister = (code & SRC_REG) !== 0;
    const dst = insns.dst(i);
    const other = isRegister ? regs[insns.src(i)] : number(insns.imm(i));
    const isTaken = operation === JUMP.JCOND ? undefined : jumps(code, regs[dst], other);
    if (isTaken === true) return this.#goTo(path, target);
    if (isTaken === false) return this.#goTo(path, i + 1);
    const taken: Path = { section: path.section, insn: target, state: state.copy(), frames: path.frames };
    if ((code & 7) === CLASS.JMP) {
      learn(taken.state, operation === JUMP.JEQ, operation === JUMP.JNE, dst, other);
      learn(state, operation === JUMP.JNE, operation === JUMP.JEQ, dst, other);
    }
    if (this.#goTo(taken, target)) this.#open.push(taken);
    return this.#goTo(path, i + 1);
  }

  /** Sets the path to an instruction; false if what follows from there is known already. */
  #goTo(path: Path, insn: number): boolean {
    path.insn = insn;
    const { section, state, frames } = path;
    state.keep(this.#liveAt(section, insn) | (1 << 10));
    const key = `${section}:${insn}/${frames.at(-1)?.chain ?? 0}`;
    const states = this.#visited.get(key);
    this.#extra += state.stack.size;
    if (states === undefined) {
      this.#visited.set(key, [state.copy()]);
      return true;
    }
    if (states.some((known) => this.#covers(known, state))) return false;
    if (states.length < MOST_STATES) {
      states.push(state.copy());
      return true;
    }
    this.#extra += state.stack.size * MOST_STATES;
    const common = states.reduce((all, each) => all.common(each), state);
    this.#visited.set(key, [common]);
    path.state = common.copy();
    return true;
  }

  #covers(known: State, state: State): boolean {
    if (!known.coversRegisters(state)) return false;
    this.#extra += known.stack.size;
    return known.coversStack(state);
  }

  #liveAt(section: number, insn: number): number {
    let live = this.#live.get(section);
    if (live === undefined) {
      live = liveRegisters(this.#sections.get(section)!.insns);
      this.#live.set(section, live);
    }
    return live[insn] ?? 0;
  }

  #call(path: Path, insns: Insns, reference: Reference | undefined): boolean {
    const { insn: i, state, section, frames } = path;
    const helper = insns.src(i) === PSEUDO_CALL.HELPER && reference === undefined ? insns.imm(i) : undefined;
    if (helper !== undefined && PER_CPU.has(helper) && this.#isRefused(path, state.regs[1])) return false;
    const memory = helper === undefined ? undefined : memoryOf(helper);
    this.#extra += state.stack.size;
    if (memory !== undefined) this.#hand(memory, state);
    else for (let r = 1; r <= 5; r++) state.expose(state.regs[r]);
    if (reference?.kind === "extern") {
      if (this.#surroundings.extern(reference.name) === 0n) return false;
    } else if (insns.src(i) === PSEUDO_CALL.FUNCTION) {
      const callee = mentioned(this.#object, section, i, insns, reference);
      if (callee === undefined || callee.isGlobal) {
        if (callee !== undefined) this.#addRoot(callee);
      } else {
        if (frames.length + 1 >= MOST_FRAMES) return false;
        const caller = state.copy();
        caller.keep(CALLER_KEEPS);
        const inner = new State();
        this.functions.add(callee);
        for (let r = 1; r <= 5; r++) inner.regs[r] = asArgument(state.regs[r]);
        inner.regs[10] = stackAt(0);
        path.state = inner;
        const inside: Path = {
          section: callee.section,
          insn: callee.start,
          state: inner,
          frames: [...frames, { section, insn: i + 1, state: caller, chain: this.#chain(path, caller) }],
        };
        if (this.#goTo(inside, callee.start)) this.#open.push(inside);
        return false;
      }
    }
    for (let r = 0; r <= 5; r++) state.regs[r] = undefined;
    path.insn++;
    return !isPoison(insns, i);
  }

  /** Number of the callers of a function that is called at `path`, where its caller's state is `caller`. */
  #chain({ section, insn, frames }: Path, caller: State): number {
    const key = `${frames.at(-1)?.chain ?? 0}/${section}:${insn}:${caller.text()}`;
    const known = this.#chains.get(key) ?? this.#chains.size + 1;
    this.#chains.set(key, known);
    return known;
  }

  /** Forgets memory that a helper writes to; kernels before 6.14 also forget memory that it reads. */
  #hand(memory: readonly MemoryArgument[], state: State): void {
    const { regs } = state;
    const map = typeof regs[1] === "string" ? this.#surroundings.maps?.(regs[1]) : undefined;
    for (const argument of memory) {
      if (!argument.isWritten && this.#surroundings.keepsRead === true) continue;
      state.expose(regs[argument.register], bytesOfArgument(argument, regs, map));
    }
  }

  #return(path: Path): boolean {
    const frame = path.frames.at(-1);
    if (frame === undefined) return false;
    const state = frame.state.copy();
    state.regs[0] = asArgument(path.state.regs[0]);
    const back: Path = { section: frame.section, insn: frame.insn, state, frames: path.frames.slice(0, -1) };
    if (this.#goTo(back, frame.insn)) this.#open.push(back);
    return false;
  }
}

/** r6 to r10 */
const CALLER_KEEPS = 0x7c0;

/** `bpf_per_cpu_ptr` and `bpf_this_cpu_ptr`, which take the address of a variable. */
const PER_CPU: ReadonlySet<number> = new Set([153, 154]);

/** Helpers that a loader writes where there is nothing to call: the verifier goes no further. */
function isPoison(insns: Insns, i: number): boolean {
  return insns.src(i) === PSEUDO_CALL.HELPER && insns.imm(i) >= 0xbad2310;
}

/** Whether an instruction of the class of stores is a load: `BPF_LOAD_ACQ`. */
function isLoadAcquire(insns: Insns, i: number): boolean {
  const isAtomic = (insns.code(i) & 0xe7) === (CLASS.STX | MODE.ATOMIC);
  return isAtomic && insns.imm(i) === LOAD_ACQUIRE;
}

/** Nothing is known of a pointer into another function's stack. */
function asArgument(value: Known): Known {
  return stackOffset(value) === undefined ? value : undefined;
}

function number(imm: number): bigint {
  return BigInt.asUintN(64, BigInt(imm));
}

function bytesOf(code: number): number {
  switch (code & 0x18) {
    case SIZE.W:
      return 4;
    case SIZE.H:
      return 2;
    case SIZE.B:
      return 1;
    default:
      return 8;
  }
}

/** Knowledge about a register on the branch where a comparison holds, or does not. */
function learn(state: State, isEqual: boolean, isUnequal: boolean, register: number, other: Known): void {
  const { regs } = state;
  if (typeof other !== "bigint" || regs[register] !== undefined) return;
  if (isEqual) regs[register] = other;
  else if (isUnequal && other === 0n) regs[register] = NONZERO;
}
