import { describe, expect, it } from "vitest";
import { memorySource } from "../../src/elf/byte-source.ts";
import { moduleSignature } from "../../src/elf/signature.ts";
import { BtfxError } from "../../src/errors.ts";
import { latin1 } from "../support/elf.ts";

/** `struct module_signature` and the marker, as scripts/sign-file.c writes them. */
function trailer(sigLen: number, signerLen = 0, keyIdLen = 0): Uint8Array {
  const struct = new Uint8Array(12);
  struct.set([0, 0, 2, signerLen, keyIdLen]);
  new DataView(struct.buffer).setUint32(8, sigLen, false);
  return new Uint8Array([...struct, ...latin1("~Module signature appended~\n")]);
}

function find(...parts: Uint8Array[]): ReturnType<typeof moduleSignature> {
  return moduleSignature(memorySource(new Uint8Array(parts.flatMap((part) => [...part]))));
}

describe("moduleSignature", () => {
  const elf = new Uint8Array(100).fill(7);

  it("finds the signature by the end of the file", () => {
    expect(find(elf, new Uint8Array(300), trailer(300))).toEqual({ start: 100, size: 340 });
  });

  it("counts the signer and key id that old kernels put before it", () => {
    expect(find(elf, new Uint8Array(310), trailer(300, 6, 4))).toEqual({ start: 100, size: 350 });
  });

  it.each([
    ["an unsigned file", elf],
    ["an empty file", new Uint8Array(0)],
    ["a marker that is not at the end", new Uint8Array([...trailer(0), 0])],
  ])("finds none in %s", (_what, bytes) => {
    expect(find(bytes)).toBeUndefined();
  });

  it.each([
    ["a length past the beginning of the file", find.bind(null, elf, trailer(101))],
    ["the largest length", find.bind(null, elf, trailer(0xffffffff, 255, 255))],
    ["a marker alone", find.bind(null, latin1("~Module signature appended~\n"))],
  ])("refuses %s", (_what, work) => {
    expect(work).toThrow(BtfxError);
  });
});
