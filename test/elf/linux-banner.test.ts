import { describe, expect, it } from "vitest";
import { memorySource } from "../../src/elf/byte-source.ts";
import { linuxBanner } from "../../src/elf/linux-banner.ts";
import { readElf } from "../../src/elf/read.ts";
import { assembleElf, latin1, type SectionSpec } from "../support/elf.ts";

const BANNER =
  "Linux version 6.12.117+deb13-amd64 (debian-kernel@lists.debian.org) (gcc-14, GNU ld) #1 SMP Debian 6.12.117-1";

function bannerOf(...sections: SectionSpec[]): ReturnType<typeof linuxBanner> {
  return linuxBanner(readElf(memorySource(assembleElf({ bits: 64, littleEndian: true, type: 2, sections }))));
}

describe("linuxBanner", () => {
  it("finds the banner and its release among other read-only data", () => {
    const data = latin1(`Linux version %s\0\x01\x02Linux version \0${BANNER}\n\0more`);
    expect(bannerOf({ name: ".rodata", data })).toEqual({ text: BANNER, release: "6.12.117+deb13-amd64" });
  });

  it.each([(1 << 20) - 5, (1 << 20) + 1020, 3 << 20])(
    "finds a banner at %i, across the ends of reads",
    (at) => {
      const data = new Uint8Array(at + 200);
      data.set(latin1(BANNER), at);
      expect(bannerOf({ name: ".rodata", data })?.release).toBe("6.12.117+deb13-amd64");
    },
  );

  it.each([
    ["a file without .rodata", []],
    ["format strings", [{ name: ".rodata", data: latin1("Linux version %s (%s)\n\0") }]],
    ["a prefix at the very end", [{ name: ".rodata", data: latin1("Linux version ") }]],
    ["a section without bytes", [{ name: ".rodata", type: 8, size: 1000 }]],
    ["another section", [{ name: ".text", data: latin1(BANNER) }]],
  ])("finds none in %s", (_what, sections) => {
    expect(bannerOf(...sections)).toBeUndefined();
  });

  it("does not run past the end of a file that was cut short", () => {
    expect(bannerOf({ name: ".rodata", data: latin1(BANNER), size: 1 << 30 })?.text).toContain("6.12.117");
  });
});
