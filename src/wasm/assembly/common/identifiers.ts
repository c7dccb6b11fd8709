// What the kernel takes for an identifier (`btf_name_valid_identifier`, kernel/bpf/btf.c): 1 to 512 bytes, letters, digits, `_` and `.`,
// no digit in front. Letters are those of Latin-1 (lib/ctype.c).

/** `KSYM_NAME_LEN` (linux/kallsyms.h): bytes of the longest name. */
export const MAX_NAME_BYTES: usize = 512;

/** By byte: whether it may begin an identifier, and whether it may follow in one. */
const FIRST: u8 = 1;
const REST: u8 = 2;
const CLASSES: usize = memory.data(256);

for (let byte: u32 = 0; byte < 256; byte++) store<u8>(CLASSES + byte, classOf(byte));

/** Whether an identifier may begin with the byte at `at`. */
export function beginsIdentifier(at: usize): bool {
  return (load<u8>(CLASSES + load<u8>(at)) & FIRST) !== 0;
}

/** The end of what may follow in an identifier from `at` on: a NUL, or a byte that may not. */
export function identifierEnd(at: usize): usize {
  while ((load<u8>(CLASSES + load<u8>(at)) & REST) !== 0) at++;
  return at;
}

/** Whether the name at `at` is an identifier. */
export function isIdentifier(at: usize): bool {
  const end = identifierEnd(at);
  return beginsIdentifier(at) && end - at <= MAX_NAME_BYTES && load<u8>(end) === 0;
}

function classOf(byte: u32): u8 {
  const lower = byte | 0x20;
  const isLatin = (lower >= 0x61 && lower <= 0x7a) || (byte >= 0xc0 && byte !== 0xd7 && byte !== 0xf7);
  if (isLatin || byte === 0x5f || byte === 0x2e) return FIRST | REST;
  return byte >= 0x30 && byte <= 0x39 ? REST : 0;
}
