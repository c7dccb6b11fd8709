import { KINDS, type KindName } from "../../btf/kinds.ts";
import { BtfxError } from "../../errors.ts";
import { nearestWord } from "../../types/nearest-words.ts";

/**
 * Returns a function that tests whether a name matches one of the globs. The glob library is loaded on first use.
 * Throws `usage`.
 */
export async function nameMatcher(globs: readonly string[]): Promise<(name: string) => boolean> {
  const { default: picomatch } = await import("picomatch");
  const matchers = globs.map((glob) => {
    try {
      return picomatch(glob, { dot: true, noextglob: true });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const hint = "names are matched by globs, such as 'tcp_*'";
      throw new BtfxError("usage", `no pattern for names: ${why}`, { hint, cause: error });
    }
  });
  return (name) => matchers.some((matches) => matches(name));
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
