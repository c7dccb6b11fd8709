import { reserve } from "./host";

// Memory is taken from behind what was taken before, and given back all at once: what works on one input keeps what it took
// until the next. The memory grows when it has to.

/** Where the next piece is taken. */
let free: usize = __heap_base;
/** What lies before this is kept. */
let kept: usize = __heap_base;
/** From here on nothing was ever taken, so that there are only zeros. */
let untouched: usize = __heap_base;

/** The memory grows by so many bytes more than it has to, where there are as many: growing costs more than memory that nobody touches. */
const MORE: u64 = 1 << 20;

/** Takes so many bytes. What is in them is not known. Sizes have 64 bits: a product of 32 bits would begin anew from 0. */
export function take(bytes: u64): usize {
  const at = free;
  const end = u64(at) + bytes + 7;
  // Of what is more than an address can tell the host has none either.
  if (end > u64(usize.MAX_VALUE)) reserve(usize.MAX_VALUE);
  if (end > u64(memory.size()) << 16) reserve(usize(min(end + MORE, u64(usize.MAX_VALUE))));
  free = usize(end) & ~7;
  if (free > untouched) untouched = free;
  return at;
}

/** Takes so many bytes that are zero. */
export function takeZeros(bytes: u64): usize {
  const dirty = untouched;
  const at = take(bytes);
  if (at < dirty) memory.fill(at, 0, min(usize(bytes), dirty - at));
  return at;
}

/** Takes twice as many bytes as there are at `from`, and copies these. */
export function grown(from: usize, bytes: usize): usize {
  const at = take(u64(bytes) << 1);
  memory.copy(at, from, bytes);
  return at;
}

/** Where the next piece is taken, for {@link giveBack}. */
export function mark(): usize {
  return free;
}

/** Gives back what was taken since the {@link mark}. */
export function giveBack(to: usize): void {
  free = to;
}

/** Gives back everything but what is kept, and takes room for an input that the host lays there. */
export function roomFor(bytes: usize): usize {
  free = kept;
  return take(bytes);
}

/** Keeps what was taken so far for good. */
export function keep(): void {
  kept = free;
}

/** Keeps nothing any more. */
export function forget(): void {
  kept = __heap_base;
}
