import { zeros } from "./bytes";

// Names: bytes up to a NUL. They are read eight at a time, so that some of what follows them must be there too.

/** Names that are longer are rare, but a hostile file may have one a million times: those that were met last are hashed once. */
const SHORT_BYTES: usize = 64;
/** Long names that were met: the address, the hash, and where it ends. */
const MET: usize = memory.data(98304, 8);
const MET_BITS: u32 = 13;
const MET_BYTES: usize = 12;
const HASH: usize = 4;
const END: usize = 8;
let hasMet: bool = false;

/** Where hashes begin and what they are multiplied by. */
let hashStart: u32 = 0;
let hashFactor: u32 = 0;

/**
 * Says how to hash. The host draws both numbers for each run, so that no file can hold names that share their hash; the factor is odd.
 * Names that lie in memory from now on stay there until the next call.
 */
export function hashWith(start: u32, factor: u32): void {
  hashStart = start;
  hashFactor = factor;
  if (hasMet) memory.fill(MET, 0, MET_BYTES << MET_BITS);
  hasMet = false;
}

/** The NUL of the name that was hashed last. */
export let nameEnd: usize = 0;

/** The hash of the name at `at`, byte by byte as `hashName` of `btf/strings`: of wider steps a file could make names that cancel out. */
export function hashName(at: usize): u32 {
  let hash = hashStart;
  for (let from = at; from < at + SHORT_BYTES; from++) {
    const byte: u32 = load<u8>(from);
    if (byte === 0) {
      nameEnd = from;
      return hash ^ (hash >>> 15);
    }
    hash = (hash ^ byte) * hashFactor;
  }
  return hashLong(at, hash);
}

/** The hash of a long name, of which that of its first bytes is known. */
function hashLong(at: usize, ofFirst: u32): u32 {
  const met = MET + usize((u32(at) * 0x9e3779b1) >>> (32 - MET_BITS)) * MET_BYTES;
  if (load<usize>(met) !== at) {
    let hash = ofFirst;
    let from = at + SHORT_BYTES;
    for (let byte: u32 = load<u8>(from); byte !== 0; byte = load<u8>(++from))
      hash = (hash ^ byte) * hashFactor;
    store<usize>(met, at);
    store<u32>(met, hash ^ (hash >>> 15), HASH);
    store<usize>(met, from, END);
    hasMet = true;
  }
  nameEnd = load<usize>(met, END);
  return load<u32>(met, HASH);
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
  if (a === b) return true;
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
