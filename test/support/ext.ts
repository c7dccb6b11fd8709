/**
 * A small assembler of `.BTF.ext` sections. Knows the format by itself (libbpf_internal.h), as the other builders do.
 */

/** The records of one ELF section: words of each, its name as an offset into the object's strings. */
export interface ExtSectionSpec {
  readonly nameOff: number;
  readonly records: readonly (readonly number[])[];
  /** Instead of the number of records. */
  readonly count?: number;
}

export interface ExtSpec {
  readonly littleEndian?: boolean;
  readonly version?: number;
  readonly flags?: number;
  /** Bytes of header; 24 leaves the relocations out. */
  readonly hdrLen?: number;
  readonly funcInfo?: readonly ExtSectionSpec[];
  readonly lineInfo?: readonly ExtSectionSpec[];
  readonly coreRelo?: readonly ExtSectionSpec[];
  /** Instead of 8, 16 and 16 bytes; records are filled with zeros up to it. */
  readonly recordBytes?: readonly [func: number, line: number, relo: number];
  /** Instead of what is there, by the offset of a header field. */
  readonly fields?: Readonly<Record<number, number>>;
}

/** Writes the section. */
export function assembleExt(spec: ExtSpec): Uint8Array {
  const { littleEndian = true, hdrLen = 32, recordBytes = [8, 16, 16], fields = {} } = spec;
  const words: number[] = [];
  const header: number[] = [];
  for (const [i, sections] of [spec.funcInfo, spec.lineInfo, spec.coreRelo].entries()) {
    const off = words.length * 4;
    if (sections !== undefined) {
      words.push(recordBytes[i]);
      for (const { nameOff, records, count = records.length } of sections) {
        words.push(nameOff, count);
        for (const record of records) {
          words.push(...record, ...new Array<number>(recordBytes[i] / 4 - record.length).fill(0));
        }
      }
    }
    header.push(off, words.length * 4 - off);
  }
  const out = new Uint8Array(hdrLen + words.length * 4);
  const view = new DataView(out.buffer);
  const put = (at: number, word: number) => {
    if (at + 4 <= out.length) view.setUint32(at, word, littleEndian);
  };
  words.forEach((word, i) => {
    put(hdrLen + i * 4, word);
  });
  view.setUint16(0, 0xeb9f, littleEndian);
  out[2] = spec.version ?? 1;
  out[3] = spec.flags ?? 0;
  put(4, hdrLen);
  header.forEach((word, i) => {
    if (12 + i * 4 <= hdrLen) put(8 + i * 4, word);
  });
  for (const [at, word] of Object.entries(fields)) put(Number(at), word);
  return out;
}
