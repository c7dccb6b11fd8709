import type { Btf, TypeId } from "../btf/btf.ts";
import * as K from "../btf/kinds.ts";
import { ascii } from "../btf/strings.ts";
import { flatStrings } from "../types/flat.ts";
import { locationText } from "../types/locations.ts";
import { refuseEndlessText } from "./endless.ts";
import { jsonName, jsonNameCompat } from "./json-names.ts";
import { INT_ENCODINGS, LINKAGES, VAR_LINKAGES, word } from "./phrases.ts";
import type { ByteSink } from "./sink.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;

/** How to print, and which types. */
export interface JsonOptions {
  /** The types to print, in this order; all own types of the BTF if absent. */
  readonly ids?: ArrayLike<TypeId>;
  /** A line for each field, as `bpftool -p`; else all on one line, as `bpftool -j`. */
  readonly pretty?: boolean;
  /**
   * The output of bpftool 7.8 bug for bug: unsigned enumerators of 32 bits above 2^31 sign-extended to 64, and names
   * with control bytes or bytes that are no UTF-8 as they are, which is not JSON.
   */
  readonly compat?: boolean;
}

/** Prints types as `bpftool -j` and `-p` do: `{"types":[{"id":…,"kind":…,"name":…},…]}` and a newline. */
export function dumpJson(btf: Btf, sink: ByteSink, options: JsonOptions = {}): void {
  refuseEndlessText(btf, false);
  const printer = new JsonPrinter(btf, sink, options.pretty === true, options.compat === true);
  const count = options.ids === undefined ? btf.typeCount - btf.firstId : options.ids.length;
  const text = printer.text;
  sink.put(text.begin);
  for (let i = 0; i < count; i++) {
    if (i > 0) sink.byte(COMMA);
    printer.print(options.ids === undefined ? btf.firstId + i : options.ids[i]);
  }
  sink.put(count > 0 ? text.end : text.endEmpty);
}

const ANON = ascii("(anon)");

/** The pieces between the values. A string's piece ends with its opening quote, the piece after it begins with the closing one. */
interface Pieces {
  readonly begin: Uint8Array;
  readonly end: Uint8Array;
  readonly endEmpty: Uint8Array;
  readonly id: Uint8Array;
  readonly kindName: readonly Uint8Array[];
  readonly size: Uint8Array;
  readonly bitsOffset: Uint8Array;
  readonly nrBits: Uint8Array;
  readonly encoding: Uint8Array;
  readonly typeId: Uint8Array;
  readonly indexTypeId: Uint8Array;
  readonly nrElems: Uint8Array;
  readonly vlen: Uint8Array;
  readonly retTypeId: Uint8Array;
  readonly signedSize: Uint8Array;
  readonly unsignedSize: Uint8Array;
  readonly linkage: Uint8Array;
  readonly componentIdx: Uint8Array;
  readonly fwdStruct: Uint8Array;
  readonly fwdUnion: Uint8Array;
  readonly members: Uint8Array;
  readonly values: Uint8Array;
  readonly params: Uint8Array;
  readonly vars: Uint8Array;
  readonly elementName: Uint8Array;
  readonly elementTypeId: Uint8Array;
  readonly elementVal: Uint8Array;
  readonly elementBitsOffset: Uint8Array;
  readonly elementBitfieldSize: Uint8Array;
  readonly varTypeId: Uint8Array;
  readonly varOffset: Uint8Array;
  readonly varSize: Uint8Array;
  readonly flags: Uint8Array;
  readonly value: Uint8Array;
  readonly locs: Uint8Array;
  readonly plainElement: Uint8Array;
  readonly elementValue: Uint8Array;
  readonly elementFuncTypeId: Uint8Array;
  readonly elementLocProtoTypeId: Uint8Array;
  readonly endElement: Uint8Array;
  readonly endElements: Uint8Array;
  readonly endNoElements: Uint8Array;
  readonly endType: Uint8Array;
}

/** `jsonw_name` and `jsonw_eol` of bpftool's json_writer.c: pretty output indents by four spaces for each level. */
function pieces(pretty: boolean): Pieces {
  const line = (depth: number) => (pretty ? `\n${"    ".repeat(depth)}` : "");
  const key = (depth: number, name: string) => `${line(depth)}"${name}":${pretty ? " " : ""}`;
  const field = (name: string) => ascii(`,${key(3, name)}`);
  const elementField = (name: string) => ascii(`,${key(5, name)}`);
  return {
    begin: ascii(`{${key(1, "types")}[`),
    end: ascii(`${line(1)}]${line(0)}}\n`),
    endEmpty: ascii(`]${line(0)}}\n`),
    id: ascii(`{${key(3, "id")}`),
    kindName: K.KINDS.map((kind) => ascii(`,${key(3, "kind")}"${kind.name}",${key(3, "name")}"`)),
    size: field("size"),
    bitsOffset: field("bits_offset"),
    nrBits: field("nr_bits"),
    encoding: ascii(`,${key(3, "encoding")}"`),
    typeId: field("type_id"),
    indexTypeId: field("index_type_id"),
    nrElems: field("nr_elems"),
    vlen: field("vlen"),
    retTypeId: field("ret_type_id"),
    signedSize: ascii(`,${key(3, "encoding")}"SIGNED",${key(3, "size")}`),
    unsignedSize: ascii(`,${key(3, "encoding")}"UNSIGNED",${key(3, "size")}`),
    linkage: ascii(`,${key(3, "linkage")}"`),
    componentIdx: field("component_idx"),
    fwdStruct: ascii(`,${key(3, "fwd_kind")}"struct"`),
    fwdUnion: ascii(`,${key(3, "fwd_kind")}"union"`),
    members: ascii(`,${key(3, "members")}[`),
    values: ascii(`,${key(3, "values")}[`),
    params: ascii(`,${key(3, "params")}[`),
    vars: ascii(`,${key(3, "vars")}[`),
    elementName: ascii(`{${key(5, "name")}"`),
    elementTypeId: ascii(`",${key(5, "type_id")}`),
    elementVal: ascii(`",${key(5, "val")}`),
    elementBitsOffset: elementField("bits_offset"),
    elementBitfieldSize: elementField("bitfield_size"),
    varTypeId: ascii(`{${key(5, "type_id")}`),
    varOffset: elementField("offset"),
    varSize: elementField("size"),
    flags: field("flags"),
    value: ascii(`,${key(3, "value")}"`),
    locs: ascii(`,${key(3, "locs")}[`),
    plainElement: ascii(line(4)),
    elementValue: ascii(`,${key(5, "value")}"`),
    elementFuncTypeId: ascii(`",${key(5, "func_type_id")}`),
    elementLocProtoTypeId: elementField("loc_proto_type_id"),
    endElement: ascii(`${line(4)}}`),
    endElements: ascii(`${line(3)}]`),
    endNoElements: ascii("]"),
    endType: ascii(`${line(2)}}`),
  };
}

/** Everything an object needs, held once. */
class JsonPrinter {
  readonly btf: Btf;
  readonly sink: ByteSink;
  readonly strings: Uint8Array;
  readonly text: Pieces;
  readonly compat: boolean;

  constructor(btf: Btf, sink: ByteSink, pretty: boolean, compat: boolean) {
    this.btf = btf;
    this.sink = sink;
    this.strings = flatStrings(btf.strings);
    this.text = pieces(pretty);
    this.compat = compat;
  }

  name(off: number): void {
    if (off === 0) this.sink.put(ANON);
    else if (this.compat) jsonNameCompat(this.sink, this.strings, off);
    else jsonName(this.sink, this.strings, off);
  }

  print(id: TypeId): void {
    const sink = this.sink;
    const text = this.text;
    sink.put(text.id);
    sink.uint(id);
    if (id === 0) {
      // Void has no record; bpftool reads it as a record of zeros.
      sink.put(text.kindName[K.UNKN]);
      this.name(0);
      sink.byte(QUOTE);
    } else {
      const holder = id >= this.btf.firstId ? this.btf : this.btf.holder(id);
      const words = holder.words;
      const at = holder.starts[id - holder.firstId];
      const kind = K.infoKind(words[at + K.INFO]);
      sink.put(text.kindName[kind <= K.MAX_KIND ? kind : K.UNKN]);
      this.name(words[at + K.NAME_OFF]);
      sink.byte(QUOTE);
      this.fields(words, at, kind);
    }
    sink.put(text.endType);
  }

  field(piece: Uint8Array, value: number): void {
    this.sink.put(piece);
    this.sink.uint(value);
  }

  fields(words: Uint32Array, at: number, kind: K.KindNumber): void {
    const sink = this.sink;
    const text = this.text;
    const third = words[at + K.SIZE_OR_TYPE];
    switch (kind) {
      case K.INT: {
        const data = words[at + K.FIRST_INFO];
        this.field(text.size, third);
        this.field(text.bitsOffset, (data >>> 16) & 0xff);
        this.field(text.nrBits, data & 0xff);
        sink.put(text.encoding);
        sink.put(word(INT_ENCODINGS, (data >>> 24) & 0xf));
        sink.byte(QUOTE);
        return;
      }
      case K.PTR:
      case K.CONST:
      case K.VOLATILE:
      case K.RESTRICT:
      case K.TYPEDEF:
      case K.TYPE_TAG:
        this.field(text.typeId, third);
        return;
      case K.ARRAY:
        this.field(text.typeId, words[at + K.ARRAY_TYPE]);
        this.field(text.indexTypeId, words[at + K.ARRAY_INDEX_TYPE]);
        this.field(text.nrElems, words[at + K.ARRAY_ELEMENTS]);
        return;
      case K.STRUCT:
      case K.UNION:
        this.field(text.size, third);
        this.members(words, at);
        return;
      case K.ENUM:
      case K.ENUM64:
        this.enumerators(words, at);
        return;
      case K.FWD:
        sink.put(K.infoKflag(words[at + K.INFO]) ? text.fwdUnion : text.fwdStruct);
        return;
      case K.FUNC:
        this.field(text.typeId, third);
        sink.put(text.linkage);
        sink.put(word(LINKAGES, K.infoVlen(words[at + K.INFO])));
        sink.byte(QUOTE);
        return;
      case K.FUNC_PROTO:
        this.params(words, at);
        return;
      case K.VAR:
        this.field(text.typeId, third);
        sink.put(text.linkage);
        sink.put(word(VAR_LINKAGES, words[at + K.FIRST_INFO]));
        sink.byte(QUOTE);
        return;
      case K.DATASEC:
        this.field(text.size, third);
        this.variables(words, at);
        return;
      case K.FLOAT:
        this.field(text.size, third);
        return;
      case K.DECL_TAG:
        this.field(text.typeId, third);
        sink.put(text.componentIdx);
        sink.int(words[at + K.FIRST_INFO]);
        return;
      case K.LOC_PARAM:
        this.location(words, at);
        return;
      case K.LOC_PROTO:
        this.locationParams(words, at);
        return;
      case K.LOCSEC:
        this.locations(words, at);
        return;
      default:
        K.notKnown(kind);
    }
  }

  members(words: Uint32Array, at: number): void {
    const sink = this.sink;
    const text = this.text;
    const info = words[at + K.INFO];
    const vlen = K.infoVlen(info);
    const kflag = K.infoKflag(info);
    this.field(text.vlen, vlen);
    sink.put(text.members);
    let member = at + K.HEAD_WORDS;
    for (let i = 0; i < vlen; i++, member += K.MEMBER_WORDS) {
      if (i > 0) sink.byte(COMMA);
      sink.put(text.elementName);
      this.name(words[member]);
      this.field(text.elementTypeId, words[member + K.MEMBER_TYPE]);
      const offset = words[member + K.MEMBER_OFFSET];
      this.field(text.elementBitsOffset, kflag ? offset & 0xffffff : offset);
      if (kflag && offset >>> 24 !== 0) this.field(text.elementBitfieldSize, offset >>> 24);
      sink.put(text.endElement);
    }
    sink.put(vlen > 0 ? text.endElements : text.endNoElements);
  }

  /** Values of an ENUM, or of an ENUM64, which have a second word. */
  enumerators(words: Uint32Array, at: number): void {
    const sink = this.sink;
    const text = this.text;
    const info = words[at + K.INFO];
    const vlen = K.infoVlen(info);
    const signed = K.infoKflag(info);
    const is64 = K.infoKind(info) === K.ENUM64;
    const step = is64 ? K.ENUMERATOR64_WORDS : K.ENUMERATOR_WORDS;
    const extends32 = signed || this.compat;
    this.field(signed ? text.signedSize : text.unsignedSize, words[at + K.SIZE_OR_TYPE]);
    this.field(text.vlen, vlen);
    sink.put(text.values);
    let value = at + K.HEAD_WORDS;
    for (let i = 0; i < vlen; i++, value += step) {
      if (i > 0) sink.byte(COMMA);
      sink.put(text.elementName);
      this.name(words[value]);
      sink.put(text.elementVal);
      const low = words[value + K.ENUMERATOR_VALUE];
      const high = is64 ? words[value + K.ENUMERATOR64_HIGH] : extends32 && low >>> 31 === 1 ? 0xffffffff : 0;
      if (signed) sink.int64(high, low);
      else sink.uint64(high, low);
      sink.put(text.endElement);
    }
    sink.put(vlen > 0 ? text.endElements : text.endNoElements);
  }

  params(words: Uint32Array, at: number): void {
    const sink = this.sink;
    const text = this.text;
    const vlen = K.infoVlen(words[at + K.INFO]);
    this.field(text.retTypeId, words[at + K.SIZE_OR_TYPE]);
    this.field(text.vlen, vlen);
    sink.put(text.params);
    let param = at + K.HEAD_WORDS;
    for (let i = 0; i < vlen; i++, param += K.PARAM_WORDS) {
      if (i > 0) sink.byte(COMMA);
      sink.put(text.elementName);
      this.name(words[param]);
      this.field(text.elementTypeId, words[param + K.PARAM_TYPE]);
      sink.put(text.endElement);
    }
    sink.put(vlen > 0 ? text.endElements : text.endNoElements);
  }

  location(words: Uint32Array, at: number): void {
    const sink = this.sink;
    const text = this.text;
    const vlen = K.infoVlen(words[at + K.INFO]);
    this.field(text.size, words[at + K.SIZE_OR_TYPE]);
    this.field(text.flags, words[at + K.FIRST_INFO]);
    this.field(text.vlen, vlen);
    sink.put(text.values);
    const first = at + K.FIRST_INFO + 1;
    for (let i = 0; i < vlen; i++) {
      if (i > 0) sink.byte(COMMA);
      sink.put(text.plainElement);
      sink.uint(words[first + i]);
    }
    sink.put(vlen > 0 ? text.endElements : text.endNoElements);
    sink.put(text.value);
    sink.text(locationText(words, at));
    sink.byte(QUOTE);
  }

  locationParams(words: Uint32Array, at: number): void {
    const sink = this.sink;
    const text = this.text;
    const vlen = K.infoVlen(words[at + K.INFO]);
    this.field(text.vlen, vlen);
    sink.put(text.params);
    for (let i = 0; i < vlen; i++) {
      const id = words[at + K.HEAD_WORDS + i * K.LOC_PROTO_PARAM_WORDS];
      if (i > 0) sink.byte(COMMA);
      this.field(text.varTypeId, id);
      if (this.btf.kind(id) === K.LOC_PARAM) {
        const holder = this.btf.holder(id);
        sink.put(text.elementValue);
        sink.text(locationText(holder.words, holder.start(id)));
        sink.byte(QUOTE);
      }
      sink.put(text.endElement);
    }
    sink.put(vlen > 0 ? text.endElements : text.endNoElements);
  }

  locations(words: Uint32Array, at: number): void {
    const sink = this.sink;
    const text = this.text;
    const vlen = K.infoVlen(words[at + K.INFO]);
    this.field(text.vlen, vlen);
    sink.put(text.locs);
    let place = at + K.HEAD_WORDS;
    for (let i = 0; i < vlen; i++, place += K.LOC_WORDS) {
      const func = words[place + K.LOC_FUNC];
      if (i > 0) sink.byte(COMMA);
      sink.put(text.elementName);
      this.name(this.btf.nameOff(func));
      this.field(text.elementFuncTypeId, func);
      this.field(text.elementLocProtoTypeId, words[place + K.LOC_PROTO_ID]);
      this.field(text.varOffset, words[place + K.LOC_OFFSET]);
      sink.put(text.endElement);
    }
    sink.put(vlen > 0 ? text.endElements : text.endNoElements);
  }

  variables(words: Uint32Array, at: number): void {
    const sink = this.sink;
    const text = this.text;
    const vlen = K.infoVlen(words[at + K.INFO]);
    this.field(text.vlen, vlen);
    sink.put(text.vars);
    let entry = at + K.HEAD_WORDS;
    for (let i = 0; i < vlen; i++, entry += K.SECTION_VAR_WORDS) {
      if (i > 0) sink.byte(COMMA);
      this.field(text.varTypeId, words[entry + K.SECTION_VAR_TYPE]);
      this.field(text.varOffset, words[entry + K.SECTION_VAR_OFFSET]);
      this.field(text.varSize, words[entry + K.SECTION_VAR_SIZE]);
      sink.put(text.endElement);
    }
    sink.put(vlen > 0 ? text.endElements : text.endNoElements);
  }
}
