/**
 * Seconds of this process's CPU time that a piece of work takes: what a bound on time is stated in, since the hours on
 * the wall say as much of what else a machine does.
 */
export function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
