import { spawnSync } from "node:child_process";
import { gzipSync } from "node:zlib";
import { androidBoot, bzImage, flatImage, pe, stub, zboot } from "../support/images.ts";
import type { Random } from "./random.ts";

type Wrap = (bytes: Uint8Array) => Uint8Array | undefined;

/** By a program of the system; undefined where it is not there. */
const by =
  (command: string, ...args: string[]): Wrap =>
  (bytes) => {
    const { status, stdout } = spawnSync(command, args, { input: bytes });
    return status === 0 ? new Uint8Array(stdout) : undefined;
  };

const COMPRESSORS: readonly Wrap[] = [
  (bytes) => new Uint8Array(gzipSync(bytes)),
  by("xz", "-c"),
  by("xz", "--check=crc32", "--x86", "--lzma2=dict=1MiB", "-c"),
  by("xz", "--check=sha256", "--block-size=500", "-T1", "-c"),
  by("xz", "--format=lzma", "-c"),
  by("zstd", "-q", "-c"),
  by("zstd", "-q", "-19", "--no-check", "-c"),
  by("lz4", "-q", "-l", "-c"),
  by("bzip2", "-c"),
];

const IMAGES: readonly Wrap[] = [
  (bytes) => bytes,
  bzImage,
  zboot,
  (bytes) => flatImage(0x38, "ARMd", bytes),
  (bytes) => stub(0x24, "\x18\x28\x6f\x01", bytes),
  (bytes) => pe({ ".linux": bytes, ".osrel": new Uint8Array(20) }),
  (bytes) => androidBoot(bytes, 4),
];

/** The file in a compression, perhaps in a boot image. */
export function samplePacked(random: Random, file: Uint8Array): Uint8Array {
  const packed = random.pick(COMPRESSORS)(file) ?? new Uint8Array(gzipSync(file));
  return random.oneIn(2) ? packed : (random.pick(IMAGES)(packed) ?? packed);
}
