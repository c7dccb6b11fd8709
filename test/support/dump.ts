import { ByteSink } from "../../src/dump/sink.ts";

/** What a dump prints: a character for each byte. A small buffer is handed on often. */
export function printed(dump: (sink: ByteSink) => void, capacity = 1 << 12): string {
  let text = "";
  const sink = new ByteSink((chunk) => {
    text += Buffer.from(chunk).toString("latin1");
  }, capacity);
  dump(sink);
  sink.finish();
  return text;
}
