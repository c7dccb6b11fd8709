import { BtfxError } from "../errors.ts";
import { MOST_TEXT_BYTES } from "./constants/type-limits.ts";

/** Bytes of a page, in which memory grows. */
const PAGE_BYTES = 1 << 16;
/** All that addresses reach but for the last page: an end is an address too. */
const MOST_PAGES = 0xffff;
const MOST_ADDRESS = 0xffffffff;

/** A memory that grows when it is asked to. Throws `unsupported` without WebAssembly, `too-large` where there is no memory. */
export class GrowingMemory {
  readonly memory: Memory;
  readonly #what: string;
  #bytes: Uint8Array;

  /** `what` it is for, as an error has it. */
  constructor(bytes: number, what: string) {
    this.#what = what;
    const pages = { initial: Math.ceil(bytes / PAGE_BYTES), maximum: MOST_PAGES };
    this.memory = allocated(() => new WebAssembly.Memory(pages), what);
    this.#bytes = new Uint8Array(this.memory.buffer);
  }

  /** All of it. Another view whenever it has grown, by {@link reserve} or because the code did that itself. */
  get bytes(): Uint8Array {
    // A view of a memory that has grown since is empty.
    if (this.#bytes.length === 0) this.#bytes = new Uint8Array(this.memory.buffer);
    return this.#bytes;
  }

  /** Makes sure of so many bytes; what was written stays. */
  reserve(bytes: number): void {
    if (bytes <= this.bytes.length) return;
    allocated(() => this.memory.grow(Math.ceil((bytes - this.bytes.length) / PAGE_BYTES)), this.#what);
  }
}

/** What modules export that take memory by themselves (`assembly/common/arena`). */
export interface Arena {
  /** Gives back all memory that was taken, and takes so many bytes for an input. Returns where it is to be laid. */
  roomFor(bytes: number): number;
}

/** Has code give room for an input. Of more than an address can tell it is told so: as an argument it would begin anew from 0. */
export function roomFor(code: Arena, bytes: number): number {
  return code.roomFor(Math.min(bytes, MOST_ADDRESS)) >>> 0;
}

/** A number that code exports, an address say, which may be above 2 GiB: to JavaScript it has a sign. */
export function unsigned({ value }: Global): number {
  return value >>> 0;
}

/** What modules export that ask for the shape of kinds (`assembly/common/kinds`). */
export interface KindTable {
  /** Where the host lays the table of kinds. */
  kindTable(): number;
}

/** What modules call their host for (`assembly/common/host`): memory, and errors. */
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

/** Starts code that stands in base64 on a memory, as often as it is asked to. The code is compiled the first time. */
export function starter<Exports>(base64: string): (memory: GrowingMemory, imports?: object) => Exports {
  let module: object | undefined;
  return ({ memory }, imports = {}) => {
    module ??= new WebAssembly.Module(bytesOf(base64));
    return new WebAssembly.Instance(module, { env: { memory }, ...imports }).exports as Exports;
  };
}

/**
 * The bytes of base64 without `=` at its end. By hand in browsers: `Uint8Array.fromBase64` is newer than the oldest that we run in, and
 * a page's policy may forbid what else decodes it.
 */
function bytesOf(base64: string): Uint8Array {
  const buffer = typeof Buffer === "undefined" ? undefined : Buffer;
  // What a page has under this name need not be Node's.
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

/** Does what takes memory; says what is the matter where there is no WebAssembly, or no memory for `what`. */
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

// Global in Node and (but for Buffer) in browsers, not declared by the language's own library.
interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}
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
