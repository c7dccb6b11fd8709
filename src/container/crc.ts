/** Eight tables of 256 entries: the effect of a byte on the CRC if 0 to 7 more bytes follow it. */
const CRC32_TABLES = makeTables(0xedb88320);
const IS_LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** CRC-32 as gzip and xz have it (IEEE 802.3, reflected), as a signed word. */
export function crc32(bytes: Uint8Array): number {
  const table = CRC32_TABLES;
  const hasWords = IS_LITTLE_ENDIAN && bytes.byteOffset % 4 === 0;
  const words = new Int32Array(
    bytes.buffer,
    hasWords ? bytes.byteOffset : 0,
    hasWords ? (bytes.length >> 3) * 2 : 0,
  );
  let crc = -1;
  for (let i = 0; i < words.length; i += 2) {
    const low = crc ^ words[i];
    const high = words[i + 1];
    crc =
      table[0x700 + (low & 0xff)] ^
      table[0x600 + ((low >>> 8) & 0xff)] ^
      table[0x500 + ((low >>> 16) & 0xff)] ^
      table[0x400 + (low >>> 24)] ^
      table[0x300 + (high & 0xff)] ^
      table[0x200 + ((high >>> 8) & 0xff)] ^
      table[0x100 + ((high >>> 16) & 0xff)] ^
      table[high >>> 24];
  }
  for (let i = words.length * 4; i < bytes.length; i++) crc = (crc >>> 8) ^ table[(crc ^ bytes[i]) & 0xff];
  return ~crc;
}

function makeTables(polynomial: number): Int32Array {
  const tables = new Int32Array(8 * 256);
  tables.set(makeTable(polynomial));
  for (let i = 256; i < tables.length; i++) {
    const before = tables[i - 256];
    tables[i] = (before >>> 8) ^ tables[before & 0xff];
  }
  return tables;
}

function makeTable(polynomial: number): Int32Array {
  return Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    return crc;
  });
}

/** CRC-64 of .xz (ECMA-182, reflected): its eight bytes, as in the file. */
export function crc64(bytes: Uint8Array): Uint8Array {
  const [lows, highs] = crc64Tables();
  let low = -1;
  let high = -1;
  for (let i = 0; i < bytes.length; i++) {
    const index = (low ^ bytes[i]) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ lows[index];
    high = (high >>> 8) ^ highs[index];
  }
  const result = new Uint8Array(8);
  const view = new DataView(result.buffer);
  view.setInt32(0, ~low, true);
  view.setInt32(4, ~high, true);
  return result;
}

let tables64: readonly [Int32Array, Int32Array] | undefined;

/** Low and high halves of the table, made when first needed. */
function crc64Tables(): readonly [Int32Array, Int32Array] {
  if (tables64 !== undefined) return tables64;
  const lows = new Int32Array(256);
  const highs = new Int32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let low = byte;
    let high = 0;
    for (let bit = 0; bit < 8; bit++) {
      const odd = low & 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (odd === 1) {
        low ^= 0xd7870f42;
        high ^= 0xc96c5795;
      }
    }
    lows[byte] = low;
    highs[byte] = high;
  }
  tables64 = [lows, highs];
  return tables64;
}
