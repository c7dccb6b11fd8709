import type { Btf, TypeId } from "../btf/btf.ts";
import * as K from "../btf/kinds.ts";
import { ascii } from "../btf/strings.ts";
import { Layouts } from "../types/c-layout.ts";
import { type FlatBtf, flatten } from "../types/flat.ts";
import { Measure, Sizes } from "../types/measure.ts";
import { pointerSizeOf } from "../types/pointer-size.ts";
import { refuseEndlessText } from "./endless.ts";
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
 *   "members":[{"name":"a","type_id":3,"offset":0,"size":4},
 *              {"name":"b","type_id":3,"offset":4,"size":4,"bit_offset":3,"bit_size":5}],
 *   "holes":[{"after":0,"offset":4,"size":4},{"after":1,"bit_size":3}],"padding":0,"bit_padding":0}]}
 * ```
 * `after` is the index of the member that the hole follows, -1 at the start. The offset and size of a bitfield
 * are those of the integer that it lies in, and `bit_offset` counts from there.
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
  readonly #measure: Measure;
  readonly #pretty: boolean;
  readonly #keys = new Map<string, Uint8Array>();
  #depth = 0;
  #isFirst = true;

  constructor(flat: FlatBtf, sink: ByteSink, pointerSize: number, pretty: boolean) {
    this.#flat = flat;
    this.#sink = sink;
    this.#layouts = new Layouts(flat, pointerSize);
    this.#measure = new Measure(flat, new Sizes(flat, pointerSize));
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
    this.#measure.begin(id);
    while (this.#measure.next());
    this.#layouts.align(id);
  }

  print(id: TypeId): void {
    const { words, starts, kinds } = this.#flat;
    const at = starts[id];
    const isStruct = kinds[id] === K.STRUCT;
    const measure = this.#measure;
    measure.begin(id);
    this.#item();
    this.#open(OPEN_BRACE);
    this.#number("id", id);
    this.#key("kind");
    this.#sink.put(isStruct ? STRUCT : UNION);
    this.#name(words[at + K.NAME_OFF]);
    this.#number("size", measure.size);
    this.#number("align", this.#layouts.align(id));
    this.#key("packed");
    this.#sink.put(isStruct && this.#layouts.isPacked(id) ? TRUE : FALSE);
    this.#key("members");
    this.#open(OPEN_BRACKET);
    for (let member = at + K.HEAD_WORDS; measure.next(); member += 3) this.#member(member, measure);
    this.#close(CLOSE_BRACKET);
    this.#key("holes");
    this.#open(OPEN_BRACKET);
    if (isStruct) this.#holes(id);
    this.#close(CLOSE_BRACKET);
    this.#number("padding", Math.max(0, measure.padding));
    this.#number("bit_padding", Math.max(0, measure.bitPadding));
    this.#close(CLOSE_BRACE);
  }

  #member(at: number, measure: Measure): void {
    const { words } = this.#flat;
    this.#item();
    this.#open(OPEN_BRACE);
    this.#name(words[at]);
    this.#number("type_id", words[at + 1]);
    this.#number("offset", measure.offset);
    this.#number("size", measure.bytes);
    if (measure.bitfieldSize !== 0) {
      this.#number("bit_offset", measure.bitOffset);
      this.#number("bit_size", measure.bitfieldSize);
    }
    this.#close(CLOSE_BRACE);
  }

  /** Walks the members a second time: holes are printed after all of them. */
  #holes(id: TypeId): void {
    const measure = this.#measure;
    measure.begin(id);
    let end = 0;
    let afterBitfield = false;
    for (let after = -1; measure.next(); after++) {
      if (measure.bitHole > 0) this.#hole(after, -1, measure.bitHole, true);
      if (measure.hole > 0) {
        // Between bitfields it ends where the next integer begins.
        this.#hole(after, afterBitfield ? measure.offset - measure.hole : end, measure.hole, false);
      }
      end = measure.offset + measure.bytes;
      afterBitfield = measure.bitfieldSize !== 0;
    }
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
