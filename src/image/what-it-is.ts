import type { ByteSource } from "../elf/byte-source.ts";
import { startOf } from "./look-inside.ts";

/** A kind of file that people give in place of BTF, told by its first bytes. */
interface KnownFile {
  readonly name: string;
  /** Bytes, as characters of Latin-1, and where they stand. */
  readonly magic: string;
  readonly at?: number;
  readonly hint?: string;
}

const UNPACK = "unpack it first";
const KNOWN_FILES: readonly KnownFile[] = [
  { name: "an ar archive (.deb, .a)", magic: "!<arch>\n", hint: UNPACK },
  { name: "an RPM package", magic: "\xed\xab\xee\xdb", hint: UNPACK },
  { name: "a ZIP archive", magic: "PK\x03\x04", hint: UNPACK },
  { name: "a tar archive", magic: "ustar", at: 257, hint: UNPACK },
  { name: "a cpio archive (an initramfs)", magic: "070701", hint: UNPACK },
  { name: "a squashfs image", magic: "hsqs", hint: UNPACK },
  {
    name: "a pointer of Git LFS",
    magic: "version https://git-lfs",
    hint: "'git lfs pull' gets the file itself",
  },
  { name: "LLVM bitcode", magic: "BC\xc0\xde", hint: "compile it without -flto and -emit-llvm" },
  { name: "a program of Windows or EFI", magic: "MZ" },
  { name: "a program of macOS", magic: "\xcf\xfa\xed\xfe" },
];

/** Where the longest magic ends. */
const TELLING_BYTES = 262;
/** Bytes that are examined to recognise text, and characters of it that are shown. */
const TEXT_BYTES = 512;
const SHOWN_CHARACTERS = 24;

/** Describes a file without BTF, as far as its first bytes tell, and what to do about it. */
export function whatItIs(source: ByteSource): { readonly what: string; readonly hint?: string } {
  const start = latin1(startOf(source, TELLING_BYTES));
  const known = KNOWN_FILES.find(({ magic, at = 0 }) => start.startsWith(magic, at));
  if (known !== undefined) return { what: known.name, ...(known.hint !== undefined && { hint: known.hint }) };
  const bytes = startOf(source, TEXT_BYTES);
  if (isText(bytes)) {
    const [line] = latin1(bytes)
      .trimStart()
      .split(/[\r\n]/, 1);
    const shown = line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}…` : line;
    return { what: `text ("${shown}")` };
  }
  const first = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0"));
  return { what: `something that begins with ${first.join(" ")}` };
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** Printable ASCII, tabs and line breaks. */
function isText(bytes: Uint8Array): boolean {
  return bytes.every((byte) => (byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d));
}
