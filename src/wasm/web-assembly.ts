import { BtfxError } from "../errors.ts";

/** Bytes of a page, in which memory grows. */
export const PAGE_BYTES: number = 1 << 16;

/** A memory of at least so many bytes. */
export function newMemory(bytes: number, what: string): Memory {
  return allocated(() => new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE_BYTES) }), what);
}

/** Starts code on a memory. */
export function instantiate<Exports>(module: Module, memory: Memory, imports: object = {}): Exports {
  return new WebAssembly.Instance(module, { env: { memory }, ...imports }).exports as Exports;
}

/** Compiles code that stands in base64. */
export function compile(base64: string): Module {
  return new WebAssembly.Module(bytesOf(base64));
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

/** Does what takes memory; says what is the matter where there is no WebAssembly, or no memory for `what`. */
export function allocated<T>(allocate: () => T, what: string): T {
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

// Global in Node and browsers, but not declared by the language's own library.
export interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}
export interface Global {
  readonly value: number;
}
export type Module = object;
declare const WebAssembly: {
  readonly Memory: new (size: { readonly initial: number }) => Memory;
  readonly Module: new (code: Uint8Array) => Module;
  readonly Instance: new (module: Module, imports: object) => { readonly exports: object };
};
