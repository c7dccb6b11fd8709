import { createRequire } from "node:module";
import { importZstdWasm } from "../packages/import-zstd-wasm.ts";
import { decompressFrame } from "./portable-codecs.ts";

/** Zstandard where Node has none of its own (before 22.15). */

const NAME = "@bokuweb/zstd-wasm";
/** A frame of a kernel; those of modules are smaller, and would wait for a thread as long as they take. */
const LARGE_FRAME_BYTES = 4 << 20;

type ZstdWasm = typeof import("@bokuweb/zstd-wasm");
let started: Promise<ZstdWasm> | undefined;

/** The Zstandard library, started. */
export function zstdWasm(): Promise<ZstdWasm> {
  started ??= (async () => {
    const library = (await importZstdWasm()).default;
    await library.init();
    return library;
  })();
  return started;
}

/**
 * Decompresses one frame: {@link Codecs.zstd}. The library keeps as much memory as its largest output took, which for a
 * kernel is more than all else that a run needs. So large frames get a thread, whose memory ends with it.
 */
export async function decompressZstdFrame(frame: Uint8Array, size: number): Promise<Uint8Array> {
  const library = frame.length < LARGE_FRAME_BYTES ? await zstdWasm() : { decompress: decompressInThread };
  return await decompressFrame(library, frame, size);
}

/** What the thread does. Text, since neither the library nor the bundle has a file for it. */
const THREAD = `
  const { parentPort, workerData: { library, frame, size } } = require("node:worker_threads");
  const { init, decompress } = require(library);
  init().then(() => {
    const output = decompress(frame, { defaultHeapSize: size });
    parentPort.postMessage(output, [output.buffer]);
  });
`;

async function decompressInThread(
  frame: Uint8Array,
  { defaultHeapSize: size }: { defaultHeapSize: number },
): Promise<Uint8Array> {
  const require = createRequire(import.meta.url);
  const { Worker }: typeof import("node:worker_threads") = require("node:worker_threads");
  const library = require.resolve(NAME);
  const copy = frame.slice();
  const workerData = { library, frame: copy, size };
  const thread = new Worker(THREAD, { eval: true, workerData, transferList: [copy.buffer] });
  return await new Promise((resolve, reject) => {
    thread.once("message", resolve);
    thread.once("error", reject);
    thread.once("exit", () => reject(new Error("the thread that decompresses ended early")));
  });
}
