import { describedProgram } from "../cli/program.ts";
import { errorPage } from "./error-page.ts";
import { manPages } from "./man-pages.ts";

/** All documents that are made from the code, by path in the package. `changelog` is the text of CHANGELOG.md. */
export function madeDocuments(changelog: string): Map<string, string> {
  const silent = { isTerminal: false, write() {} };
  const program = describedProgram({ stdout: silent, stderr: silent, env: {} });
  const pages = Array.from(manPages(program, releaseDate(changelog)), ([name, text]) => {
    return [`man/${name}`, text] as const;
  });
  return new Map([...pages, ["docs/errors.md", errorPage()]]);
}

/** Date of the newest release, `## 0.1.0 (2026-11-22)`. */
function releaseDate(changelog: string): string {
  const date = /^## \d\S* \((\d{4}-\d\d-\d\d)\)$/m.exec(changelog)?.[1];
  if (date === undefined) throw new Error("CHANGELOG.md has no release with a date");
  return date;
}
