/** Of `stream/web`, what xz-decompress asks of it: it is global in every Node that runs btfx, and in browsers. */
export const ReadableStream: typeof globalThis.ReadableStream = globalThis.ReadableStream;
