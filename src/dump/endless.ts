import type { Btf } from "../btf/btf.ts";
import { forEachNameOff } from "../btf/fields.ts";
import { MOST_NAME_BYTES } from "../btf/strings.ts";
import { BtfxError } from "../errors.ts";

/** Most bytes of names in one dump: fifty times those of a kernel. */
const MOST_TEXT_BYTES = 1 << 26;

/**
 * Throws `unsupported` if names of the types to be dumped, those of the bases among them if `withBases`, are too much text:
 * a hostile file may refer a million times into one huge string. Looks at names only if a string is longer than any
 * name.
 */
export function refuseEndlessText(btf: Btf, withBases: boolean): void {
  let hasLong = false;
  for (let part: Btf | null = btf; part !== null; part = part.base) {
    hasLong = hasLong || part.strings.findLongerThan(MOST_NAME_BYTES) !== undefined;
  }
  if (!hasLong) return;
  let bytes = 0;
  for (let part: Btf | null = btf; part !== null; part = withBases ? part.base : null) {
    const { words, starts, strings, firstId } = part;
    for (let i = 0; i < starts.length - 1; i++) {
      forEachNameOff(words, starts[i], (word) => {
        bytes += strings.slice(words[word]).length;
        if (bytes <= MOST_TEXT_BYTES) return;
        throw new BtfxError(
          "unsupported",
          `the names of the types up to here are more than ${MOST_TEXT_BYTES} bytes of text`,
          {
            at: { typeId: firstId + i },
            hint: "kernels take names of up to 511 bytes; the section is damaged",
          },
        );
      });
    }
  }
}
