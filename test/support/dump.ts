import { ByteSink } from "../../src/dump/sink.ts";

/** What a dump prints: a character for each byte. A small buffer is handed on often. */
export function printed(dump: (sink: ByteSink) => void, capacity: number = 1 << 12): string {
  let text = "";
  const sink = new ByteSink((chunk) => {
    text += Buffer.from(chunk).toString("latin1");
  }, capacity);
  dump(sink);
  sink.finish();
  return text;
}

/** What stands between the preamble and the end of a C dump, which are the same for all. */
export function cBody(text: string): string {
  const start = "#define __bpf_fastcall\n#endif\n#endif\n\n";
  const end = "#ifndef BPF_NO_PRESERVE_ACCESS_INDEX\n#pragma clang attribute pop";
  return text.slice(text.indexOf(start) + start.length, text.indexOf(end));
}
