import { BtfxError } from "../errors.ts";
import { MOST_TEXT_BYTES } from "./constants/type-limits.ts";

/** Bytes of a page, in which memory grows. */
const PAGE_BYTES = 1 << 16;
/** All that addresses can reach, except the last page: the end of memory must be an address too. */
const MOST_PAGES = 0xffff;
const MOST_ADDRESS = 0xffffffff;

/**
 * A memory that can grow. Throws `unsupported` if there is no WebAssembly, and `too-large` if there is not enough
 * memory.
 */
export class GrowingMemory {
  readonly memory: Memory;
  readonly #what: string;
  #bytes: Uint8Array;

  /** Begins with `bytes` bytes. `what` names the purpose of the memory in errors. */
  constructor(bytes: number, what: string) {
    this.#what = what;
    const pages = { initial: Math.ceil(bytes / PAGE_BYTES), maximum: MOST_PAGES };
    this.memory = allocated(() => new WebAssembly.Memory(pages), what);
    this.#bytes = new Uint8Array(this.memory.buffer);
  }

  /**
   * The whole memory. This is another view after the memory has grown, by {@link reserve} or by a call from the code.
   */
  get bytes(): Uint8Array {
    // When the memory grows, views of it become empty.
    if (this.#bytes.length === 0) this.#bytes = new Uint8Array(this.memory.buffer);
    return this.#bytes;
  }

  /** Makes the memory at least `bytes` bytes large. Contents stay. */
  reserve(bytes: number): void {
    if (bytes <= this.bytes.length) return;
    allocated(() => this.memory.grow(Math.ceil((bytes - this.bytes.length) / PAGE_BYTES)), this.#what);
  }
}

/** Exports of a module that manages its own memory (`assembly/common/arena`). */
export interface Arena {
  /** Gives back all memory, and takes `bytes` bytes for an input. Returns the address at which to lay it. */
  roomFor(bytes: number): number;
}

/**
 * Has a module take memory for an input. A size above 4 GiB, which would wrap around as an argument, becomes the
 * largest one and is refused.
 */
export function roomFor(code: Arena, bytes: number): number {
  return code.roomFor(Math.min(bytes, MOST_ADDRESS)) >>> 0;
}

/**
 * The unsigned value of a number that a module exports. An address above 2 GiB arrives in JavaScript as a negative
 * number.
 */
export function unsigned({ value }: Global): number {
  return value >>> 0;
}

/** Exports of a module that needs the table of kinds (`assembly/common/kinds`). */
export interface KindTable {
  /** Address at which the host lays the table of kinds. */
  kindTable(): number;
}

/** The functions of the host that all modules need (`assembly/common/host`): for memory, and for errors. */
export function hostOf(memory: GrowingMemory): {
  reserve(bytes: number): void;
  refuseEndlessText(): never;
} {
  return {
    reserve: (bytes) => memory.reserve(bytes >>> 0),
    refuseEndlessText: () => {
      throw new BtfxError(
        "unsupported",
        `the names of these types are more than ${MOST_TEXT_BYTES} bytes of text`,
        {
          hint: "kernels take names of up to 511 bytes; the section is damaged",
        },
      );
    },
  };
}

/**
 * Makes a function that starts an instance of a module, given in base64, with a memory. The module is compiled at the
 * first call.
 */
export function starter<Exports>(base64: string): (memory: GrowingMemory, imports?: object) => Exports {
  let module: object | undefined;
  return ({ memory }, imports = {}) => {
    module ??= new WebAssembly.Module(bytesOf(base64));
    return new WebAssembly.Instance(module, { env: { memory }, ...imports }).exports as Exports;
  };
}

/**
 * Decodes base64 without `=` at its end. In browsers this is done by hand, since `Uint8Array.fromBase64` is newer than
 * the oldest browsers that we support, and the policy of a page may forbid other decoders.
 */
function bytesOf(base64: string): Uint8Array {
  const buffer = typeof Buffer === "undefined" ? undefined : Buffer;
  // A page may have another `Buffer` than Node.
  if (buffer?.isEncoding?.("base64")) return buffer.from(base64, "base64");
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

/** Runs `allocate`. Throws an error that explains it if there is no WebAssembly, or not enough memory for `what`. */
function allocated<T>(allocate: () => T, what: string): T {
  if (typeof WebAssembly === "undefined") {
    throw new BtfxError("unsupported", "this JavaScript engine runs without WebAssembly", {
      hint: "start Node without --jitless; in a browser, let the page's policy have 'wasm-unsafe-eval'",
    });
  }
  try {
    return allocate();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new BtfxError("too-large", `there is not enough memory for ${what}`, { cause: error });
  }
}

// These exist in Node and (except Buffer) in browsers, but the library of the language does not declare them.
interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}
/** A global that a module exports. */
export interface Global {
  readonly value: number;
}
declare const Buffer:
  | { from(text: string, encoding: "base64"): Uint8Array; isEncoding?(encoding: string): boolean }
  | undefined;
declare const WebAssembly: {
  readonly Memory: new (pages: { readonly initial: number; readonly maximum: number }) => Memory;
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
};
