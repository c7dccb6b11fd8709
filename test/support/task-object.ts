import type { Btf } from "../../src/btf/btf.ts";
import { btf } from "./btf.ts";
import { coreObject, SECTION } from "./core.ts";
import { assembleElf } from "./elf.ts";

const TYPES = `
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] STRUCT 'task' size=8 vlen=2
    'flags' type_id=1 bits_offset=0
    'pid' type_id=1 bits_offset=32`;
/** A kernel whose task has a member of another name at byte 8. */
export const kernelOf = (member: string): Btf => btf`
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] TYPEDEF 'btf_trace_x' type_id=1
  [3] STRUCT 'task' size=16 vlen=2
    'flags' type_id=1 bits_offset=0
    '${member}' type_id=1 bits_offset=64`;

/** r2 = 1; if r2 == 0 goto exit; r3 = *(u32 *)(r1 + 4); exit */
const CODE = Uint8Array.from(
  [
    [0xb7, 2, 0, 0, 1, 0, 0, 0],
    [0x15, 2, 1, 0, 0, 0, 0, 0],
    [0x61, 0x13, 4, 0, 0, 0, 0, 0],
    [0x95, 0, 0, 0, 0, 0, 0, 0],
  ].flat(),
);

/** A file with a program that reads `task.pid`, having asked for it or not. */
export function taskObject(asks: boolean): Uint8Array {
  const relos = asks ? ["field_exists [2] 0:1", "byte_off [2] 0:1"] : ["byte_off [2] 0:1"];
  const { btfBytes, extBytes } = coreObject(TYPES, relos, { places: asks ? [0, 2] : [2] });
  return assembleElf({
    bits: 64,
    littleEndian: true,
    machine: 247,
    sections: [
      { name: SECTION, flags: 6, data: CODE },
      { name: ".BTF", data: btfBytes },
      { name: ".BTF.ext", data: extBytes },
    ],
    symbols: [{ name: "prog", section: SECTION, type: 2, size: CODE.length, global: true }],
  });
}
