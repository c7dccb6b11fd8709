/** zstd-wasm is not bundled, since it finds its .wasm beside itself. */
export const importZstdWasm = (): Promise<{ readonly default: typeof import("@bokuweb/zstd-wasm") }> =>
  import("@bokuweb/zstd-wasm");
