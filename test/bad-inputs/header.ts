import { Distiller, parseBtf } from "../../src/index.ts";
import { assemble, LAYOUT } from "../support/btf.ts";
import { BASE, good, INT_LINE, judged, long, OK, parse, patched, type Row, raw } from "./make.ts";

const withLayout = assemble(INT_LINE, null, { layout: LAYOUT });
const ofKind30 = (layout: readonly (readonly [number, number])[]) =>
  assemble("[1] UNKNOWN 'x' kind=30 vlen=1 size=8 words=1,2", null, { layout });
/** A header of 32 bytes, an INT, strings of `strLen` bytes, and behind them a layout of `layoutLen`. */
function layoutLast(strLen: number, layoutLen: number): Uint8Array {
  const bytes = new Uint8Array(32 + 16 + strLen + layoutLen);
  bytes.set(patched(good.subarray(0, 24), { 4: 32, 20: strLen }));
  bytes.set(good.subarray(24), 32);
  return patched(bytes, { 24: 16 + strLen, 28: layoutLen });
}

/** Strings of 8 bytes, then the INT. */
function stringsFirst(): Uint8Array {
  const bytes = new Uint8Array(24 + 8 + 16);
  bytes.set(patched(good.subarray(0, 24), { 8: 8, 16: 0, 20: 8 }));
  bytes.set(good.subarray(40, 45), 24);
  bytes.set(good.subarray(24, 40), 32);
  return bytes;
}

/** A header of 25 bytes, the last of them 0. */
function oddHeader(): Uint8Array {
  const bytes = new Uint8Array(good.length + 1);
  bytes.set(patched(good.subarray(0, 24), { 4: 25 }));
  bytes.set(good.subarray(24), 25);
  return bytes;
}

export const HEADER: readonly Row[] = [
  ["0 bytes", "truncated: header not found: 0 bytes", parse(new Uint8Array(0))],
  ["23 bytes", "truncated: header not found: 23 bytes", parse(good.subarray(0, 23))],
  ["another magic", "bad-magic: 0x0000", parse(patched(good, { 0: 0 }))],
  [
    "little-endian under a big-endian magic",
    "bad-header: larger than data",
    parse(patched(good, { 0: 0x0001_9feb })),
  ],
  ["version 2", "Unsupported version", judged(patched(good, { 0: 0x0002_eb9f }))],
  ["flags 1", "Unsupported flags", judged(patched(good, { 0: 0x0101_eb9f }))],
  ["hdr_len 20", "bad-header: header length 20", parse(patched(good, { 4: 20 }))],
  ["hdr_len beyond the file", "bad-header: larger than data", parse(patched(good, { 4: 1000 }))],
  ["hdr_len 0x30303030", "bad-header: larger than data", parse(patched(good, { 4: 0x30303030 }))],
  ["a long header of zeros", OK, parse(long)],
  ["a long header with a byte unknown", OK, parse(patched(long, { 36: 1 }))],
  [
    "distilling one with such a header",
    "bad-header: modification is disallowed",
    () => {
      const bytes = patched(assemble("[3] PTR '(anon)' type_id=2", BASE, { hdrLen: 40 }), { 36: 1 });
      return new Distiller(BASE).distill(parseBtf(bytes, BASE));
    },
  ],
  [
    "type_off + type_len over 32 bits",
    "bad-header: sections layout",
    parse(patched(good, { 8: 0xfffffff0, 12: 0x20 })),
  ],
  [
    "str_off + str_len over 32 bits",
    "truncated: total size",
    parse(patched(good, { 16: 0xfffffff0, 20: 0x20 })),
  ],
  ["type_off not aligned", "bad-header: not aligned", parse(patched(good, { 8: 1, 12: 15 }))],
  ["types over the strings", "bad-header: sections layout", parse(patched(good, { 12: 0x18 }))],
  ["only a header, on a base", OK, parse(raw([], "").subarray(0, 24), BASE)],
  ["only a header, alone", "bad-strings: empty", parse(raw([], "").subarray(0, 24))],
  ["hdr_len 25", "accept", judged(oddHeader())],
  [
    "bytes between types and strings",
    "Unsupported section found",
    judged(assemble(INT_LINE, null, { gaps: [0, 4, 0] })),
  ],
  [
    "bytes behind the strings",
    "Unsupported section found",
    judged(assemble(INT_LINE, null, { gaps: [0, 0, 4] })),
  ],
  ["bytes between the sections, read", OK, parse(assemble(INT_LINE, null, { gaps: [4, 4, 4] }))],
  ["sections that overlap", "Section overlap found", judged(patched(good, { 12: 20 }))],
  ["strings in front of the types", "String section is not at the end", judged(stringsFirst())],
  ["type_off 2", "Unsupported section found", judged(patched(good, { 8: 2, 12: 14 }))],
  ["a layout section", OK, parse(withLayout)],
  ["a layout section, judged", "accept", judged(withLayout)],
  ["layout_off not aligned", "Unaligned layout_off", judged(layoutLast(5, 4))],
  ["a layout of 2 bytes", "Layout section is too small", judged(layoutLast(8, 2))],
  ["layout_len of no whole entries", "layout_len is not multiple of 4", judged(layoutLast(8, 6))],
  ["a layout behind the strings", "accept", judged(layoutLast(8, 4))],
  ["a layout beyond the end", "Total section length too long", judged(patched(withLayout, { 28: 4000 }))],
  ["a layout over the strings", "bad-header: ", parse(patched(withLayout, { 28: LAYOUT.length * 4 + 4 }))],
  [
    "a kind that the layout describes",
    OK,
    parse(ofKind30([...LAYOUT, ...Array<[number, number]>(8).fill([4, 4])])),
  ],
  ["a kind beyond the layout", "bad-type: Unsupported BTF_KIND: 30", parse(ofKind30(LAYOUT))],
  [
    "a layout row of no whole words",
    "bad-layout: Unsupported info_sz",
    parse(ofKind30([...LAYOUT, ...Array<[number, number]>(8).fill([3, 4])])),
  ],
];
