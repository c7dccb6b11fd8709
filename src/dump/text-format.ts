import * as K from "../btf/kinds.ts";
import * as AT from "../wasm/constants/format-offsets.ts";
import * as STEP from "../wasm/constants/format-steps.ts";

/** How types are written, which is what raw and JSON dumps differ in. All text is ASCII. */
export interface Format {
  /** How every type begins. */
  readonly head: readonly Step[];
  /** The text of a type after its head, by kind; UNKNOWN is void, and kinds that only a layout section describes. */
  readonly kinds: Readonly<Record<K.KindName | "UNKNOWN", TypeFormat>>;
  readonly betweenTypes: string;
  readonly betweenElements: string;
  /** Stands for the name of an anonymous type. */
  readonly anonymous: string;
  /** Whether names are copied only up to their first byte that is not printable ASCII, or is a quote or a backslash. */
  readonly hasEscapes: boolean;
}

/** The steps that write a type after its head. */
export interface TypeFormat {
  readonly fields: readonly Step[];
  readonly element?: readonly Step[];
  readonly end: readonly Step[];
  /** The end of a type without elements, where that is another one. */
  readonly endOfNone?: readonly Step[];
}

const NO_STEPS: readonly Step[] = [];

/** Writes a text, and then what `verb` says, one of `wasm/constants/format-steps`. */
export interface Step {
  readonly text: string;
  readonly verb: number;
  /** Position of the word that is written, in the record or in the element. */
  readonly word: number;
  /** The phrases, one of which is written: by its number, or the last one for higher numbers. */
  readonly phrases: readonly string[];
}

/** A step that writes `text`, and then the word at the position `word` as `verb` says. */
export function step(
  text: string,
  verb: number = STEP.TEXT_ONLY,
  word = 0,
  phrases: readonly string[] = [],
): Step {
  return { text, verb, word, phrases };
}

/** Lays a format into the memory of a machine, at the address where its loops expect it. */
export function layFormat(format: Format, bytes: Uint8Array, at: number): void {
  new FormatLayer(bytes, at).lay(format);
}

/** Lays the parts of a format one behind the other. `wasm/assembly/dump/print` describes programs and steps. */
class FormatLayer {
  readonly #bytes: Uint8Array;
  readonly #words: DataView;
  readonly #at: number;
  readonly #texts: Map<string, number> = new Map();
  readonly #parts: Map<TypeFormat, number[]> = new Map();
  /** Address of the next part. */
  #free: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
    this.#free = at + AT.PIECES;
    this.#words = new DataView(bytes.buffer, bytes.byteOffset);
  }

  lay(format: Format): void {
    const { head, kinds, betweenTypes, betweenElements, anonymous } = format;
    const at = this.#at;
    this.#put(at + AT.HEAD_STEPS, this.#steps(head));
    this.#put(at + AT.BETWEEN_TYPES, this.#text(betweenTypes));
    this.#put(at + AT.BETWEEN_ELEMENTS, this.#text(betweenElements));
    this.#put(at + AT.ANONYMOUS, this.#text(anonymous));
    this.#put(at + AT.KIND_WITH_LOCATION, [K.LOC_PARAM]);
    const programs = K.KINDS.map((kind) => this.#program(kind, kinds[kind.name]));
    for (let number = 0; number < K.KIND_NUMBERS; number++) {
      this.#put(at + AT.PROGRAMS + number * 4, [programs[number <= K.MAX_KIND ? number : K.UNKN]]);
    }
    if (this.#free > at + AT.FORMAT_BYTES)
      throw new Error("the format does not fit into the memory reserved for it");
  }

  /** Lays the program of a kind. Returns its address. */
  #program(kind: K.Kind, type: TypeFormat): number {
    const { fields, element = NO_STEPS, end, endOfNone = end } = type;
    let steps = this.#parts.get(type);
    if (steps === undefined) {
      steps = [fields, element, end, endOfNone].flatMap((part) => this.#steps(part));
      this.#parts.set(type, steps);
    }
    return this.#room([...steps, (K.HEAD_WORDS + kind.info) * 4, kind.elem * 4]);
  }

  /** Lays steps. Returns the addresses of their start and end. */
  #steps(steps: readonly Step[]): [from: number, to: number] {
    const words = steps.flatMap((each) => this.#step(each));
    const from = this.#room(words);
    return [from, this.#free];
  }

  /** The words of a step. */
  #step({ text, verb, word, phrases }: Step): number[] {
    const laid = phrases.map((phrase) => this.#text(phrase));
    const list = laid.length === 0 ? 0 : this.#room([laid.length - 1, ...laid.flat()]);
    return [...this.#text(text), verb, word * 4, list];
  }

  /** Address and length of a text. Equal texts are laid once. */
  #text(text: string): [at: number, length: number] {
    let at = this.#texts.get(text);
    if (at === undefined) {
      at = this.#free;
      for (let i = 0; i < text.length; i++) this.#bytes[at + i] = text.charCodeAt(i);
      this.#free = (at + text.length + 3) & ~3;
      this.#texts.set(text, at);
    }
    return [at, text.length];
  }

  /** Lays words at the next free address. Returns that address. */
  #room(words: readonly number[]): number {
    const at = this.#free;
    this.#put(at, words);
    this.#free = at + words.length * 4;
    return at;
  }

  #put(at: number, words: readonly number[]): void {
    for (let i = 0; i < words.length; i++) this.#words.setUint32(at + i * 4, words[i], true);
  }
}
