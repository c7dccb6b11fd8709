import { describe, expect, it } from "vitest";
import { encodeBtf } from "../../src/btf/encode.ts";
import { makeInfo, TYPEDEF } from "../../src/btf/kinds.ts";
import { parseBtf } from "../../src/btf/parse.ts";
import { dumpC } from "../../src/dump/c.ts";
import { dumpJson } from "../../src/dump/json.ts";
import { dumpLayoutJson } from "../../src/dump/layout-json.ts";
import { dumpRaw } from "../../src/dump/raw.ts";
import { ByteSink } from "../../src/dump/sink.ts";
import { BtfxError } from "../../src/errors.ts";
import { printed } from "../support/dump.ts";

const LENGTH = 16_000;
const LONG = "n".repeat(LENGTH);

/** So many typedefs of void, each named by the rest of one string from its own place on. */
function typedefs(count: number): Uint8Array {
  const strings = new TextEncoder().encode(`\0${LONG}\0`);
  const words = Array.from({ length: count }, (_, i) => [1 + (i % LENGTH), makeInfo(TYPEDEF, 0), 0]).flat();
  return encodeBtf(Uint32Array.from(words), strings, { littleEndian: true, hdrLen: 24 });
}

describe("names without end", () => {
  it.each([
    ["raw", dumpRaw],
    ["json", dumpJson],
    ["c", dumpC],
    ["layouts", dumpLayoutJson],
  ] as const)("are refused before a byte is out: %s", (_, dump) => {
    const many = parseBtf(typedefs(20_000));
    let bytes = 0;
    const sink = new ByteSink((chunk) => {
      bytes += chunk.length;
    });
    let error: unknown;
    try {
      dump(many, sink);
    } catch (thrown) {
      error = thrown;
    }
    sink.finish();
    expect(error).toBeInstanceOf(BtfxError);
    expect((error as BtfxError).code).toBe("unsupported");
    // 16,000 + 15,999 + … bytes are 64 MiB with the 5,000th name or so.
    expect((error as BtfxError).at.typeId).toBeGreaterThan(2 ** 26 / LENGTH);
    expect((error as BtfxError).at.typeId).toBeLessThan(5_100);
    expect(bytes).toBe(0);
  });

  it("are printed while they are few", () => {
    const one = parseBtf(typedefs(1));
    expect(printed((sink) => dumpRaw(one, sink))).toBe(`[1] TYPEDEF '${LONG}' type_id=0\n`);
    expect(printed((sink) => dumpC(one, sink))).toContain(`typedef void ${LONG};\n`);
  });
});
