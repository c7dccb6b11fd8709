import { endsIn, UNESCAPED } from "../common/bytes";
import { nameAt } from "../common/names";
import { makeRoom, put } from "../common/text";
import { hexDigit } from "./columns";

// The buffer that names of types are made in, since pahole's has an end, at which a long name is cut. Text of any length goes through
// it on its way to the output; only what is kept must fit into it.

const BYTES: usize = 2048;
const BUFFER: usize = memory.data(2048 + 8, 8);
/** Where the next byte is written, and where there is no more room. */
let at: usize = BUFFER;
let end: usize = BUFFER + BYTES;
/** Whether what is beyond the end is dropped. */
let isKept: bool = false;

/** Forgets everything. */
export function clearBuffer(): void {
  at = BUFFER;
  end = BUFFER + BYTES;
  isKept = false;
}

/**
 * From now on at most so many bytes are kept, and what goes beyond is dropped; less than 1,024 where nothing was kept before. Returns
 * what {@link keepAsBefore} needs.
 */
export function keep(most: usize): usize {
  if (!isKept) {
    if (at + most > end) emptyBuffer();
    isKept = true;
    end = at + most;
    return 0;
  }
  const before = end;
  end = min(end, at + most);
  return before;
}

/** Ends {@link keep}. */
export function keepAsBefore(before: usize): void {
  isKept = before !== 0;
  end = isKept ? before : BUFFER + BYTES;
}

/** Writes what is in the buffer to the output. */
export function emptyBuffer(): void {
  for (let from: usize = BUFFER; from < at; from += 512) {
    makeRoom();
    put(from, min(at - from, 512));
  }
  at = BUFFER;
}

/** The address of what is in the buffer, and how much it is. */
export function bufferStart(): usize {
  return BUFFER;
}
export function bufferLength(): usize {
  return at - BUFFER;
}

/** Writes a byte. */
function take(value: u32): void {
  if (at >= end) {
    if (isKept) return;
    emptyBuffer();
  }
  store<u8>(at, u8(value));
  at++;
}

/** Writes a text of ASCII. */
export function say(text: string): void {
  for (let i = 0; i < text.length; i++) take(text.charCodeAt(i));
}

/** Writes spaces. */
export function saySpaces(count: i32): void {
  for (let left = count; left > 0; left--) take(0x20);
}

/** Writes the name at an offset, safe for a terminal. */
export function sayName(off: u32): void {
  let from = nameAt(off);
  for (;;) {
    // Eight bytes at a time, as long as there is room for them.
    const bytes = load<u64>(from);
    const ends = endsIn(bytes, UNESCAPED);
    const plain = usize(ctz(ends) >>> 3);
    if (at + 8 <= end) {
      store<u64>(at, bytes);
      at += plain;
    } else for (let i: usize = 0; i < plain; i++) take(load<u8>(from + i));
    from += plain;
    if (plain === 8) continue;
    const special: u32 = load<u8>(from);
    from++;
    if (special === 0) return;
    say("\\x");
    take(hexDigit(special >>> 4));
    take(hexDigit(special & 15));
  }
}
