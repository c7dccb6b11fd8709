import { lentByLzmaDecoder } from "../wasm/lzma.ts";
import { viewOf } from "./bytes.ts";
import type { Codecs, Decompressed } from "./codecs.ts";
import { crc32, crc64 } from "./crc.ts";
import { corrupt, tooLarge } from "./damage.ts";
import { DELTA, FILTERS, LZMA2 } from "./filters.ts";
import { decodeLzma2, LZMA2_ROOM } from "./lzma2.ts";
import { readXz, type XzBlock, type XzStream } from "./xz-format.ts";

/**
 * Decompresses the .xz streams with which `bytes` begin. Their framing is read first, so sizes are known before memory
 * is taken, and errors have the place of the damage.
 */
export function decompressXz(bytes: Uint8Array, limit: number, codecs: Codecs): Decompressed {
  const { streams, end } = readXz(bytes);
  const size = streams.reduce((sum, stream) => sum + sizeOf(stream), 0);
  if (size > limit) throw tooLarge(limit, size);
  const lent = lentByLzmaDecoder({ ...LZMA2_ROOM, output: size }, (decoder) => {
    for (const { blocks, check } of streams) {
      for (const block of blocks) {
        const start = decoder.written;
        decodeLzma2(decoder, bytes, block.dataAt);
        const part = decoder.writtenSince(start);
        undoFilters(part, block);
        compareCheck(part, bytes, block, check, codecs);
      }
    }
  });
  return { ...lent, consumed: end };
}

function sizeOf({ blocks }: XzStream): number {
  return blocks.reduce((sum, block) => sum + block.size, 0);
}

function undoFilters(part: Uint8Array, { filters }: XzBlock): void {
  for (const { id, properties } of filters.filter((filter) => filter.id !== LZMA2).reverse()) {
    const view = viewOf(properties);
    const start = id !== DELTA && properties.length === 4 ? view.getUint32(0, true) : 0;
    FILTERS.get(id)?.undo(part, start, id === DELTA ? properties[0] + 1 : 0);
  }
}

function compareCheck(
  part: Uint8Array,
  bytes: Uint8Array,
  block: XzBlock,
  kind: XzStream["check"],
  codecs: Codecs,
): void {
  const expected = bytes.subarray(block.checkAt, block.checkAt + block.checkBytes);
  const sums = {
    none: () => expected,
    crc32: () => new Uint8Array(Int32Array.of((codecs.crc32 ?? crc32)(part)).buffer),
    crc64: () => crc64(part),
    sha256: () => codecs.sha256(part),
  };
  if (!sums[kind]().every((byte, i) => byte === expected[i])) {
    throw corrupt(`the check (${kind}) does not match the data`, block.checkAt);
  }
}
