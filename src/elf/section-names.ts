import { printable } from "../btf/strings.ts";
import { BtfxError } from "../errors.ts";
import { type ByteSource, readWithin } from "./byte-source.ts";
import { type FieldView, SHT_STRTAB } from "./format.ts";

/**
 * Largest size of all section names of a file together: 1 MiB, and 256 bytes for each. A vmlinux needs 2 KB for 80
 * sections.
 */
const MAX_NAME_BYTES = 1 << 20;
const MAX_NAME_BYTES_EACH = 256;

/**
 * Names of the `count` sections of a table by index, as `printable` writes them; all empty if `namesIndex` is 0. Their
 * sum is bounded, since thousands of rows may share one endless string. Throws {@link BtfxError} `bad-elf` or
 * `truncated`.
 */
export function readSectionNames(
  source: ByteSource,
  table: FieldView,
  namesIndex: number,
  count: number,
): string[] {
  const { shdrBytes, shOffset, shSize } = table.form;
  const names = new Array<string>(count).fill("");
  if (namesIndex === 0) return names;
  const row = namesIndex * shdrBytes;
  const type = table.u32(row + 4);
  if (type !== SHT_STRTAB) {
    throw new BtfxError(
      "bad-elf",
      `section ${namesIndex} is said to hold the section names, but its type is ${type}, not STRTAB`,
    );
  }
  const bytes = readWithin(
    source,
    table.word(row + shOffset),
    table.word(row + shSize),
    "the string table of the section names",
  );
  const allowed = MAX_NAME_BYTES + MAX_NAME_BYTES_EACH * count;
  let left = allowed;
  for (let index = 0; index < count; index++) {
    const start = table.u32(index * shdrBytes);
    if (start === 0 && bytes.length === 0) continue;
    const end = start < bytes.length ? bytes.indexOf(0, start) : -1;
    if (end < 0) {
      const what = start < bytes.length ? "has no end" : `lies past their end at ${bytes.length}`;
      throw new BtfxError(
        "bad-elf",
        `the name of section ${index}, at ${start} of the section names, ${what}`,
      );
    }
    left -= end - start;
    if (left < 0) {
      throw new BtfxError("bad-elf", `the names of the ${count} sections take more than ${allowed} bytes`);
    }
    names[index] = printable(bytes.subarray(start, end));
  }
  return names;
}
