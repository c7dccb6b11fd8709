import { byteOrder, MAGIC } from "../../btf/header.ts";
import type { Phase, Report } from "./findings.ts";
import { MAX_NAME_OFF } from "./identifiers.ts";
import { type Kernel, release } from "./kernel.ts";
import { type Check, E2BIG, ENOTSUPP, inForce, type Rule } from "./rule.ts";

/** `BTF_MAX_SIZE` (kernel/bpf/btf.c): no BTF that a program loads is larger; a module's may be. */
const MAX_BYTES = 16 * 1024 * 1024;
/** First release that knows `layout_off` and `layout_len`. */
const LAYOUT_SINCE = release(7, 1);

/**
 * How the kernel receives the BTF: `load` by `BPF_BTF_LOAD`, standalone; `base` as its own types or as the `.BTF.base`
 * of a module, standalone too; `split` as a module's, split on those. The size limit and the rules of the type section
 * hold for `load` only.
 */
export type Origin = "load" | "base" | "split";

/** The places where a kernel finds types and strings. */
export interface Sections {
  readonly types: Uint8Array;
  readonly strings: Uint8Array;
}

/** The header as the kernel sees it: fields beyond `hdr_len` read as 0. */
interface RawHeader {
  readonly bytes: Uint8Array;
  readonly size: number;
  readonly hdrLen: number;
  /** Bytes of the header that the kernel knows: 24, or 32 since 7.1. */
  readonly known: number;
  readonly origin: Origin;
  readonly magic: number;
  readonly version: number;
  readonly flags: number;
  readonly types: Span;
  readonly strings: Span;
  readonly layout: Span;
}

interface Span {
  readonly off: number;
  readonly len: number;
}

/** `btf_parse_hdr`, and the limit of `btf_parse`. */
const HEADER_RULES: readonly Check<RawHeader>[] = [
  {
    phrase: null,
    says: "the BTF is larger than 16 MiB",
    errno: E2BIG,
    broken: (h) => h.origin === "load" && h.size > MAX_BYTES,
  },
  { phrase: "hdr_len not found", says: "there are fewer than 8 bytes", broken: (h) => h.size < 8 },
  {
    phrase: "btf_header not found",
    says: "the header is longer than all of the BTF",
    broken: (h) => h.size < h.hdrLen,
  },
  {
    phrase: "Unsupported btf_header",
    says: "the header has bytes that are not 0 beyond those that the kernel knows",
    errno: E2BIG,
    broken: (h) => h.bytes.subarray(h.known, Math.max(h.known, h.hdrLen)).some((byte) => byte !== 0),
  },
  { phrase: "Invalid magic", says: "the magic is not 0xeb9f", broken: (h) => h.magic !== MAGIC },
];

/** After a break of one of these, the BTF can still be read. */
const VERSION_RULES: readonly Check<RawHeader>[] = [
  {
    phrase: "Unsupported version",
    says: "the version is not 1",
    errno: ENOTSUPP,
    broken: (h) => h.version !== 1,
  },
  { phrase: "Unsupported flags", says: "the flags are not 0", errno: ENOTSUPP, broken: (h) => h.flags !== 0 },
];
const SOME_DATA: Check<RawHeader> = {
  phrase: "No data",
  says: "nothing follows the header",
  broken: (h) => h.origin !== "split" && h.size === h.hdrLen,
};

/** `btf_check_sec_info`: the sections, in order, fill what follows the header. */
const SECTION_OFFSET: Rule = {
  phrase: "Invalid section offset",
  says: "a section begins after the end of the BTF",
};
const SECTION_GAP: Rule = {
  phrase: "Unsupported section found",
  says: "there are bytes in front of a section or after the last that belong to none",
};
const SECTION_OVERLAP: Rule = {
  phrase: "Section overlap found",
  says: "a section begins before the end of the one in front of it",
};
const SECTION_LENGTH: Rule = {
  phrase: "Total section length too long",
  says: "a section ends after the end of the BTF; the bytes are cut short",
};

/** `btf_parse_str_sec`. */
const STRINGS_LAST: Check<RawHeader> = {
  phrase: "String section is not at the end",
  says: "strings must come last, but for 32-byte headers since 7.1",
  broken: (h) => h.strings.off + h.strings.len !== h.size - h.hdrLen && (h.known < 32 || h.hdrLen < 32),
};
const STRINGS_FORM: Check<RawHeader> = {
  phrase: "Invalid string section",
  says: "strings begin (but for split BTF) and end with NUL, and take 1 to 2^24 bytes",
  broken: (h) => {
    const { off, len } = h.strings;
    if (h.origin === "split" && len === 0) return false;
    const start = h.hdrLen + off;
    return (
      len === 0 ||
      len - 1 > MAX_NAME_OFF ||
      h.bytes[start + len - 1] !== 0 ||
      (h.origin !== "split" && h.bytes[start] !== 0)
    );
  },
};

/** `btf_parse_layout_sec`; what the layout says is not looked at. */
const LAYOUT_RULES: readonly Check<RawHeader>[] = [
  {
    phrase: "Unaligned layout_off",
    says: "the layout section does not begin at a multiple of 4",
    since: LAYOUT_SINCE,
    broken: (h) => h.layout.len !== 0 && h.layout.off % 4 !== 0,
  },
  {
    phrase: "Layout section is too small",
    says: "the layout section is smaller than one entry",
    since: LAYOUT_SINCE,
    broken: (h) => h.layout.len !== 0 && h.layout.len < 4,
  },
  {
    phrase: "layout_len is not multiple of 4",
    says: "the layout section ends within an entry",
    since: LAYOUT_SINCE,
    broken: (h) => h.layout.len % 4 !== 0,
  },
  {
    phrase: "Layout section is too big",
    says: "the layout section ends after the end of the BTF",
    since: LAYOUT_SINCE,
    broken: (h) => h.layout.len !== 0 && h.layout.off + h.layout.len > h.size - h.hdrLen,
  },
];

/** `btf_parse_type_sec`, which only a load by a program goes through. */
const TYPES_RULES: readonly Check<RawHeader>[] = [
  {
    phrase: "Unaligned type_off",
    says: "the types do not begin at a multiple of 4 from the end of the header",
    broken: (h) => h.origin === "load" && h.types.off % 4 !== 0,
  },
  {
    phrase: "No type found",
    says: "there are no types",
    broken: (h) => h.origin === "load" && h.types.len === 0,
  },
];

/** All rules of this phase, for lists of rules. */
export const SECTION_PHASE_RULES: readonly Rule[] = [
  ...HEADER_RULES,
  ...VERSION_RULES,
  SOME_DATA,
  SECTION_OFFSET,
  SECTION_GAP,
  SECTION_OVERLAP,
  SECTION_LENGTH,
  STRINGS_LAST,
  STRINGS_FORM,
  ...LAYOUT_RULES,
  ...TYPES_RULES,
];

/**
 * Checks size, header and sections in the kernel's order, and gives the sections if the rest can be looked at;
 * undefined if not.
 */
export function checkSections(
  bytes: Uint8Array,
  origin: Origin,
  littleEndian: boolean,
  kernel: Kernel,
  report: Report,
): Sections | undefined {
  const h = readRawHeader(bytes, origin, littleEndian, kernel);
  const broken = (phase: Phase, rules: readonly Check<RawHeader>[]): boolean => {
    const rule = rules.find((it) => inForce(it, kernel) && it.broken(h));
    if (rule !== undefined) report.broken(phase, rule, () => ({ more: foreignOrder(bytes, littleEndian) }));
    return rule !== undefined;
  };

  if (broken("header", HEADER_RULES)) return undefined;
  for (const rule of VERSION_RULES) broken("header", [rule]);
  if (broken("header", [SOME_DATA])) return undefined;
  const untiled = findUntiled(h);
  if (untiled !== undefined) {
    report.broken("sections", untiled, () => ({ more: anotherBtf(h) }));
    return undefined;
  }
  broken("strings", [STRINGS_LAST]);
  if (broken("strings", [STRINGS_FORM])) return undefined;
  broken("sections", LAYOUT_RULES);
  broken("sections", TYPES_RULES);
  const types = h.hdrLen + h.types.off;
  const strings = h.hdrLen + h.strings.off;
  return {
    types: bytes.subarray(types, types + h.types.len),
    strings: bytes.subarray(strings, strings + h.strings.len),
  };
}

function readRawHeader(bytes: Uint8Array, origin: Origin, littleEndian: boolean, kernel: Kernel): RawHeader {
  const known = kernel >= LAYOUT_SINCE ? 32 : 24;
  const raw = new Uint8Array(32);
  const view = new DataView(raw.buffer);
  raw.set(bytes.subarray(0, 8));
  const hdrLen = view.getUint32(4, littleEndian);
  raw.fill(0);
  raw.set(bytes.subarray(0, Math.min(hdrLen, known)));
  const span = (at: number): Span => ({
    off: view.getUint32(at, littleEndian),
    len: view.getUint32(at + 4, littleEndian),
  });
  return {
    bytes,
    size: bytes.length,
    hdrLen,
    known,
    origin,
    magic: view.getUint16(0, littleEndian),
    version: raw[2],
    flags: raw[3],
    types: span(8),
    strings: span(16),
    layout: hdrLen >= 32 ? span(24) : { off: 0, len: 0 },
  };
}

/** The first rule of `btf_check_sec_info` that is broken. */
function findUntiled(h: RawHeader): Rule | undefined {
  const spans = [h.types, h.strings];
  if (h.known >= 32 && h.hdrLen >= 32 && h.layout.len !== 0) spans.push(h.layout);
  // As the kernel compares: the difference in 32 bits, signed.
  spans.sort((a, b) => (a.off - b.off) | 0 || (a.len - b.len) | 0);
  const left = h.size - h.hdrLen;
  let end = 0;
  for (const { off, len } of spans) {
    if (off > left) return SECTION_OFFSET;
    if (off > end) return SECTION_GAP;
    if (off < end) return SECTION_OVERLAP;
    if (len > left - end) return SECTION_LENGTH;
    end += len;
  }
  return end === left ? undefined : SECTION_GAP;
}

/** Adds to the message if another BTF begins where this one ends. */
function anotherBtf(h: RawHeader): string {
  const end = h.hdrLen + Math.max(h.types.off + h.types.len, h.strings.off + h.strings.len);
  if (byteOrder(h.bytes.subarray(end, end + 2)) === undefined) return "";
  return `; another BTF begins at ${end}: the section was joined from several objects by a linker that does not merge BTF`;
}

/** Adds to the message if the bytes are BTF of the other byte order, which no kernel reads. */
function foreignOrder(bytes: Uint8Array, littleEndian: boolean): string {
  const order = byteOrder(bytes);
  if (order === undefined || order === littleEndian) return "";
  const [own, other] = littleEndian ? ["little", "big"] : ["big", "little"];
  return `; this is ${other}-endian BTF, and a ${own}-endian kernel reads only its own`;
}
