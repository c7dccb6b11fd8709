import { BtfxError } from "../errors.ts";
import { byteOrder } from "./header.ts";
import { wordsFromBytes } from "./words.ts";

/**
 * `.BTF.ext`: what a BPF object says of its instructions (`struct btf_ext_header`, libbpf_internal.h). Offsets are in
 * bytes from the end of the header:
 * ```
 *  0 u16 magic   2 u8 version   3 u8 flags   4 u32 hdr_len
 *  8 u32 func_info_off   12 u32 func_info_len   16 u32 line_info_off   20 u32 line_info_len
 * 24 u32 core_relo_off   28 u32 core_relo_len      (absent from 24-byte headers)
 * ```
 * Each of the three subsections is `u32 rec_size`, then for each ELF section with code
 * `u32 sec_name_off, u32 num_info` and as many records of that size.
 */
export interface BtfExt {
  readonly littleEndian: boolean;
  readonly hdrLen: number;
  /** The bytes after the header, in host order. Positions below are into this array. */
  readonly words: Uint32Array;
  /** Types of functions, by their first instruction. */
  readonly funcInfo: ExtInfo;
  /** Source lines, each from an instruction on. */
  readonly lineInfo: ExtInfo;
  /** CO-RE relocations. */
  readonly coreRelo: ExtInfo;
}

/** One subsection. */
export interface ExtInfo {
  /** Size of a record in bytes, at least that of the fields known here; 0 where the subsection is absent. */
  readonly recordBytes: number;
  /** In file order. Two may name the same ELF section. */
  readonly sections: readonly ExtSection[];
}

/**
 * The records of one ELF section (`struct btf_ext_info_sec`): `count` of them from word `start` on, `stride` words
 * each.
 */
export interface ExtSection {
  /** Name of the ELF section, an offset into the strings of the object's `.BTF`. */
  readonly nameOff: number;
  readonly count: number;
  readonly start: number;
  readonly stride: number;
}

/**
 * `struct bpf_func_info`: words of a record. `INSN_OFF` is in bytes from the start of the ELF section, here and below.
 */
export const FUNC_INFO = { INSN_OFF: 0, TYPE_ID: 1 } as const;
/** `struct bpf_line_info`. `LINE` is the text of the line; `LINE_COL` the line number times 1024 and the column. */
export const LINE_INFO = { INSN_OFF: 0, FILE_NAME: 1, LINE: 2, LINE_COL: 3 } as const;
/** `struct bpf_core_relo`. `ACCESS` is a name offset, of "0:1:2" for members. */
export const CORE_RELO = { INSN_OFF: 0, TYPE_ID: 1, ACCESS: 2, KIND: 3 } as const;

/** `enum bpf_core_relo_kind` in order, in the words of `core_relo_kind_str` (relo_core.c). */
export const CORE_RELO_KINDS: readonly string[] = [
  "byte_off",
  "byte_sz",
  "field_exists",
  "signed",
  "lshift_u64",
  "rshift_u64",
  "local_type_id",
  "target_type_id",
  "type_exists",
  "type_size",
  "enumval_exists",
  "enumval_value",
  "type_matches",
];

/** Bytes of `struct bpf_insn`. */
export const INSN_BYTES = 8;

const HEADER_BYTES = 24;
const HEADER_BYTES_WITH_RELOCATIONS = 32;
/** Where the header says where they are. */
const CORE_RELO_OFF = 24;
const SECTION = ".BTF.ext";
const HINT = "the object is damaged, or was linked by a tool that does not know .BTF.ext; build it again";

/**
 * Reads a `.BTF.ext` section of either byte order and checks its structure as libbpf does (`btf_ext_parse`).
 * `checkExtRecords` checks the records. Throws {@link BtfxError} `truncated`, `bad-magic`, `bad-ext`, `unsupported`.
 */
export function parseBtfExt(bytes: Uint8Array): BtfExt {
  if (bytes.length < 8) {
    throw extFault("truncated", `BTF.ext header too short: ${bytes.length} bytes`, 0);
  }
  const littleEndian = byteOrder(bytes);
  if (littleEndian === undefined) {
    throw extFault("bad-magic", "Invalid BTF.ext magic: expected 0xeb9f in either byte order", 0);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const u32 = (at: number) => view.getUint32(at, littleEndian);
  if (bytes[2] !== 1) throw extFault("unsupported", `Unsupported BTF.ext version: ${bytes[2]}`, 2);
  if (bytes[3] !== 0)
    throw extFault("unsupported", `Unsupported BTF.ext flags: 0x${bytes[3].toString(16)}`, 3);
  const hdrLen = u32(4);
  if (bytes.length < hdrLen) {
    throw extFault("truncated", `BTF.ext header not found: ${hdrLen} bytes of ${bytes.length}`, 4);
  }
  if (bytes.length === hdrLen) throw extFault("bad-ext", "BTF.ext has no data", 4);
  if (hdrLen < HEADER_BYTES) {
    throw extFault("bad-ext", `BTF.ext header of ${hdrLen} bytes is missing func_info, line_info`, 4);
  }
  const body = bytes.subarray(hdrLen);
  const words = wordsFromBytes(body, littleEndian);
  const read = (name: string, field: number, minimum: number) =>
    readInfo(words, body.length, hdrLen, { name, off: u32(field), len: u32(field + 4), field, minimum });
  return {
    littleEndian,
    hdrLen,
    words,
    funcInfo: read("func_info", 8, 8),
    lineInfo: read("line_info", 16, 16),
    coreRelo: hdrLen < HEADER_BYTES_WITH_RELOCATIONS ? ABSENT : read("core_relo", CORE_RELO_OFF, 16),
  };
}

/**
 * A copy of the section without relocations, of the same length, for an object whose relocations were applied. The
 * records are zeroed, since libbpf would compare them with the instructions and refuse patched ones. `bytes` must be a
 * section that {@link parseBtfExt} accepts.
 */
export function withoutCoreRelocations(bytes: Uint8Array): Uint8Array {
  const { littleEndian, hdrLen } = parseBtfExt(bytes);
  const copy = Uint8Array.from(bytes);
  if (hdrLen < HEADER_BYTES_WITH_RELOCATIONS) return copy;
  const view = new DataView(copy.buffer);
  const start = hdrLen + view.getUint32(CORE_RELO_OFF, littleEndian);
  copy.fill(0, start, start + view.getUint32(CORE_RELO_OFF + 4, littleEndian));
  return copy.fill(0, CORE_RELO_OFF, CORE_RELO_OFF + 8);
}

const ABSENT: ExtInfo = { recordBytes: 0, sections: [] };

/** `btf_ext_parse_sec_info`. */
function readInfo(
  words: Uint32Array,
  bytes: number,
  hdrLen: number,
  info: { name: string; off: number; len: number; field: number; minimum: number },
): ExtInfo {
  const { name, off, len, field, minimum } = info;
  if (len === 0) return ABSENT;
  if (off % 4 !== 0) {
    throw extFault("bad-ext", `.BTF.ext ${name} section is not aligned to 4 bytes: offset ${off}`, field);
  }
  if (off + len > bytes) {
    throw extFault(
      "bad-ext",
      `${name} section (off:${off} len:${len}) is beyond the end of the ELF section .BTF.ext`,
      field,
    );
  }
  const at = (position: number) => hdrLen + position * 4;
  let position = off / 4;
  if (len < 4) throw extFault("bad-ext", `.BTF.ext ${name} record size not found`, at(position));
  const recordBytes = words[position];
  if (recordBytes < minimum || recordBytes % 4 !== 0) {
    throw extFault(
      "bad-ext",
      `${name} section in .BTF.ext has invalid record size ${recordBytes}`,
      at(position),
    );
  }
  position++;
  let left = len - 4;
  if (left === 0) throw extFault("bad-ext", `${name} section in .BTF.ext has no records`, at(position));
  const stride = recordBytes / 4;
  const sections: ExtSection[] = [];
  while (left > 0) {
    if (left < 8) throw extFault("bad-ext", `${name} section header is not found in .BTF.ext`, at(position));
    const count = words[position + 1];
    const taken = 8 + count * recordBytes;
    if (count === 0 || taken > left) {
      const what = count === 0 ? "0" : `${count}, which take ${taken} of ${left} bytes`;
      throw extFault(
        "bad-ext",
        `${name} section has incorrect num_records in .BTF.ext: ${what}`,
        at(position),
      );
    }
    sections.push({ nameOff: words[position], count, start: position + 2, stride });
    position += taken / 4;
    left -= taken;
  }
  return { recordBytes, sections };
}

/** The error for a fault at `offset` bytes of the section. */
export function extFault(code: BtfxError["code"], message: string, offset: number): BtfxError {
  return new BtfxError(code, message, { at: { section: SECTION, offset }, hint: HINT });
}
