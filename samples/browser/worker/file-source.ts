import { BtfxError, type ByteSource } from "../../../src/index.ts";

/** A file that the user chose, read where it is needed: a vmlinux with debug information has hundreds of megabytes. */
export function fileSource(file: File): ByteSource {
  const reader = new FileReaderSync();
  return {
    size: file.size,
    read(offset, length) {
      if (offset + length > file.size) {
        throw new BtfxError(
          "truncated",
          `${length} bytes at offset ${offset} were asked for, there are ${file.size}`,
          { at: { offset } },
        );
      }
      try {
        return new Uint8Array(reader.readAsArrayBuffer(file.slice(offset, offset + length)));
      } catch (cause) {
        throw new BtfxError("io", `the browser cannot read the file: ${String(cause)}`, {
          hint: "it is a folder, was changed since it was chosen, or may not be read: choose files, and again",
          cause,
        });
      }
    },
  };
}

/** Global in workers; TypeScript's library for them and that for pages exclude each other. */
declare const FileReaderSync: new () => { readAsArrayBuffer(blob: Blob): ArrayBuffer };
