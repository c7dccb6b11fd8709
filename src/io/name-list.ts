import { readFileSync } from "node:fs";
import { attempt } from "./attempt.ts";

/** The names in a file, separated by spaces or line breaks. Throws `io` if it cannot be read. */
export function readNameList(path: string): string[] {
  return attempt(path, "read", () => readFileSync(path, "utf8"))
    .split(/\s+/)
    .filter((name) => name !== "");
}
