import { FIRST_INFO, HEAD_WORDS, INFO, infoVlen } from "../btf/kinds.ts";

/**
 * Where a parameter of an inlined function is found: a LOC_PARAM as text (Linux 7.4; `enum btf_loc_param_flags`,
 * linux/btf.h).
 */

/** `BTF_LOC_PARAM_*`: what the values of a LOC_PARAM are. */
const SIGNED = 0x01;
const ADDR = 0x04;
const REG = 0x08;
const DEREF = 0x10;
const OFFSET = 0x20;
/** `BTF_LOC_PARAM_FBREG`: the frame base in place of a register number. */
const FRAME_BASE = 0xffffffff;

/** Words between the head of a LOC_PARAM and its values: the flags. */
const FLAGS_WORDS = 1;
/**
 * Values beyond these are not written: a location has one to three, and a prototype repeats those of its parameters.
 */
const MOST_VALUES = 8;

/**
 * The location of the LOC_PARAM at `at` as bpftool writes it: `reg1`, `*(reg2 + 0x10)`, `fbreg - 0x10`, `0xdeadbeef`,
 * `0xffffffff81000000 (addr)`. What bpftool's tests do not show: several registers are `reg1, reg2`, a register that is
 * dereferenced without an offset is `*(reg1)`, a signed constant below zero is `-0x1`. Printable ASCII of bounded
 * length.
 */
export function locationText(words: Uint32Array, at: number): string {
  const flags = words[at + FIRST_INFO];
  const first = at + HEAD_WORDS + FLAGS_WORDS;
  const count = infoVlen(words[at + INFO]);
  const values = words.subarray(first, first + Math.min(count, MOST_VALUES));
  if (values.length === 0) return "";
  const more = count > values.length ? ", ..." : "";
  if ((flags & REG) === 0) {
    const value = hex(values, (flags & SIGNED) !== 0) + more;
    return (flags & ADDR) !== 0 ? `${value} (addr)` : value;
  }
  const place =
    (flags & OFFSET) !== 0 && values.length > 1
      ? `${registerName(values[0])} ${signedTerm(values.subarray(1), flags)}`
      : Array.from(values, registerName).join(", ");
  return (flags & DEREF) !== 0 ? `*(${place}${more})` : place + more;
}

function registerName(number: number): string {
  return number === FRAME_BASE ? "fbreg" : `reg${number}`;
}

/** `+ 0x10`, `- 0x10` */
function signedTerm(values: Uint32Array, flags: number): string {
  const text = hex(values, (flags & SIGNED) !== 0);
  return text.startsWith("-") ? `- ${text.slice(1)}` : `+ ${text}`;
}

/** The number whose words are `values`, the lowest first. */
function hex(values: Uint32Array, signed: boolean): string {
  let number = 0n;
  for (let i = values.length - 1; i >= 0; i--) number = (number << 32n) | BigInt(values[i]);
  if (signed) number = BigInt.asIntN(values.length * 32, number);
  return number < 0n ? `-0x${(-number).toString(16)}` : `0x${number.toString(16)}`;
}
