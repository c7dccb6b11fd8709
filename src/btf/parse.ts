import { BtfxError } from "../errors.ts";
import { Btf, type TypeId } from "./btf.ts";
import { forEachNameOff, forEachTypeId } from "./fields.ts";
import { type BtfHeader, byteOrder, HEADER_BYTES, LAYOUT_ENTRY_BYTES, parseHeader } from "./header.ts";
import {
  ELEM_ID,
  ELEM_NAME,
  ELEM_WORDS,
  FIXED_WORDS,
  FUNC,
  FUNC_PROTO,
  HAS_MORE_IDS,
  HEAD_ID,
  HEAD_WORDS,
  INFO,
  infoKind,
  infoVlen,
  KINDS,
  kindName,
  LAST_HEAD_ID,
  MAX_KIND,
  NAME_OFF,
  SIZE_OR_TYPE,
  UNKN,
} from "./kinds.ts";
import { StringTable } from "./strings.ts";
import { wordsFromBytes } from "./words.ts";

/**
 * Reads BTF, alone or split on `base`, and checks all that libbpf checks (`btf_new`): header, strings, that records fill
 * the type section, that every name offset and type id resolves, that FUNC points to FUNC_PROTO. Throws {@link BtfxError}
 * at the first fault. `bytes` is kept as a view and must not change. About 15 ms for a vmlinux of 130,000 types.
 */
export function parseBtf(bytes: Uint8Array, base: Btf | null = null): Btf {
  const { btf, records } = read(bytes, base);
  checkReferences(btf, records);
  return btf;
}

/**
 * Reads BTF without following a name offset or type id: for finding out why {@link parseBtf} refused it. What comes of it
 * is fit for looking at words, not for the accessors and not for the engine.
 */
export function parseUnchecked(bytes: Uint8Array, base: Btf | null = null): Btf {
  return read(bytes, base).btf;
}

function read(bytes: Uint8Array, base: Btf | null): { btf: Btf; records: Records } {
  const header = parseHeader(bytes);
  const at = header.hdrLen;
  refuseJoined(bytes, header);
  const strings = parseStrings(
    bytes.subarray(at + header.strOff, at + header.strOff + header.strLen),
    header,
    base,
  );
  const words = wordsFromBytes(
    bytes.subarray(at + header.typeOff, at + header.typeOff + header.typeLen),
    header.littleEndian,
  );
  const firstId = base === null ? 1 : base.typeCount;
  const records = findRecords(words, bytes, header, firstId, base);
  return { btf: new Btf({ base, header, bytes, words, strings, ...records }), records };
}

/** Several BTFs in one section: what follows the first would be lost without a word. */
function refuseJoined(bytes: Uint8Array, { hdrLen, strOff, strLen }: BtfHeader): void {
  const end = hdrLen + strOff + strLen;
  if (end + HEADER_BYTES > bytes.length || byteOrder(bytes.subarray(end, end + 2)) === undefined) return;
  throw new BtfxError("bad-header", `another BTF begins at ${end}, after the end of this one`, {
    at: { offset: end },
    hint: "the section was joined from several objects by a linker that does not merge BTF: take them one by one, or merge them with pahole or bpftool",
  });
}

/** `btf_parse_str_sec` of libbpf. */
function parseStrings(bytes: Uint8Array, header: BtfHeader, base: Btf | null): StringTable {
  const offset = header.hdrLen + header.strOff;
  if (base !== null && bytes.length === 0) return new StringTable(bytes, base.strings);
  if (bytes.length === 0 || bytes.length - 1 > 0x7fffffff || bytes[bytes.length - 1] !== 0) {
    const what = bytes.length === 0 ? "it is empty" : "its last byte is not NUL";
    throw new BtfxError("bad-strings", `Invalid BTF string section: ${what}`, { at: { offset } });
  }
  if (base === null && bytes[0] !== 0) {
    throw new BtfxError(
      "needs-base",
      "Malformed BTF string section, did you forget to provide base BTF? It does not begin with NUL, so this is split BTF",
      { at: { offset }, hint: "give the vmlinux it was built against with -B" },
    );
  }
  return new StringTable(bytes, base === null ? null : base.strings);
}

/** What one pass over the type section finds. */
interface Records {
  /** Word position of each record; one more entry marks the end. */
  readonly starts: Uint32Array;
  /** BTF_KIND_* of each record. */
  readonly kinds: Uint8Array;
  /** First type of a kind without a row, 0 if there is none. */
  readonly unknownKindId: TypeId;
  /** The highest of all name offsets and of all type ids. */
  readonly highestNameOff: number;
  readonly highestTypeId: TypeId;
  /** FUNCs whose target is not an own FUNC_PROTO that stands before them, as it does in what pahole writes. */
  readonly openFuncs: readonly TypeId[];
}

/**
 * One pass over the type section: where each record begins, and how far its references go. Known kinds are sized by
 * their row, others by the layout. It looks at fields as the walkers of fields.ts do, but without a call for each: it
 * runs over a whole vmlinux on every start, before V8 has compiled anything, and takes a third of the time there.
 */
function findRecords(
  words: Uint32Array,
  bytes: Uint8Array,
  header: BtfHeader,
  firstId: TypeId,
  base: Btf | null,
): Records {
  const sectionAt = header.hdrLen + header.typeOff;
  const length = words.length;
  // A record has at least three words, so this is never too small; memory that is never touched is not there.
  const starts = new Uint32Array(Math.floor(length / HEAD_WORDS) + 1);
  const kinds = new Uint8Array(starts.length);
  let unknownKindId = 0;
  let highestNameOff = 0;
  let highestTypeId = 0;
  const openFuncs: TypeId[] = [];
  let count = 0;
  let at = 0;
  while (at + HEAD_WORDS <= length) {
    const info = words[at + INFO];
    const kind = infoKind(info);
    let elem: number;
    let first: number;
    if (kind !== UNKN && kind <= MAX_KIND) {
      first = at + FIXED_WORDS[kind];
      elem = ELEM_WORDS[kind];
    } else {
      const [infoWords, elemWords] = layoutOf(kind, bytes, header, base, firstId + count, sectionAt + at * 4);
      first = at + HEAD_WORDS + infoWords;
      elem = elemWords;
      if (unknownKindId === 0) unknownKindId = firstId + count;
    }
    const end = first + infoVlen(info) * elem;
    if (end > length) {
      throw new BtfxError(
        "bad-type",
        `BTF type [${firstId + count}] is malformed: its ${kindName(kind)} with ${infoVlen(info)} elements takes ${(end - at) * 4} bytes, ${(length - at) * 4} are left`,
        {
          at: { typeId: firstId + count, offset: sectionAt + at * 4 },
          hint: "the section is damaged or cut short",
        },
      );
    }
    starts[count] = at;
    kinds[count] = kind;
    if (words[at + NAME_OFF] > highestNameOff) highestNameOff = words[at + NAME_OFF];
    if (kind <= MAX_KIND) {
      const headId = HEAD_ID[kind];
      if (headId !== 0) {
        if (words[at + headId] > highestTypeId) highestTypeId = words[at + headId];
        const lastId = words[at + LAST_HEAD_ID[kind]];
        if (lastId > highestTypeId) highestTypeId = lastId;
        if (kind === FUNC) {
          const own = words[at + headId] - firstId;
          if (own < 0 || own >= count || kinds[own] !== FUNC_PROTO) openFuncs.push(firstId + count);
        }
      }
      if (HAS_MORE_IDS[kind] !== 0) highestTypeId = Math.max(highestTypeId, highestId(words, at, end, kind));
      if (first !== end) {
        if (ELEM_ID[kind] >= 0) {
          for (let word = first + ELEM_ID[kind]; word < end; word += elem) {
            if (words[word] > highestTypeId) highestTypeId = words[word];
          }
        }
        if (ELEM_NAME[kind] >= 0) {
          for (let word = first + ELEM_NAME[kind]; word < end; word += elem) {
            if (words[word] > highestNameOff) highestNameOff = words[word];
          }
        }
      }
    }
    count++;
    at = end;
  }
  if (at * 4 !== header.typeLen) {
    throw new BtfxError(
      "bad-type",
      `BTF types data is malformed: ${header.typeLen - at * 4} bytes are left after type [${firstId + count - 1}]`,
      { at: { offset: sectionAt + at * 4 }, hint: "the section is damaged or cut short" },
    );
  }
  starts[count] = at;
  return {
    starts: starts.subarray(0, count + 1),
    kinds: kinds.subarray(0, count),
    unknownKindId,
    highestNameOff,
    highestTypeId,
    openFuncs,
  };
}

/** The highest of all type ids of the record from `at` to `end`, for kinds with more of them than the columns say. */
function highestId(words: Uint32Array, at: number, end: number, kind: number): TypeId {
  const { headIds, elemIds, elem } = KINDS[kind];
  let highest = 0;
  for (let i = 0; i < headIds.length; i++) highest = Math.max(highest, words[at + headIds[i]]);
  for (let i = 0; i < elemIds.length; i++) {
    for (let word = at + FIXED_WORDS[kind] + elemIds[i]; word < end; word += elem) {
      if (words[word] > highest) highest = words[word];
    }
  }
  return highest;
}

/** Words once and words per element of an unknown kind, by the own layout section or else the base's (`btf_type_size_unknown`). */
function layoutOf(
  kind: number,
  bytes: Uint8Array,
  header: BtfHeader,
  base: Btf | null,
  typeId: TypeId,
  offset: number,
): [info: number, elem: number] {
  let from = bytes;
  let by = header;
  for (let btf = base; by.layoutLen === 0 && btf !== null; btf = btf.base) {
    from = btf.bytes;
    by = btf.header;
  }
  if ((kind + 1) * LAYOUT_ENTRY_BYTES > by.layoutLen) {
    throw new BtfxError("bad-type", `Unsupported BTF_KIND: ${kind}`, {
      at: { typeId, offset },
      hint: "the BTF is newer than this version and has no layout section to skip what it adds, or it is damaged",
    });
  }
  const at = by.hdrLen + by.layoutOff + kind * LAYOUT_ENTRY_BYTES;
  const infoSize = from[at];
  const elemSize = from[at + 1];
  if (infoSize % 4 !== 0 || elemSize % 4 !== 0) {
    const what = infoSize % 4 !== 0 ? `info_sz ${infoSize}` : `elem_sz ${elemSize}`;
    throw new BtfxError("bad-layout", `Unsupported ${what} for kind ${kind}`, { at: { typeId, offset } });
  }
  return [infoSize / 4, elemSize / 4];
}

/** `btf_sanity_check` of libbpf, and the return types of prototypes, which it leaves out. */
function checkReferences(btf: Btf, records: Records): void {
  if (records.highestNameOff >= btf.strings.end || records.highestTypeId >= btf.typeCount) {
    throw firstRefusal(btf);
  }
  for (const id of records.openFuncs)
    if (btf.kind(btf.sizeOrType(id)) !== FUNC_PROTO) throw firstRefusal(btf);
}

/** The first reference that is refused, by type and then as libbpf looks at one: names, ids, what a function points to. */
function firstRefusal(btf: Btf): BtfxError {
  const { words, starts, typeCount } = btf;
  const stringsEnd = btf.strings.end;
  let badName = -1;
  let badId = -1;
  for (let i = 0; i < starts.length - 1; i++) {
    const at = starts[i];
    forEachNameOff(words, at, (word) => {
      if (badName < 0 && words[word] >= stringsEnd) badName = word;
    });
    forEachTypeId(words, at, (word) => {
      if (badId < 0 && words[word] >= typeCount) badId = word;
    });
    if (badName >= 0) {
      const message = `string offset ${words[badName]} is outside the ${stringsEnd} bytes of strings`;
      return refused(btf, i, badName, "bad-name-off", message);
    }
    if (badId >= 0) {
      const message = `invalid referenced type ID ${words[badId]}: there are ${typeCount} types`;
      return refused(btf, i, badId, "bad-type-id", message);
    }
    const target = words[at + SIZE_OR_TYPE];
    if (infoKind(words[at + INFO]) === FUNC && btf.kind(target) !== FUNC_PROTO) {
      const kind = target === 0 ? "void" : kindName(btf.kind(target));
      const message = `referenced type [${target}] is not FUNC_PROTO but ${kind}`;
      return refused(btf, i, at + SIZE_OR_TYPE, "bad-type-id", message);
    }
  }
  throw new Error("the check and the walkers disagree");
}

function refused(
  btf: Btf,
  index: number,
  word: number,
  code: "bad-name-off" | "bad-type-id",
  message: string,
): BtfxError {
  const offset = btf.header.hdrLen + btf.header.typeOff + word * 4;
  const hint =
    btf.base === null ? "the BTF is damaged" : "the BTF is damaged, or was not built against this base";
  return new BtfxError(code, message, { at: { typeId: btf.firstId + index, offset }, hint });
}
