import type { Btf, TypeId } from "../../src/btf/btf.ts";
import { parseBtf } from "../../src/btf/parse.ts";

/**
 * BTF written as the text that `bpftool btf dump` prints, and read back as that text: the notation of every test.
 * Knows the wire format by itself (linux/btf.h), so that tests do not lean on what they test.
 *
 * ```ts
 * const base = btf`[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED`;
 * const split = btf.split(base)`[2] PTR '(anon)' type_id=1`;
 * expect(rawText(split)).toBe(raw`[2] PTR '(anon)' type_id=1`);
 * ```
 * Beyond bpftool's text: `\xNN` in a name is a byte, `''` a name offset that names "", `kflag=1` sets the flag of any
 * kind, `name_off=N` (of types and elements) overrides the name, encodings and linkages may be numbers, and a kind
 * without a name of its own is `UNKNOWN 'x' kind=23 vlen=2 size=8 words=1,2`. The kinds of Linux 7.4 are written as
 * their numbers: a LOC_PARAM has its values as `words=1,2`, a LOCSEC no names of functions. Lines may be indented;
 * empty ones do not count.
 */

/** How the bytes are laid out; the default is little-endian, 24 bytes of header, types and strings without gaps. */
export interface Form {
  readonly littleEndian?: boolean;
  /** Bytes of header; what lies beyond the known fields is zero. The layout needs 32. */
  readonly hdrLen?: number;
  /** The layout section: info_sz and elem_sz in bytes for each kind from 0 up. See {@link LAYOUT}. */
  readonly layout?: readonly (readonly [info: number, elem: number])[];
  /** Zero bytes before the types, before the strings, and after them. */
  readonly gaps?: readonly [beforeTypes: number, beforeStrings: number, after: number];
  /** Strings that come first in the section, whether or not a type uses them. */
  readonly strings?: readonly string[];
}

/** `struct btf_layout` of kinds 0 to 22, as pahole writes it. */
export const LAYOUT: readonly (readonly [info: number, elem: number])[] = [
  [0, 0],
  [4, 0],
  [0, 0],
  [12, 0],
  [0, 12],
  [0, 12],
  [0, 8],
  [0, 0],
  [0, 0],
  [0, 0],
  [0, 0],
  [0, 0],
  [0, 0],
  [0, 8],
  [4, 0],
  [0, 12],
  [0, 0],
  [4, 0],
  [0, 0],
  [0, 12],
  [4, 4],
  [0, 4],
  [0, 12],
];

/** A number in the text: `label=VALUE`, held by some bits of a word, spelled as a word where `names` has one. */
interface Field {
  readonly label: string;
  readonly word: number;
  readonly shift: number;
  readonly bits: number;
  readonly names: Readonly<Record<number, string>>;
  readonly signed: boolean;
}

interface Notation {
  readonly name: string;
  /** Words that precede the elements. */
  readonly words: number;
  readonly fields: readonly Field[];
  /** Words of an element and its fields; its name, if it has one, is word 0. */
  readonly element?: { readonly words: number; readonly named: boolean; readonly fields: readonly Field[] };
}

function field(label: string, word: number, more: Partial<Omit<Field, "label" | "word">> = {}): Field {
  return { label, word, shift: 0, bits: 32, names: {}, signed: false, ...more };
}

const NAME_WORD = 0;
const INFO_WORD = 1;
const KFLAG = 0x80000000;
const linkages = { 0: "static", 1: "global", 2: "extern" };
const size = field("size", 2);
const typeId = field("type_id", 2);
const vlen = field("vlen", INFO_WORD, { bits: 24 });
const signedness = field("encoding", INFO_WORD, {
  shift: 31,
  bits: 1,
  names: { 0: "UNSIGNED", 1: "SIGNED" },
});
const members = { words: 3, named: true, fields: [field("type_id", 1), field("bits_offset", 2)] };

/** By kind number. `UNKNOWN` stands for all others. */
const NOTATIONS: readonly Notation[] = [
  { name: "UNKNOWN", words: 3, fields: [] },
  {
    name: "INT",
    words: 4,
    fields: [
      size,
      field("bits_offset", 3, { shift: 16, bits: 8 }),
      field("nr_bits", 3, { bits: 8 }),
      field("encoding", 3, {
        shift: 24,
        bits: 4,
        names: { 0: "(none)", 1: "SIGNED", 2: "CHAR", 4: "BOOL" },
      }),
    ],
  },
  { name: "PTR", words: 3, fields: [typeId] },
  {
    name: "ARRAY",
    words: 6,
    fields: [field("type_id", 3), field("index_type_id", 4), field("nr_elems", 5)],
  },
  { name: "STRUCT", words: 3, fields: [size, vlen], element: members },
  { name: "UNION", words: 3, fields: [size, vlen], element: members },
  {
    name: "ENUM",
    words: 3,
    fields: [signedness, size, vlen],
    element: { words: 2, named: true, fields: [field("val", 1)] },
  },
  {
    name: "FWD",
    words: 3,
    fields: [field("fwd_kind", INFO_WORD, { shift: 31, bits: 1, names: { 0: "struct", 1: "union" } })],
  },
  { name: "TYPEDEF", words: 3, fields: [typeId] },
  { name: "VOLATILE", words: 3, fields: [typeId] },
  { name: "CONST", words: 3, fields: [typeId] },
  { name: "RESTRICT", words: 3, fields: [typeId] },
  {
    name: "FUNC",
    words: 3,
    fields: [typeId, field("linkage", INFO_WORD, { bits: 24, names: linkages })],
  },
  {
    name: "FUNC_PROTO",
    words: 3,
    fields: [field("ret_type_id", 2), vlen],
    element: { words: 2, named: true, fields: [field("type_id", 1)] },
  },
  { name: "VAR", words: 4, fields: [typeId, field("linkage", 3, { names: linkages })] },
  {
    name: "DATASEC",
    words: 3,
    fields: [size, vlen],
    element: {
      words: 3,
      named: false,
      fields: [field("type_id", 0), field("offset", 1), field("size", 2)],
    },
  },
  { name: "FLOAT", words: 3, fields: [size] },
  { name: "DECL_TAG", words: 4, fields: [typeId, field("component_idx", 3, { signed: true })] },
  { name: "TYPE_TAG", words: 3, fields: [typeId] },
  {
    name: "ENUM64",
    words: 3,
    fields: [signedness, size, vlen],
    element: { words: 3, named: true, fields: [] },
  },
  { name: "LOC_PARAM", words: 4, fields: [size, field("flags", 3), vlen] },
  {
    name: "LOC_PROTO",
    words: 3,
    fields: [vlen],
    element: { words: 1, named: false, fields: [field("type_id", 0)] },
  },
  {
    name: "LOCSEC",
    words: 3,
    fields: [vlen],
    element: {
      words: 3,
      named: false,
      fields: [field("func_type_id", 0), field("loc_proto_type_id", 1), field("offset", 2)],
    },
  },
];

/** A template tag that makes a parsed BTF of its text. */
export interface BtfTag {
  (text: TemplateStringsArray, ...values: unknown[]): Btf;
  /** The same, split on `base`: ids in the text go on from it. */
  split(base: Btf, form?: Form): (text: TemplateStringsArray, ...values: unknown[]) => Btf;
  /** The same, in another layout. */
  as(form: Form): (text: TemplateStringsArray, ...values: unknown[]) => Btf;
}

/** See the head of this file. */
export const btf: BtfTag = Object.assign(
  (text: TemplateStringsArray, ...values: unknown[]) =>
    parseBtf(assemble(String.raw({ raw: text.raw }, ...values))),
  {
    split:
      (base: Btf, form: Form = {}) =>
      (text: TemplateStringsArray, ...values: unknown[]) =>
        parseBtf(assemble(String.raw({ raw: text.raw }, ...values), base, form), base),
    as:
      (form: Form) =>
      (text: TemplateStringsArray, ...values: unknown[]) =>
        parseBtf(assemble(String.raw({ raw: text.raw }, ...values), null, form)),
  },
);

/** The text as {@link rawText} gives it: without indentation, elements behind a tab. */
export function raw(text: TemplateStringsArray, ...values: unknown[]): string {
  return String.raw({ raw: text.raw }, ...values)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line) => (line.startsWith("[") ? line : `\t${line}`))
    .join("\n");
}

/** The bytes of the BTF that `text` describes, whether or not they parse. */
export function assemble(text: string, base: Btf | null = null, form: Form = {}): Uint8Array {
  const strings = new Strings(base);
  for (const string of form.strings ?? []) strings.add(string);
  const words: number[] = [];
  let record = 0;
  let element: Notation["element"];
  let id = base === null ? 1 : base.typeCount;
  for (const line of text.split("\n").map((each) => each.trim())) {
    if (line === "") continue;
    const head = /^\[(\d+)\] (\w+) '(.*)'(.*)$/.exec(line);
    if (head !== null) {
      const kind = NOTATIONS.findIndex((each) => each.name === head[2]);
      if (kind < 0) throw new Error(`no such kind: ${line}`);
      if (Number(head[1]) !== id) throw new Error(`type [${id}] is written as: ${line}`);
      const notation = NOTATIONS[kind];
      const values = valuesOf(head[4]);
      record = words.length;
      words.push(...new Array<number>(notation.words).fill(0));
      element = notation.element;
      if (kind !== 0) words[record + INFO_WORD] = kind << 24;
      else writeUnknown(words, record, values);
      words[record + NAME_WORD] = strings.add(head[3]);
      writeFields(words, record, notation.fields, values, line);
      if (notation.name === "LOC_PARAM") words.push(...wordsOf(values));
      id++;
    } else {
      if (element === undefined) throw new Error(`an element where none may be: ${line}`);
      writeElement(words, record, element, line, strings);
    }
  }
  return layOut(Uint32Array.from(words), strings.bytes(), form);
}

/**
 * What `bpftool btf dump` prints for the own types, without the last line break; bytes that are not printable as
 * `\xNN`.
 */
export function rawText(source: Btf): string {
  const lines: string[] = [];
  for (let id = source.firstId; id < source.typeCount; id++) lines.push(typeText(source, id));
  return lines.join("\n");
}

/** What it prints for one type: own, or of a base. */
export function typeText(source: Btf, id: TypeId): string {
  const holder = holderOf(source, id);
  const { words } = holder;
  const at = holder.starts[id - holder.firstId];
  const info = words[at + INFO_WORD];
  const kind = (info >>> 24) & 0x7f;
  const notation = NOTATIONS[kind] ?? NOTATIONS[0];
  let text = `[${id}] ${kindAndName(source, id)}`;
  for (const each of notation.fields) text += ` ${fieldText(each, words[at + each.word])}`;
  if (notation.name === "VAR") text = text.replace(" linkage=", ", linkage=");
  const { element } = notation;
  if (notation.name === "LOC_PARAM") {
    const first = at + notation.words;
    text += ` words=${words.subarray(first, first + (info & 0xffffff)).join(",")}`;
  }
  if (element === undefined) return text;
  for (let i = 0; i < (info & 0xffffff); i++) {
    const from = at + notation.words + i * element.words;
    text += "\n\t";
    if (element.named) text += `'${nameText(source, words[from])}' `;
    if (element === members && info >= KFLAG) {
      const bits = words[from + 2];
      text += `type_id=${words[from + 1]} bits_offset=${bits & 0xffffff}`;
      if (bits >>> 24 !== 0) text += ` bitfield_size=${bits >>> 24}`;
    } else if (notation.name === "ENUM") {
      text += `val=${info >= KFLAG ? words[from + 1] | 0 : words[from + 1]}`;
    } else if (notation.name === "ENUM64") {
      const value = (BigInt(words[from + 2]) << 32n) | BigInt(words[from + 1]);
      text += `val=${info >= KFLAG ? `${BigInt.asIntN(64, value)}LL` : `${value}ULL`}`;
    } else {
      text += element.fields.map((each) => fieldText(each, words[from + each.word])).join(" ");
    }
    if (notation.name === "DATASEC") text += ` (${kindAndName(source, words[from])})`;
  }
  return text;
}

/** `KIND 'name'`, of void too. */
function kindAndName(source: Btf, id: TypeId): string {
  if (id === 0) return "UNKNOWN '(anon)'";
  const holder = holderOf(source, id);
  const at = holder.starts[id - holder.firstId];
  const kind = (holder.words[at + INFO_WORD] >>> 24) & 0x7f;
  return `${(NOTATIONS[kind] ?? NOTATIONS[0]).name} '${nameText(source, holder.words[at + NAME_WORD])}'`;
}

function fieldText({ label, shift, bits, names, signed }: Field, word: number): string {
  const value = Math.floor(word / 2 ** shift) % 2 ** bits;
  const unknown = label === "encoding" ? "UNKN" : "(unknown)";
  if (Object.keys(names).length > 0) return `${label}=${names[value] ?? unknown}`;
  return `${label}=${signed ? value | 0 : value}`;
}

function holderOf(source: Btf, id: TypeId): Btf {
  return source.base !== null && id < source.firstId ? holderOf(source.base, id) : source;
}

function nameText(source: Btf, off: number): string {
  if (off === 0) return "(anon)";
  let { strings } = source;
  while (off < strings.firstOff && strings.base !== null) strings = strings.base;
  const at = off - strings.firstOff;
  const bytes = Buffer.from(strings.bytes.subarray(at, strings.bytes.indexOf(0, at)));
  return bytes
    .toString("latin1")
    .replace(/[^\x20-\x5b\x5d-\x7e]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

/** `label=value` pairs of a line. */
function valuesOf(text: string): Map<string, string> {
  const pairs = [...text.matchAll(/(\w+)=([^\s,]+(?:,[^\s,]+)*)/g)].map((match): [string, string] => [
    match[1],
    match[2],
  ]);
  return new Map(pairs);
}

function writeUnknown(words: number[], record: number, values: Map<string, string>): void {
  const kind = Number(values.get("kind") ?? 0);
  words[record + INFO_WORD] = (kind << 24) | Number(values.get("vlen") ?? 0);
  words[record + 2] = Number(values.get("size") ?? 0);
  words.push(...wordsOf(values));
}

function wordsOf(values: Map<string, string>): number[] {
  return values.get("words")?.split(",").map(Number) ?? [];
}

function writeFields(
  words: number[],
  at: number,
  fields: readonly Field[],
  values: Map<string, string>,
  line: string,
): void {
  for (const { label, word, shift, names } of fields) {
    const text = values.get(label);
    if (text === undefined) throw new Error(`no ${label} in: ${line}`);
    const named = Object.keys(names).find((value) => names[Number(value)] === text);
    const value = Number(named ?? text);
    if (Number.isNaN(value)) throw new Error(`what is ${label}=${text} in: ${line}`);
    words[at + word] = ((words[at + word] ?? 0) | ((value | 0) << shift)) >>> 0;
  }
  if (values.get("kflag") === "1") words[at + INFO_WORD] = (words[at + INFO_WORD] | KFLAG) >>> 0;
  const nameOff = values.get("name_off");
  if (nameOff !== undefined) words[at + NAME_WORD] = Number(nameOff);
}

function writeElement(
  words: number[],
  record: number,
  element: NonNullable<Notation["element"]>,
  line: string,
  strings: Strings,
): void {
  const at = words.length;
  words.push(...new Array<number>(element.words).fill(0));
  const name = element.named ? /^'(.*)' (.*)$/.exec(line) : ["", "", line];
  if (name === null) throw new Error(`not an element: ${line}`);
  const values = valuesOf(name[2]);
  if (element.named) words[at] = strings.add(name[1]);
  const value = values.get("val");
  if (value !== undefined) {
    const bits = BigInt(value.replace(/U?LL$/, ""));
    words[at + 1] = Number(BigInt.asUintN(32, bits));
    if (element.words === 3) words[at + 2] = Number(BigInt.asUintN(32, bits >> 32n));
  } else {
    for (const each of element.fields) words[at + each.word] = Number(values.get(each.label));
  }
  const bitfield = values.get("bitfield_size");
  if (bitfield !== undefined) {
    words[record + INFO_WORD] = (words[record + INFO_WORD] | KFLAG) >>> 0;
    words[at + 2] = (words[at + 2] | (Number(bitfield) << 24)) >>> 0;
  }
  const nameOff = values.get("name_off");
  if (nameOff !== undefined) words[at] = Number(nameOff);
}

/** Whole strings, each once, those of the base by the base's offset. */
class Strings {
  readonly #offsets: Map<string, number> = new Map();
  readonly #parts: Buffer[] = [];
  #end = 0;

  constructor(base: Btf | null) {
    if (base === null) this.#append(Buffer.alloc(0));
    for (let table = base?.strings ?? null; table !== null; table = table.base) {
      this.#end = Math.max(this.#end, table.firstOff + table.bytes.length);
      for (let at = 0; at < table.bytes.length; ) {
        const end = table.bytes.indexOf(0, at);
        this.#offsets.set(Buffer.from(table.bytes.subarray(at, end)).toString("latin1"), table.firstOff + at);
        at = end + 1;
      }
    }
  }

  add(name: string): number {
    if (name === "(anon)") return 0;
    const bytes = Buffer.concat(
      name
        .split(/(\\x[0-9a-f]{2})/)
        .map((part) =>
          part.startsWith("\\x") ? Buffer.of(Number.parseInt(part.slice(2), 16)) : Buffer.from(part),
        ),
    );
    const known = this.#offsets.get(bytes.toString("latin1"));
    return known === undefined || (name === "" && known === 0) ? this.#append(bytes) : known;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  #append(bytes: Buffer): number {
    const off = this.#end;
    this.#offsets.set(bytes.toString("latin1"), off);
    this.#parts.push(bytes, Buffer.alloc(1));
    this.#end += bytes.length + 1;
    return off;
  }
}

/** `struct btf_header` and the sections: types, layout, strings. */
function layOut(words: Uint32Array, strings: Uint8Array, form: Form): Uint8Array {
  const { littleEndian = true, layout = [], gaps = [0, 0, 0] } = form;
  const hdrLen = form.hdrLen ?? (layout.length > 0 ? 32 : 24);
  const typeOff = gaps[0];
  const layoutOff = typeOff + words.byteLength;
  const layoutLen = layout.length * 4;
  const strOff = layoutOff + layoutLen + gaps[1];
  const out = new Uint8Array(hdrLen + strOff + strings.length + gaps[2]);
  const view = new DataView(out.buffer);
  view.setUint16(0, 0xeb9f, littleEndian);
  view.setUint8(2, 1);
  const fields = [hdrLen, typeOff, words.byteLength, strOff, strings.length];
  if (hdrLen >= 32 && layoutLen > 0) fields.push(layoutOff, layoutLen);
  fields.forEach((value, i) => {
    view.setUint32(4 + i * 4, value, littleEndian);
  });
  words.forEach((word, i) => {
    view.setUint32(hdrLen + typeOff + i * 4, word, littleEndian);
  });
  layout.forEach(([info, elem], kind) => {
    out[hdrLen + layoutOff + kind * 4] = info;
    out[hdrLen + layoutOff + kind * 4 + 1] = elem;
  });
  out.set(strings, hdrLen + strOff);
  return out;
}
