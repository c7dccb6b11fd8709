import { BtfxError } from "../errors.ts";
import { CODE } from "./code.ts";
import { TEXT } from "./places.ts";

/** Calls from the loops to their host while they print. */
export interface Printing {
  /** Takes text; a view of the memory that is valid until it returns. */
  text(bytes: Uint8Array): void;
  /** Writes the name at `off`, from its first byte on that is not simply copied. */
  name(off: number): void;
  /** Writes where the LOC_PARAM `id` is found. */
  location(id: number): void;
}

/** The exports of `assembly/index.ts`; positions and lengths are in bytes. */
interface Loops {
  scan(words: number, length: number, firstId: number, starts: number, kinds: number, open: number): number;
  readonly highestNameOff: Global;
  readonly highestTypeId: Global;
  readonly openCount: Global;
  readonly stoppedAt: Global;
  print(
    words: number,
    strings: number,
    starts: number,
    hasEscapes: boolean,
    first: number,
    count: number,
    ids: number,
  ): void;
  writeDigits(): void;
}

/** The loops with a memory of their own, in which positions are as `places` has them. */
export class Machine {
  readonly loops: Loops;
  /** Answers the loops' calls while `print` runs. */
  printing: Printing | undefined;
  /** All of the memory. Another view after {@link reserve}. */
  bytes: Uint8Array = new Uint8Array(0);
  readonly #memory: Memory;

  constructor() {
    this.#memory = allocated(() => new WebAssembly.Memory({ initial: FIRST_PAGES }));
    this.bytes = new Uint8Array(this.#memory.buffer);
    const host = {
      flush: (length: number) => this.printing?.text(this.bytes.subarray(TEXT, TEXT + length)),
      writeName: (off: number) => this.printing?.name(off >>> 0),
      writeLocation: (id: number) => this.printing?.location(id >>> 0),
    };
    this.loops = new WebAssembly.Instance(compiled(), { env: { memory: this.#memory }, host }).exports;
    this.loops.writeDigits();
  }

  /** Makes sure of a memory of so many bytes. */
  reserve(bytes: number): void {
    if (bytes <= this.bytes.length) return;
    allocated(() => this.#memory.grow(Math.ceil((bytes - this.bytes.length) / PAGE_BYTES)));
    this.bytes = new Uint8Array(this.#memory.buffer);
  }
}

/**
 * Works with a machine that nobody else works with: what is printed may be received by who parses another BTF meanwhile. Machines
 * are kept for later, unless their memory has become large.
 */
export function withMachine<T>(work: (machine: Machine) => T): T {
  const machine = idle.pop() ?? new Machine();
  try {
    return work(machine);
  } finally {
    machine.printing = undefined;
    if (machine.bytes.length <= MOST_KEPT_BYTES) idle.push(machine);
  }
}

const idle: Machine[] = [];
const MOST_KEPT_BYTES = 1 << 26;
const PAGE_BYTES = 1 << 16;
const FIRST_PAGES = 16;

let module: Module | undefined;

function compiled(): Module {
  module ??= new WebAssembly.Module(bytesOf(CODE));
  return module;
}

/** The bytes of base64 without `=` at its end. By hand, since `Uint8Array.fromBase64` is newer than the oldest Node that we run on. */
function bytesOf(base64: string): Uint8Array {
  const values = new Uint8Array(128);
  for (let i = 0; i < DIGITS64.length; i++) values[DIGITS64.charCodeAt(i)] = i;
  const bytes = new Uint8Array((base64.length * 3) >> 2);
  let bits = 0;
  for (let i = 0, at = 0; i < base64.length; i++) {
    bits = (bits << 6) | values[base64.charCodeAt(i)];
    if (i % 4 !== 0) bytes[at++] = bits >> (6 - 2 * (i % 4));
  }
  return bytes;
}

const DIGITS64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Says what is the matter where there is no WebAssembly, or no memory for it. */
function allocated<T>(allocate: () => T): T {
  if (typeof WebAssembly === "undefined") {
    throw new BtfxError("unsupported", "this JavaScript engine runs without WebAssembly", {
      hint: "start Node without --jitless; in a browser, let the page's policy have 'wasm-unsafe-eval'",
    });
  }
  try {
    return allocate();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new BtfxError("too-large", "there is not enough memory for these types", { cause: error });
  }
}

// Global in Node and browsers, but not declared by the language's own library.
interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}
interface Global {
  readonly value: number;
}
type Module = object;
declare const WebAssembly: {
  readonly Memory: new (size: { readonly initial: number }) => Memory;
  readonly Module: new (code: Uint8Array) => Module;
  readonly Instance: new (module: Module, imports: object) => { readonly exports: Loops };
};
