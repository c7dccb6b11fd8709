import type { Btf } from "./btf.ts";
import { type BtfExt, type ExtSection, LINE_INFO } from "./ext.ts";

/** A line of the source. Texts are printable. */
export interface SourceLine {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The text of the line, trimmed; "" if the object does not have it. */
  readonly text: string;
}

/** The source lines of an object's instructions. */
export class SourceLines {
  readonly #btf: Btf;
  readonly #words: Uint32Array;
  readonly #sections: Map<string, ExtSection> = new Map();

  constructor(btf: Btf, ext: BtfExt) {
    this.#btf = btf;
    this.#words = ext.words;
    for (const section of ext.lineInfo.sections)
      this.#sections.set(btf.strings.text(section.nameOff), section);
  }

  /** The source line of the instruction at `insnOff` bytes of an ELF section, undefined if the object does not say. */
  at(section: string, insnOff: number): SourceLine | undefined {
    const lines = this.#sections.get(section);
    if (lines === undefined) return undefined;
    const { start, stride, count } = lines;
    const words = this.#words;
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (words[start + middle * stride + LINE_INFO.INSN_OFF] <= insnOff) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return undefined;
    const at = start + (low - 1) * stride;
    return readLine(this.#btf, words, at);
  }
}

/** The line of the `line_info` record at word `at`. */
export function readLine({ strings }: Btf, words: Uint32Array, at: number): SourceLine {
  const lineAndColumn = words[at + LINE_INFO.LINE_COL];
  return {
    file: strings.text(words[at + LINE_INFO.FILE_NAME]),
    line: lineAndColumn >>> 10,
    column: lineAndColumn & 0x3ff,
    text: strings
      .text(words[at + LINE_INFO.LINE])
      .replaceAll("\\x09", " ")
      .trim(),
  };
}
