/**
 * Optimisations that the compiler may leave out. It takes 700 ms of another thread to compile what a C dump of a vmlinux
 * runs, which is over in 300; without these it takes 250, and what it makes is hardly slower.
 */
const FLAGS: readonly string[] = ["--max-inlined-bytecode-size-cumulative=60", "--no-turbo-loop-peeling"];

/** Versions of Node whose V8 has the flags: a later one would complain about those that it no longer knows. */
const KNOWN_NODE = /^v2[0-4]\./;

/** Makes V8 compile quickly rather than well, for a run that is over soon. Not to be called by the library. */
export function expectShortRun(): void {
  if (process.release.name !== "node" || !KNOWN_NODE.test(process.version)) return;
  const v8 = process.getBuiltinModule?.("node:v8");
  for (const flag of FLAGS) v8?.setFlagsFromString(flag);
}
