import {
  HEAD_WORDS,
  INFO,
  infoKind,
  infoVlen,
  KINDS,
  MAX_KIND,
  makeInfo,
  NAME_OFF,
  SIZE_OR_TYPE,
} from "../../src/btf/kinds.ts";
import type { Random } from "./random.ts";

/** Values at which fields tip over. */
const VALUES = [
  0, 1, 2, 3, 4, 7, 8, 16, 31, 32, 0x7f, 0x80, 0xff, 0xffff, 0x10000, 0xfffff, 0xffffff, 0x1000000,
  0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
];

/** A copy of BTF with one thing changed: a field of a record, a whole record, the header, or a byte anywhere. */
export function mutateBtf(random: Random, bytes: Uint8Array): Uint8Array {
  const btf = layoutOf(bytes);
  if (btf === undefined || random.oneIn(8)) return mutateBytes(random, bytes);
  const { view, littleEndian, types, records } = btf;
  if (random.oneIn(8)) return overwriteName(random, btf);
  if (records.length === 0 || random.oneIn(8)) {
    view.setUint32(
      random.pick([4, 8, 12, 16, 20, 24, 28].filter((at) => at + 4 <= view.byteLength)),
      valueFor(random, bytes.length),
      littleEndian,
    );
    return btf.bytes;
  }
  if (random.oneIn(6)) return moveRecord(random, btf);
  const { at, words } = random.pick(records);
  const word = (position: number) => view.getUint32(types + (at + position) * 4, littleEndian);
  const row = KINDS[Math.min(infoKind(word(INFO)), MAX_KIND)];
  const vlen = infoVlen(word(INFO));
  const inElement = (position: number) =>
    HEAD_WORDS + row.info + random.below(Math.max(1, vlen)) * row.elem + position;
  const positions = [
    NAME_OFF,
    INFO,
    SIZE_OR_TYPE,
    ...row.headIds,
    ...row.elemIds.map(inElement),
    ...(row.elemName < 0 ? [] : [inElement(row.elemName)]),
    random.below(words),
  ];
  const position = random.pick(positions.filter((each) => each < words));
  const old = word(position);
  const info = makeInfo(
    random.oneIn(2) ? random.below(MAX_KIND + 3) : infoKind(old),
    random.oneIn(2) ? random.below(5) : vlen,
    random.oneIn(4),
  );
  const value =
    position === INFO
      ? random.pick([info, info, old ^ (1 << random.below(32))])
      : random.pick([old + 1, old - 1, random.below(records.length + 3), valueFor(random, bytes.length)]);
  view.setUint32(types + (at + position) * 4, value >>> 0, littleEndian);
  return btf.bytes;
}

/** A copy with a byte or an aligned word changed, cut off, or with a stretch doubled or taken out. */
export function mutateBytes(random: Random, bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(bytes);
  if (copy.length < 4) return copy;
  const at = random.below(copy.length);
  switch (random.below(8)) {
    case 0:
      return copy.subarray(0, at);
    case 1: {
      const length = Math.min(random.below(64), copy.length - at);
      return Buffer.concat([copy.subarray(0, at + length), copy.subarray(at)]);
    }
    case 2:
      return Buffer.concat([
        copy.subarray(0, at),
        copy.subarray(Math.min(copy.length, at + random.below(64))),
      ]);
    case 3:
    case 4:
    case 5: {
      const view = new DataView(copy.buffer, copy.byteOffset, copy.length);
      view.setUint32(
        Math.min(at & ~3, (copy.length - 4) & ~3),
        valueFor(random, copy.length),
        random.oneIn(2),
      );
      return copy;
    }
    default:
      copy[at] = random.oneIn(2) ? random.below(256) : copy[at] ^ (1 << random.below(8));
      return copy;
  }
}

interface Layout {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly littleEndian: boolean;
  /** Where the type section begins, and its records in words from there. */
  readonly types: number;
  readonly records: readonly { readonly at: number; readonly words: number }[];
  /** Where the string section begins, and its length. */
  readonly strings: number;
  readonly stringBytes: number;
}

/** A copy with its records, as far as they can be told; undefined for what has no header of BTF. */
function layoutOf(original: Uint8Array): Layout | undefined {
  const bytes = new Uint8Array(original);
  if (bytes.length < 24) return undefined;
  const littleEndian = bytes[0] === 0x9f;
  const view = new DataView(bytes.buffer);
  const [hdrLen, typeOff, typeLen, strOff, stringBytes] = [4, 8, 12, 16, 20].map((at) =>
    view.getUint32(at, littleEndian),
  );
  const types = hdrLen + typeOff;
  const end = Math.min(bytes.length, types + typeLen);
  const records: { at: number; words: number }[] = [];
  for (let at = 0; types + (at + HEAD_WORDS) * 4 <= end; ) {
    const info = view.getUint32(types + (at + INFO) * 4, littleEndian);
    const kind = infoKind(info);
    const row = KINDS[kind <= MAX_KIND ? kind : 0];
    const words = HEAD_WORDS + row.info + infoVlen(info) * row.elem;
    if (types + (at + words) * 4 > end) break;
    records.push({ at, words });
    at += words;
  }
  return { bytes, view, littleEndian, types, records, strings: hdrLen + strOff, stringBytes };
}

/** Doubles a record or takes it out, with the lengths in the header as they must be. */
function moveRecord(random: Random, { bytes, littleEndian, types, records }: Layout): Uint8Array {
  const { at, words } = random.pick(records);
  const [start, end] = [types + at * 4, types + (at + words) * 4];
  const twice = random.oneIn(2);
  const out = Buffer.concat([bytes.subarray(0, twice ? end : start), bytes.subarray(twice ? start : end)]);
  const view = new DataView(out.buffer, out.byteOffset, out.length);
  const more = twice ? end - start : start - end;
  for (const field of [12, 16])
    view.setUint32(field, view.getUint32(field, littleEndian) + more, littleEndian);
  return out;
}

/** Names that break out of a terminal, a line, a page, JSON, source, a shell's word, or an object's properties. */
const EVIL_NAMES = [
  "\x1b[31m\x1b]0;i\x07",
  "i\r\nok\t1",
  "\xc2\x9b2J",
  "\xe2\x80\xae\xe2\x81\xa6i",
  "</script><i-evil>",
  "i' onevil=1 \" onevil=1 ",
  "&lt;i-evil>\\",
  "\xff\xfe\xc0",
  "$(i)`i`;'\"",
  "*/ int i; /*",
  "__proto__",
  "constructor",
  "i,i=%s {}|",
];

/**
 * BTF in which something that has a name has another one, which breaks out of what it is printed in. `firstOff` is the
 * end of its base's strings.
 */
export function withEvilName(random: Random, bytes: Uint8Array, firstOff = 0): Uint8Array {
  const layout = layoutOf(bytes);
  if (layout === undefined || layout.strings + layout.stringBytes !== bytes.length) return bytes;
  const { view, littleEndian, types, records, stringBytes } = layout;
  const named = records.filter(({ at }) => view.getUint32(types + at * 4, littleEndian) !== 0);
  if (named.length === 0) return bytes;
  const { at, words } = random.pick(named);
  const info = view.getUint32(types + (at + INFO) * 4, littleEndian);
  const row = KINDS[Math.min(infoKind(info), MAX_KIND)];
  const first = HEAD_WORDS + row.info + row.elemName;
  const places = [NAME_OFF, ...(row.elemName >= 0 && first < words ? [first] : [])];
  view.setUint32(types + (at + random.pick(places)) * 4, firstOff + stringBytes, littleEndian);
  const name = Buffer.from(`${random.pick(EVIL_NAMES)}\0`, "latin1");
  view.setUint32(20, stringBytes + name.length, littleEndian);
  return Buffer.concat([layout.bytes, name]);
}

/** The same in the place of another name, as much as there is room for. */
function overwriteName(random: Random, { bytes, strings, stringBytes }: Layout): Uint8Array {
  const at = strings + random.below(Math.max(1, stringBytes));
  for (const [i, value] of Buffer.from(random.pick(EVIL_NAMES), "latin1").entries()) {
    if (!(bytes[at + i] > 0)) break;
    bytes[at + i] = value;
  }
  return bytes;
}

/** A value at which fields tip over, or one about as large as the file. */
export function valueFor(random: Random, length: number): number {
  return random.oneIn(3) ? random.below(length + 4) : random.pick(VALUES);
}
