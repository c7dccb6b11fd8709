// What the kernel accepts as an identifier (`btf_name_valid_identifier`, kernel/bpf/btf.c): 1 to 512 letters, digits,
// `_` and `.`, without a digit in front. Letters are those of Latin-1 (lib/ctype.c).

/** Bytes of the longest name, `KSYM_NAME_LEN` (linux/kallsyms.h). */
export const MAX_NAME_BYTES: usize = 512;

/** Classes of bytes, by the byte: it may begin an identifier ({@link FIRST}), it may follow in one ({@link REST}). */
const FIRST: u8 = 1;
const REST: u8 = 2;
const CLASSES: usize = memory.data(256);

for (let byte: u32 = 0; byte < 256; byte++) store<u8>(CLASSES + byte, classOf(byte));

/** Whether an identifier may begin with the byte at `at`. */
export function beginsIdentifier(at: usize): bool {
  return (load<u8>(CLASSES + load<u8>(at)) & FIRST) !== 0;
}

/** Address of the first byte from `at` on that cannot be part of an identifier, such as the NUL. */
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
