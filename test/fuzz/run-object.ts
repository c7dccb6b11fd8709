import { dumpExtRaw, extData } from "../../src/dump/ext.ts";
import { ByteSink } from "../../src/dump/sink.ts";
import { memorySource } from "../../src/elf/byte-source.ts";
import { readElf } from "../../src/elf/read.ts";
import { Errno } from "../../src/engine/core/errno.ts";
import { judgeObject } from "../../src/engine/core/judge.ts";
import { Minimizer } from "../../src/engine/core/minimize.ts";
import { CoreResolver, coreRelos } from "../../src/engine/core/resolve-relocation.ts";
import { Side } from "../../src/engine/core/side.ts";
import { parseSpec } from "../../src/engine/core/spec.ts";
import { describeAccess } from "../../src/engine/core/spec-text.ts";
import { type Btf, parseBtf, verifyObject } from "../../src/index.ts";
import { inflate } from "../../src/io/codecs/inflate.ts";
import { type BpfObjectFile, bpfObjectIn } from "../../src/io/read/bpf-object.ts";
import { BtfFile } from "../../src/io/read/btf-file.ts";
import { readObject } from "../../src/io/read/object-file.ts";
import type { Steps } from "./steps.ts";

/** What verify, minimize and `dump --ext` do with a BPF object on a kernel. */
export function runObject(bytes: Uint8Array, kernel: Btf, steps: Steps): void {
  const source = memorySource(bytes);
  const elf = steps.run("read object", () => readElf(source, inflate));
  if (elf === undefined) return;
  const opened = { source, isAsOpened: () => true, close: () => {} };
  const file = new BtfFile("object.bpf.o", { form: "elf", source, layers: [], elf }, {}, opened);
  const parts = steps.run("parts of an object", () => readObject(file, elf));
  if (parts !== undefined) {
    for (const asIs of [true, false]) steps.run("verify object", () => verifyObject(parts, { asIs }));
  }
  const object = steps.run("BPF object", () => bpfObjectIn(file));
  if (object === undefined) return;
  const targets = [new Side(kernel, "vmlinux", 8)];
  steps.run("judge object", () => {
    const lines: string[] = [];
    judgeObject(object.object, object.local, targets, { trace: (line) => lines.push(line) });
  });
  steps.run("dump ext", () => dumpExt(object));
  minimize(object, targets, steps);
}

function dumpExt({ object: { ext, btf }, local }: BpfObjectFile): void {
  if (ext === undefined) return;
  const data = extData(ext, btf, ({ kind, typeId, accessOff }) => {
    try {
      return describeAccess(parseSpec(local, kind, typeId, accessOff));
    } catch (error) {
      if (error instanceof Errno) return null;
      throw error;
    }
  });
  JSON.stringify(data);
  const sink = new ByteSink(() => {});
  dumpExtRaw(data, sink);
  sink.finish();
}

/** What is kept of the kernel must be BTF that parses. */
function minimize({ object, local }: BpfObjectFile, targets: readonly Side[], steps: Steps): void {
  const bytes = steps.run("minimize", () => {
    const relos = object.ext === undefined ? [] : coreRelos(object.ext, local);
    const resolver = new CoreResolver(local, targets, relos);
    const minimizer = new Minimizer(targets);
    for (const relo of relos) {
      const resolution = resolver.resolve(relo, relo.section);
      if (resolution.ok) minimizer.add(resolution);
    }
    return minimizer.finish();
  });
  if (bytes !== undefined) steps.mustNotThrow("parse minimized", () => parseBtf(bytes));
}
