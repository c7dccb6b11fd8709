import fc from "fast-check";
import { expect, test } from "vitest";
import { parseBtf } from "../../../src/btf/parse.ts";
import type { Distilled } from "../../../src/engine/distill.ts";
import { KERNELS, parseKernel } from "../../../src/engine/verify/kernel.ts";
import { ModuleVerifier } from "../../../src/engine/verify/module-verifier.ts";
import { verifyBtf } from "../../../src/engine/verify/verify.ts";
import { BtfxError } from "../../../src/errors.ts";
import { families, parsed } from "../../support/arbitrary.ts";
import { assemble, btf } from "../../support/btf.ts";
import { distillBase, relocateBase } from "../../support/rewritten.ts";
import { EVERYTHING } from "./everything.ts";

const VALUES = [0x00, 0x01, 0x7f, 0x80, 0xff];
const NEWEST = { kernel: parseKernel("7.3") };

function isParsed(bytes: Uint8Array, base: ReturnType<typeof btf> | null = null): boolean {
  try {
    parseBtf(bytes, base);
    return true;
  } catch (error) {
    if (error instanceof BtfxError) return false;
    throw error;
  }
}

test("any byte of a small BTF may be anything: there is a verdict, and parse takes what verify takes", () => {
  const good = assemble(EVERYTHING);
  for (const kernel of KERNELS)
    expect(verifyBtf(good, { kernel: parseKernel(kernel) }).verdict).toBe("accept");
  for (let at = 0; at < good.length; at++) {
    for (const value of [...VALUES, good[at] ^ 1, good[at] ^ 0x10]) {
      const bytes = good.slice();
      bytes[at] = value;
      const verdict = verifyBtf(bytes, NEWEST);
      const says = { reject: verdict.errno > 0, accept: verdict.errno === 0 };
      expect(says[verdict.verdict]).toBe(true);
      if (verdict.verdict === "accept" && !isParsed(bytes)) {
        throw new Error(`byte ${at} = ${value}: verify takes it, parse does not`);
      }
    }
  }
});

test("any end of a small BTF may be missing", () => {
  const good = assemble(EVERYTHING);
  for (let length = 0; length < good.length; length++) {
    expect(verifyBtf(good.subarray(0, length), NEWEST).verdict).toBe("reject");
  }
});

test("any byte of a small module's BTF may be anything: there is a verdict, and parse takes what has no finding", () => {
  const base = btf`
    [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
    [2] STRUCT 'sk_buff' size=8 vlen=0
  `;
  const good = assemble(
    `[3] PTR '(anon)' type_id=2
    [4] STRUCT 'mine' size=16 vlen=2
      'skb' type_id=3 bits_offset=0
      'n' type_id=1 bits_offset=64
    [5] TYPEDEF 'mine_t' type_id=4
    [6] FUNC_PROTO '(anon)' ret_type_id=1 vlen=1
      'm' type_id=5
    [7] FUNC 'f' type_id=6 linkage=static`,
    base,
  );
  const distilled = distillBase(parseBtf(good, base));
  const verifier = new ModuleVerifier(base, NEWEST);
  for (let at = 0; at < good.length; at++) {
    for (const value of [...VALUES, good[at] ^ 1]) {
      const bytes = good.slice();
      bytes[at] = value;
      const { findingCount } = verifier.verify({ btf: bytes });
      if (findingCount === 0 && !isParsed(bytes, base)) throw new Error(`byte ${at} = ${value}`);
    }
  }
  const parts = [distilled.split, distilled.base];
  for (const [which, part] of parts.entries()) {
    for (let at = 0; at < part.length; at++) {
      const [split, distilledBase] = parts.map((bytes) => bytes.slice());
      (which === 0 ? split : distilledBase)[at] ^= 0x11;
      const { verdict, errno } = verifier.verify({ btf: split, distilledBase });
      expect(verdict === "reject").toBe(errno !== 0);
    }
  }
});

test("random bytes after a header never end in anything but a verdict", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), (tail, strings) => {
      const bytes = new Uint8Array(24 + tail.length + 2);
      const view = new DataView(bytes.buffer);
      const strLen = Math.min(strings, tail.length + 1) + 1;
      const typeLen = tail.length + 2 - strLen;
      [0x0001eb9f, 24, 0, typeLen, typeLen, strLen].forEach((value, i) => {
        view.setUint32(i * 4, value, true);
      });
      bytes.set(tail, 24);
      bytes[24 + typeLen] = 0;
      const verdict = verifyBtf(bytes, NEWEST);
      if (verdict.verdict === "accept") expect(isParsed(bytes)).toBe(true);
    }),
    { numRuns: 3000 },
  );
});

test("what distill and relocate write, verify takes, if it took what they were given", () => {
  let judged = 0;
  fc.assert(
    fc.property(families({ splits: 1, maxTypes: 14 }), ({ base: sample, splits }) => {
      const base = parsed(sample);
      const { littleEndian } = base.header;
      const ofBase = verifyBtf(base.bytes, { ...NEWEST, littleEndian }).findings;
      if (ofBase.some(({ phase }) => phase !== "resolve")) return;
      const split = parsed(splits[0], base);
      const options = { ...NEWEST, littleEndian: split.header.littleEndian };
      const before = new ModuleVerifier(base, options).verify({ btf: split.bytes });
      if (before.verdict === "reject") return;
      judged++;
      let distilled: Distilled;
      try {
        distilled = distillBase(split);
      } catch (error) {
        // A kernel takes references into the base that a distilled base cannot hold.
        if (error instanceof BtfxError && error.code === "not-distillable") return;
        throw error;
      }
      const baseVerdict = new ModuleVerifier(base, options).verify({
        btf: distilled.split,
        distilledBase: distilled.base,
      });
      const distilledBtf = parseBtf(distilled.base);
      const relocation = relocateBase(parseBtf(distilled.split, distilledBtf), base);
      expect(baseVerdict.verdict).toBe(relocation.ok ? "accept" : "reject");
      if (relocation.ok && littleEndian === split.header.littleEndian) {
        expect(new ModuleVerifier(base, options).verify({ btf: relocation.bytes }).verdict).toBe("accept");
      }
    }),
    { numRuns: 300 },
  );
  expect(judged).toBeGreaterThan(5);
});

test("chains of 200,000 are judged without recursion", () => {
  const count = 200_000;
  const words = new Uint32Array(count * 3);
  for (let i = 0; i < count; i++) words.set([0, 2 << 24, i === count - 1 ? 0 : i + 2], i * 3);
  const bytes = new Uint8Array(24 + words.byteLength + 1);
  const view = new DataView(bytes.buffer);
  [0x0001eb9f, 24, 0, words.byteLength, words.byteLength, 1].forEach((value, i) => {
    view.setUint32(i * 4, value, true);
  });
  bytes.set(new Uint8Array(words.buffer), 24);
  expect(verifyBtf(bytes)).toMatchObject({ verdict: "reject", errno: 7, typeId: 1 });
});

test("a struct of empty structs of empty structs is looked into once each", () => {
  const levels = Array.from({ length: 30 }, (_, i) => {
    const members =
      i === 0 ? [] : Array.from({ length: 40 }, (__, m) => `'m${m}' type_id=${i + 2} bits_offset=0`);
    return [`[${i + 3}] STRUCT 's${i}' size=0 vlen=${members.length}`, ...members].join("\n");
  }).join("\n");
  const text = `[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
    [2] STRUCT 'bpf_spin_lock' size=4 vlen=0
    ${levels}
    [33] STRUCT 'top' size=4 vlen=2
      'lock' type_id=2 bits_offset=0
      'deep' type_id=32 bits_offset=32`;
  expect(verifyBtf(assemble(text)).verdict).toBe("accept");
});
