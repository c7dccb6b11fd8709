import type { InputFile } from "./collect.ts";
import { isLink, realPath } from "./file-names.ts";

/** A link that was found in a directory and not named by the user. */
export interface FoundLink {
  /** The file that it leads to. */
  readonly to: string;
  /** Whether that file is an input of the run itself. */
  readonly isInput: boolean;
}

/**
 * The links among inputs that were found in directories, by their paths. With `--in-place` they are not followed: their
 * targets may be anywhere, or are inputs themselves and would be rewritten twice.
 */
export function foundLinks(inputs: readonly InputFile[]): Map<string, FoundLink> {
  const links = inputs.filter(({ path, found }) => found && isLink(path));
  if (links.length === 0) return new Map();
  const files = new Set(inputs.filter((input) => !links.includes(input)).map(({ path }) => target(path)));
  return new Map(links.map(({ path }) => [path, { to: target(path), isInput: files.has(target(path)) }]));
}

function target(path: string): string {
  try {
    return realPath(path);
  } catch {
    return path;
  }
}
