import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { expect, it, describe as suite } from "vitest";
import * as library from "../src/index.ts";
import { NODE_CODECS } from "../src/io/codecs/node-codecs.ts";
import * as withFiles from "../src/node.ts";

const {
  BtfxError,
  cText,
  describe,
  Distiller,
  jsonText,
  layoutJsonText,
  layoutOf,
  ModuleVerifier,
  openImage,
  parseBtf,
  rawText,
  Relocator,
  sizeOf,
  unpackImage,
  writeC,
} = library;

const sample = (name: string) => new URL(`../samples/${name}`, import.meta.url).pathname;
const bytesOf = (name: string) => new Uint8Array(readFileSync(sample(name)));

it("finds the offset of a member in two lines", () => {
  const vmlinux = openImage(bytesOf("vmlinux-a")).parse();
  const machine = layoutOf(vmlinux, vmlinux.find("machine", "STRUCT") ?? 0);
  expect(machine.members.find(({ name }) => name === "state")?.offset).toBe(24);
});

it("distills and relocates a module from its bytes, as the documentation has it", () => {
  const vmlinux = openImage(bytesOf("vmlinux-a")).parse();
  const distiller = new Distiller(vmlinux);
  const { base, split } = distiller.distill(openImage(bytesOf("meter.ko")).parse(vmlinux));
  const newVmlinux = openImage(bytesOf("vmlinux-b")).parse();
  const relocation = new Relocator(newVmlinux).relocate(parseBtf(split, parseBtf(base)));
  expect(relocation.ok).toBe(true);
});

it("distills and relocates a module from files, as the documentation of btfx/node has it", async () => {
  const { btf: base } = await withFiles.readVmlinux(sample("vmlinux-a"));
  const { split, evidence } = await withFiles.withBtfFile(sample("meter.ko"), async (file) =>
    withFiles.parseOnBase(await withFiles.moduleIn(file), base),
  );
  expect(evidence.wrong).toBe(false);
  const distilled = new Distiller(base).distill(split);
  const { btf: later } = await withFiles.readVmlinux(sample("vmlinux-b"));
  const onDistilled = parseBtf(distilled.split, parseBtf(distilled.base));
  const relocation = new Relocator(later).relocate(onDistilled);
  expect(relocation.ok).toBe(true);
});

it("has everything of btfx in btfx/node", () => {
  expect(Object.keys(withFiles)).toEqual(expect.arrayContaining(Object.keys(library)));
});

it("leaves the bytes of a Node buffer that it was given as they are", async () => {
  const { btf: base } = await withFiles.readVmlinux(sample("vmlinux-a"));
  const bytes = Buffer.from(readFileSync(sample("meter.ko")));
  const image = openImage(bytes);
  const before = Buffer.from(bytes);
  const distilled = new Distiller(base).distill(image.parse(base));
  const onDistilled = parseBtf(Buffer.from(distilled.split), parseBtf(Buffer.from(distilled.base)));
  new Relocator(base).relocate(onDistilled);
  expect(bytes).toEqual(before);
});

suite("an image", () => {
  it("is found by content, whatever is around it, and only its BTF is read of a plain file", async () => {
    const plain = bytesOf("vmlinux-a");
    const image = await unpackImage(gzipSync(plain), { codecs: async () => NODE_CODECS });
    expect(image.layers).toEqual(["gzip"]);
    expect(image.banner?.release).toBe("6.99.1-sample");
    expect(rawText(image.parse())).toBe(rawText(openImage(plain).parse()));
    let read = 0;
    const counting = {
      size: plain.length,
      read(offset: number, length: number) {
        read += length;
        return plain.subarray(offset, offset + length);
      },
    };
    await unpackImage(counting, { codecs: async () => expect.fail("nothing is packed") });
    expect(read).toBeLessThan(plain.length);
  });

  it.each([
    ["what is neither", Buffer.from("#!/bin/sh"), "bad-magic"],
    ["an empty file", new Uint8Array(0), "truncated"],
    ["a cut gzip file", gzipSync(bytesOf("vmlinux-a")).subarray(0, 300), "bad-container"],
    ["too much", gzipSync(new Uint8Array(2 << 20)), "too-large"],
  ])("refuses %s", async (_, bytes, code) => {
    const opened = unpackImage(new Uint8Array(bytes), { codecs: NODE_CODECS, maxBytes: 1 << 20 });
    await expect(opened).rejects.toMatchObject({ code });
  });

  it("of a module says what it was built for and what its sections hold", () => {
    const vmlinux = openImage(bytesOf("vmlinux-a")).parse();
    const image = openImage(bytesOf("meter.ko"));
    expect(image.release).toBe("6.99.1-sample");
    expect(image.pointerSize).toBe(8);
    expect(image.distilledBase).toBeUndefined();
    expect(image.section(".nothing")).toBeUndefined();
    const verdict = new ModuleVerifier(vmlinux).verify(image);
    expect(verdict.verdict).toBe("accept");
  });

  it("has .BTF_ids that a verdict is given on", () => {
    const vmlinux = openImage(bytesOf("vmlinux-a")).parse();
    const image = openImage(bytesOf("meter.ko"));
    const { btf, btfIds } = image;
    expect(btfIds?.layout.sets.map(({ kind, count }) => [kind, count])).toEqual([["set8", 2]]);
    const swapped = btfIds && { ...btfIds, bytes: Uint8Array.from(btfIds.bytes).fill(1, 8, 9) };
    const { findings } = new ModuleVerifier(vmlinux).verify({ btf, btfIds: swapped });
    expect(findings.map(({ phase }) => phase)).toContain("btf-ids");
  });

  it("may be raw BTF, and says what it is not", () => {
    const raw = openImage(openImage(bytesOf("vmlinux-a")).btf);
    expect(raw.elf).toBeUndefined();
    expect(raw.btfIds).toBeUndefined();
    expect(raw.release).toBeUndefined();
    expect(raw.parse().find("machine")).toBeDefined();
    expect(() => openImage(new TextEncoder().encode("#!/bin/sh"))).toThrow(BtfxError);
  });
});

suite("text", () => {
  const vmlinux = openImage(bytesOf("vmlinux-a")).parse();

  it("comes as a string", () => {
    const ids = [vmlinux.find("machine", "STRUCT") ?? 0];
    expect(cText(vmlinux, { ids })).toContain("struct machine {");
    expect(rawText(vmlinux, { ids })).toMatch(/^\[\d+\] STRUCT 'machine' size=/);
    expect(JSON.parse(jsonText(vmlinux, { ids })).types[0].name).toBe("machine");
    expect(JSON.parse(layoutJsonText(vmlinux, { ids })).layouts[0].name).toBe("machine");
  });

  it("comes in pieces that may be kept", () => {
    const pieces: Uint8Array[] = [];
    writeC(vmlinux, (piece) => pieces.push(piece));
    expect(pieces.length).toBeGreaterThan(1);
    expect(Buffer.concat(pieces).toString()).toBe(cText(vmlinux));
  });

  it("is refused for an id that no type has", () => {
    for (const text of [cText, rawText, jsonText, layoutJsonText]) {
      expect(() => text(vmlinux, { ids: [1, vmlinux.typeCount] })).toThrow(RangeError);
      expect(() => text(vmlinux, { ids: [-1] })).toThrow("there is no type id -1");
    }
  });
});

it("answers for every type of a kernel without a number that is undefined", () => {
  const vmlinux = openImage(bytesOf("vmlinux-a")).parse();
  const isWhole = (value: unknown): boolean =>
    value !== undefined &&
    (typeof value !== "object" || value === null || Object.values(value).every(isWhole));
  for (const id of [0, ...vmlinux.ids()]) expect(isWhole(describe(vmlinux, id)), `[${id}]`).toBe(true);
  expect(sizeOf(vmlinux, vmlinux.find("int", "INT") ?? 0)).toBe(4);
});
