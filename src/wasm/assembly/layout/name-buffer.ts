import { endsIn, UNESCAPED } from "../common/bytes";
import { nameAt } from "../common/names";
import { makeRoom, put } from "../common/text";
import { hexDigit } from "./columns";

// The buffer in which names of types are made. It exists because pahole's buffers have a size at which long names are
// cut. Text that pahole does not cut goes through it to the output, whatever its length.

const BYTES: usize = 2048;
const BUFFER: usize = memory.data(2048 + 8, 8);
/** Address of the next byte. */
let at: usize = BUFFER;
/** End of the room for bytes. */
let end: usize = BUFFER + BYTES;
/** Whether bytes beyond the end are dropped; otherwise the buffer is emptied into the output. */
let isKept: bool = false;

/** Drops everything in the buffer. */
export function clearBuffer(): void {
  at = BUFFER;
  end = BUFFER + BYTES;
  isKept = false;
}

/**
 * Keeps at most `most` bytes from now on and drops the rest, within the bounds of an outer call; `most` is less than
 * 1024 in the outermost one. Returns the state before, for {@link keepAsBefore}.
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

/** Ends the last {@link keep}, given what it returned. */
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

/** Address of the text in the buffer. */
export function bufferStart(): usize {
  return BUFFER;
}

/** Bytes of the text in the buffer. */
export function bufferLength(): usize {
  return at - BUFFER;
}

/** Adds a byte. */
function add(value: u32): void {
  if (at >= end) {
    if (isKept) return;
    emptyBuffer();
  }
  store<u8>(at, u8(value));
  at++;
}

/** Adds a text of ASCII. */
export function say(text: string): void {
  for (let i = 0; i < text.length; i++) add(text.charCodeAt(i));
}

/** Adds `count` spaces, none if that is negative. */
export function saySpaces(count: i32): void {
  for (let left = count; left > 0; left--) add(0x20);
}

/** Adds the name at an offset, escaped as by `writeName` of `columns`. */
export function sayName(off: u32): void {
  let from = nameAt(off);
  for (;;) {
    // Eight bytes at a time if there is room for them.
    const bytes = load<u64>(from);
    const ends = endsIn(bytes, UNESCAPED);
    const plain = usize(ctz(ends) >>> 3);
    if (at + 8 <= end) {
      store<u64>(at, bytes);
      at += plain;
    } else for (let i: usize = 0; i < plain; i++) add(load<u8>(from + i));
    from += plain;
    if (plain === 8) continue;
    const special: u32 = load<u8>(from);
    from++;
    if (special === 0) return;
    say("\\x");
    add(hexDigit(special >>> 4));
    add(hexDigit(special & 15));
  }
}
