import { BtfxError } from "../errors.ts";

/** `BTF_MAGIC` (linux/btf.h), the first two bytes in the file's own byte order. */
export const MAGIC = 0xeb9f;
/** Bytes of a header without the two layout fields (`struct btf_header` before Linux 7.1). */
export const HEADER_BYTES = 24;
/** Bytes of a header with the layout fields (since Linux 7.1). */
export const HEADER_BYTES_WITH_LAYOUT = 32;
/** `struct btf_layout { u8 info_sz; u8 elem_sz; u16 flags; }`, one for each kind from 0 up. */
export const LAYOUT_ENTRY_BYTES = 4;

/**
 * `struct btf_header` (linux/btf.h). Offsets are in bytes from the end of the header, as in the file:
 * ```
 *  0 u16 magic   2 u8 version   3 u8 flags   4 u32 hdr_len
 *  8 u32 type_off   12 u32 type_len   16 u32 str_off   20 u32 str_len
 * 24 u32 layout_off 28 u32 layout_len      (absent from 24-byte headers)
 * ```
 */
export interface BtfHeader {
  readonly littleEndian: boolean;
  readonly version: number;
  readonly flags: number;
  readonly hdrLen: number;
  readonly typeOff: number;
  readonly typeLen: number;
  readonly strOff: number;
  readonly strLen: number;
  readonly layoutOff: number;
  readonly layoutLen: number;
  /** Offset of the first non-zero byte beyond the fields known here, 0 if there is none. */
  readonly extraAt: number;
}

/** Byte order of a BTF by its magic: true little, false big, undefined if these bytes are no BTF. */
export function byteOrder(bytes: Uint8Array): boolean | undefined {
  if (bytes[0] === (MAGIC & 0xff) && bytes[1] === MAGIC >> 8) return true;
  if (bytes[1] === (MAGIC & 0xff) && bytes[0] === MAGIC >> 8) return false;
  return undefined;
}

/**
 * Reads the header and checks it as `btf_parse_hdr` of libbpf does, or throws `truncated`, `bad-magic`, `bad-header`.
 */
export function parseHeader(bytes: Uint8Array): BtfHeader {
  const bad = (message: string, offset: number) => new BtfxError("bad-header", message, { at: { offset } });
  if (bytes.length < HEADER_BYTES) {
    throw new BtfxError(
      "truncated",
      `BTF header not found: ${bytes.length} bytes, at least ${HEADER_BYTES} needed`,
      { hint: "the section or file is empty or cut short; extract it again" },
    );
  }
  const littleEndian = byteOrder(bytes);
  if (littleEndian === undefined) {
    const magic = `0x${bytes[1].toString(16).padStart(2, "0")}${bytes[0].toString(16).padStart(2, "0")}`;
    throw new BtfxError("bad-magic", `Invalid BTF magic: ${magic}`, {
      at: { offset: 0 },
      hint: "expected 0xeb9f in either byte order",
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const u32 = (at: number) => view.getUint32(at, littleEndian);
  const hdrLen = u32(4);
  if (hdrLen < HEADER_BYTES) throw bad(`unsupported header length ${hdrLen}`, 4);
  if (hdrLen > bytes.length) throw bad(`BTF header len ${hdrLen} larger than data size ${bytes.length}`, 4);

  const typeOff = u32(8);
  const typeLen = u32(12);
  const strOff = u32(16);
  const strLen = u32(20);
  const layoutOff = hdrLen >= 28 ? u32(24) : 0;
  const layoutLen = hdrLen >= HEADER_BYTES_WITH_LAYOUT ? u32(28) : 0;
  const left = bytes.length - hdrLen;
  if (strOff + strLen > left) {
    throw new BtfxError(
      "truncated",
      `Invalid BTF total size: strings end at ${strOff + strLen}, but only ${left} bytes follow the header`,
      { at: { offset: 16 }, hint: "the file is cut short; extract it again" },
    );
  }
  if (typeOff + typeLen > strOff) {
    throw bad(
      `Invalid BTF data sections layout: type data at ${typeOff} + ${typeLen}, strings data at ${strOff} + ${strLen}`,
      8,
    );
  }
  if (typeOff % 4 !== 0) throw bad(`BTF type section is not aligned to 4 bytes: type_off ${typeOff}`, 8);
  if (layoutLen !== 0) {
    if (layoutOff % 4 !== 0)
      throw bad(`BTF layout section is not aligned to 4 bytes: layout_off ${layoutOff}`, 24);
    if (layoutOff < typeOff + typeLen || layoutOff + layoutLen > strOff) {
      throw bad(
        `Invalid BTF data sections layout: layout data at ${layoutOff} + ${layoutLen}, type data at ${typeOff} + ${typeLen}, strings data at ${strOff}`,
        24,
      );
    }
    if (layoutLen % LAYOUT_ENTRY_BYTES !== 0) {
      throw new BtfxError("bad-layout", `Invalid BTF kind layout section: ${layoutLen} bytes`, {
        at: { offset: 28 },
      });
    }
  }
  let extraAt = HEADER_BYTES_WITH_LAYOUT;
  while (extraAt < hdrLen && bytes[extraAt] === 0) extraAt++;
  return {
    littleEndian,
    version: bytes[2],
    flags: bytes[3],
    hdrLen,
    typeOff,
    typeLen,
    strOff,
    strLen,
    layoutOff,
    layoutLen,
    extraAt: extraAt < hdrLen ? extraAt : 0,
  };
}
