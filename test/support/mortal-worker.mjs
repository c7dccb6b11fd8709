import { workerData } from "node:worker_threads";

const [, { board }] = workerData;

/** What a thread of a pool runs in tests: its jobs say what becomes of it. */
export default async function work({ jobs, port }) {
  for (const { number, job } of jobs) {
    if (board.stop[0] === 1) break;
    board.begun[number] = 1;
    // An error that nothing catches ends a thread, as want of memory does.
    if (job.dies) queueMicrotask(() => setTimeout(() => fail(), 0));
    if (job.dies || job.waits) await new Promise((resolve) => setTimeout(resolve, job.waits ?? 1000));
    port.postMessage({ number, result: { number: job.number } });
  }
}

function fail() {
  throw new Error("no memory");
}
