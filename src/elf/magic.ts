/** Whether bytes that begin a file begin an ELF file (`ELFMAG`). */
export function isElf(start: Uint8Array): boolean {
  return start[0] === 0x7f && start[1] === 0x45 && start[2] === 0x4c && start[3] === 0x46;
}

/** `e_machine` of BPF. */
export const EM_BPF = 247;
/** `e_type`: relocatable file, as modules and BPF objects are. */
export const ET_REL = 1;

/** Whether a file is a BPF object: relocatable code of that machine. */
export function isBpfObject({ machine, type }: { readonly machine: number; readonly type: number }): boolean {
  return machine === EM_BPF && type === ET_REL;
}

/**
 * Whether the first 20 bytes of a file are those of a BPF object, whose machine follows 16 bytes of identification and
 * the type.
 */
export function isBpfHeader(start: Uint8Array): boolean {
  if (!isElf(start)) return false;
  const littleEndian = start[5] === 1;
  return new DataView(start.buffer, start.byteOffset).getUint16(18, littleEndian) === EM_BPF;
}
