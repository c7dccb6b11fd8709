/** Replaces `stream/web` for xz-decompress: its classes are global in every Node that runs btfx, and in browsers. */
export const ReadableStream: typeof globalThis.ReadableStream = globalThis.ReadableStream;
