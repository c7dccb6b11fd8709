import type { Btf, TypeId } from "../btf/btf.ts";
import { refuseEndlessText } from "../btf/endless-text.ts";
import * as K from "../btf/kinds.ts";
import { ascii } from "../btf/strings.ts";
import { Behind } from "../types/behind.ts";
import { Layouts } from "../types/c-layout.ts";
import { type FlatBtf, flatten } from "../types/flat.ts";
import { holesOf } from "../types/layout.ts";
import { Measure, Sizes } from "../types/measure.ts";
import { pointerSizeOf } from "../types/pointer-size.ts";
import { MAX_NESTING, tooDeep, unfolds } from "../types/type-errors.ts";
import { typeText } from "../types/type-text.ts";
import { jsonName } from "./json-names.ts";
import type { ByteSink } from "./sink.ts";

/** How to print, and which types. */
export interface LayoutJsonOptions {
  /** The types to print, in this order; all structs and unions if absent. Other kinds are skipped. */
  readonly ids?: ArrayLike<TypeId>;
  readonly pretty?: boolean;
  readonly pointerSize?: 4 | 8;
}

/**
 * Prints the layout of structs and unions as JSON: what pahole says in comments, for programs. Offsets and sizes are in
 * bytes unless the field says bits; holes are as pahole counts them.
 * ```
 * {"layouts":[{"id":9,"kind":"STRUCT","name":"s","size":16,"align":8,"packed":false,
 *   "members":[{"name":"a","type_id":3,"type":"int","offset":0,"size":4},
 *              {"name":"b","type_id":3,"type":"int","offset":4,"size":4,"bit_offset":3,"bit_size":5},
 *              {"name":null,"type_id":5,"type":"union {...}","offset":8,"size":8,"kind":"UNION","members":[…],…}],
 *   "holes":[{"after":0,"offset":4,"size":4},{"after":1,"bit_size":3}],"padding":0,"bit_padding":0}]}
 * ```
 * The members of an unnamed struct or union are in it, with holes and padding, also if it has a tag (`struct tag;`,
 * with -fms-extensions); all offsets count from the outermost type. `after` is the index of the member that the hole
 * follows, -1 at the start. The offset and size of a bitfield are those of the integer that it lies in, and
 * `bit_offset` counts from there.
 */
export function dumpLayoutJson(btf: Btf, sink: ByteSink, options: LayoutJsonOptions = {}): void {
  refuseEndlessText(btf, true);
  const flat = flatten(btf);
  const printer = new LayoutPrinter(
    flat,
    sink,
    options.pointerSize ?? pointerSizeOf(btf),
    options.pretty === true,
  );
  const ids = compositesOf(flat, options.ids);
  // A struct without a layout, which holds itself, is refused before the first byte: half a document is not JSON.
  for (const id of ids) printer.check(id);
  printer.begin();
  for (const id of ids) printer.print(id);
  printer.end();
}

/** Structs and unions among the chosen types, or among all. */
function compositesOf(flat: FlatBtf, chosen: ArrayLike<TypeId> | undefined): TypeId[] {
  const ids: TypeId[] = [];
  const count = chosen === undefined ? flat.typeCount : chosen.length;
  for (let i = 0; i < count; i++) {
    const id = chosen === undefined ? i : chosen[i];
    if (K.isComposite(flat.kinds[id])) ids.push(id);
  }
  return ids;
}

class LayoutPrinter {
  readonly #flat: FlatBtf;
  readonly #sink: ByteSink;
  readonly #layouts: Layouts;
  readonly #sizes: Sizes;
  readonly #behind: Behind;
  readonly #measures: Measure[] = [];
  readonly #typeTexts = new Map<TypeId, Uint8Array>();
  /** Members that may still be looked at: unnamed types are written out wherever they are used. */
  #membersLeft: number;
  readonly #pretty: boolean;
  readonly #keys = new Map<string, Uint8Array>();
  #depth = 0;
  #isFirst = true;

  constructor(flat: FlatBtf, sink: ByteSink, pointerSize: number, pretty: boolean) {
    this.#flat = flat;
    this.#sink = sink;
    this.#layouts = new Layouts(flat, pointerSize);
    this.#sizes = new Sizes(flat, pointerSize);
    this.#behind = new Behind(flat);
    this.#membersLeft = 2 ** 20 + flat.words.length * 8;
    this.#pretty = pretty;
  }

  begin(): void {
    this.#open(OPEN_BRACE);
    this.#key("layouts");
    this.#open(OPEN_BRACKET);
  }

  end(): void {
    this.#close(CLOSE_BRACKET);
    this.#close(CLOSE_BRACE);
    this.#sink.byte(NEWLINE);
  }

  /** Throws what {@link print} would. */
  check(id: TypeId): void {
    this.#layouts.align(id);
    this.#checkMembers(id, 0);
  }

  #checkMembers(id: TypeId, depth: number): void {
    if (depth > MAX_NESTING) throw tooDeep(id);
    const measure = this.#measureAt(depth);
    measure.begin(id);
    this.#membersLeft -= measure.count;
    if (this.#membersLeft < 0) throw unfolds(id);
    for (let at = this.#flat.starts[id] + K.HEAD_WORDS; measure.next(); at += K.MEMBER_WORDS) {
      const inner = this.#spread(at);
      if (inner !== 0) this.#checkMembers(inner, depth + 1);
    }
  }

  print(id: TypeId): void {
    const { words, starts, kinds } = this.#flat;
    const at = starts[id];
    const isStruct = kinds[id] === K.STRUCT;
    this.#item();
    this.#open(OPEN_BRACE);
    this.#number("id", id);
    this.#kind(id);
    this.#name(words[at + K.NAME_OFF]);
    this.#number("size", words[at + K.SIZE_OR_TYPE]);
    this.#number("align", this.#layouts.align(id));
    this.#key("packed");
    this.#sink.put(isStruct && this.#layouts.isPacked(id) ? TRUE : FALSE);
    this.#body(id, 0, 0);
    this.#close(CLOSE_BRACE);
  }

  /** Members, holes and padding of a type that begins at byte `base` of the outermost one. */
  #body(id: TypeId, base: number, depth: number): void {
    const measure = this.#measureAt(depth);
    measure.begin(id);
    this.#key("members");
    this.#open(OPEN_BRACKET);
    for (let at = this.#flat.starts[id] + K.HEAD_WORDS; measure.next(); at += K.MEMBER_WORDS) {
      this.#member(at, measure, base, depth);
    }
    this.#close(CLOSE_BRACKET);
    const { padding, bitPadding } = measure;
    this.#key("holes");
    this.#open(OPEN_BRACKET);
    if (this.#flat.kinds[id] === K.STRUCT) {
      for (const hole of holesOf(measure, id)) {
        if (hole.bitSize > 0) this.#hole(hole.after, -1, hole.bitSize, true);
        else this.#hole(hole.after, base + hole.offset, hole.size, false);
      }
    }
    this.#close(CLOSE_BRACKET);
    this.#number("padding", Math.max(0, padding));
    this.#number("bit_padding", Math.max(0, bitPadding));
  }

  #member(at: number, measure: Measure, base: number, depth: number): void {
    const { words } = this.#flat;
    const type = words[at + K.MEMBER_TYPE];
    this.#item();
    this.#open(OPEN_BRACE);
    this.#name(words[at]);
    this.#number("type_id", type);
    this.#key("type");
    this.#sink.put(this.#typeText(type));
    this.#number("offset", base + measure.offset);
    this.#number("size", measure.bytes);
    if (measure.bitfieldSize !== 0) {
      this.#number("bit_offset", measure.bitOffset);
      this.#number("bit_size", measure.bitfieldSize);
    }
    const inner = this.#spread(at);
    if (inner !== 0) {
      this.#kind(inner);
      this.#body(inner, base + measure.offset, depth + 1);
    }
    this.#close(CLOSE_BRACE);
  }

  /**
   * The struct or union whose members the member at a word position adds to the one around it, otherwise 0. It may have
   * a tag (`struct tag;`, with -fms-extensions).
   */
  #spread(at: number): TypeId {
    const { words, kinds } = this.#flat;
    if (words[at] !== 0) return 0;
    const type = this.#behind.of(words[at + K.MEMBER_TYPE]);
    return K.isComposite(kinds[type]) ? type : 0;
  }

  /** A measure for each level of types inside each other: the outer one is not done yet. */
  #measureAt(depth: number): Measure {
    this.#measures[depth] ??= new Measure(this.#flat, this.#sizes);
    return this.#measures[depth];
  }

  /** The type as C writes it, in quotes. */
  #typeText(type: TypeId): Uint8Array {
    let text = this.#typeTexts.get(type);
    if (text === undefined) {
      // Names are printable ASCII here, so nothing but quotes and backslashes needs an escape.
      text = ascii(JSON.stringify(typeText(this.#flat, type)));
      this.#typeTexts.set(type, text);
    }
    return text;
  }

  #kind(id: TypeId): void {
    this.#key("kind");
    this.#sink.put(this.#flat.kinds[id] === K.STRUCT ? STRUCT : UNION);
  }

  #hole(after: number, offset: number, size: number, isBits: boolean): void {
    this.#item();
    this.#open(OPEN_BRACE);
    this.#number("after", after);
    if (isBits) this.#number("bit_size", size);
    else {
      this.#number("offset", offset);
      this.#number("size", size);
    }
    this.#close(CLOSE_BRACE);
  }

  /** Writes the name, null for anonymous types and members. */
  #name(nameOff: number): void {
    this.#key("name");
    if (nameOff === 0) {
      this.#sink.put(NULL);
      return;
    }
    this.#sink.byte(QUOTE);
    jsonName(this.#sink, this.#flat.strings, nameOff);
    this.#sink.byte(QUOTE);
  }

  #number(name: string, value: number): void {
    this.#key(name);
    // Sizes of hostile arrays go beyond 32 bits.
    if (value >= 0 && value < 2 ** 32) this.#sink.uint(value);
    else this.#sink.text(BigInt(value).toString());
  }

  #key(name: string): void {
    this.#item();
    let key = this.#keys.get(name);
    if (key === undefined) {
      key = ascii(this.#pretty ? `"${name}": ` : `"${name}":`);
      this.#keys.set(name, key);
    }
    this.#sink.put(key);
  }

  /** Called before each key and element: writes a comma unless it is the first, and a line break if pretty. */
  #item(): void {
    if (!this.#isFirst) this.#sink.byte(COMMA);
    this.#isFirst = false;
    if (this.#pretty) this.#line();
  }

  #open(bracket: number): void {
    this.#sink.byte(bracket);
    this.#depth++;
    this.#isFirst = true;
  }

  #close(bracket: number): void {
    this.#depth--;
    if (this.#pretty && !this.#isFirst) this.#line();
    this.#sink.byte(bracket);
    this.#isFirst = false;
  }

  #line(): void {
    this.#sink.byte(NEWLINE);
    for (let i = 0; i < this.#depth; i++) this.#sink.put(INDENT);
  }
}

const STRUCT = ascii('"STRUCT"');
const UNION = ascii('"UNION"');
const TRUE = ascii("true");
const FALSE = ascii("false");
const NULL = ascii("null");
const INDENT = ascii("    ");
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const QUOTE = 0x22;
const COMMA = 0x2c;
const NEWLINE = 0x0a;
