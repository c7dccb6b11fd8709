/**
 * Bytes as a kernel has them, the same in each run: text, zeros, noise, and instructions whose operands the branch
 * filters of .xz change (calls of x86, arm, thumb, arm64, powerpc, sparc, riscv).
 */
export function kernelBytes(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  let state = seed;
  const random = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
  for (let at = 0; at + 64 <= length; ) {
    switch (random(10)) {
      case 0:
        at += text(bytes, at, `<6>%s: event ${random(100)} of ${random(1 << 20)}\n`);
        break;
      case 1:
        at += random(40);
        break;
      case 2:
        for (let i = random(24); i > 0; i--) bytes[at++] = random(256);
        break;
      case 3:
        bytes[at] = 0xe8 + random(2);
        view.setInt32(at + 1, random(1 << 20) - (1 << 19), true);
        at += 5;
        break;
      case 4:
        // Opcodes in a row: which of them are operands is what the filter for x86 must guess as the encoder did.
        for (let i = random(7); i > 0; i--) bytes[at++] = [0xe8, 0xe9, 0, 0xff][random(4)];
        break;
      case 5:
        at = (at + 3) & ~3;
        view.setUint32(at, (0xeb000000 | random(1 << 22)) >>> 0, true);
        at += 4;
        break;
      case 6:
        at = (at + 3) & ~3;
        view.setUint32(
          at,
          random(2) === 0 ? 0x94000000 + random(1 << 22) : 0x90000000 + random(1 << 23),
          true,
        );
        at += 4;
        break;
      case 7:
        at = (at + 3) & ~3;
        view.setUint32(at, 0x48000001 + random(1 << 22) * 4 || 0x40000000 + random(1 << 20), false);
        at += 4;
        break;
      case 8: {
        at = (at + 1) & ~1;
        // jal, or auipc and an instruction that uses its register. The filter writes pairs with x2 itself.
        const register = [0, 1, 2, 5, 10][random(5)];
        view.setUint32(at, (random(1 << 20) << 12) | (register << 7) | [0x17, 0x6f][random(2)], true);
        view.setUint32(at + 4, (random(1 << 12) << 20) | (register << 15) | random(1 << 13) | 3, true);
        at += 8;
        break;
      }
      default:
        at = (at + 1) & ~1;
        view.setUint16(at, 0xf000 + random(0x800), true);
        view.setUint16(at + 2, 0xf800 + random(0x800), true);
        at += 4;
    }
  }
  return bytes;
}

function text(bytes: Uint8Array, at: number, words: string): number {
  for (let i = 0; i < words.length; i++) bytes[at + i] = words.charCodeAt(i);
  return words.length;
}
