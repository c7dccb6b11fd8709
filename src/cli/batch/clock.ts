/**
 * Milliseconds by a clock that is never set back. Not `performance.now`: its first use loads Node's `perf_hooks`, which takes as long as
 * a tenth of Node's own start.
 */
export function milliseconds(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
