import { BtfxError } from "../errors.ts";

/** Calls the operating system. A call that it refuses throws `io`, with the reason in words. */
export function attempt<T>(path: string, verb: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined || error instanceof BtfxError) throw error;
    throw new BtfxError("io", `cannot ${verb} it: ${REASONS[code] ?? message}`, {
      at: { file: path },
      cause: error,
    });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  EISDIR: "it is a directory",
  ENOTDIR: "a part of the path is not a directory",
  ENOSPC: "no space left on the device",
  EROFS: "the file system is read-only",
  ELOOP: "too many symbolic links",
  ENAMETOOLONG: "the name is too long",
  EMFILE: "too many open files",
  EBADF: "it is closed",
  EFBIG: "it would be larger than files may be here",
  EDQUOT: "the quota is used up",
  ETXTBSY: "it is being run",
  ENXIO: "nothing is at its other end",
};
