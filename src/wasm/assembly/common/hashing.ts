import { zeros } from "./bytes";

// Hashes and compares names, which end with a NUL. They are read eight bytes at a time, so up to seven bytes behind a
// name are read too.

/**
 * Names longer than this are rare, but a hostile file may use one a million times. So the hashes of long names are
 * kept, each in a slot.
 */
const SHORT_BYTES: usize = 64;
/** Slots of long names by their address: address, hash, and address of the NUL. */
const MET: usize = memory.data(98304, 8);
const MET_BITS: u32 = 13;
const MET_BYTES: usize = 12;
const HASH: usize = 4;
const END: usize = 8;
/** Whether any slot is in use. */
let hasMet: bool = false;

/** The value with which hashing starts, and the factor for each byte. */
let hashStart: u32 = 0;
let hashFactor: u32 = 0;

/**
 * Sets start and factor of all hashes. The host draws both for each run, so that no file can contain names that
 * collide; the factor is odd. Names that are hashed from now on must not move until the next call.
 */
export function hashWith(start: u32, factor: u32): void {
  hashStart = start;
  hashFactor = factor;
  if (hasMet) memory.fill(MET, 0, MET_BYTES << MET_BITS);
  hasMet = false;
}

/** Address of the NUL of the name that was hashed last. */
export let nameEnd: usize = 0;

/**
 * Hash of the name at address `at`, the same as `hashName` of `btf/strings`. It goes byte by byte: with wider steps a
 * file could contain names whose differences cancel out.
 */
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

/** Hash of a long name, given the hash of its first {@link SHORT_BYTES} bytes. */
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

/** Mixes a word into a hash, as `hashWord` of `btf/strings` does. */
export function hashWord(hash: u32, word: u32): u32 {
  let next = (hash ^ (word & 0xff)) * hashFactor;
  next = (next ^ ((word >>> 8) & 0xff)) * hashFactor;
  next = (next ^ ((word >>> 16) & 0xff)) * hashFactor;
  next = (next ^ (word >>> 24)) * hashFactor;
  return next ^ (next >>> 15);
}

/** Whether the names at two addresses are equal. */
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
