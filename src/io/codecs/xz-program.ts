import type { ChildProcess } from "node:child_process";
import { ftruncateSync, openSync, unlinkSync, writeSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readXz } from "../../container/xz-format.ts";
import { BtfxError } from "../../errors.ts";
import { builtin } from "../builtin.ts";

/**
 * The options of the kernel's `make modules_install` (scripts/Makefile.modinst): the kernel's decoder reads only CRC32,
 * only the filters that it was built with, and dictionaries up to this size. Threads are started by us, not by xz.
 */
const ARGS: readonly string[] = ["--check=crc32", "--lzma2=dict=1MiB", "--threads=1", "-c"];

/**
 * `node:child_process`. It is not imported, since the bundle replaces it with a stub for packages that load it without
 * using it.
 */
function childProcess(): typeof import("node:child_process") {
  return builtin("node:child_process");
}

let running: RunningXz | undefined;

/**
 * Compresses with the program xz. On Linux, one process of xz does all the work of this thread, since starting a
 * process takes longer than compressing most modules. Throws `io` if it fails.
 */
export async function xz(bytes: Uint8Array): Promise<Uint8Array> {
  if (running === undefined || running.hasEnded) running = startXz();
  return running === undefined ? xzOnce(bytes) : await running.compress(bytes);
}

function xzOnce(bytes: Uint8Array): Uint8Array {
  const maxBuffer = bytes.length + (1 << 20);
  const { stdout, stderr, status, error } = childProcess().spawnSync("xz", ARGS, { input: bytes, maxBuffer });
  if (error === undefined && status === 0) return stdout;
  throw failed(error?.message ?? stderr.toString().trim());
}

function failed(reason: string): BtfxError {
  return new BtfxError("io", `the program xz failed: ${reason}`, {
    hint: "write another form: --compress zst, gz or none",
  });
}

/** Undefined if a process cannot be given one file after another on this system. */
function startXz(): RunningXz | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    const path = join(tmpdir(), `btfx-xz-${process.pid}-${Math.random().toString(36).slice(2)}`);
    const fd = openSync(path, "wx+", 0o600);
    // The file has no name any more, so nothing remains of it however this process ends.
    unlinkSync(path);
    return new RunningXz(fd);
  } catch {
    return undefined;
  }
}

/** A request that waits for its answer. */
interface Waiting {
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (error: BtfxError) => void;
}

/**
 * A process of xz that gets the name of the same file again and again (`--files0`), each time with other contents, and
 * writes a complete .xz stream each time.
 */
class RunningXz {
  hasEnded = false;
  readonly #fd: number;
  readonly #child: ChildProcess;
  #last: Promise<unknown> = Promise.resolve();
  #waiting: Waiting | undefined;
  #output: Buffer[] = [];
  #complaints = "";

  /** `fd` is a file for what is to be compressed. */
  constructor(fd: number) {
    this.#fd = fd;
    this.#child = childProcess().spawn("xz", [...ARGS, "--files0"], { stdio: ["pipe", "pipe", "pipe", fd] });
    this.#child.stdout?.on("data", (data: Buffer) => this.#take(data));
    this.#child.stderr?.on("data", (data: Buffer) => {
      this.#complaints += data;
    });
    this.#child.stdin?.on("error", () => {});
    this.#child.on("error", ({ message }) => this.#end(message));
    this.#child.on("close", (code, signal) => {
      const end = () => this.#end(this.#complaints.trim() || `exit ${code ?? signal}`);
      // Ctrl-C ends xz and this process. Wait until this process's own signal has arrived, so that the module counts as
      // stopped and not as failed.
      if (signal === null) end();
      else setTimeout(end, SIGNAL_MS);
    });
    this.#keepWaiting(false);
  }

  /** One request after the other, since there is only one file. */
  compress(bytes: Uint8Array): Promise<Uint8Array> {
    const done = this.#last.then(() => this.#compressNow(bytes));
    this.#last = done.catch(() => {});
    return done;
  }

  async #compressNow(bytes: Uint8Array): Promise<Uint8Array> {
    if (this.hasEnded) throw failed("it ended before its time");
    ftruncateSync(this.#fd, 0);
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at, bytes.length - at, at);
    const answer = new Promise<Uint8Array>((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
    this.#keepWaiting(true);
    // Through `/proc`, so that xz opens the file again and reads it from the beginning.
    this.#child.stdin?.write("/proc/self/fd/3\0");
    try {
      return await answer;
    } finally {
      this.#keepWaiting(false);
    }
  }

  #take(data: Buffer): void {
    this.#output.push(data);
    // Perhaps the last byte of a stream; the framing says whether it is.
    if (data[data.length - 1] !== LAST_BYTE) return;
    const bytes = new Uint8Array(Buffer.concat(this.#output));
    if (!isWhole(bytes)) return;
    this.#output = [];
    this.#waiting?.resolve(bytes);
    this.#waiting = undefined;
  }

  #end(reason: string): void {
    this.hasEnded = true;
    this.#waiting?.reject(failed(reason));
    this.#waiting = undefined;
  }

  /** Whether Node waits for this process before it ends: only while there are requests. */
  #keepWaiting(isWaiting: boolean): void {
    const handles = [
      this.#child,
      this.#child.stdin,
      this.#child.stdout,
      this.#child.stderr,
    ] as (Socket | null)[];
    for (const handle of handles) isWaiting ? handle?.ref() : handle?.unref();
  }
}

/** Time for a signal to the whole process group to reach this process too. In milliseconds. */
const SIGNAL_MS = 100;
/** Last byte of the stream footer, `YZ`. */
const LAST_BYTE = 0x5a;

function isWhole(bytes: Uint8Array): boolean {
  try {
    return readXz(bytes).end === bytes.length;
  } catch (error) {
    if (error instanceof BtfxError) return false;
    throw error;
  }
}
