import { afterEach, describe, expect, test, vi } from "vitest";
import { Buffer as PageBuffer } from "../../samples/browser/worker/buffer.ts";
import { type Distilled, Distiller } from "../../src/engine/distill.ts";
import { mergeSplits } from "../../src/engine/merge.ts";
import { BtfxError } from "../../src/errors.ts";
import { CODE } from "../../src/wasm/code/dump.ts";
import { Machine } from "../../src/wasm/machine.ts";
import { MergeMachine } from "../../src/wasm/merge-machine.ts";
import { type Arena, GrowingMemory, roomFor, starter } from "../../src/wasm/web-assembly.ts";
import { btf } from "../support/btf.ts";
import { refused } from "../support/refused.ts";

const { Memory, Module, Instance } = WebAssembly;

/** From now on no memory grows beyond so many pages of 64 KiB. */
function limitMemory(maximum: number): void {
  class Limited extends Memory {
    constructor({ initial }: { initial: number }) {
      super({ initial, maximum });
    }
  }
  vi.stubGlobal("WebAssembly", { Memory: Limited, Module, Instance });
}

afterEach(() => {
  vi.unstubAllGlobals();
});

test.each([
  ["no Buffer", undefined],
  ["the page's own Buffer", PageBuffer],
])("code starts where there is %s, as in a browser", (_, buffer) => {
  vi.stubGlobal("Buffer", buffer);
  const start = starter<Pick<Arena, "roomFor">>(CODE);
  const code = start(new GrowingMemory(1 << 20, "a test"), {
    host: { flush() {}, reserve() {}, writeName() {}, writeLocation() {} },
  });
  expect(roomFor(code, 100)).toBeGreaterThan(0);
});

/** Structs with names of 4,000 bytes. */
function longNames(firstId: number, count: number): string {
  const lines = Array.from({ length: count }, (_, i) => {
    const name = `n${firstId + i}_`.padEnd(4000, "x");
    return `[${firstId + i}] STRUCT '${name}' size=8 vlen=0`;
  });
  return lines.join("\n");
}

/** What `work` gives, or the code of the error that it ends with. */
function outcome<T>(work: () => T): T | string {
  try {
    return work();
  } catch (error) {
    if (error instanceof BtfxError) return error.code;
    throw error;
  }
}

describe("with too little memory", () => {
  const base = btf`${longNames(1, 300)}`;
  const large = btf.split(base)`${longNames(301, 100)}
    ${Array.from({ length: 300 }, (_, i) => `[${401 + i}] PTR '(anon)' type_id=${i + 1}`).join("\n")}`;
  const small = btf.split(base)`[301] PTR '(anon)' type_id=7`;
  // From less than the strings of the base to enough for all.
  const limits = [16, 18, 20, 22, 24, 26, 28, 30, 32, 36, 40, 48, 64, 80, 96, 128];

  test("distilling is refused as too large or done right, and a smaller module is distilled after that", () => {
    const wanted = [large, small].map((split) => new Distiller(base).distill(split));
    const seen = limits.map((pages) => {
      limitMemory(pages);
      const distiller = outcome(() => new Distiller(base));
      vi.unstubAllGlobals();
      if (typeof distiller === "string") return distiller;
      const [first, second] = [large, small].map((split) => outcome(() => distiller.distill(split)));
      if (typeof second === "object") {
        expect(isSame(second, wanted[1])).toBe(true);
      }
      if (typeof first === "string" || typeof second === "string") return [first, second].map(codeOf).join();
      expect(isSame(first, wanted[0])).toBe(true);
      return "both";
    });
    expect([...new Set(seen)]).toEqual(["too-large", "too-large,done", "both"]);
  });

  test("merging is refused as too large or done right", () => {
    const wanted = mergeSplits(base, [large, small]).bytes;
    const seen = limits.map((pages) => {
      limitMemory(pages);
      const merged = outcome(() => mergeSplits(base, [large, small]));
      if (typeof merged === "object") expect(Buffer.compare(merged.bytes, wanted)).toBe(0);
      return codeOf(merged);
    });
    expect([...new Set(seen)]).toEqual(["too-large", "done"]);
  });
});

function isSame(a: Distilled, b: Distilled): boolean {
  return Buffer.compare(a.base, b.base) === 0 && Buffer.compare(a.split, b.split) === 0;
}

function codeOf(result: object | string): string {
  return typeof result === "string" ? result : "done";
}

test.each([
  ["dumps", () => new Machine().code],
  [
    "merging",
    () =>
      new MergeMachine(() => {
        throw new Error("refused");
      }).code,
  ],
])("what is more than 4 GiB has no room in the memory of %s", (_, code) => {
  for (const bytes of [2 ** 32 - 1, 2 ** 32, 2 ** 32 + 16, 2 ** 40]) {
    expect(refused(() => roomFor(code(), bytes)).code).toBe("too-large");
  }
});
