import type { Btf, TypeId } from "../btf/btf.ts";
import * as K from "../btf/kinds.ts";
import { ascii } from "../btf/strings.ts";
import { flatStrings } from "../types/flat.ts";
import { locationText } from "../types/locations.ts";
import { refuseEndlessText } from "./endless.ts";
import { INT_ENCODINGS, LINKAGES, VAR_LINKAGES, word } from "./phrases.ts";
import type { ByteSink } from "./sink.ts";

const QUOTE = 0x27;
const NEWLINE = 0x0a;

/** How to print, and which types. */
export interface RawOptions {
  /** The types to print, in this order; all own types of the BTF if absent. */
  readonly ids?: ArrayLike<TypeId>;
  /** Print bytes of names that are not printable ASCII, and backslashes, as `\xNN`: for terminals. */
  readonly escapeControl?: boolean;
}

/**
 * Prints types as bpftool's `format raw` does: a line for each, a line with a tab for each member
 * (`dump_btf_type`, bpftool src/btf.c).
 */
export function dumpRaw(btf: Btf, sink: ByteSink, options: RawOptions = {}): void {
  refuseEndlessText(btf, false);
  const printer = new RawPrinter(btf, sink, options.escapeControl === true);
  if (options.ids === undefined) {
    for (let id = btf.firstId; id < btf.typeCount; id++) printer.print(id);
  } else {
    for (let i = 0; i < options.ids.length; i++) printer.print(options.ids[i]);
  }
}

const HEADS = K.KINDS.map((kind) => ascii(`] ${kind.name} '`));
const NAMES = K.KINDS.map((kind) => ascii(` (${kind.name} '`));
const ANON = ascii("(anon)");
const TYPE_ID = ascii(" type_id=");
const SIZE = ascii(" size=");
const VLEN = ascii(" vlen=");
const BITS_OFFSET = ascii(" bits_offset=");
const BITFIELD_SIZE = ascii(" bitfield_size=");
const NR_BITS = ascii(" nr_bits=");
const ENCODING = ascii(" encoding=");
const INDEX_TYPE_ID = ascii(" index_type_id=");
const NR_ELEMS = ascii(" nr_elems=");
const SIGNED_SIZE = ascii(" encoding=SIGNED size=");
const UNSIGNED_SIZE = ascii(" encoding=UNSIGNED size=");
const FWD_STRUCT = ascii(" fwd_kind=struct");
const FWD_UNION = ascii(" fwd_kind=union");
const LINKAGE = ascii(" linkage=");
const VAR_LINKAGE = ascii(", linkage=");
const RET_TYPE_ID = ascii(" ret_type_id=");
const COMPONENT_IDX = ascii(" component_idx=");
const ELEMENT_NAME = ascii("\n\t'");
const ELEMENT_TYPE_ID = ascii("' type_id=");
const ELEMENT_VAL = ascii("' val=");
const VAR_TYPE_ID = ascii("\n\ttype_id=");
const VAR_OFFSET = ascii(" offset=");
const CLOSE_NAME = ascii("')");
const FLAGS = ascii(" flags=0x");
const VALUES = ascii(" values='");
const VALUE = ascii(" value='");
const LOC_NAME = ascii("\n\tname='");
const FUNC_TYPE_ID = ascii("' func_type_id=");
const LOC_PROTO_TYPE_ID = ascii(" loc_proto_type_id=");
const LL = ascii("LL");
const ULL = ascii("ULL");
const NO_SUFFIX: Uint8Array = new Uint8Array(0);

/** Everything a line needs, held once. */
class RawPrinter {
  readonly btf: Btf;
  readonly sink: ByteSink;
  readonly strings: Uint8Array;
  readonly escapes: boolean;

  constructor(btf: Btf, sink: ByteSink, escapes: boolean) {
    this.btf = btf;
    this.sink = sink;
    this.strings = flatStrings(btf.strings);
    this.escapes = escapes;
  }

  name(off: number): void {
    const sink = this.sink;
    if (off === 0) sink.put(ANON);
    else if (this.escapes) escapedName(sink, this.strings, off);
    else sink.name(this.strings, off);
  }

  print(id: TypeId): void {
    const sink = this.sink;
    sink.byte(0x5b);
    sink.uint(id);
    if (id === 0) {
      // Void has no record; bpftool reads it as a record of zeros.
      sink.put(HEADS[K.UNKN]);
      this.name(0);
    } else {
      const holder = id >= this.btf.firstId ? this.btf : this.btf.holder(id);
      const words = holder.words;
      const at = holder.starts[id - holder.firstId];
      const kind = K.infoKind(words[at + K.INFO]);
      sink.put(HEADS[kind <= K.MAX_KIND ? kind : K.UNKN]);
      this.name(words[at + K.NAME_OFF]);
      sink.byte(QUOTE);
      this.fields(words, at, kind);
      sink.byte(NEWLINE);
      return;
    }
    sink.byte(QUOTE);
    sink.byte(NEWLINE);
  }

  fields(words: Uint32Array, at: number, kind: K.KindNumber): void {
    const sink = this.sink;
    const third = words[at + K.SIZE_OR_TYPE];
    switch (kind) {
      case K.INT: {
        const data = words[at + K.FIRST_INFO];
        sink.put(SIZE);
        sink.uint(third);
        sink.put(BITS_OFFSET);
        sink.uint((data >>> 16) & 0xff);
        sink.put(NR_BITS);
        sink.uint(data & 0xff);
        sink.put(ENCODING);
        sink.put(word(INT_ENCODINGS, (data >>> 24) & 0xf));
        return;
      }
      case K.PTR:
      case K.CONST:
      case K.VOLATILE:
      case K.RESTRICT:
      case K.TYPEDEF:
      case K.TYPE_TAG:
        sink.put(TYPE_ID);
        sink.uint(third);
        return;
      case K.ARRAY:
        sink.put(TYPE_ID);
        sink.uint(words[at + K.ARRAY_TYPE]);
        sink.put(INDEX_TYPE_ID);
        sink.uint(words[at + K.ARRAY_INDEX_TYPE]);
        sink.put(NR_ELEMS);
        sink.uint(words[at + K.ARRAY_ELEMENTS]);
        return;
      case K.STRUCT:
      case K.UNION:
        this.members(words, at);
        return;
      case K.ENUM:
      case K.ENUM64:
        this.enumerators(words, at);
        return;
      case K.FWD:
        sink.put(K.infoKflag(words[at + K.INFO]) ? FWD_UNION : FWD_STRUCT);
        return;
      case K.FUNC:
        sink.put(TYPE_ID);
        sink.uint(third);
        sink.put(LINKAGE);
        sink.put(word(LINKAGES, K.infoVlen(words[at + K.INFO])));
        return;
      case K.FUNC_PROTO:
        this.params(words, at);
        return;
      case K.VAR:
        sink.put(TYPE_ID);
        sink.uint(third);
        sink.put(VAR_LINKAGE);
        sink.put(word(VAR_LINKAGES, words[at + K.FIRST_INFO]));
        return;
      case K.DATASEC:
        this.variables(words, at);
        return;
      case K.FLOAT:
        sink.put(SIZE);
        sink.uint(third);
        return;
      case K.DECL_TAG:
        sink.put(TYPE_ID);
        sink.uint(third);
        sink.put(COMPONENT_IDX);
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
    const info = words[at + K.INFO];
    const vlen = K.infoVlen(info);
    const kflag = K.infoKflag(info);
    sink.put(SIZE);
    sink.uint(words[at + K.SIZE_OR_TYPE]);
    sink.put(VLEN);
    sink.uint(vlen);
    let member = at + K.HEAD_WORDS;
    for (let i = 0; i < vlen; i++, member += K.MEMBER_WORDS) {
      sink.put(ELEMENT_NAME);
      this.name(words[member]);
      sink.put(ELEMENT_TYPE_ID);
      sink.uint(words[member + K.MEMBER_TYPE]);
      sink.put(BITS_OFFSET);
      const offset = words[member + K.MEMBER_OFFSET];
      sink.uint(kflag ? offset & 0xffffff : offset);
      if (kflag && offset >>> 24 !== 0) {
        sink.put(BITFIELD_SIZE);
        sink.uint(offset >>> 24);
      }
    }
  }

  /** Values of an ENUM, or of an ENUM64, which have a second word. */
  enumerators(words: Uint32Array, at: number): void {
    const sink = this.sink;
    const info = words[at + K.INFO];
    const signed = K.infoKflag(info);
    const is64 = K.infoKind(info) === K.ENUM64;
    const step = is64 ? K.ENUMERATOR64_WORDS : K.ENUMERATOR_WORDS;
    const suffix = !is64 ? NO_SUFFIX : signed ? LL : ULL;
    sink.put(signed ? SIGNED_SIZE : UNSIGNED_SIZE);
    sink.uint(words[at + K.SIZE_OR_TYPE]);
    sink.put(VLEN);
    sink.uint(K.infoVlen(info));
    const end = at + K.HEAD_WORDS + K.infoVlen(info) * step;
    for (let value = at + K.HEAD_WORDS; value < end; value += step) {
      sink.put(ELEMENT_NAME);
      this.name(words[value]);
      sink.put(ELEMENT_VAL);
      const low = words[value + K.ENUMERATOR_VALUE];
      const high = is64 ? words[value + K.ENUMERATOR64_HIGH] : signed && low >>> 31 === 1 ? 0xffffffff : 0;
      if (signed) sink.int64(high, low);
      else sink.uint64(high, low);
      sink.put(suffix);
    }
  }

  params(words: Uint32Array, at: number): void {
    const sink = this.sink;
    const vlen = K.infoVlen(words[at + K.INFO]);
    sink.put(RET_TYPE_ID);
    sink.uint(words[at + K.SIZE_OR_TYPE]);
    sink.put(VLEN);
    sink.uint(vlen);
    const end = at + K.HEAD_WORDS + vlen * K.PARAM_WORDS;
    for (let param = at + K.HEAD_WORDS; param < end; param += K.PARAM_WORDS) {
      sink.put(ELEMENT_NAME);
      this.name(words[param]);
      sink.put(ELEMENT_TYPE_ID);
      sink.uint(words[param + K.PARAM_TYPE]);
    }
  }

  location(words: Uint32Array, at: number): void {
    const sink = this.sink;
    sink.put(SIZE);
    sink.uint(words[at + K.SIZE_OR_TYPE]);
    sink.put(FLAGS);
    sink.text(words[at + K.FIRST_INFO].toString(16));
    sink.put(VLEN);
    sink.uint(K.infoVlen(words[at + K.INFO]));
    sink.put(VALUES);
    sink.text(locationText(words, at));
    sink.byte(QUOTE);
  }

  /** The ids of a LOC_PROTO, with the locations that they name: 0 and types of another kind name none. */
  locationParams(words: Uint32Array, at: number): void {
    const sink = this.sink;
    const vlen = K.infoVlen(words[at + K.INFO]);
    sink.put(VLEN);
    sink.uint(vlen);
    const end = at + K.HEAD_WORDS + vlen * K.LOC_PROTO_PARAM_WORDS;
    for (let param = at + K.HEAD_WORDS; param < end; param += K.LOC_PROTO_PARAM_WORDS) {
      const id = words[param];
      sink.put(VAR_TYPE_ID);
      sink.uint(id);
      if (this.btf.kind(id) !== K.LOC_PARAM) continue;
      const holder = this.btf.holder(id);
      sink.put(VALUE);
      sink.text(locationText(holder.words, holder.start(id)));
      sink.byte(QUOTE);
    }
  }

  locations(words: Uint32Array, at: number): void {
    const sink = this.sink;
    const vlen = K.infoVlen(words[at + K.INFO]);
    sink.put(VLEN);
    sink.uint(vlen);
    const end = at + K.HEAD_WORDS + vlen * K.LOC_WORDS;
    for (let place = at + K.HEAD_WORDS; place < end; place += K.LOC_WORDS) {
      const func = words[place + K.LOC_FUNC];
      sink.put(LOC_NAME);
      this.name(this.btf.nameOff(func));
      sink.put(FUNC_TYPE_ID);
      sink.uint(func);
      sink.put(LOC_PROTO_TYPE_ID);
      sink.uint(words[place + K.LOC_PROTO_ID]);
      sink.put(VAR_OFFSET);
      sink.uint(words[place + K.LOC_OFFSET]);
    }
  }

  variables(words: Uint32Array, at: number): void {
    const sink = this.sink;
    const btf = this.btf;
    const vlen = K.infoVlen(words[at + K.INFO]);
    sink.put(SIZE);
    sink.uint(words[at + K.SIZE_OR_TYPE]);
    sink.put(VLEN);
    sink.uint(vlen);
    const end = at + K.HEAD_WORDS + vlen * K.SECTION_VAR_WORDS;
    for (let entry = at + K.HEAD_WORDS; entry < end; entry += K.SECTION_VAR_WORDS) {
      const type = words[entry + K.SECTION_VAR_TYPE];
      sink.put(VAR_TYPE_ID);
      sink.uint(type);
      sink.put(VAR_OFFSET);
      sink.uint(words[entry + K.SECTION_VAR_OFFSET]);
      sink.put(SIZE);
      sink.uint(words[entry + K.SECTION_VAR_SIZE]);
      const kind = btf.kind(type);
      sink.put(NAMES[kind <= K.MAX_KIND ? kind : K.UNKN]);
      this.name(btf.nameOff(type));
      sink.put(CLOSE_NAME);
    }
  }
}

/** As `printable` of the string table writes it, without a string. */
export function escapedName(sink: ByteSink, strings: Uint8Array, off: number): void {
  for (let at = sink.plainName(strings, off, UNPRINTABLE); strings[at] !== 0; ) {
    sink.text(`\\x${strings[at].toString(16).padStart(2, "0")}`);
    at = sink.plainName(strings, at + 1, UNPRINTABLE);
  }
}

const UNPRINTABLE: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte < 0x7f && byte !== 0x5c ? 0 : 1,
);
