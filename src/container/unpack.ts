import { findBtf } from "../btf/find-btf.ts";
import { byteOrder } from "../btf/header.ts";
import { BtfxError, type ErrorPlace } from "../errors.ts";
import { hasAt } from "./bytes.ts";
import type { Codecs, Decompressed } from "./codecs.ts";
import { COMPRESSIONS, type Compression, compressionAt, RECOGNISED } from "./compressions.ts";
import { corrupt, cutShort, tooLarge } from "./damage.ts";
import { IMAGE_START_BYTES, type Image, imageOf } from "./images.ts";

/** How many bytes of a file {@link isPacked} needs. */
export const PACKED_START_BYTES: number = IMAGE_START_BYTES;
/**
 * Most layers of compression. A compressed UKI has three; a file with more than this was made by mistake or as a trap.
 */
const MAX_LAYERS = 8;
/** Most places of an image where a stream seems to begin that are tried. By accident a stub has a few. */
const MAX_TRIES = 16;

/** How to unpack. */
export interface UnpackOptions {
  readonly codecs: Codecs;
  /** How many bytes a layer may take decompressed. */
  readonly maxBytes: number;
  /** Whether the caller calls {@link Unpacked.release}. Otherwise bytes in memory that is used again are copied. */
  readonly releases?: boolean;
}

/** The content of a file. */
export interface Unpacked {
  readonly bytes: Uint8Array;
  /**
   * `elf` and `btf` by their first bytes; `image` is a kernel without section headers, in which `findBtf` searches;
   * `other` is any form that is not known here.
   */
  readonly form: "elf" | "btf" | "image" | "other";
  /** The containers that were taken off, outermost first: `x86 bzImage`, `xz`. */
  readonly layers: readonly string[];
  /** As of {@link Decompressed}; absent unless the options allow it. */
  readonly release?: (() => void) | undefined;
}

/** Whether a file that begins with `start` is compressed or a boot image. Plain ELF and BTF are neither. */
export function isPacked(start: Uint8Array): boolean {
  return plainForm(start) === undefined && (compressionAt(start) ?? imageOf(start)) !== undefined;
}

/** The form of bytes that do not tell it themselves, and where they begin in the file. */
export interface Around {
  readonly image: Image;
  readonly origin: number;
}

/**
 * Removes compression and boot images until ELF, BTF or a bare kernel is left. Content decides, names do not
 * count; `around` is what a caller knows besides. Throws {@link BtfxError} `truncated`, `bad-container`, `too-large` or
 * `unsupported` with the layers as its section and the offset in the innermost that was reached, which is the file's
 * where nothing was decompressed before.
 */
export async function unpack(bytes: Uint8Array, options: UnpackOptions, around?: Around): Promise<Unpacked> {
  const layers: string[] = [];
  let inner = bytes;
  /** Where `inner` begins in the file, or in what was decompressed last. */
  let origin = around?.origin ?? 0;
  let isInImage = false;
  /** Gives back the memory that `inner` is in. */
  let release: Decompressed["release"];
  const unpacked = (form: Unpacked["form"]): Unpacked => {
    if (release === undefined || options.releases === true) return { bytes: inner, form, layers, release };
    const copy = inner.slice();
    release();
    return { bytes: copy, form, layers };
  };
  while (layers.length < MAX_LAYERS) {
    const known = layers.length === 0 ? around?.image : undefined;
    const form = known === undefined ? plainForm(inner) : undefined;
    if (form !== undefined) return unpacked(form);
    const compression = known === undefined ? compressionAt(inner) : undefined;
    const image = known ?? (compression === undefined ? imageOf(inner) : undefined);
    if (compression === undefined && image === undefined) {
      return unpacked(isInImage ? "image" : "other");
    }
    layers.push((compression ?? image)?.name ?? "");
    const place = { section: layers.join(" > "), origin };
    if (compression !== undefined) {
      const decompressed = await within(place, async () =>
        compression.decompress(inner, options.maxBytes, options.codecs),
      );
      release?.();
      ({ output: inner, release } = decompressed);
      origin = 0;
    } else if (image !== undefined) {
      isInImage = true;
      const payload = await within(place, async () => openImage(inner, image, options));
      if (payload === undefined) return unpacked("image");
      inner = payload.bytes;
      origin = payload.compression === undefined ? origin + payload.at : 0;
      if (payload.compression !== undefined) {
        layers.push(payload.compression.name);
        release?.();
        ({ release } = payload);
      }
    }
  }
  throw new BtfxError("unsupported", `more than ${MAX_LAYERS} layers of compression: ${layers.join(", ")}`, {
    hint: "unpack it first, if it is trusted",
  });
}

function plainForm(start: Uint8Array): "elf" | "btf" | undefined {
  if (hasAt(start, 0, "\x7fELF")) return "elf";
  return byteOrder(start) === undefined ? undefined : "btf";
}

/**
 * Runs `work`. Adds the layers to an error that it throws, and makes its offset count from the start of the file or of
 * the last decompressed data.
 */
async function within<T>(place: { section: string; origin: number }, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof BtfxError)) throw error;
    const { code, message, hint, cause } = error;
    const { offset } = error.at;
    const at: ErrorPlace = {
      section: place.section,
      ...(offset === undefined ? {} : { offset: offset + place.origin }),
    };
    throw new BtfxError(code, message, { at, hint, cause });
  }
}

/** The content of an image. If it had to be searched for, it is decompressed already. */
interface ImagePayload {
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly compression: Compression | undefined;
  readonly release?: Decompressed["release"];
}

/** Undefined if the image is the kernel itself. */
async function openImage(
  bytes: Uint8Array,
  image: Image,
  options: UnpackOptions,
): Promise<ImagePayload | undefined> {
  const payload = image.payload(bytes);
  if (payload === "flat") return undefined;
  if (payload === "somewhere") return searchKernel(bytes, image, options);
  const { at, length } = payload;
  if (at + length > bytes.length) throw cutShort(`its kernel of ${length} bytes at ${at}`, bytes.length);
  if (length === 0) throw corrupt("it holds a kernel of 0 bytes", at);
  return { bytes: bytes.subarray(at, at + length), at, compression: undefined };
}

/**
 * Tries all that begins as a compressed stream does, as the kernel's scripts/extract-vmlinux: the first that is a kernel.
 * Undefined if none is, since the image is the kernel itself.
 */
async function searchKernel(
  bytes: Uint8Array,
  image: Image,
  { codecs, maxBytes }: UnpackOptions,
): Promise<ImagePayload | undefined> {
  let failure: BtfxError | undefined;
  // How much a try made before it failed is not known. With this all together make no more than four times what one may.
  let left = maxBytes;
  for (const { at, compression } of streamsIn(bytes).slice(0, MAX_TRIES)) {
    try {
      const { output, release } = await compression.decompress(bytes.subarray(at), left, codecs);
      left -= output.length;
      if (isKernel(output)) return { bytes: output, at, compression, release };
      release?.();
    } catch (error) {
      // Some bytes look like a magic by chance. But if nothing else is found, this error may be the reason.
      if (!(error instanceof BtfxError)) throw error;
      const { code, message, hint } =
        error.code === "too-large" && left < maxBytes ? tooLarge(maxBytes) : error;
      left = Math.floor(left * 0.75);
      const { offset = 0 } = error.at;
      failure ??= new BtfxError(code, `${compression.name}: ${message}`, {
        at: { offset: at + offset },
        hint,
      });
    }
  }
  if (findBtf(bytes) !== undefined) return undefined;
  throw (
    failure ??
    new BtfxError("unsupported", `no compressed kernel was found in the ${image.name}`, {
      hint: `known are ${COMPRESSIONS.map(({ name }) => name).join(", ")}; give the vmlinux it was made from`,
    })
  );
}

function streamsIn(bytes: Uint8Array): { at: number; compression: Compression }[] {
  const found: { at: number; compression: Compression }[] = [];
  for (const compression of RECOGNISED) {
    const { firstByte, begins } = compression;
    for (let at = bytes.indexOf(firstByte); at >= 0; at = bytes.indexOf(firstByte, at + 1)) {
      if (begins(bytes, at)) found.push({ at, compression });
    }
  }
  return found.sort((a, b) => a.at - b.at);
}

const BANNER = "Linux version ";

function isKernel(bytes: Uint8Array): boolean {
  if (plainForm(bytes) === "elf") return true;
  const first = BANNER.charCodeAt(0);
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (hasAt(bytes, at, BANNER)) return true;
  }
  return false;
}
