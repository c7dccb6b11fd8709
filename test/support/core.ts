import type { Btf } from "../../src/btf/btf.ts";
import { CORE_RELO_KINDS, parseBtfExt } from "../../src/btf/ext.ts";
import { parseBtf } from "../../src/btf/parse.ts";
import { type CoreRelo, coreRelos } from "../../src/engine/core/resolve.ts";
import { Side } from "../../src/engine/core/side.ts";
import { assemble } from "./btf.ts";
import { assembleElf } from "./elf.ts";
import { assembleExt } from "./ext.ts";

/** A relocation as tests write it: `byte_off [2] 0:1`, a kind by libbpf's name or number, the local type, the access string. */
export type ReloText = string;

/** A BPF object that holds types and relocations and no code worth the name. */
export interface CoreObject {
  readonly btf: Btf;
  readonly btfBytes: Uint8Array;
  readonly extBytes: Uint8Array;
  readonly local: Side;
  readonly relos: readonly CoreRelo[];
}

/** Name of the ELF section that all relocations are in: what libbpf's lines call the program. */
export const SECTION = "tp_btf/x";

/** An object of the types in `text`, with one relocation for each instruction. */
export function coreObject(text: string, relos: readonly ReloText[], littleEndian = true): CoreObject {
  const parts = relos.map(parse);
  const strings = [SECTION, ...parts.map(({ access }) => access)];
  const btfBytes = assemble(text, null, { strings, littleEndian });
  const btf = parseBtf(btfBytes);
  const off = (name: string) => Buffer.from(btf.strings.bytes).indexOf(`\0${name}\0`, 0, "latin1") + 1;
  const extBytes = assembleExt({
    littleEndian,
    funcInfo: [],
    lineInfo: [],
    coreRelo: [
      {
        nameOff: off(SECTION),
        records: parts.map(({ kind, typeId, access }, i) => [i * 8, typeId, off(access), kind]),
      },
    ],
    fields: { 12: 0, 20: 0 },
  });
  const local = new Side(btf, "object", 8);
  return { btf, btfBytes, extBytes, local, relos: coreRelos(parseBtfExt(extBytes), local) };
}

function parse(text: ReloText): { kind: number; typeId: number; access: string } {
  const match = /^(\w+) \[(\d+)\] (.*)$/.exec(text);
  if (match === null) throw new Error(`not a relocation: ${text}`);
  const kind = CORE_RELO_KINDS.indexOf(match[1]);
  return { kind: kind < 0 ? Number(match[1]) : kind, typeId: Number(match[2]), access: match[3] };
}

/** The object as a file that bpftool reads. */
export function coreElf({ btfBytes, extBytes }: CoreObject, littleEndian = true): Uint8Array {
  return assembleElf({
    bits: 64,
    littleEndian,
    machine: 247,
    sections: [
      { name: ".BTF", data: btfBytes, align: 4 },
      { name: ".BTF.ext", data: extBytes, align: 4 },
    ],
  });
}
