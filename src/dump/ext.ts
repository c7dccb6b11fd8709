import type { Btf, TypeId } from "../btf/btf.ts";
import { type BtfExt, CORE_RELO, CORE_RELO_KINDS, type ExtInfo, FUNC_INFO, LINE_INFO } from "../btf/ext.ts";
import { readLine, type SourceLine, SourceLines } from "../btf/source-lines.ts";
import type { ByteSink } from "./sink.ts";

/** The content of a `.BTF.ext` section, as `dump --ext` prints it: its three subsections, by ELF section. */
export interface ExtData {
  readonly func_info: readonly ExtSectionData<FuncInfoData>[];
  readonly line_info: readonly ExtSectionData<LineInfoData>[];
  readonly core_relo: readonly ExtSectionData<CoreReloData>[];
}

/** The records of one ELF section. */
export interface ExtSectionData<Record> {
  readonly section: string;
  readonly records: readonly Record[];
}

/**
 * A function, from its first instruction on. `insn_off` is in bytes from the start of the ELF section, here and below.
 */
export interface FuncInfoData {
  readonly insn_off: number;
  readonly type_id: TypeId;
  readonly name: string;
}

/** A source line, from an instruction on. */
export interface LineInfoData extends SourceLine {
  readonly insn_off: number;
}

/** A CO-RE relocation. */
export interface CoreReloData {
  readonly insn_off: number;
  /** libbpf's name, such as `byte_off`; `unknown` for a number that libbpf does not know. */
  readonly kind: string;
  readonly kind_id: number;
  readonly type_id: TypeId;
  /** The access string of the object: `0:1:2`. */
  readonly access_str: string;
  /** Its target, `struct task_struct.pid`; null if that makes no sense. */
  readonly access: string | null;
  /** The source line of the instruction, null if the object does not say. */
  readonly source: SourceLine | null;
}

/** A relocation, for those who can say what its access string names. */
export interface NamedRelo {
  readonly typeId: TypeId;
  readonly accessOff: number;
  readonly kind: number;
}

/** Reads all records, which must have been checked. `accessOf` says what a relocation names. */
export function extData(ext: BtfExt, btf: Btf, accessOf: (relo: NamedRelo) => string | null): ExtData {
  const { words } = ext;
  const { strings } = btf;
  const sections = <T>(info: ExtInfo, record: (at: number, section: string) => T): ExtSectionData<T>[] =>
    info.sections.map(({ nameOff, count, start, stride }) => {
      const section = strings.text(nameOff);
      const records = Array.from({ length: count }, (_, i) => record(start + i * stride, section));
      return { section, records };
    });
  const lines = new SourceLines(btf, ext);
  return {
    func_info: sections(ext.funcInfo, (at) => ({
      insn_off: words[at + FUNC_INFO.INSN_OFF],
      type_id: words[at + FUNC_INFO.TYPE_ID],
      name: btf.name(words[at + FUNC_INFO.TYPE_ID]),
    })),
    line_info: sections(ext.lineInfo, (at) => ({
      insn_off: words[at + LINE_INFO.INSN_OFF],
      ...readLine(btf, words, at),
    })),
    core_relo: sections(ext.coreRelo, (at, section) => {
      const insn_off = words[at + CORE_RELO.INSN_OFF];
      const typeId = words[at + CORE_RELO.TYPE_ID];
      const accessOff = words[at + CORE_RELO.ACCESS];
      const kind = words[at + CORE_RELO.KIND];
      return {
        insn_off,
        kind: CORE_RELO_KINDS[kind] ?? "unknown",
        kind_id: kind,
        type_id: typeId,
        access_str: strings.text(accessOff),
        access: accessOf({ typeId, accessOff, kind }),
        source: lines.at(section, insn_off) ?? null,
      };
    }),
  };
}

/** Prints the data in the manner of `format raw`: a line for each ELF section, a line with a tab for each record. */
export function dumpExtRaw(data: ExtData, sink: ByteSink): void {
  const section = (kind: string, name: string, count: number) =>
    sink.text(`${kind} '${name}' vlen=${count}\n`);
  for (const { section: name, records } of data.func_info) {
    section("FUNC_INFO", name, records.length);
    for (const { insn_off, type_id, name: func } of records) {
      sink.text(`\tinsn_off=${insn_off} type_id=${type_id} (FUNC '${func}')\n`);
    }
  }
  for (const { section: name, records } of data.line_info) {
    section("LINE_INFO", name, records.length);
    for (const { insn_off, ...line } of records) sink.text(`\tinsn_off=${insn_off} ${lineText(line)}\n`);
  }
  for (const { section: name, records } of data.core_relo) {
    section("CORE_RELO", name, records.length);
    for (const { insn_off, kind, kind_id, type_id, access_str, access, source } of records) {
      const what = kind === "unknown" ? `${kind_id}` : kind;
      const names = access === null ? "" : ` (${access})`;
      const at = source === null ? "" : ` ${lineText(source)}`;
      sink.text(
        `\tinsn_off=${insn_off} kind=${what} type_id=${type_id} access_str='${access_str}'${names}${at}\n`,
      );
    }
  }
}

function lineText({ file, line, column, text }: SourceLine): string {
  return `file='${file}' line=${line} column=${column} text='${text}'`;
}
