import { resolve } from "node:path";
import { BtfxError } from "../../errors.ts";
import { refuseUnwritable, writeOutputs } from "../../io/write/atomic-write.ts";
import { isSameFile } from "../../io/write/same-file.ts";
import type { PageOrigin } from "../../report/page.ts";
import { VERSION } from "../../version.ts";
import type { Host } from "../host.ts";
import { safe } from "./safe.ts";

/** The page that a run will write. */
export interface PageFile {
  /** The origin of the page, if so many results are missing in it. */
  origin(missing: number): PageOrigin;
  /** Writes the page, over an existing file too: the user named it for that. */
  write(html: string, host: Host): void;
}

/**
 * The page of `--html`; undefined without it. Refuses a file that is read or written otherwise, or that cannot be
 * written, before any work begins.
 */
export function pageFor(
  path: string | undefined,
  read: readonly string[],
  written: readonly string[] = [],
): PageFile | undefined {
  if (path === undefined) return undefined;
  const isOneOf = (paths: readonly string[]) =>
    paths.some((each) => resolve(each) === resolve(path) || isSameFile(path, each));
  const use = isOneOf(read) ? "read" : isOneOf(written) ? "written" : undefined;
  if (use !== undefined) {
    throw new BtfxError("usage", `--html names a file that is to be ${use}`, {
      at: { file: path },
      hint: "name a file for the page",
    });
  }
  refuseUnwritable(path);
  return {
    origin: (missing) => ({ ...pageOrigin(), missing }),
    write(html, host) {
      writeOutputs([{ path, bytes: Buffer.from(html) }], true);
      host.stderr.write(`page: ${safe(path)}\n`);
    },
  };
}

/** The command line of this run, the version and the day. */
function pageOrigin(): PageOrigin {
  const words = process.argv.slice(2).map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : quoted(word)));
  return {
    commandLine: ["btfx", ...words].join(" "),
    version: VERSION,
    date: new Date().toISOString().slice(0, 10),
  };
}

function quoted(word: string): string {
  return `'${safe(word).replaceAll("'", "'\\''")}'`;
}
