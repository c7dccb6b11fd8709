/**
 * Milliseconds of a clock that is never set back. This is not `performance.now`, since its first use loads Node's
 * `perf_hooks`, which takes a tenth of Node's own start.
 */
export function milliseconds(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
