import { BtfxError } from "../../errors.ts";
import type { Host } from "../host.ts";

/** `--color`, `--color=WHEN`, `--no-color`. */
const COLOUR_WORD = /^--(?:(no-)color|color(?:=(.*))?)$/;

/**
 * Removes `--color` and `--no-color` from the command line, wherever they are, and puts their meaning into the
 * environment, where `styleFor` looks: an option overrides NO_COLOR and FORCE_COLOR. Throws `usage`.
 */
export function withColour(argv: readonly string[], host: Host): { words: readonly string[]; host: Host } {
  const end = argv.indexOf("--");
  const isColour = (word: string, i: number) => (end < 0 || i < end) && COLOUR_WORD.test(word);
  const last = argv.findLast(isColour);
  if (last === undefined) return { words: argv, host };
  const [, no, when = no === undefined ? "always" : "never"] = COLOUR_WORD.exec(last) ?? [];
  const env = { ...host.env, ...environment(when) };
  return { words: argv.filter((word, i) => !isColour(word, i)), host: { ...host, env } };
}

function environment(when: string): Host["env"] {
  switch (when) {
    case "always":
      return { FORCE_COLOR: "1", NO_COLOR: undefined };
    case "never":
      return { FORCE_COLOR: undefined, NO_COLOR: "1" };
    case "auto":
      return { FORCE_COLOR: undefined, NO_COLOR: undefined };
    default:
      throw new BtfxError("usage", `--color takes always, never or auto, not '${when}'`);
  }
}
