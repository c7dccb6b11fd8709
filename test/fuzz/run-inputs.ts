import { parseBtfExt } from "../../src/btf/ext.ts";
import { checkExtRecords } from "../../src/btf/ext-records.ts";
import { unpack } from "../../src/container/unpack.ts";
import { memorySource } from "../../src/elf/byte-source.ts";
import { patchElf } from "../../src/elf/patch.ts";
import { readElf } from "../../src/elf/read.ts";
import { remapBtfIds } from "../../src/engine/remap-btf-ids.ts";
import {
  type Btf,
  BtfxError,
  cText,
  Distiller,
  describe,
  diffBtf,
  ERROR_CODES,
  jsonText,
  layoutOf,
  ModuleVerifier,
  mergeSplits,
  openImage,
  parseBtf,
  parseKernel,
  Relocator,
  rawText,
  sizeOf,
  verifyBtf,
} from "../../src/index.ts";
import { NODE_CODECS } from "../../src/io/node-codecs.ts";
import type { Inputs } from "./samples.ts";

/** Something that must not happen. */
export interface Finding {
  /** The step that went wrong. */
  readonly step: string;
  readonly what: string;
}

/** Processor time that a step may take on inputs of a few kilobytes, in milliseconds. */
const MOST_MS = 4000;
const RELEASES = ["5.4", "6.1", "6.12", "7.1", "7.3", "7.4"].map(parseKernel);

/**
 * Runs all that the project does over the inputs. Only documented errors may come out, in bounded time; what is written
 * must be sound. Returns the first thing that is not so.
 */
export async function runInputs(inputs: Inputs): Promise<Finding | undefined> {
  const steps = new Steps();
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
  const ext = steps.run("parse .BTF.ext", () => parseBtfExt(inputs.ext));
  if (ext !== undefined && base !== undefined) steps.run("check .BTF.ext", () => checkExtRecords(ext, base));
}

/** All texts, and the front door. */
function printAll(btf: Btf, steps: Steps): void {
  steps.run("raw", () => rawText(btf));
  const json = steps.run("json", () => jsonText(btf));
  if (json !== undefined) steps.mustNotThrow("JSON of json", () => JSON.parse(json));
  steps.run("C", () => cText(btf));
  steps.run("C with layout", () => cText(btf, { layout: true, unsorted: true }));
  steps.run("C as bpftool", () => cText(btf, { compat: true }));
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
  const options = { littleEndian: split.header.littleEndian, kernel: parseKernel("7.4") };
  const accepts = (on: Btf, module: { btf: Uint8Array; distilledBase?: Uint8Array }) =>
    new ModuleVerifier(on, options).verify(module).verdict === "accept";
  // Names that are no identifiers, say, were the input's fault.
  const wasAccepted = accepts(base, { btf: split.bytes });
  for (const on of other === undefined ? [base] : [base, other]) {
    const relocation = steps.run("relocate", () => new Relocator(on).relocate(distilledSplit));
    if (relocation === undefined) continue;
    if (!relocation.ok) continue;
    steps.mustNotThrow("parse relocated", () => parseBtf(relocation.bytes, on));
    const { base: distilledBytes, split: btf } = distilled;
    if (!wasAccepted || on !== base) continue;
    if (verifyBtf(base.bytes, options).findings.some(({ phase }) => phase !== "resolve")) continue;
    if (!accepts(on, { btf, distilledBase: distilledBytes }))
      steps.found("verify distilled", "it is refused");
    if (on.header.littleEndian === split.header.littleEndian && !accepts(on, { btf: relocation.bytes })) {
      steps.found("verify relocated", "it is refused");
    }
  }
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

class Found extends Error {
  readonly finding: Finding;

  constructor(finding: Finding) {
    super(finding.what);
    this.finding = finding;
  }
}

/** Runs steps, and ends at the first finding. */
class Steps {
  found(step: string, what: string): never {
    throw new Found({ step, what });
  }

  /** What the step gives, undefined if it ends in a documented error. */
  run<T>(step: string, work: () => T): T | undefined {
    const before = process.cpuUsage();
    try {
      return work();
    } catch (error) {
      this.#allow(step, error);
      return undefined;
    } finally {
      this.#checkTime(step, before);
    }
  }

  async runAsync(step: string, work: () => Promise<void>): Promise<void> {
    const before = process.cpuUsage();
    try {
      await work();
    } catch (error) {
      if (error instanceof Found) throw error;
      this.#allow(step, error);
    }
    this.#checkTime(step, before);
  }

  /** What the step gives; any error is a finding. */
  mustNotThrow<T>(step: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      this.found(step, String((error as Error)?.stack ?? error));
    }
  }

  #allow(step: string, error: unknown): void {
    if (error instanceof BtfxError && Object.hasOwn(ERROR_CODES, error.code)) return;
    this.found(step, String((error as Error)?.stack ?? error));
  }

  #checkTime(step: string, before: NodeJS.CpuUsage): void {
    const { user, system } = process.cpuUsage(before);
    const ms = (user + system) / 1000;
    if (ms > MOST_MS) this.found(step, `${Math.round(ms)} ms`);
  }
}
