import { writeOutputs } from "../io/write.ts";
import { verifyPage } from "../report/verify-page.ts";
import type { Judgement, Summary } from "../report/verify-summary.ts";
import { VERSION } from "../version.ts";
import type { Host } from "./host.ts";
import { safe } from "./safe.ts";

/** Writes the page of a run; one that is there is replaced, since it was named for that. */
export function writeVerifyPage(
  path: string,
  judgements: readonly Judgement[],
  summary: Summary,
  host: Host,
): void {
  const words = process.argv.slice(2).map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : quoted(word)));
  const origin = {
    commandLine: ["btfx", ...words].join(" "),
    version: VERSION,
    date: new Date().toISOString().slice(0, 10),
  };
  writeOutputs([{ path, bytes: Buffer.from(verifyPage(judgements, summary, origin)) }], true);
  host.stderr.write(`page: ${safe(path)}\n`);
}

function quoted(word: string): string {
  return `'${safe(word).replaceAll("'", "'\\''")}'`;
}
