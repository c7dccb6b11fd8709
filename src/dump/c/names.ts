import { ascii, printable } from "../../btf/strings.ts";
import type { ByteSink } from "../sink.ts";

const UNDERSCORE = 0x5f;

/** How names are written into C text. */
export type NameForm =
  /** Names that are not C identifiers are changed into identifiers, so that no name can inject text. */
  | "identifiers"
  /** Names as they are, as libbpf prints them. */
  | "verbatim"
  /** Names as they are but for bytes that are not printable ASCII, which become `\xNN`: for terminals. */
  | "printable";

/** Writes names into C text that cannot be copied as they are, and reports those that it had to change. */
export class NameWriter {
  private readonly sink: ByteSink;
  private readonly current: () => Uint8Array;
  private readonly form: NameForm;
  private readonly special: Uint8Array;
  private readonly onChange: (name: string) => void;
  private readonly told = new Set<number>();

  /** `strings` gives the strings wherever they lie by then. */
  constructor(sink: ByteSink, strings: () => Uint8Array, form: NameForm, onChange: (name: string) => void) {
    this.sink = sink;
    this.current = strings;
    this.form = form;
    this.special = form === "identifiers" ? NO_IDENTIFIER : form === "printable" ? UNPRINTABLE : NOTHING;
    this.onChange = onChange;
  }

  /**
   * Writes the name at `off`, from the byte at `from` on, as an identifier: other bytes become `_xNN`, and a leading
   * digit is preceded by `_`.
   */
  identifier(off: number, from: number = off): void {
    const { sink, strings, form } = this;
    const first = strings[from];
    if (from === off && first >= 0x30 && first <= 0x39 && form === "identifiers") {
      sink.byte(UNDERSCORE);
      this.tell(off);
    }
    const mark = form === "identifiers" ? "_x" : "\\x";
    for (let at = sink.plainName(strings, from, this.special); strings[at] !== 0; ) {
      sink.text(mark + strings[at].toString(16).padStart(2, "0"));
      this.tell(off);
      at = sink.plainName(strings, at + 1, this.special);
    }
  }

  /** `snprintf` of `NAME___N` for the N-th use of a name into 256 bytes, as in libbpf. */
  cut(off: number, use: number): void {
    const suffix = ascii(`___${use}`);
    const { sink, strings } = this;
    let at = 0;
    while (at < 255 && strings[off + at] !== 0) at++;
    if (at < 255) this.identifier(off);
    else for (let i = 0; i < 255; i++) sink.byte(strings[off + i]);
    for (let i = 0; i < suffix.length && at < 255; i++, at++) sink.byte(suffix[i]);
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

  private get strings(): Uint8Array {
    return this.current();
  }

  private tell(off: number): void {
    if (this.told.has(off)) return;
    this.told.add(off);
    let end = off;
    const { strings } = this;
    while (strings[end] !== 0 && end - off < 200) end++;
    this.onChange(printable(strings.subarray(off, end)));
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
