import type { InputFile } from "./collect.ts";
import { isLink, realPath } from "./file-names.ts";

/** A link that a directory held and nobody named. */
export interface FoundLink {
  /** The file that it leads to. */
  readonly to: string;
  /** Whether that file is an input of the run itself. */
  readonly isInput: boolean;
}

/**
 * Links that a directory held, among inputs that are to be replaced in place, by their paths. They are not to be
 * followed: what they lead to may lie anywhere, or is an input itself and would be done twice.
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
