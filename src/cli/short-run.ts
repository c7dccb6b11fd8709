import { builtin } from "../io/builtin.ts";

/**
 * Optimisations that are left out: on the compiler's thread they take longer than they gain in a run of a quarter of a
 * second. WebAssembly is optimised only after it has run a hundred times as long as V8 would wait.
 */
const FLAGS: readonly string[] = [
  "--max-inlined-bytecode-size-cumulative=60",
  "--no-turbo-loop-peeling",
  "--wasm-tiering-budget=2000000000",
];

/** Versions of Node whose V8 has these flags. A later one would complain about flags that it no longer knows. */
const KNOWN_NODE = /^v2[0-6]\./;

/** Makes V8 compile quickly rather than well, for a short run. The library must not call this. */
export function expectShortRun(): void {
  if (process.release.name !== "node" || !KNOWN_NODE.test(process.version)) return;
  const { setFlagsFromString } = builtin("node:v8");
  for (const flag of FLAGS) setFlagsFromString(flag);
}
