const CRC32_TABLE = makeTable(0xedb88320);

/** CRC-32 as gzip and xz have it (IEEE 802.3, reflected), as a signed word. */
export function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ CRC32_TABLE[(crc ^ bytes[i]) & 0xff];
  return ~crc;
}

function makeTable(polynomial: number): Int32Array {
  return Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    return crc;
  });
}

/** CRC-64 as xz has it (ECMA-182, reflected): its eight bytes as they stand in the file. */
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
