import { concat } from "./bytes.ts";
import type { Codecs, Decompressed } from "./codecs.ts";
import { crc32, crc64 } from "./crc.ts";
import { corrupt, reasonOf, tooLarge } from "./damage.ts";
import { DELTA, FILTERS, LZMA2 } from "./filters.ts";
import { decodeLzma2 } from "./lzma2.ts";
import { readXz, type XzBlock, type XzStream } from "./xz-format.ts";

/** The largest dictionary that the codec takes: 64 MiB, as .xz has it (`2 ** (bits / 2 + 12)`, odd ones three quarters). */
const MOST_DICTIONARY = 28;

/**
 * Decompresses the .xz streams that `bytes` begin with, after their framing was read: sizes are known before memory is
 * taken for them, and damage is told with its place. The codec is the fastest, but knows no filter besides LZMA2, no
 * SHA-256 and no large dictionary; streams with these, kernels mostly, are decoded here.
 */
export async function decompressXz(bytes: Uint8Array, limit: number, codecs: Codecs): Promise<Decompressed> {
  const { streams, end } = readXz(bytes);
  const size = streams.reduce((sum, stream) => sum + sizeOf(stream), 0);
  if (size > limit) throw tooLarge(limit, size);
  const parts: Uint8Array[] = [];
  for (const stream of streams) {
    parts.push(
      isForCodec(stream) ? await decodeByCodec(bytes, stream, codecs) : decodeHere(bytes, stream, codecs),
    );
  }
  return { output: concat(parts, size), consumed: end };
}

function sizeOf({ blocks }: XzStream): number {
  return blocks.reduce((sum, block) => sum + block.size, 0);
}

function isForCodec({ check, blocks }: XzStream): boolean {
  return (
    check !== "sha256" &&
    blocks.every(({ filters }) => filters.length === 1 && filters[0].properties[0] <= MOST_DICTIONARY)
  );
}

async function decodeByCodec(bytes: Uint8Array, stream: XzStream, codecs: Codecs): Promise<Uint8Array> {
  const { start, end } = stream;
  const size = sizeOf(stream);
  let output: Uint8Array;
  try {
    output = await codecs.xz(bytes.subarray(start, end), size);
  } catch (cause) {
    throw corrupt(`the compressed data or its check is wrong (${reasonOf(cause)})`, start);
  }
  if (output.length === size) return output;
  throw corrupt(`it decompresses to ${output.length} bytes, not the ${size} that it announces`, start);
}

function decodeHere(bytes: Uint8Array, stream: XzStream, codecs: Codecs): Uint8Array {
  const output = new Uint8Array(sizeOf(stream));
  let at = 0;
  for (const block of stream.blocks) {
    const part = output.subarray(at, at + block.size);
    decodeLzma2(bytes, block.dataAt, part);
    undoFilters(part, block);
    check(part, bytes, block, stream.check, codecs);
    at += block.size;
  }
  return output;
}

function undoFilters(part: Uint8Array, { filters }: XzBlock): void {
  for (const { id, properties } of filters.filter((filter) => filter.id !== LZMA2).reverse()) {
    const view = new DataView(properties.buffer, properties.byteOffset, properties.byteLength);
    const start = id !== DELTA && properties.length === 4 ? view.getUint32(0, true) : 0;
    FILTERS.get(id)?.undo(part, start, id === DELTA ? properties[0] + 1 : 0);
  }
}

function check(
  part: Uint8Array,
  bytes: Uint8Array,
  block: XzBlock,
  kind: XzStream["check"],
  codecs: Codecs,
): void {
  const expected = bytes.subarray(block.checkAt, block.checkAt + block.checkBytes);
  const sums = {
    none: () => expected,
    crc32: () => new Uint8Array(Int32Array.of(crc32(part)).buffer),
    crc64: () => crc64(part),
    sha256: () => codecs.sha256(part),
  };
  if (!sums[kind]().every((byte, i) => byte === expected[i])) {
    throw corrupt(`the check (${kind}) does not match the data`, block.checkAt);
  }
}
