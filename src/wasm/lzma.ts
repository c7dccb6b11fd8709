import { CODE } from "./code/lzma.ts";
import { LITERALS, PROBABILITIES, SLACK } from "./constants/lzma-memory.ts";
import { type Global, GrowingMemory, starter, unsigned } from "./web-assembly.ts";

/** Why {@link LzmaDecoder.decode} returned: the output is full, or the input has an end marker, is too short, or is wrong. */
export type LzmaEnd = "full" | "marker" | "truncated" | "corrupt";

const ENDS: readonly LzmaEnd[] = ["full", "marker", "truncated", "corrupt"];

/** The exports of `assembly/lzma`; positions and lengths are in bytes. */
interface Code {
  start(at: number): void;
  setProperties(properties: number): void;
  resetState(): void;
  resetDictionary(): void;
  skip(length: number): void;
  begin(at: number, end: number): void;
  decode(to: number): number;
  readonly inputPos: Global;
  readonly outputPos: Global;
  readonly pending: Global;
}

/** Sizes for which a decoder must have room, in bytes. `literalBits` is the highest value of `lc + lp` in the properties. */
export interface LzmaRoom {
  readonly literalBits: number;
  readonly input: number;
  readonly output: number;
}

const start = starter<Code>(CODE);

/** Decodes LZMA in its own memory, which has probabilities, then input, then output, which is the dictionary. */
export class LzmaDecoder {
  readonly #memory: GrowingMemory = new GrowingMemory(FIRST_BYTES, OUTPUT);
  readonly #code: Code = start(this.#memory);
  #input = 0;
  #output = 0;
  #room: LzmaRoom = { literalBits: 0, input: 0, output: 0 };

  /** Makes room and begins an output. */
  start(room: LzmaRoom): void {
    this.#room = room;
    this.#input = PROBABILITIES + 2 * (LITERALS + (0x300 << room.literalBits));
    this.#output = this.#input + room.input + SLACK;
    this.reserveOutput(room.output);
    this.#code.start(this.#output);
  }

  /** Makes room for an output of `bytes` bytes. What was written stays. */
  reserveOutput(bytes: number): void {
    this.#memory.reserve(this.#output + bytes + SLACK);
  }

  /** Sets the properties, `(pb * 5 + lp) * 9 + lc`, and resets the state; false if they are invalid. */
  setProperties(properties: number): boolean {
    if (properties >= 9 * 5 * 5 || literalBitsOf(properties) > this.#room.literalBits) return false;
    this.#code.setProperties(properties);
    return true;
  }

  /** Resets the state. */
  resetState(): void {
    this.#code.resetState();
  }

  /** Begins a new dictionary: nothing that was written before will be referred to. */
  resetDictionary(): void {
    this.#code.resetDictionary();
  }

  /** Appends bytes to the output as they are. */
  store(bytes: Uint8Array): void {
    this.#memory.bytes.set(bytes, unsigned(this.#code.outputPos));
    this.#code.skip(bytes.length);
  }

  /** Begins with the input `data`, for which there must be room; false if it is not LZMA. */
  begin(data: Uint8Array): boolean {
    this.#memory.bytes.set(data, this.#input);
    // Zeros behind the end, so that damage gives the same error each time.
    this.#memory.bytes.fill(0, this.#input + data.length, this.#input + data.length + SLACK);
    this.#code.begin(this.#input, this.#input + data.length);
    return data.length === 0 || data[0] === 0;
  }

  /** Decodes until the output has `length` bytes. */
  decode(length: number): LzmaEnd {
    return ENDS[this.#code.decode(this.#output + length)];
  }

  /** How many bytes of the input were read. */
  get taken(): number {
    return unsigned(this.#code.inputPos) - this.#input;
  }

  /** How many bytes were written. */
  get written(): number {
    return unsigned(this.#code.outputPos) - this.#output;
  }

  /**
   * The output after its first `length` bytes. It is a view, which may be changed if nothing refers to these bytes any
   * more.
   */
  writtenSince(length: number): Uint8Array {
    return this.#memory.bytes.subarray(this.#output + length, this.#output + this.written);
  }

  /** Whether a match is not over yet. */
  get isWithinMatch(): boolean {
    return this.#code.pending.value !== 0;
  }

  /** The whole output, at the end: a copy if the decoder is kept, otherwise its memory itself, to which nobody writes any more. */
  output(): Uint8Array {
    const written = this.writtenSince(0);
    return this.isKept ? written.slice() : written;
  }

  /** Whether its memory is small enough to be kept for another input. */
  get isKept(): boolean {
    return this.#memory.bytes.length <= MOST_KEPT_BYTES;
  }
}

/** `lc + lp` of properties. */
export function literalBitsOf(properties: number): number {
  return (properties % 9) + (Math.floor(properties / 9) % 5);
}

/** Runs `work` with a decoder, which is kept for later unless its memory has become large. */
export function withLzmaDecoder<T>(room: LzmaRoom, work: (decoder: LzmaDecoder) => T): T {
  const decoder = startedDecoder(room);
  try {
    return work(decoder);
  } finally {
    keep(decoder);
  }
}

/** An output that still lies in the memory of its decoder. */
export interface LentOutput {
  readonly output: Uint8Array;
  /** Gives this memory to the next output. Absent if it has become too large for that. */
  readonly release?: () => void;
}

/** The same if `work` writes the whole output, which is then used where it lies. */
export function lentByLzmaDecoder(room: LzmaRoom, work: (decoder: LzmaDecoder) => void): LentOutput {
  const decoder = startedDecoder(room);
  let isLent = false;
  try {
    work(decoder);
    isLent = true;
  } finally {
    if (!isLent) keep(decoder);
  }
  const output = decoder.writtenSince(0);
  if (!decoder.isKept) return { output };
  const release = () => {
    if (isLent) keep(decoder);
    isLent = false;
  };
  return { output, release };
}

function startedDecoder(room: LzmaRoom): LzmaDecoder {
  const decoder = idle ?? new LzmaDecoder();
  idle = undefined;
  decoder.start(room);
  return decoder;
}

function keep(decoder: LzmaDecoder): void {
  if (decoder.isKept) idle = decoder;
}

let idle: LzmaDecoder | undefined;
const MOST_KEPT_BYTES = 1 << 23;
const FIRST_BYTES = 1 << 20;
/** The purpose of the memory, in errors. */
const OUTPUT = "what is decompressed";
