/** Whether bytes that begin a file begin an ELF file (`ELFMAG`). */
export function isElf(start: Uint8Array): boolean {
  return start[0] === 0x7f && start[1] === 0x45 && start[2] === 0x4c && start[3] === 0x46;
}
