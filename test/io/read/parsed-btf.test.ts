import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { roomForBtf } from "../../../src/btf/place.ts";
import { readParsedBtf } from "../../../src/io/read/parsed-btf.ts";
import { assemble } from "../../support/btf.ts";
import { workDirectory } from "../../support/cli.ts";
import { assembleElf } from "../../support/elf.ts";

describe("readParsedBtf", () => {
  it.each([
    ["raw BTF", true, false],
    ["raw BTF of the other byte order", false, false],
    ["ELF", true, true],
    ["ELF of the other byte order", false, true],
  ])(
    "reads %s into the room that it is given, if its words can be used there",
    async (_, littleEndian, isElf) => {
      const bytes = assemble("[1] FLOAT 'f' size=4", null, { littleEndian, gaps: [0, 0, 1 << 20] });
      const elf = { bits: 64, littleEndian, type: 1, sections: [{ name: ".BTF", data: bytes }] } as const;
      const path = join(workDirectory(), "file");
      writeFileSync(path, isElf ? assembleElf(elf) : bytes);
      const rooms: number[] = [];
      const read = await readParsedBtf(path, null, (length) => {
        rooms.push(length);
        return roomForBtf(length);
      });
      expect(rooms).toEqual(littleEndian ? [bytes.length] : []);
      expect("btf" in read && read.btf.typeCount).toBe(2);
    },
  );
});
