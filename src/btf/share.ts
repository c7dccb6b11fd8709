import { Btf } from "./btf.ts";
import type { BtfHeader } from "./header.ts";
import { StringTable } from "./strings.ts";

/**
 * A parsed BTF without a base, in memory that threads share. It is plain data, which the receiver need not copy or
 * parse.
 */
export interface SharedBtf {
  readonly header: BtfHeader;
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  readonly starts: Uint32Array;
  readonly kinds: Uint8Array;
  /** Place of the strings in `bytes`. */
  readonly stringsAt: number;
  readonly stringsLength: number;
  readonly unknownKindId: number;
}

/** Copies a BTF that stands alone into memory that threads share. */
export function shareBtf(btf: Btf): SharedBtf {
  const { header, words } = btf;
  const bytes = shared(Uint8Array, btf.bytes);
  const wordsAt = words.byteOffset - btf.bytes.byteOffset;
  // If the words are a view of the bytes, they stay a view.
  const isView = words.buffer === btf.bytes.buffer && wordsAt % 4 === 0;
  return {
    header,
    bytes,
    words: isView ? new Uint32Array(bytes.buffer, wordsAt, words.length) : shared(Uint32Array, words),
    starts: shared(Uint32Array, btf.starts),
    kinds: shared(Uint8Array, btf.kinds),
    stringsAt: header.hdrLen + header.strOff,
    stringsLength: header.strLen,
    unknownKindId: btf.unknownKindId,
  };
}

/** Rebuilds the BTF that {@link shareBtf} copied, without checking it again. */
export function btfOfShared({ stringsAt, stringsLength, ...parts }: SharedBtf): Btf {
  const strings = new StringTable(parts.bytes.subarray(stringsAt, stringsAt + stringsLength));
  return new Btf({ ...parts, base: null, strings });
}

function shared<T extends Uint8Array | Uint32Array>(type: new (buffer: SharedArrayBuffer) => T, array: T): T {
  const copy = new type(new SharedArrayBuffer(array.byteLength));
  copy.set(array);
  return copy;
}
