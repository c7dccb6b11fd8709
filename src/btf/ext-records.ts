import type { BtfxError } from "../errors.ts";
import type { Btf } from "./btf.ts";
import {
  type BtfExt,
  CORE_RELO,
  CORE_RELO_KINDS,
  type ExtInfo,
  extFault,
  FUNC_INFO,
  INSN_BYTES,
  LINE_INFO,
} from "./ext.ts";
import { FUNC, kindName } from "./kinds.ts";

/** Something wrong with a record of `.BTF.ext`, and where: bytes from the start of the section. */
export interface ExtFault {
  /** With `bad-relocation` only the relocation is useless, with the others the whole section. */
  readonly code: "bad-name-off" | "bad-type-id" | "bad-ext" | "bad-relocation";
  readonly message: string;
  readonly offset: number;
}

/** Facts to check the records against, besides the types. */
export interface ExtSurroundings {
  /** Instructions of an ELF section; undefined if there is no such section. */
  readonly code: (name: string) => Uint8Array | undefined;
}

/** First byte of an instruction of two places, `BPF_LD | BPF_IMM | BPF_DW`. */
const LD_IMM64 = 0x18;

/**
 * Checks what the records say against the object's own BTF: that names and types exist, that functions are functions,
 * that offsets are those of whole instructions. libbpf and the kernel check the same while they load an object. Throws
 * {@link BtfxError} `bad-name-off`, `bad-type-id` or `bad-ext` at the first fault.
 */
export function checkExtRecords(ext: BtfExt, btf: Btf): void {
  examineExtRecords(ext, btf, undefined, ({ code, message, offset }) => {
    if (code !== "bad-relocation") throw extFault(code, message, offset);
    return true;
  });
}

/**
 * Reports everything that libbpf and the kernel refuse in the records when they load programs (`check_btf_func`,
 * `check_btf_line`, `bpf_core_apply`), in file order. Without `surroundings`, the places of records in the code are not
 * checked. `report` returns whether to go on.
 */
export function examineExtRecords(
  ext: BtfExt,
  btf: Btf,
  surroundings: ExtSurroundings | undefined,
  report: (fault: ExtFault) => boolean,
): void {
  const check = new RecordsCheck(ext, btf, surroundings, report);
  check.each(ext.funcInfo, (at) => check.func(at));
  check.each(ext.lineInfo, (at) => check.line(at));
  check.each(ext.coreRelo, (at) => check.relocation(at));
}

class RecordsCheck {
  readonly #ext: BtfExt;
  readonly #btf: Btf;
  readonly #surroundings: ExtSurroundings | undefined;
  readonly #report: (fault: ExtFault) => boolean;
  #goesOn = true;

  constructor(
    ext: BtfExt,
    btf: Btf,
    surroundings: ExtSurroundings | undefined,
    report: (fault: ExtFault) => boolean,
  ) {
    this.#ext = ext;
    this.#btf = btf;
    this.#surroundings = surroundings;
    this.#report = report;
  }

  /** Checks the sections of one kind of records, and where each record is in the code. */
  each(info: ExtInfo, check: (at: number) => void): void {
    for (const { nameOff, count, start, stride } of info.sections) {
      const isNamed = this.#name(start - 2, "the name of an ELF section");
      const name = isNamed ? this.#btf.strings.text(nameOff) : "";
      if (isNamed && name === "")
        this.#fault("bad-ext", start - 2, "records of an ELF section without a name");
      const code = name === "" ? undefined : this.#surroundings?.code(name);
      if (name !== "" && code === undefined && this.#surroundings !== undefined) {
        this.#fault("bad-ext", start - 2, `there is no section ${name} that records are of`);
      }
      for (let at = start; at < start + count * stride && this.#goesOn; at += stride) {
        this.#instruction(at, code, name);
        check(at);
      }
    }
  }

  func(at: number): void {
    const word = at + FUNC_INFO.TYPE_ID;
    if (!this.#type(word)) return;
    const id = this.#ext.words[word];
    const kind = this.#btf.kind(id);
    if (kind === FUNC) return;
    this.#fault("bad-type-id", word, `func_info names [${id}], which is ${kindName(kind)}, not a FUNC`);
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
      const message = `CO-RE relocation of kind ${kind}, known are 0 to ${CORE_RELO_KINDS.length - 1}`;
      this.#fault("bad-relocation", at + CORE_RELO.KIND, message);
    }
    const word = at + CORE_RELO.ACCESS;
    if (!this.#name(word, "the access string of a CO-RE relocation")) return;
    const access = this.#btf.strings.text(words[word]);
    if (/^\d{1,10}(:\d{1,10})*$/.test(access)) return;
    const message = `access string ${JSON.stringify(access)} of a CO-RE relocation is not like 0:1:2`;
    this.#fault("bad-relocation", word, message);
  }

  /** The instruction that a record begins at: it exists, and is no second half of another. */
  #instruction(at: number, code: Uint8Array | undefined, name: string): void {
    const offset = this.#ext.words[at];
    if (offset % INSN_BYTES !== 0) {
      const message = `instruction offset ${offset} in ${name} is not a multiple of ${INSN_BYTES}`;
      this.#fault("bad-ext", at, message);
    } else if (code === undefined) return;
    else if (offset >= code.length) {
      const message = `instruction offset ${offset} lies after the ${code.length} bytes of ${name}`;
      this.#fault("bad-ext", at, message);
    } else if (offset >= INSN_BYTES && code[offset - INSN_BYTES] === LD_IMM64 && code[offset] === 0) {
      const message = `instruction offset ${offset} in ${name} is the second half of an instruction`;
      this.#fault("bad-ext", at, message);
    }
  }

  #name(word: number, what: string): boolean {
    const off = this.#ext.words[word];
    const { end } = this.#btf.strings;
    if (off < end) return true;
    this.#fault("bad-name-off", word, `${what} is at ${off}, but there are ${end} bytes of strings`);
    return false;
  }

  #type(word: number): boolean {
    const id = this.#ext.words[word];
    if (id < this.#btf.typeCount) return true;
    const message = `type [${id}] does not exist: there are ${this.#btf.typeCount} types`;
    this.#fault("bad-type-id", word, message);
    return false;
  }

  #fault(code: ExtFault["code"], word: number, message: string): void {
    this.#goesOn &&= this.#report({ code, message, offset: this.#ext.hdrLen + word * 4 });
  }
}
