import { sha256 } from "@noble/hashes/sha2.js";
import { inflateStream, RAW_DEFLATE, ZLIB } from "../../samples/browser/worker/inflate.ts";
import { parseBtfExt } from "../../src/btf/ext.ts";
import { checkExtRecords } from "../../src/btf/ext-records.ts";
import { byteOrder } from "../../src/btf/header.ts";
import { unpack } from "../../src/container/unpack.ts";
import { memorySource } from "../../src/elf/byte-source.ts";
import { patchElf } from "../../src/elf/patch.ts";
import { readElf } from "../../src/elf/read.ts";
import { remapBtfIds } from "../../src/engine/remap-btf-ids.ts";
import {
  type Btf,
  BtfxError,
  type Codecs,
  cText,
  Distiller,
  describe,
  diffBtf,
  explainFailure,
  jsonText,
  layoutOf,
  type ModuleBtf,
  ModuleVerifier,
  mergeSplits,
  openImage,
  parseBtf,
  parseKernel,
  Relocator,
  rawText,
  sizeOf,
  unpackImage,
  verifyBtf,
  writeC,
} from "../../src/index.ts";
import { NODE_CODECS } from "../../src/io/codecs/node-codecs.ts";
import { bzip2, decompressFrame } from "../../src/io/codecs/portable-codecs.ts";
import { zstdWasm } from "../../src/io/codecs/zstd-wasm.ts";
import { runObject } from "./run-object.ts";
import type { Inputs } from "./samples.ts";
import { type Finding, Found, Steps } from "./steps.ts";

const RELEASES = ["5.4", "6.1", "6.12", "7.1", "7.3", "7.4"].map(parseKernel);

/**
 * Runs all that the project does over the inputs. Only documented errors may come out, in bounded time; what is written
 * must be sound. Returns the first thing that is not so.
 */
export async function runInputs(inputs: Inputs, steps: Steps = new Steps()): Promise<Finding | undefined> {
  try {
    await runAll(inputs, steps);
  } catch (error) {
    if (error instanceof Found) return error.finding;
    throw error;
  }
  return undefined;
}

async function runAll(inputs: Inputs, steps: Steps): Promise<void> {
  const base = steps.run("parse base", () => parseBtf(inputs.base));
  for (const kernel of RELEASES) steps.mustNotThrow("verify base", () => verifyBtf(inputs.base, { kernel }));
  const split = base && steps.run("parse split", () => parseBtf(inputs.split, base));
  const twin = base && steps.run("parse twin", () => parseBtf(inputs.twin, base));
  const other = steps.run("parse other", () => parseBtf(inputs.other));
  for (const btf of [base, split]) if (btf !== undefined) printAll(btf, steps);
  if (base !== undefined) {
    const verifier = new ModuleVerifier(base);
    steps.mustNotThrow("verify split", () => verifier.verify({ btf: inputs.split }));
    steps.mustNotThrow("verify as its own base", () =>
      verifier.verify({ btf: inputs.split, distilledBase: inputs.other }),
    );
  }
  if (base !== undefined && split !== undefined) distillAll(base, split, other, steps);
  if (base !== undefined) relocateAll(base, other, inputs, steps);
  if (base !== undefined && split !== undefined && twin !== undefined) {
    const merged = steps.run("merge", () => mergeSplits(base, [split, twin]));
    if (merged !== undefined) steps.mustNotThrow("parse merged", () => parseBtf(merged.bytes, base));
  }
  if (base !== undefined && other !== undefined) steps.run("diff", () => diffBtf(base, other));
  openAll(inputs.module, base, steps);
  await steps.runAsync("unpack", async () => {
    const { bytes } = await unpack(inputs.packed, { codecs: NODE_CODECS, maxBytes: 1 << 24 });
    openAll(bytes, base, steps);
  });
  await steps.runAsync("unpack as a page does", async () => unpackInPage(inputs.packed, steps));
  if (base !== undefined) runObject(inputs.object, base, steps);
  const ext = steps.run("parse .BTF.ext", () => parseBtfExt(inputs.ext));
  if (ext !== undefined && base !== undefined) steps.run("check .BTF.ext", () => checkExtRecords(ext, base));
}

/** The decompressors of the page for browsers, whose Zstandard lies elsewhere. */
const PAGE_CODECS: Codecs = {
  inflate: (bytes, limit) => inflateStream(bytes, RAW_DEFLATE, limit),
  bzip2,
  zstd: async (frame, size) => decompressFrame(await zstdWasm(), frame, size),
  sha256,
};

/** A packed file is in a browser what it is in Node, or as wrong. */
async function unpackInPage(packed: Uint8Array, steps: Steps): Promise<void> {
  const opened = async (codecs: Codecs): Promise<string> => {
    try {
      const { btf, layers } = await unpackImage(packed, {
        codecs,
        maxBytes: 1 << 24,
        inflate: (bytes, method, size) =>
          method === "zlib" ? inflateStream(bytes, ZLIB, size).output : undefined,
      });
      return `${layers} ${Buffer.from(btf).toString("hex")}`;
    } catch (error) {
      if (error instanceof BtfxError) return error.code;
      throw error;
    }
  };
  const [here, inPage] = [await opened(NODE_CODECS), await opened(PAGE_CODECS)];
  if (here !== inPage)
    steps.found("unpack as a page does", `${inPage.slice(0, 99)}, not ${here.slice(0, 99)}`);
}

/** Ends a text that is long enough. */
class Enough extends Error {}

/** All texts, and the front door. */
function printAll(btf: Btf, steps: Steps): void {
  steps.run("raw", () => rawText(btf));
  const json = steps.run("json", () => jsonText(btf));
  if (json !== undefined) steps.mustNotThrow("JSON of json", () => JSON.parse(json));
  steps.run("C", () => cText(btf));
  steps.run("C with layout", () => cText(btf, { layout: true, unsorted: true }));
  steps.run("C as bpftool", () => {
    // bpftool fills a gap of 256 MB line by line, and so do we when we are to print what it prints.
    let left = 1 << 22;
    try {
      writeC(
        btf,
        (chunk) => {
          left -= chunk.length;
          if (left < 0) throw new Enough();
        },
        { compat: true },
      );
    } catch (error) {
      if (!(error instanceof Enough)) throw error;
    }
  });
  steps.run("describe", () => {
    for (let id = 0; id < btf.typeCount; id++) {
      describe(btf, id);
      sizeOf(btf, id);
    }
  });
  steps.run("layout", () => {
    for (let id = 1; id < btf.typeCount; id++) {
      const { kind } = describe(btf, id);
      if (kind === "STRUCT" || kind === "UNION") layoutOf(btf, id);
    }
  });
}

function distillAll(base: Btf, split: Btf, other: Btf | undefined, steps: Steps): void {
  const distilled = steps.run("distill", () => new Distiller(base).distill(split));
  if (distilled === undefined) return;
  const [distilledBase, distilledSplit] = steps.mustNotThrow("parse distilled", () => {
    const parsed = parseBtf(distilled.base);
    return [parsed, parseBtf(distilled.split, parsed)];
  });
  if (distilledBase === undefined || distilledSplit === undefined) return;
  // Names that are no identifiers, say, were the input's fault.
  const wasAccepted = accepts(base, { btf: split.bytes });
  const fits = relocateOnto(other === undefined ? [base] : [base, other], distilledSplit, wasAccepted, steps);
  const module = { btf: distilled.split, distilledBase: distilled.base };
  if (fits && wasAccepted && isSound(base) && !accepts(base, module)) {
    steps.found("verify distilled", "it is refused");
  }
}

/** A distilled module that may say anything. */
function relocateAll(base: Btf, other: Btf | undefined, inputs: Inputs, steps: Steps): void {
  const module = { btf: inputs.distilledSplit, distilledBase: inputs.distilledBase };
  const verdict = steps.mustNotThrow("verify of distilled", () => new ModuleVerifier(base).verify(module));
  if (verdict === undefined) return;
  const distilledBase = steps.run("parse .BTF.base", () => parseBtf(inputs.distilledBase));
  const split =
    distilledBase && steps.run("parse its split", () => parseBtf(inputs.distilledSplit, distilledBase));
  if (split === undefined) return;
  relocateOnto(other === undefined ? [base] : [base, other], split, accepts(base, module), steps);
}

/**
 * What is written must parse, and if the module was accepted be accepted on the first base. Returns whether it fits
 * that one.
 */
function relocateOnto(bases: readonly Btf[], split: Btf, wasAccepted: boolean, steps: Steps): boolean {
  let fits = false;
  for (const [i, on] of bases.entries()) {
    const relocation = steps.run("relocate", () => new Relocator(on).relocate(split));
    if (relocation === undefined) continue;
    if (!relocation.ok) {
      for (const failure of relocation.failures)
        steps.mustNotThrow("explain", () => explainFailure(failure, "the base"));
      continue;
    }
    if (i === 0) fits = true;
    steps.mustNotThrow("parse relocated", () => parseBtf(relocation.bytes, on));
    const isComparable = on.header.littleEndian === split.header.littleEndian && isSound(on);
    if (i === 0 && wasAccepted && isComparable && !accepts(on, { btf: relocation.bytes })) {
      steps.found("verify relocated", "it is refused");
    }
  }
  return fits;
}

function accepts(on: Btf, module: ModuleBtf): boolean {
  const littleEndian = (byteOrder(module.btf) ?? "little") === "little";
  return (
    new ModuleVerifier(on, { littleEndian, kernel: parseKernel("7.4") }).verify(module).verdict === "accept"
  );
}

/** Whether a kernel would take it but for what is not asked of bases: that types lead nowhere. */
function isSound(base: Btf): boolean {
  const { littleEndian } = base.header;
  const { findings } = verifyBtf(base.bytes, { littleEndian, kernel: parseKernel("7.4") });
  return findings.every(({ phase }) => phase === "resolve");
}

/** A file that may be anything: as a module, with new sections, read again. */
function openAll(bytes: Uint8Array, base: Btf | undefined, steps: Steps): void {
  const image = steps.run("open image", () => openImage(bytes));
  if (image === undefined) return;
  const btf = steps.run("parse image", () => image.parse(base));
  const btfIds = steps.run("read .BTF_ids", () => image.btfIds);
  steps.run("read what the file says", () => [image.release, image.distilledBase, image.pointerSize]);
  if (base !== undefined) {
    const verifier = new ModuleVerifier(base);
    steps.mustNotThrow("verify image", () => verifier.verify({ btf: image.btf, btfIds }));
  }
  if (btfIds !== undefined) {
    steps.mustNotThrow("remap .BTF_ids", () =>
      remapBtfIds(btfIds.bytes, btfIds.layout, btfIds.littleEndian, (id) => (id * 7) >>> 0),
    );
  }
  if (btf === undefined) return;
  const set = new Map([
    [".BTF", new Uint8Array(1000).fill(0x55)],
    [".BTF.base", new Uint8Array(100)],
  ]);
  const patched = steps.run("patch", () => {
    const elf = readElf(memorySource(bytes));
    return patchElf(bytes, elf, { set, remove: [] });
  });
  if (patched === undefined) return;
  const found = steps.mustNotThrow("read patched", () => {
    const elf = readElf(memorySource(patched));
    const section = elf.section(".BTF");
    return section && elf.data(section);
  });
  if (found?.length !== 1000) steps.found("read patched", ".BTF is not what was written");
}
