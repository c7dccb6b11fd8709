import { dumpExtRaw, extData } from "../../dump/ext.ts";
import type { ByteSink } from "../../dump/sink.ts";
import { Errno } from "../../engine/core/errno.ts";
import { parseSpec } from "../../engine/core/spec.ts";
import { describeAccess } from "../../engine/core/spec-text.ts";
import { BtfxError } from "../../errors.ts";
import { bpfObjectIn } from "../../io/read/bpf-object.ts";
import { withBtfFile } from "../../io/read/btf-file.ts";
import { jsonText } from "../json.ts";
import { type DumpWords, isJson } from "../words/dump-words.ts";
import type { DumpOptions } from "./dump.ts";

/**
 * `btfx dump OBJECT --ext`: prints what a BPF object says about its code, as text or JSON. Throws `no-ext` if it says
 * nothing.
 */
export async function runDumpExt(said: DumpWords, options: DumpOptions, sink: ByteSink): Promise<void> {
  const [path, another] = said.files;
  if (path === undefined || another !== undefined) {
    throw new BtfxError("usage", "--ext takes one BPF object", { hint: "btfx dump prog.bpf.o --ext" });
  }
  const format = said.format ?? options.format;
  if (options.layout === true || format === "c") {
    throw new BtfxError("usage", "--ext is not C: it prints text, or JSON with -j");
  }
  if (options.name !== undefined || options.kind !== undefined || options.root !== undefined) {
    throw new BtfxError("usage", "--ext prints all records: it takes no names, kinds or roots of types");
  }
  const { object, local } = await withBtfFile(path, bpfObjectIn);
  if (object.ext === undefined) {
    throw new BtfxError("no-ext", "the object has no .BTF.ext section", {
      at: { file: path },
      hint: "compile it with -g, and do not strip it",
    });
  }
  const data = extData(object.ext, object.btf, ({ kind, typeId, accessOff }) => {
    try {
      return describeAccess(parseSpec(local, kind, typeId, accessOff));
    } catch (error) {
      if (error instanceof Errno) return null;
      throw error;
    }
  });
  if (isJson(said, options)) {
    sink.text(jsonText(data, options.pretty));
  } else {
    dumpExtRaw(data, sink);
  }
}
