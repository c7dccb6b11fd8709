import type { CodeFunction, CodeSection, DataSection, Reference } from "../../src/btf/bpf-code.ts";
import type { BpfObject } from "../../src/engine/core/object.ts";
import { type CoreObject, coreObject, type ReloText } from "./core.ts";

/**
 * BPF programs written as text, in the words of the kernel's log:
 * ```
 * r1 = 1              r1 += r2            w1 = w2            r1 = 0x100000000 ll
 * r1 = *(u32 *)(r2 + 4)                   *(u64 *)(r10 - 8) = r1
 * r1 = load_acquire((u64 *)(r2 + 4))
 * if r1 == 0 goto end                     goto end           gotox r1           end:
 * call 6              call helper_of_mine exit
 * r1 = &.rodata+4     r1 = &some_extern
 * ```
 * A jump goes to a label; `&NAME` refers to a data section, or to a function or an extern of that name.
 */
export interface FunctionSpec {
  readonly name: string;
  readonly section: string;
  readonly isGlobal?: boolean;
  readonly code: string;
}

export interface BpfSpec {
  readonly functions: readonly FunctionSpec[];
  readonly data?: Readonly<Record<string, Uint8Array>>;
  /** By data section: the functions whose addresses stand in it, by offset. */
  readonly pointers?: Readonly<Record<string, Readonly<Record<number, string>>>>;
  readonly externs?: readonly { readonly name: string; readonly isWeak: boolean }[];
  /** Types, and relocations by function and label: `[prog, label, "byte_off [2] 0:1"]`. */
  readonly types?: string;
  readonly relos?: readonly (readonly [label: string, relo: ReloText])[];
  readonly littleEndian?: boolean;
}

/** A label by its function: `prog.end`. */
export type Labels = ReadonlyMap<string, { readonly section: number; readonly insn: number }>;

/** The object that the text describes, with the places of its labels. */
export function bpfObject(spec: BpfSpec): { object: BpfObject; labels: Labels; core: CoreObject } {
  const littleEndian = spec.littleEndian ?? true;
  const names = [...new Set(spec.functions.map(({ section }) => section))];
  const labels = new Map<string, { section: number; insn: number }>();
  const functions: CodeFunction[] = [];
  const code: CodeSection[] = [];
  const dataNames = Object.keys(spec.data ?? {});
  const indexOf = (name: string) => [...names, ...dataNames].indexOf(name) + 1;
  const bodies = names.map((name) => {
    let at = 0;
    const lines: string[] = [];
    for (const each of spec.functions.filter(({ section }) => section === name)) {
      const start = at;
      for (const line of each.code.split("\n").map((text) => text.trim())) {
        if (line === "") continue;
        const label = /^(\w+):$/.exec(line);
        if (label !== null) labels.set(`${each.name}.${label[1]}`, { section: indexOf(name), insn: at });
        else {
          lines.push(`${each.name}|${line}`);
          at += isWide(line) ? 2 : 1;
        }
      }
      functions.push({
        name: each.name,
        section: indexOf(name),
        start,
        count: at - start,
        isGlobal: each.isGlobal ?? false,
      });
    }
    return { name, lines, count: at };
  });
  for (const { name, lines, count } of bodies) {
    const bytes = new Uint8Array(count * 8);
    const view = new DataView(bytes.buffer);
    const references = new Map<number, Reference>();
    let at = 0;
    const put = (opcode: number, dst: number, src: number, off: number, imm: number) => {
      bytes[at * 8] = opcode;
      bytes[at * 8 + 1] = littleEndian ? (src << 4) | dst : (dst << 4) | src;
      view.setInt16(at * 8 + 2, off, littleEndian);
      view.setInt32(at * 8 + 4, imm, littleEndian);
      at++;
    };
    for (const line of lines) {
      const [owner, text] = line.split("|", 2);
      const target = (label: string) => {
        const place = labels.get(`${owner}.${label}`);
        if (place === undefined) throw new Error(`no label ${label} in ${owner}`);
        return place.insn - at - 1;
      };
      const refer = (to: string): void => {
        const [base, offset] = to.split("+");
        const callee = functions.find((each) => each.name === base);
        if (callee !== undefined)
          references.set(at, { kind: "function", section: callee.section, insn: callee.start });
        else if (dataNames.includes(base)) {
          references.set(at, { kind: "data", section: indexOf(base), offset: Number(offset ?? 0) });
        } else {
          const known = spec.externs?.find((each) => each.name === base);
          if (known === undefined) throw new Error(`nothing is called ${base}`);
          references.set(at, { kind: "extern", name: base, isWeak: known.isWeak });
        }
      };
      encode(text, put, target, refer);
    }
    code.push({ index: indexOf(name), name, bytes, references });
  }
  const data: DataSection[] = dataNames.map((name) => ({
    index: indexOf(name),
    name,
    bytes: spec.data?.[name] ?? new Uint8Array(0),
    relocated: Object.entries(spec.pointers?.[name] ?? {}).map(([offset, to]) => {
      const target = functions.find((each) => each.name === to);
      if (target === undefined) throw new Error(`no function ${to}`);
      return { offset: Number(offset), section: target.section, address: target.start * 8 };
    }),
  }));
  const core = coreObject(
    spec.types ?? "[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED",
    (spec.relos ?? []).map(([, relo]) => relo),
    {
      littleEndian,
      section: names[0],
      places: (spec.relos ?? []).map(([label]) => {
        const place = labels.get(label);
        if (place === undefined) throw new Error(`no label ${label}`);
        return place.insn;
      }),
    },
  );
  const object: BpfObject = {
    littleEndian,
    code,
    functions: functions.sort((a, b) => a.section - b.section || a.start - b.start),
    data,
    externs: spec.externs ?? [],
    btf: core.btf,
    ext: core.ext,
  };
  return { object, labels, core };
}

const OPERATORS = ["=", "+=", "-=", "*=", "/=", "|=", "&=", "<<=", ">>=", "%=", "^=", "s>>="];
const CODES = [0xb0, 0x00, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0x90, 0xa0, 0xc0];
const CONDITIONS = ["==", ">", ">=", "&", "!=", "s>", "s>=", "<", "<=", "s<", "s<="];
const CONDITION_CODES = [0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0xa0, 0xb0, 0xc0, 0xd0];
const SIZES: Readonly<Record<string, number>> = { u32: 0, u16: 8, u8: 0x10, u64: 0x18 };

function isWide(text: string): boolean {
  return text.endsWith(" ll") || text.includes("&.") || / = &/.test(text);
}

type Put = (opcode: number, dst: number, src: number, off: number, imm: number) => void;

function encode(
  text: string,
  put: Put,
  target: (label: string) => number,
  refer: (to: string) => void,
): unknown {
  const address = /^r(\d+) = &(\S+)$/.exec(text);
  if (address !== null) {
    refer(address[2]);
    put(0x18, Number(address[1]), 0, 0, 0);
    return put(0, 0, 0, 0, 0);
  }
  const wide = /^r(\d+) = (\S+) ll$/.exec(text);
  if (wide !== null) {
    const value = BigInt.asUintN(64, BigInt(wide[2]));
    put(0x18, Number(wide[1]), 0, 0, Number(BigInt.asIntN(32, value)));
    return put(0, 0, 0, 0, Number(BigInt.asIntN(32, value >> 32n)));
  }
  const load = /^r(\d+) = \*\((u\d+) \*\)\(r(\d+) ([+-]) (\d+)\)$/.exec(text);
  if (load !== null) {
    return put(0x61 | SIZES[load[2]], Number(load[1]), Number(load[3]), Number(load[4] + load[5]), 0);
  }
  const store = /^\*\((u\d+) \*\)\(r(\d+) ([+-]) (\d+)\) = (r?)(-?\d+)$/.exec(text);
  if (store !== null) {
    const [, size, dst, sign, off, isRegister, value] = store;
    const opcode = (isRegister === "r" ? 0x63 : 0x62) | SIZES[size];
    return put(
      opcode,
      Number(dst),
      isRegister === "r" ? Number(value) : 0,
      Number(sign + off),
      isRegister === "r" ? 0 : Number(value),
    );
  }
  const acquire = /^r(\d+) = load_acquire\(\(u64 \*\)\(r(\d+) ([+-]) (\d+)\)\)$/.exec(text);
  if (acquire !== null) {
    return put(0xdb, Number(acquire[1]), Number(acquire[2]), Number(acquire[3] + acquire[4]), 0x100);
  }
  const jump = /^if ([rw])(\d+) (\S+) ([rw]?)(-?\w+) goto (\w+)$/.exec(text);
  if (jump !== null) {
    const [, width, dst, condition, register, value, label] = jump;
    const opcode =
      (width === "r" ? 0x05 : 0x06) |
      CONDITION_CODES[CONDITIONS.indexOf(condition)] |
      (register === "" ? 0 : 8);
    return put(
      opcode,
      Number(dst),
      register === "" ? 0 : Number(value),
      target(label),
      register === "" ? Number(value) : 0,
    );
  }
  const go = /^goto (\w+)$/.exec(text);
  if (go !== null) return put(0x05, 0, 0, target(go[1]), 0);
  const far = /^gotox r(\d+)$/.exec(text);
  if (far !== null) return put(0x0d, Number(far[1]), 0, 0, 0);
  const call = /^call (\S+)$/.exec(text);
  if (call !== null) {
    if (/^\d+$/.test(call[1])) return put(0x85, 0, 0, 0, Number(call[1]));
    refer(call[1]);
    return put(0x85, 0, 1, 0, -1);
  }
  if (text === "exit") return put(0x95, 0, 0, 0, 0);
  const operation = /^([rw])(\d+) (\S+) ([rw]?)(-?\w+)$/.exec(text);
  const index = OPERATORS.indexOf(operation?.[3] ?? "");
  if (operation === null || index < 0) throw new Error(`not an instruction: ${text}`);
  const [, width, dst, , register, value] = operation;
  const opcode = (width === "r" ? 0x07 : 0x04) | CODES[index] | (register === "" ? 0 : 8);
  return put(
    opcode,
    Number(dst),
    register === "" ? 0 : Number(value),
    0,
    register === "" ? Number(value) : 0,
  );
}
