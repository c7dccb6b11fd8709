import type { Btf } from "../../btf/btf.ts";
import {
  type BtfExt,
  CORE_RELO,
  CORE_RELO_KINDS,
  type ExtInfo,
  FUNC_INFO,
  INSN_BYTES,
  LINE_INFO,
  parseBtfExt,
} from "../../btf/ext.ts";
import { FUNC, kindName } from "../../btf/kinds.ts";
import { BtfxError } from "../../errors.ts";

/** Something wrong in `.BTF.ext`, and where: bytes from the start of the section. */
export interface ExtFault {
  readonly message: string;
  readonly offset: number;
}

/** Faults beyond this many say nothing new. */
const MAX_FAULTS = 100;
/** First byte of an instruction of two places, `BPF_LD | BPF_IMM | BPF_DW`. */
const LD_IMM64 = 0x18;

/**
 * What is wrong in `.BTF.ext`: its structure, as `btf_ext_parse` of libbpf asks; names, types and instructions that records
 * refer to, as libbpf and the kernel ask when programs are loaded (`check_btf_func`, `check_btf_line`, `bpf_core_apply`). Without
 * `btf`, what refers to it is not checked. `code` gives the instructions of a section.
 */
export function findExtFaults(
  bytes: Uint8Array,
  btf: Btf | undefined,
  code: (name: string) => Uint8Array | undefined,
): ExtFault[] {
  let ext: BtfExt;
  try {
    ext = parseBtfExt(bytes);
  } catch (error) {
    if (!(error instanceof BtfxError)) throw error;
    return [{ message: error.message, offset: error.at.offset ?? 0 }];
  }
  if (btf === undefined) return [];
  const check = new RecordsCheck(ext, btf, code);
  check.each(ext.funcInfo, (at) => check.func(at));
  check.each(ext.lineInfo, (at) => check.line(at));
  check.each(ext.coreRelo, (at) => check.relocation(at));
  return check.faults;
}

class RecordsCheck {
  readonly faults: ExtFault[] = [];
  readonly #ext: BtfExt;
  readonly #btf: Btf;
  readonly #code: (name: string) => Uint8Array | undefined;

  constructor(ext: BtfExt, btf: Btf, code: (name: string) => Uint8Array | undefined) {
    this.#ext = ext;
    this.#btf = btf;
    this.#code = code;
  }

  /** Checks the sections of one kind of records, and where each record is in the code. */
  each(info: ExtInfo, check: (at: number) => void): void {
    for (const { nameOff, count, start, stride } of info.sections) {
      if (!this.#name(start - 2, "the name of an ELF section")) continue;
      const name = this.#btf.strings.text(nameOff);
      const code = this.#code(name);
      if (code === undefined)
        this.#fault(start - 2, `there is no section ${name || '""'} that records are of`);
      for (let at = start; at < start + count * stride && this.faults.length < MAX_FAULTS; at += stride) {
        if (code !== undefined) this.#instruction(at, code, name);
        check(at);
      }
    }
  }

  func(at: number): void {
    const word = at + FUNC_INFO.TYPE_ID;
    if (!this.#type(word)) return;
    const id = this.#ext.words[word];
    const kind = this.#btf.kind(id);
    if (kind !== FUNC) this.#fault(word, `func_info names [${id}], which is ${kindName(kind)}, not a FUNC`);
  }

  line(at: number): void {
    this.#name(at + LINE_INFO.FILE_NAME, "the file name of a line");
    this.#name(at + LINE_INFO.LINE, "the text of a line");
  }

  relocation(at: number): void {
    const { words } = this.#ext;
    this.#type(at + CORE_RELO.TYPE_ID);
    const kind = words[at + CORE_RELO.KIND];
    if (kind >= CORE_RELO_KINDS.length) {
      this.#fault(
        at + CORE_RELO.KIND,
        `CO-RE relocation of kind ${kind}, known are 0 to ${CORE_RELO_KINDS.length - 1}`,
      );
    }
    if (!this.#name(at + CORE_RELO.ACCESS, "the access string of a CO-RE relocation")) return;
    const access = this.#btf.strings.text(words[at + CORE_RELO.ACCESS]);
    if (!/^\d{1,10}(:\d{1,10})*$/.test(access)) {
      this.#fault(
        at + CORE_RELO.ACCESS,
        `access string ${JSON.stringify(access)} of a CO-RE relocation is not like 0:1:2`,
      );
    }
  }

  /** The instruction that a record begins at: it exists, and is no second half of another. */
  #instruction(at: number, code: Uint8Array, name: string): void {
    const offset = this.#ext.words[at];
    if (offset % INSN_BYTES !== 0) {
      this.#fault(at, `instruction offset ${offset} in ${name} is not a multiple of ${INSN_BYTES}`);
    } else if (offset >= code.length) {
      this.#fault(at, `instruction offset ${offset} lies after the ${code.length} bytes of ${name}`);
    } else if (offset >= INSN_BYTES && code[offset - INSN_BYTES] === LD_IMM64 && code[offset] === 0) {
      this.#fault(at, `instruction offset ${offset} in ${name} is the second half of an instruction`);
    }
  }

  #name(word: number, what: string): boolean {
    const off = this.#ext.words[word];
    const { end } = this.#btf.strings;
    if (off < end) return true;
    this.#fault(word, `${what} is at ${off}, but there are ${end} bytes of strings`);
    return false;
  }

  #type(word: number): boolean {
    const id = this.#ext.words[word];
    if (id < this.#btf.typeCount) return true;
    this.#fault(word, `type [${id}] does not exist: there are ${this.#btf.typeCount} types`);
    return false;
  }

  #fault(word: number, message: string): void {
    if (this.faults.length < MAX_FAULTS) this.faults.push({ message, offset: this.#ext.hdrLen + word * 4 });
  }
}
