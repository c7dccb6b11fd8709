import { hashName, printable, sameName } from "../../btf/strings.ts";
import { touched } from "../../types/flat.ts";
import type { ByteSink } from "../sink.ts";

const UNDERSCORE = 0x5f;

/** Counts how often each name was given out: the second `foo` becomes `foo___2` (`btf_dump_name_dups`). */
export class NameCounts {
  private readonly strings: Uint8Array;
  /** Open addressing, a power of two of places: 1 + offset of a name, 0 for a free place, and how often it was given out. */
  private table: Uint32Array;
  private used = 0;

  constructor(strings: Uint8Array) {
    this.strings = strings;
    // A kernel has about a hundred bytes of strings for each name that is counted here.
    let places = 64;
    while (places * 64 < strings.length) places *= 2;
    this.table = touched(new Uint32Array(places * 2));
  }

  /** Counts one more use of the name at `off` and returns the count. */
  count(off: number): number {
    const strings = this.strings;
    const table = this.table;
    const mask = table.length - 1;
    let place = (hashName(strings, off) << 1) & mask;
    for (let entry = table[place]; entry !== 0; entry = table[place]) {
      if (entry - 1 === off || sameName(strings, entry - 1, strings, off)) return ++table[place + 1];
      place = (place + 2) & mask;
    }
    table[place] = off + 1;
    table[place + 1] = 1;
    if (++this.used * 3 > table.length) this.grow();
    return 1;
  }

  private grow(): void {
    const table = this.table;
    const larger = new Uint32Array(table.length * 2);
    const mask = larger.length - 1;
    for (let i = 0; i < table.length; i += 2) {
      if (table[i] === 0) continue;
      let place = (hashName(this.strings, table[i] - 1) << 1) & mask;
      while (larger[place] !== 0) place = (place + 2) & mask;
      larger[place] = table[i];
      larger[place + 1] = table[i + 1];
    }
    this.table = larger;
  }
}

/** How names are written into C text. */
export type NameForm =
  /** Names that are not C identifiers are changed into identifiers, so that no name can inject text. */
  | "identifiers"
  /** Names as they are, as libbpf prints them. */
  | "verbatim"
  /** Names as they are but for bytes that are not printable ASCII, which become `\xNN`: for terminals. */
  | "printable";

/** Writes names into C text, and reports those that it had to change. */
export class NameWriter {
  private readonly sink: ByteSink;
  private readonly strings: Uint8Array;
  private readonly form: NameForm;
  private readonly special: Uint8Array;
  private readonly onChange: (name: string) => void;
  private readonly told = new Set<number>();

  constructor(sink: ByteSink, strings: Uint8Array, form: NameForm, onChange: (name: string) => void) {
    this.sink = sink;
    this.strings = strings;
    this.form = form;
    this.special = form === "identifiers" ? NO_IDENTIFIER : form === "printable" ? UNPRINTABLE : NOTHING;
    this.onChange = onChange;
  }

  /** Writes the name at `off` as an identifier: other bytes become `_xNN`, and a leading digit is preceded by `_`. */
  identifier(off: number): void {
    const first = this.strings[off];
    if (first >= 0x30 && first <= 0x39 && this.form === "identifiers") {
      this.sink.byte(UNDERSCORE);
      this.tell(off);
    }
    const stop = this.sink.plainName(this.strings, off, this.special);
    if (this.strings[stop] !== 0) this.escapeRest(off, stop);
  }

  /** Writes the text of a type tag inside a C string literal. */
  quoted(off: number): void {
    const strings = this.strings;
    if (this.form !== "identifiers") {
      this.identifier(off);
      return;
    }
    for (let at = off; strings[at] !== 0; at++) {
      const byte = strings[at];
      if (byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c) this.sink.byte(byte);
      else {
        // Three octal digits, since a hexadecimal escape would take in all digits that follow.
        this.sink.text(`\\${byte.toString(8).padStart(3, "0")}`);
        this.tell(off);
      }
    }
  }

  /** Writes the text of an `__attribute__((…))`: verbatim if it consists of words, commas and balanced parentheses. */
  attribute(off: number): void {
    if (this.form === "identifiers" && !isAttribute(this.strings, off)) this.identifier(off);
    else if (this.form === "printable") this.identifier(off);
    else this.sink.name(this.strings, off);
  }

  private escapeRest(off: number, from: number): void {
    const sink = this.sink;
    const strings = this.strings;
    const mark = this.form === "identifiers" ? "_x" : "\\x";
    for (let at = from; strings[at] !== 0; ) {
      sink.text(mark + strings[at].toString(16).padStart(2, "0"));
      at = sink.plainName(strings, at + 1, this.special);
    }
    this.tell(off);
  }

  private tell(off: number): void {
    if (this.told.has(off)) return;
    this.told.add(off);
    let end = off;
    while (this.strings[end] !== 0 && end - off < 200) end++;
    this.onChange(printable(this.strings.subarray(off, end)));
  }
}

const NOTHING = new Uint8Array(256);
const UNPRINTABLE: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte < 0x7f ? 0 : 1,
);
const NO_IDENTIFIER: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[A-Za-z0-9_]/.test(String.fromCharCode(byte)) ? 0 : 1,
);

function isAttribute(strings: Uint8Array, off: number): boolean {
  let open = 0;
  for (let at = off; strings[at] !== 0; at++) {
    const byte = strings[at];
    if (byte === 0x28) open++;
    else if (byte === 0x29) {
      if (--open < 0) return false;
    } else if (NO_IDENTIFIER[byte] === 1 && byte !== 0x20 && byte !== 0x2c) return false;
  }
  return open === 0;
}
