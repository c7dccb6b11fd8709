import { zeros } from "./bytes";

// Names: bytes up to a NUL. They are read eight at a time, so that some of what follows them must be there too.

/** Where hashes begin and what they are multiplied by. */
let hashStart: u32 = 0;
let hashFactor: u32 = 0;

/**
 * Says how to hash. The host draws both numbers for each run, so that no file can hold names that share their hash; the factor is odd.
 */
export function hashWith(start: u32, factor: u32): void {
  hashStart = start;
  hashFactor = factor;
}

/** The NUL of the name that was hashed last. */
export let nameEnd: usize = 0;

/** The hash of the name at `at`, byte by byte as `hashName` of `btf/strings`: of wider steps a file could make names that cancel out. */
export function hashName(at: usize): u32 {
  let hash = hashStart;
  let from = at;
  for (let byte: u32 = load<u8>(from); byte !== 0; byte = load<u8>(++from)) hash = (hash ^ byte) * hashFactor;
  nameEnd = from;
  return hash ^ (hash >>> 15);
}

/** A hash with a word taken in, as `hashWord` of `btf/strings`. */
export function hashWord(hash: u32, word: u32): u32 {
  let next = (hash ^ (word & 0xff)) * hashFactor;
  next = (next ^ ((word >>> 8) & 0xff)) * hashFactor;
  next = (next ^ ((word >>> 16) & 0xff)) * hashFactor;
  next = (next ^ (word >>> 24)) * hashFactor;
  return next ^ (next >>> 15);
}

/** Whether two names are the same bytes. */
export function sameName(a: usize, b: usize): bool {
  let one = a;
  let other = b;
  while (zeros(load<u64>(one)) === 0) {
    if (load<u64>(one) !== load<u64>(other)) return false;
    one += 8;
    other += 8;
  }
  const bytes = load<u64>(one);
  const end = zeros(bytes);
  // The bits of all bytes up to and with the first NUL.
  return ((bytes ^ load<u64>(other)) & (end ^ (end - 1))) === 0;
}
