import type { Btf } from "../../src/btf/btf.ts";
import { type BtfExt, CORE_RELO_KINDS, parseBtfExt } from "../../src/btf/ext.ts";
import { parseBtf } from "../../src/btf/parse.ts";
import { type CoreRelo, coreRelos } from "../../src/engine/core/resolve-relocation.ts";
import { Side } from "../../src/engine/core/side.ts";
import { assemble } from "./btf.ts";
import { assembleElf } from "./elf.ts";
import { assembleExt } from "./ext.ts";

/**
 * A relocation as tests write it: `byte_off [2] 0:1`, a kind by libbpf's name or number, the local type, the access
 * string.
 */
export type ReloText = string;

/** A BPF object that holds types and relocations and no code worth the name. */
export interface CoreObject {
  readonly btf: Btf;
  readonly btfBytes: Uint8Array;
  readonly extBytes: Uint8Array;
  readonly ext: BtfExt;
  readonly local: Side;
  readonly relos: readonly CoreRelo[];
}

/** Name of the ELF section that all relocations are in: what libbpf's lines call the program. */
export const SECTION = "tp_btf/x";

/** Where the relocations are: in which section, and at which instructions if not at one after the other. */
export interface Places {
  readonly littleEndian?: boolean;
  readonly section?: string;
  readonly places?: readonly number[];
}

/** An object of the types in `text`, with its relocations in one section. */
export function coreObject(text: string, relos: readonly ReloText[], where: Places = {}): CoreObject {
  const { littleEndian = true, section = SECTION, places } = where;
  const parts = relos.map(parse);
  const strings = [section, ...parts.map(({ access }) => access)];
  const btfBytes = assemble(text, null, { strings, littleEndian });
  const btf = parseBtf(btfBytes);
  const off = (name: string) => Buffer.from(btf.strings.bytes).indexOf(`\0${name}\0`, 0, "latin1") + 1;
  const extBytes = assembleExt({
    littleEndian,
    funcInfo: [],
    ...(relos.length > 0 && {
      coreRelo: [
        {
          nameOff: off(section),
          records: parts.map(({ kind, typeId, access }, i) => [
            (places?.[i] ?? i) * 8,
            typeId,
            off(access),
            kind,
          ]),
        },
      ],
    }),
    lineInfo: [{ nameOff: off(section), records: [[0, 0, 0, 0]] }],
    fields: { 12: 0 },
  });
  const ext = parseBtfExt(extBytes);
  const local = new Side(btf, "object", 8);
  return { btf, btfBytes, extBytes, ext, local, relos: coreRelos(ext, local) };
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
