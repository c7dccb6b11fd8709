import { reserve } from "./host";

// A bump allocator. Each piece of memory is taken right behind the one before, and all pieces are given back at once,
// when room is made for the next input. The memory grows when it has to.

/** Address of the next piece. */
let free: usize = __heap_base;
/** What lies before this address outlives the input ({@link keep}). */
let kept: usize = __heap_base;
/** From this address on nothing was ever taken, so memory holds only zeros. */
let untouched: usize = __heap_base;

/**
 * The memory grows by this many bytes more than needed, if there are so many: growing often costs more than memory that
 * is never touched.
 */
const MORE: u64 = 1 << 20;

/**
 * Takes `bytes` bytes with undefined contents. Returns their address. The size has 64 bits because a product of 32 bits
 * could wrap around.
 */
export function take(bytes: u64): usize {
  const at = free;
  const end = u64(at) + bytes + 7;
  // More than 4 GiB: let the host refuse it.
  if (end > u64(usize.MAX_VALUE)) reserve(usize.MAX_VALUE);
  if (end > u64(memory.size()) << 16) reserve(usize(min(end + MORE, u64(usize.MAX_VALUE))));
  free = usize(end) & ~7;
  if (free > untouched) untouched = free;
  return at;
}

/** Takes `bytes` bytes that are zero. Returns their address. */
export function takeZeros(bytes: u64): usize {
  const dirty = untouched;
  const at = take(bytes);
  if (at < dirty) memory.fill(at, 0, min(usize(bytes), dirty - at));
  return at;
}

/** Takes twice `bytes` and copies the `bytes` at `from` there. Returns the new address. */
export function grown(from: usize, bytes: usize): usize {
  const at = take(u64(bytes) << 1);
  memory.copy(at, from, bytes);
  return at;
}

/** A mark for {@link giveBack}: the address of the next piece. */
export function mark(): usize {
  return free;
}

/** Gives back everything that was taken since the {@link mark}. */
export function giveBack(to: usize): void {
  free = to;
}

/**
 * Gives back everything except what is kept, and takes `bytes` bytes in which the host lays an input. Returns their
 * address.
 */
export function roomFor(bytes: usize): usize {
  free = kept;
  return take(bytes);
}

/** Keeps what was taken so far when room is made for the next input. */
export function keep(): void {
  kept = free;
}

/** Undoes {@link keep}: the next input overwrites everything. */
export function forget(): void {
  kept = __heap_base;
}
