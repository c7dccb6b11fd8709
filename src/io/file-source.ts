import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs";
import type { ByteSource, MakeRoom } from "../elf/byte-source.ts";
import { BtfxError } from "../errors.ts";
import { attempt } from "./attempt.ts";
import { onDisk, statIfAny } from "./file-names.ts";

/** Larger files are not read whole. No module or raw BTF comes near this size. */
const MOST_WHOLE_BYTES = 1 << 30;

/** Files up to this size are read at once: most modules, and raw BTF of modules. */
const SMALL_BYTES = 1 << 20;
/** Bytes that the first read of a larger file fetches: its headers, which tell the form. */
const HEAD_BYTES = 64 << 10;

/**
 * A regular file that is open for reading at any offset. For a vmlinux of 500 MB, only the few parts with BTF are read.
 */
export class FileSource implements ByteSource {
  readonly path: string;
  readonly size: number;
  readonly #fd: number;
  /** The file as it was when it was opened. */
  readonly #opened: Stats;
  /** The first bytes; for a small file, all of them. */
  #head: Uint8Array | undefined;

  /**
   * Opens a file. `before` is its status if somebody has looked at it already; reading then finds out whether the file
   * was replaced since. Throws `io` if it cannot be opened or is not a regular file.
   */
  constructor(path: string, before?: Stats) {
    this.path = path;
    // Non-blocking, so that a FIFO without a writer is refused instead of waited for.
    this.#fd = attempt(path, "open", () => openSync(onDisk(path), constants.O_RDONLY | constants.O_NONBLOCK));
    this.#opened = before ?? fstatSync(this.#fd);
    this.size = this.#opened.size;
    if (!this.#opened.isFile()) {
      this.close();
      const [what, hint] = this.#opened.isDirectory()
        ? ["a directory", "name a file in it; distill, relocate, verify and stats take directories"]
        : ["not a regular file", "copy what it holds to a file, and give that"];
      throw new BtfxError("io", `it is ${what}`, { at: { file: path }, hint });
    }
  }

  /**
   * Reads `length` bytes at `offset`, into what `room` makes if they are many. Throws `truncated` if the file ends
   * before.
   */
  read(offset: number, length: number, room?: MakeRoom): Uint8Array {
    if (offset + length > this.size) {
      throw new BtfxError(
        "truncated",
        `the file ends at byte ${this.size}, but bytes ${offset} to ${offset + length} are needed`,
        { at: { file: this.path }, hint: "it is cut short; copy or build it again" },
      );
    }
    if (length > MOST_WHOLE_BYTES) {
      throw new BtfxError("unsupported", `${length} bytes are more than BTF can have`, {
        at: { file: this.path },
      });
    }
    const headBytes = this.size <= SMALL_BYTES ? this.size : HEAD_BYTES;
    if (offset + length <= headBytes) {
      this.#head ??= this.#fetch(0, headBytes);
      return this.#head.subarray(offset, offset + length);
    }
    return this.#fetch(offset, length, room);
  }

  /** Reads all of it. */
  readAll(): Uint8Array {
    return this.read(0, this.size);
  }

  /** Whether the path still leads to this file, and nobody has written to it since it was opened. */
  isAsOpened(): boolean {
    const now = statIfAny(this.path);
    const { ino, dev } = this.#opened;
    return now !== undefined && now.ino === ino && now.dev === dev && this.#isSame(now);
  }

  close(): void {
    closeSync(this.#fd);
  }

  #fetch(offset: number, length: number, room?: MakeRoom): Uint8Array {
    // Not a Buffer: its `slice` shares the bytes, but the core relies on a copy.
    const bytes = room?.(length) ?? new Uint8Array(length);
    let at = 0;
    while (at < length) {
      const got = attempt(this.path, "read", () => readSync(this.#fd, bytes, at, length - at, offset + at));
      if (got === 0) break;
      at += got;
    }
    if (at < length || !this.#isSame(fstatSync(this.#fd))) {
      throw new BtfxError("io", "it was changed while it was read", {
        at: { file: this.path },
        hint: "run this again when the file is complete",
      });
    }
    return bytes;
  }

  #isSame({ size, mtimeMs }: Stats): boolean {
    return size === this.size && mtimeMs === this.#opened.mtimeMs;
  }
}
