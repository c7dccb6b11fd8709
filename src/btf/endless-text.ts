import { BtfxError } from "../errors.ts";
import { MOST_TEXT_BYTES } from "../wasm/constants/type-limits.ts";
import type { Btf } from "./btf.ts";
import { forEachNameOff } from "./fields.ts";
import { MOST_NAME_BYTES } from "./strings.ts";

/**
 * Throws `unsupported` if the names of a BTF's types (with `withBases`, also those of its bases) are too much text to
 * print, hash or compare: a hostile file may refer a million times into one huge string. Looks at names only if a
 * string is longer than any name.
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
