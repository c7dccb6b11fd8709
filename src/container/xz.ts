import { concat } from "./bytes.ts";
import type { Codecs, Decompressed } from "./codecs.ts";
import { crc32, crc64 } from "./crc.ts";
import { corrupt, reasonOf, tooLarge } from "./damage.ts";
import { DELTA, FILTERS, LZMA2 } from "./filters.ts";
import { plainXz, readXz, type XzBlock, type XzStream } from "./xz-format.ts";

/**
 * Decompresses the .xz streams that `bytes` begin with, after their framing was read: sizes are known before memory is
 * taken for them, and damage is told with its place. The codec knows LZMA2 only; other filters are taken off before, by
 * writing the stream anew without them, and undone afterwards.
 */
export async function decompressXz(bytes: Uint8Array, limit: number, codecs: Codecs): Promise<Decompressed> {
  const { streams, end } = readXz(bytes);
  const blocks = streams.flatMap((stream) => stream.blocks);
  const size = blocks.reduce((sum, block) => sum + block.size, 0);
  if (size > limit) throw tooLarge(limit, size);
  const parts: Uint8Array[] = [];
  for (const stream of streams) parts.push(await decompressStream(bytes, stream, codecs));
  return { output: parts.length === 1 ? parts[0] : concat(parts, size), consumed: end };
}

async function decompressStream(bytes: Uint8Array, stream: XzStream, codecs: Codecs): Promise<Uint8Array> {
  const size = stream.blocks.reduce((sum, block) => sum + block.size, 0);
  const isPlain = stream.check !== "sha256" && stream.blocks.every((block) => block.filters.length === 1);
  const input = isPlain ? bytes.subarray(stream.start, stream.end) : plainXz(bytes, stream);
  let output: Uint8Array;
  try {
    output = await codecs.xz(input, size);
  } catch (cause) {
    throw corrupt(`the compressed data or its check is wrong (${reasonOf(cause)})`, stream.start);
  }
  if (output.length !== size) {
    throw corrupt(
      `it decompresses to ${output.length} bytes, not the ${size} that it announces`,
      stream.start,
    );
  }
  if (isPlain) return output;
  let at = 0;
  for (const block of stream.blocks) {
    const part = output.subarray(at, at + block.size);
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

/** The block's check is of what the filters give, so the codec could not look at it. */
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
