import { expect, it } from "vitest";
import { undoRiscV } from "../../src/container/riscv-filter.ts";

/** Instructions, and what XZ Utils 5.8.1 makes of them in a row (`xz --riscv=start=4096`). */
const CODE: readonly (readonly [assembly: string, plain: string, filtered: string])[] = [
  ["jal ra, .+0x12344", "ef204134", "ef0099a2"],
  ["jal t0, .-0x800", "eff21f80", "ef020402"],
  ["jal zero, .+0x100", "6f000010", "6f000010"],
  ["ret", "8280", "8280"],
  ["auipc ra, 0x12345; jalr ra, -42(ra)", "97503412e78060fd", "17710e0812345fe4"],
  ["auipc a0, 0xfffff; addi a0, a0, 2047", "17f5ffff1305f57f", "1731515000000815"],
  ["auipc a0, 1; ld a1, 8(a2): not of one register", "1715000083358600", "1715000083358600"],
  ["lpad 0x54321; li a5, 234", "171032549307a00e", "171032549307a00e"],
  ["a pair as the filter writes it", "17715528efbeadde", "97b2adde5785f2ee"],
  ["jal ra, .+2", "ef002000", "ef00081c"],
  ["nop; nop", "1300000013000000", "1300000013000000"],
];

it("undoes what xz does to the code of RISC-V", () => {
  const bytes = Uint8Array.from(Buffer.from(CODE.map(([, , filtered]) => filtered).join(""), "hex"));
  undoRiscV(bytes, 4096);
  let at = 0;
  for (const [assembly, plain] of CODE) {
    const length = plain.length / 2;
    expect([assembly, Buffer.from(bytes.subarray(at, at + length)).toString("hex")]).toEqual([
      assembly,
      plain,
    ]);
    at += length;
  }
});
