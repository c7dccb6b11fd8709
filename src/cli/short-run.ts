/**
 * Optimisations that the compiler may leave out: they take more of another thread than what they make gains in a run of a quarter of
 * a second. WebAssembly is optimised when it has run a hundred times as long as V8 would wait, or longer.
 */
const FLAGS: readonly string[] = [
  "--max-inlined-bytecode-size-cumulative=60",
  "--no-turbo-loop-peeling",
  "--wasm-tiering-budget=2000000000",
];

/** Versions of Node whose V8 has the flags: a later one would complain about those that it no longer knows. */
const KNOWN_NODE = /^v2[0-6]\./;

/** Makes V8 compile quickly rather than well, for a run that is over soon. Not to be called by the library. */
export function expectShortRun(): void {
  if (process.release.name !== "node" || !KNOWN_NODE.test(process.version)) return;
  const v8 = process.getBuiltinModule?.("node:v8");
  for (const flag of FLAGS) v8?.setFlagsFromString(flag);
}
