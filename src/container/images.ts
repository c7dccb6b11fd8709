import { hasAt, viewOf } from "./bytes.ts";
import { cutShort } from "./damage.ts";

/** Where a boot image has its kernel. */
export type Payload =
  /** The image is the kernel itself, uncompressed and without section headers. */
  | "flat"
  /** The header does not say where the compressed kernel is, so it must be searched for. */
  | "somewhere"
  /** Bytes of the image, which may be of any form. */
  | { readonly at: number; readonly length: number };

/** A form of boot image. */
export interface Image {
  readonly name: string;
  /**
   * Whether a file that begins with `start` is of this form. `start` has {@link IMAGE_START_BYTES} unless the file is
   * shorter.
   */
  readonly begins: (start: Uint8Array) => boolean;
  /** Throws `truncated` where the payload's place cannot be read. */
  readonly payload: (bytes: Uint8Array) => Payload;
}

/**
 * Bytes at the start of a file that suffice to recognise any image. The magic of s390 is the farthest from the start.
 */
export const IMAGE_START_BYTES = 0x10010;

const UIMAGE_HEADER_BYTES = 64;
/** `IH_TYPE_MULTI` */
const UIMAGE_MULTI = 4;
/** The machine of LoongArch in a PE header. */
const PE_LOONGARCH64 = 0x6264;

/** The forms of boot images. The first that fits counts, since most of them are programs for EFI (PE) as well. */
export const IMAGES: readonly Image[] = [
  {
    // Documentation/arch/x86/boot.rst: setup_sects at 0x1f1, payload_offset and payload_length from protocol 2.08 on.
    name: "x86 bzImage",
    begins: (start) => hasAt(start, 0x202, "HdrS"),
    payload(bytes) {
      const view = need(bytes, 0x250, "the setup header");
      if (view.getUint16(0x206, true) < 0x208) return "somewhere";
      const setupSectors = bytes[0x1f1] || 4;
      const at = (setupSectors + 1) * 512 + view.getUint32(0x248, true);
      return { at, length: view.getUint32(0x24c, true) };
    },
  },
  {
    // drivers/firmware/efi/libstub/zboot-header.S
    name: "EFI zboot image",
    begins: (start) => hasAt(start, 0, "MZ") && hasAt(start, 4, "zimg"),
    payload(bytes) {
      const view = need(bytes, 16, "the zboot header");
      return { at: view.getUint32(8, true), length: view.getUint32(12, true) };
    },
  },
  {
    // Documentation/arch/arm64/booting.rst
    name: "arm64 Image",
    begins: (start) => hasAt(start, 0x38, "ARM\x64"),
    payload: () => "flat",
  },
  {
    // Documentation/arch/riscv/boot-image-header.rst
    name: "riscv Image",
    begins: (start) => hasAt(start, 0x30, "RISCV\0\0\0") || hasAt(start, 0x38, "RSC\x05"),
    payload: () => "flat",
  },
  {
    // The Unified Kernel Image specification (uapi-group.org): a section of a PE program.
    name: "unified kernel image",
    begins: (start) => peSection(start, ".linux") !== undefined,
    payload: (bytes) => peSection(bytes, ".linux") ?? "somewhere",
  },
  {
    // arch/loongarch/kernel/head.S
    name: "loongarch Image",
    begins: (start) => peMachine(start) === PE_LOONGARCH64,
    payload: () => "flat",
  },
  {
    // arch/arm/boot/compressed/head.S; its byte order is that of the kernel.
    name: "arm zImage",
    begins: (start) => hasAt(start, 0x24, ARM_MAGIC) || hasAt(start, 0x24, ARM_MAGIC.toReversed()),
    payload: () => "somewhere",
  },
  {
    // arch/s390/boot/head.S, `EP_STRING` at `EP_OFFSET`
    name: "s390 image",
    begins: (start) => hasAt(start, 0x10008, "S390EP"),
    payload: () => "somewhere",
  },
  {
    // system/tools/mkbootimg/include/bootimg/bootimg.h: from version 3 on a page is 4096 bytes, and its size is not
    // there. In old images, some makers' have the size of a device tree in place of the version.
    name: "Android boot image",
    begins: (start) => hasAt(start, 0, "ANDROID!"),
    payload(bytes) {
      const view = need(bytes, 44, "the boot image header");
      return { at: view.getUint32(36, true) || 4096, length: view.getUint32(8, true) };
    },
  },
  {
    // U-Boot's include/image.h, `struct legacy_img_hdr`, which is big-endian. Several images begin with their sizes.
    name: "uImage",
    begins: (start) => hasAt(start, 0, [0x27, 0x05, 0x19, 0x56]),
    payload(bytes) {
      const view = need(bytes, UIMAGE_HEADER_BYTES + 4, "the uImage header");
      const first = { at: UIMAGE_HEADER_BYTES, length: view.getUint32(12) };
      if (bytes[30] !== UIMAGE_MULTI) return first;
      let at = UIMAGE_HEADER_BYTES;
      while (at + 4 <= bytes.length && view.getUint32(at) !== 0) at += 4;
      return { at: at + 4, length: view.getUint32(UIMAGE_HEADER_BYTES) };
    },
  },
];

/**
 * A program in ELF that unpacks a kernel and starts it, of powerpc or MIPS say. Its kernel is in the section that is
 * searched, perhaps not compressed.
 */
export const BOOT_PROGRAM: Image = {
  name: "ELF boot program",
  begins: () => false,
  payload: (bytes) => (hasAt(bytes, 0, "\x7fELF") ? { at: 0, length: bytes.length } : "somewhere"),
};

const ARM_MAGIC = [0x18, 0x28, 0x6f, 0x01];

/** The form of boot image that a file begins as. */
export function imageOf(start: Uint8Array): Image | undefined {
  return IMAGES.find(({ begins }) => begins(start));
}

function need(bytes: Uint8Array, count: number, what: string): DataView {
  if (bytes.length < count) throw cutShort(what, bytes.length);
  return viewOf(bytes);
}

/** Where the COFF header is, after the signature. */
function peHeader(start: Uint8Array): number | undefined {
  if (start.length < 0x40 || !hasAt(start, 0, "MZ")) return undefined;
  const at = viewOf(start).getUint32(0x3c, true);
  return hasAt(start, at, "PE\0\0") && at + 24 <= start.length ? at + 4 : undefined;
}

function peMachine(start: Uint8Array): number | undefined {
  const header = peHeader(start);
  return header === undefined ? undefined : viewOf(start).getUint16(header, true);
}

/**
 * Place of a section's bytes by `IMAGE_SECTION_HEADER { char Name[8]; u32 VirtualSize, VirtualAddress, SizeOfRawData,
 * PointerToRawData; … }`.
 */
function peSection(start: Uint8Array, name: string): { at: number; length: number } | undefined {
  const header = peHeader(start);
  if (header === undefined) return undefined;
  const view = viewOf(start);
  const count = view.getUint16(header + 2, true);
  const table = header + 20 + view.getUint16(header + 16, true);
  for (let i = 0; i < count; i++) {
    const at = table + i * 40;
    if (at + 40 > start.length) return undefined;
    if (!hasAt(start, at, name.padEnd(8, "\0"))) continue;
    // The size in the file is padded, and the size in memory may be larger: the smaller one counts.
    const length = Math.min(view.getUint32(at + 8, true), view.getUint32(at + 16, true));
    return { at: view.getUint32(at + 20, true), length };
  }
  return undefined;
}
