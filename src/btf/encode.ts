import type { Btf } from "./btf.ts";
import { HEADER_BYTES, HEADER_BYTES_WITH_LAYOUT, MAGIC } from "./header.ts";
import { wordsFromBytes, wordsToBytes } from "./words.ts";

/** Form of a BTF to write. */
export interface EncodeForm {
  readonly littleEndian: boolean;
  /** 24, or 32 with zero layout fields. */
  readonly hdrLen: number;
}

/** The form of `btf`, as far as this writes it: its byte order, and 24 or 32 bytes of header. */
export function formOf(btf: Btf): EncodeForm {
  const { littleEndian, hdrLen } = btf.header;
  return {
    littleEndian,
    hdrLen: hdrLen < HEADER_BYTES_WITH_LAYOUT ? HEADER_BYTES : HEADER_BYTES_WITH_LAYOUT,
  };
}

/** A BTF of these types and strings: header, types, strings, without gaps (as `btf__raw_data` of libbpf writes it). */
export function encodeBtf(words: Uint32Array, strings: Uint8Array, form: EncodeForm): Uint8Array {
  const { littleEndian, hdrLen } = form;
  const out = new Uint8Array(hdrLen + words.byteLength + strings.length);
  const view = new DataView(out.buffer);
  view.setUint16(0, MAGIC, littleEndian);
  view.setUint8(2, 1);
  view.setUint32(4, hdrLen, littleEndian);
  view.setUint32(12, words.byteLength, littleEndian);
  view.setUint32(16, words.byteLength, littleEndian);
  view.setUint32(20, strings.length, littleEndian);
  wordsToBytes(words, littleEndian, out, hdrLen);
  out.set(strings, hdrLen + words.byteLength);
  return out;
}

/**
 * The bytes that `btf` was read from with other words in the type section: header, gaps and strings stay as they are.
 */
export function withTypes(btf: Btf, words: Uint32Array): Uint8Array {
  return rewriteTypes(btf, (types) => types.set(words));
}

/**
 * A copy of the bytes that `btf` was read from, whose type section `rewrite` has changed. It gets the words of that in
 * host order.
 */
export function rewriteTypes(btf: Btf, rewrite: (words: Uint32Array) => void): Uint8Array {
  const { hdrLen, typeOff, typeLen, littleEndian } = btf.header;
  // Not `slice()`: of a Node buffer that is a view, and the caller's bytes would change.
  const out = new Uint8Array(btf.bytes);
  const at = hdrLen + typeOff;
  const words = wordsFromBytes(out.subarray(at, at + typeLen), littleEndian);
  rewrite(words);
  if (words.buffer !== out.buffer) wordsToBytes(words, littleEndian, out, at);
  return out;
}
