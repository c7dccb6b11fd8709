import { encodeBtf } from "../../src/btf/encode.ts";
import { FUNC, FUNC_PROTO, INT, makeInfo, PTR, STRUCT, TYPEDEF } from "../../src/btf/kinds.ts";
import { parseBtf } from "../../src/btf/parse.ts";
import { coreElf, coreObject } from "../support/core.ts";
import { assembleElf } from "../support/elf.ts";

const FORM = { littleEndian: true, hdrLen: 24 };

/** Strings and words of types in the making. */
export class Types {
  readonly words: number[] = [];
  readonly #strings: string[] = [""];
  #end = 1;

  /** Offset of a new name. */
  name(text: string): number {
    this.#strings.push(text);
    this.#end += text.length + 1;
    return this.#end - text.length - 1;
  }

  bytes(): Uint8Array {
    return encodeBtf(Uint32Array.from(this.words), Buffer.from(`${this.#strings.join("\0")}\0`), FORM);
  }
}

/**
 * Structs that point to each other, functions that take them, and as many names, in the shape of a kernel. Of a later
 * one, each tenth struct differs.
 */
export function kernelOf(count: number, isLater = false): Uint8Array {
  const types = new Types();
  const { words } = types;
  words.push(types.name("int"), makeInfo(INT, 0), 4, 0x0100_0020);
  let id = 2;
  for (let i = 0; id + 5 <= count; i++, id += 5) {
    const at = isLater && i % 10 === 0 ? 96 : 64;
    words.push(types.name(`record_${i}`), makeInfo(STRUCT, 2), 16);
    words.push(types.name(`next_${i}`), id + 1, 0, types.name(`count_${i}`), 1, at);
    words.push(0, makeInfo(PTR, 0), id);
    words.push(types.name(`record_${i}_t`), makeInfo(TYPEDEF, 0), id);
    words.push(0, makeInfo(FUNC_PROTO, 1), 1, types.name(`r_${i}`), id + 1);
    words.push(types.name(`use_record_${i}`), makeInfo(FUNC, 0), id + 3);
  }
  return types.bytes();
}

/** A module that refers to every fifth type of the kernel. */
export function moduleOf(kernel: Uint8Array): Uint8Array {
  const { typeCount } = parseBtf(kernel);
  const words: number[] = [];
  for (let target = 2; target < typeCount; target += 5) words.push(0, makeInfo(PTR, 0), target);
  return encodeBtf(Uint32Array.from(words), new Uint8Array(0), FORM);
}

/** The kernel's types as a vmlinux has them. */
export function vmlinuxOf(kernel: Uint8Array): Uint8Array {
  return assembleElf({ bits: 64, littleEndian: true, type: 2, sections: [{ name: ".BTF", data: kernel }] });
}

/** A BPF object with relocations to some of the kernel's structs. */
export function bpfObject(): Uint8Array {
  const structs = Array.from({ length: 20 }, (_, i) => i * 10);
  const text = structs.map(
    (each, i) => `[${i * 2 + 2}] STRUCT 'record_${each}' size=16 vlen=1
      'count_${each}' type_id=1 bits_offset=64
    [${i * 2 + 3}] PTR '(anon)' type_id=${i * 2 + 2}`,
  );
  const int = "[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED";
  const relos = structs.map((_, i) => `byte_off [${i * 2 + 2}] 0:0`);
  return coreElf(coreObject([int, ...text].join("\n"), relos));
}
