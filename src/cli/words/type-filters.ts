import { KINDS, type KindName } from "../../btf/kinds.ts";
import { BtfxError } from "../../errors.ts";
import { numberText } from "../../report/number-text.ts";
import { nearestWord } from "../../types/nearest-words.ts";

/** Tests a name. */
export type NameMatcher = (name: string) => boolean;

/** Globs that are longer are refused: the glob library does not take them. */
const MAX_GLOB = 65_536;

/** Whether a name is a glob, which may fit anything or nothing. */
export function isGlob(name: string): boolean {
  return /[*?[\]{}!\\]/.test(name);
}

/**
 * Returns a function that tests whether a name matches one of the globs. The glob library is loaded on first use.
 * Throws `usage`.
 */
export async function nameMatcher(globs: readonly string[]): Promise<NameMatcher> {
  globs.forEach(insistOnPattern);
  const { default: picomatch } = await import("picomatch");
  const matchers = globs.map((glob) => picomatch(glob, { dot: true, noextglob: true }));
  return (name) => matchers.some((matches) => matches(name));
}

/** Throws `usage` for a glob that the glob library would refuse. */
function insistOnPattern(glob: string): void {
  if (glob !== "" && glob.length <= MAX_GLOB) return;
  const what =
    glob === "" ? "is empty" : `has ${numberText(glob.length)} characters, more than ${numberText(MAX_GLOB)}`;
  throw new BtfxError("usage", `a pattern for names ${what}`, {
    hint: "names are matched by globs, such as 'tcp_*'",
  });
}

/**
 * The kinds that the command line names: in upper or lower case, separated by commas or repeated. Throws `usage` for an
 * unknown kind.
 */
export function kindsNamed(words: readonly string[]): Set<KindName> {
  const known = KINDS.slice(1).map(({ name }) => name as KindName);
  const names = words.flatMap((word) => word.split(","));
  return new Set(
    names.map((name) => {
      const kind = known.find((each) => each === name.toUpperCase());
      if (kind !== undefined) return kind;
      const words = known.map((each) => each.toLowerCase());
      const meant = nearestWord(name, words);
      const hint = meant === undefined ? `kinds are ${words.join(", ")}` : `did you mean ${meant}?`;
      throw new BtfxError("usage", `there is no kind ${name}`, { hint });
    }),
  );
}
