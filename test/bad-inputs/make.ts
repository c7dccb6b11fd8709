import type { Btf } from "../../src/btf/btf.ts";
import { type EncodeForm, encodeBtf } from "../../src/btf/encode.ts";
import { unpack } from "../../src/container/unpack.ts";
import { cText, openImage, parseBtf, parseKernel, Relocator, verifyBtf } from "../../src/index.ts";
import { NODE_CODECS } from "../../src/io/codecs/node-codecs.ts";
import { assemble, btf } from "../support/btf.ts";
import { assembleElf, type SectionSpec } from "../support/elf.ts";

/** What the tables of bad inputs are made of. */
export const INT_LINE: string = "[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED";
export const BASE: Btf = btf`
  ${INT_LINE}
  [2] STRUCT 'device' size=16 vlen=0`;
export const FORM: EncodeForm = { littleEndian: true, hdrLen: 24 };
export const good: Uint8Array = assemble(INT_LINE);
export const long: Uint8Array = assemble(INT_LINE, null, { hdrLen: 40 });

/** A copy with 32-bit words replaced, by their offset in bytes. */
export function patched(bytes: Uint8Array, words: Readonly<Record<number, number>>): Uint8Array {
  const copy = new Uint8Array(bytes);
  const view = new DataView(copy.buffer);
  for (const [at, word] of Object.entries(words)) view.setUint32(Number(at), word, true);
  return copy;
}

/** BTF of these words and strings. */
export function raw(words: readonly number[], strings = "\0"): Uint8Array {
  return encodeBtf(Uint32Array.from(words), Buffer.from(strings, "latin1"), FORM);
}

export function elf(...sections: readonly SectionSpec[]): Uint8Array {
  return assembleElf({ bits: 64, littleEndian: true, sections });
}

/** The section header number `index` of a 64-bit file with one of its fields replaced. */
export function withField(bytes: Uint8Array, index: number, field: number, value: bigint): Uint8Array {
  const copy = new Uint8Array(bytes);
  const view = new DataView(copy.buffer);
  view.setBigUint64(Number(view.getBigUint64(40, true)) + index * 64 + field, value, true);
  return copy;
}

/** Expected where it is to work. */
export const OK: string = "ok";
/** An input, what must be said of it, and what is done with it. */
export type Row = readonly [input: string, expected: string, run: Run];
/** What a row does, when it is run. */
export type Run = () => unknown;

export function parse(bytes: Uint8Array, base: Btf | null = null): Run {
  return () => parseBtf(bytes, base);
}

export function types(text: string): Run {
  return parse(assemble(text));
}

/** What Linux 7.3 says, in its words. */
export function judged(bytes: Uint8Array): Run {
  return () => {
    const { verdict, findings } = verifyBtf(bytes, { kernel: parseKernel("7.3") });
    return verdict === "accept" ? "accept" : (findings[0].phrase ?? findings[0].detail);
  };
}

export function judgedTypes(text: string): Run {
  return judged(assemble(text));
}

export function inC(bytes: Uint8Array): Run {
  return () => cText(parseBtf(bytes));
}

export function opened(bytes: Uint8Array): Run {
  return () => openImage(bytes).parse(BASE);
}

/** A PTR to the only type of a distilled base, relocated. */
export function relocated(distilled: string, on: Btf = BASE): Run {
  return () => {
    const base = parseBtf(assemble(distilled));
    const ours = parseBtf(assemble(`[${base.typeCount}] PTR '(anon)' type_id=1`, base), base);
    const relocation = new Relocator(on).relocate(ours);
    return relocation.ok ? OK : relocation.failures[0].rule;
  };
}

export function unpacked(bytes: Uint8Array, maxBytes: number = 1 << 20): Run {
  return () => unpack(bytes, { codecs: NODE_CODECS, maxBytes });
}

/** A module, and the split BTF in it. */
export const split: Uint8Array = assemble("[3] PTR '(anon)' type_id=2", BASE);
export const module: Uint8Array = elf({ name: ".BTF", data: split });
