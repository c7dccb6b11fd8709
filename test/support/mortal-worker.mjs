/** What a thread of a pool runs in tests: its jobs say what becomes of it. */
export default async function work({ job }) {
  // An error that nothing catches ends a thread, as want of memory does.
  if (job.dies) queueMicrotask(() => setTimeout(() => fail(), 0));
  if (job.dies || job.waits) await new Promise((resolve) => setTimeout(resolve, job.waits ?? 1000));
  return { number: job.number };
}

function fail() {
  throw new Error("no memory");
}
