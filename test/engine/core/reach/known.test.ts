import { describe, expect, test } from "vitest";
import { operate } from "../../../../src/engine/core/reach/known.ts";

const [ALU, ALU64, X] = [4, 7, 8];
const [ADD, DIV, MOD, MOV] = [0x00, 0x30, 0x90, 0xb0];
const minus = (value: bigint, bits = 64) => BigInt.asUintN(bits, -value);

describe("the offset of an instruction chooses what it does", () => {
  test.each<[string, number, number, bigint, bigint, bigint | undefined]>([
    ["a copy", MOV | X | ALU64, 0, 0n, 0x180n, 0x180n],
    ["r1 = (s8)r2", MOV | X | ALU64, 8, 0n, 0x180n, minus(128n)],
    ["r1 = (s16)r2", MOV | X | ALU64, 16, 0n, 0x8000n, minus(32768n)],
    ["r1 = (s32)r2", MOV | X | ALU64, 32, 0n, 0xffffffffn, minus(1n)],
    ["w1 = (s8)w2", MOV | X | ALU, 8, 0n, 0x80n, minus(128n, 32)],
    // The verifier computes no divisions.
    ["r1 s/= r2", DIV | X | ALU64, 1, minus(7n), 2n, undefined],
    ["r1 s%= r2", MOD | X | ALU64, 1, minus(7n), 2n, undefined],
    ["r1 /= r2", DIV | X | ALU64, 0, minus(2n), 2n, undefined],
    // `addr_space_cast`, and what the verifier refuses.
    ["a cast between address spaces", MOV | X | ALU64, 1, 0n, 3n, undefined],
    ["a copy of 24 bits", MOV | X | ALU64, 24, 0n, 3n, undefined],
    ["a copy of -1 bits", MOV | X | ALU64, -1, 0n, 3n, undefined],
    ["a copy of 32 bits into 32", MOV | X | ALU, 32, 0n, 3n, undefined],
    ["a division of another kind", DIV | X | ALU64, 2, 6n, 2n, undefined],
    ["a rest of another kind", MOD | X | ALU64, -1, 6n, 2n, undefined],
    ["a sum with an offset", ADD | X | ALU64, 8, 6n, 2n, undefined],
  ])("%s", (_, code, off, a, b, expected) => {
    expect(operate(code, off, a, b)).toBe(expected);
  });
});
