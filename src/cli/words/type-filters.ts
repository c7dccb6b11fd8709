import { KINDS, type KindName } from "../../btf/kinds.ts";
import { BtfxError } from "../../errors.ts";
import { nearestWord } from "../../types/nearest-words.ts";
import { type NameMatcher, nameGlob } from "./name-glob.ts";

/** Returns a function that tests whether a name fits one of the globs. Throws `usage`. */
export function nameMatcher(globs: readonly string[]): NameMatcher {
  const matchers = globs.map(nameGlob);
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
