import { printable } from "../btf/strings.ts";
import { findBytes } from "./find-bytes.ts";
import { SHT_NOBITS } from "./format.ts";
import type { Elf, Section } from "./read.ts";

/** How much of `.rodata` is searched; Debian's amd64 kernels have the banner within its first 8 MB. */
const MAX_SEARCH_BYTES = 64 << 20;
const CHUNK_BYTES = 1 << 20;
const MAX_BANNER_BYTES = 1024;
const PREFIX: Uint8Array = Uint8Array.from("Linux version ", (char) => char.charCodeAt(0));

/** The kernel's description of itself: `linux_banner`, init/version-timestamp.c. */
export interface LinuxBanner {
  /** `Linux version 6.12.117+deb13-amd64 (…) … #1 SMP …`; printable. */
  readonly text: string;
  /** Its third word: the release, with which the vermagic of its modules begins. */
  readonly release: string;
}

/**
 * Finds the banner of a kernel in `.rodata`, in reads of 1 MiB; undefined if there is none. It needs no symbols, which
 * the kernel inside a vmlinuz does not have. Format strings ("Linux version %s") are not banners, since a release
 * begins with a digit.
 */
export function linuxBanner(elf: Elf): LinuxBanner | undefined {
  for (const section of elf.sectionsNamed(".rodata")) {
    const banner = searchSection(elf, section);
    if (banner !== undefined) return banner;
  }
  return undefined;
}

function searchSection(elf: Elf, section: Section): LinuxBanner | undefined {
  const available = Math.max(0, Math.min(section.size, elf.source.size - section.offset, MAX_SEARCH_BYTES));
  if (section.type === SHT_NOBITS) return undefined;
  for (let start = 0; start < available; start += CHUNK_BYTES) {
    // Chunks overlap by the longest banner, so that none is cut.
    const length = Math.min(CHUNK_BYTES + MAX_BANNER_BYTES, available - start);
    const banner = bannerIn(elf.source.read(section.offset + start, length));
    if (banner !== undefined) return banner;
  }
  return undefined;
}

/** The first banner in bytes, of a kernel's image say. */
export function bannerIn(bytes: Uint8Array): LinuxBanner | undefined {
  for (let at = findBytes(bytes, PREFIX); at >= 0; at = findBytes(bytes, PREFIX, at + 1)) {
    const first = bytes[at + PREFIX.length];
    if (first === undefined || first < 0x30 || first > 0x39) continue;
    const rest = bytes.subarray(at, at + MAX_BANNER_BYTES);
    const end = rest.findIndex((byte) => byte === 0 || byte === 0x0a);
    const text = printable(end < 0 ? rest : rest.subarray(0, end));
    return { text, release: text.split(" ")[2] };
  }
  return undefined;
}
