import { mutateBtf, mutateBytes, valueFor } from "./mutate.ts";
import type { Random } from "./random.ts";

/**
 * Columns of a section's row in ELF64 and ELF32: name, type, flags, addr, offset, size, link, info, align, entry size.
 */
const COLUMNS = { 64: [0, 4, 8, 16, 24, 32, 40, 44, 48, 56], 32: [0, 4, 8, 12, 16, 20, 24, 28, 32, 36] };

/**
 * A copy of an ELF file with one thing changed: a field of a section's row, the header, a word of a section, or a byte
 * anywhere.
 */
export function mutateElf(random: Random, bytes: Uint8Array): Uint8Array {
  if (bytes.length < 64 || bytes[0] !== 0x7f || random.oneIn(8)) return mutateBytes(random, bytes);
  const copy = new Uint8Array(bytes);
  const view = new DataView(copy.buffer);
  const bits = copy[4] === 1 ? 32 : 64;
  const little = copy[5] === 1;
  const table = bits === 64 ? Number(view.getBigUint64(40, little)) : view.getUint32(32, little);
  const rowBytes = bits === 64 ? 64 : 40;
  const count = Math.min(
    view.getUint16(bits === 64 ? 60 : 48, little),
    Math.floor((copy.length - table) / rowBytes),
  );
  if (!(count > 0) || random.oneIn(8)) {
    view.setUint16(random.below(26) * 2, random.below(0x10000), little);
    return copy;
  }
  const row = table + random.below(count) * rowBytes;
  const column = (i: number) => row + COLUMNS[bits][i];
  const word = (at: number) =>
    bits === 64 ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little);
  const [offset, size] = [word(column(4)), word(column(5))];
  const isInside = offset > 0 && size > 0 && offset + size <= copy.length;
  if (!isInside || random.oneIn(3)) {
    const at = column(random.below(10));
    const old = view.getUint32(at, little);
    const value = random.pick([valueFor(random, copy.length), random.below(count + 2), old + 1, old - 1]);
    view.setUint32(at, value >>> 0, little);
    return copy;
  }
  // What is in the section keeps its length: BTF, .BTF.ext, .BTF_ids, symbols, relocations, code.
  const inside = copy.slice(offset, offset + size);
  const isBtf = inside.length > 24 && (inside[0] === 0x9f || inside[0] === 0xeb);
  const changed = isBtf ? mutateBtf(random, inside) : mutateBytes(random, inside);
  copy.set(changed.subarray(0, size), offset);
  return copy;
}
