import { workerData } from "node:worker_threads";

const [, { board, jobs }] = workerData;

/** What a thread of a pool runs in tests: its jobs say what becomes of it. */
export default async function work({ thread, port }) {
  const [next, , stop] = board.counts.keys();
  while (board.counts[stop] === 0) {
    const number = Atomics.add(board.counts, next, 1);
    if (number >= board.jobs) break;
    board.begun[number] = thread;
    const { job } = jobs[number];
    // An error that nothing catches ends a thread, as want of memory does.
    if (job.dies) queueMicrotask(() => setTimeout(() => fail(), 0));
    if (job.dies || job.waits) await new Promise((resolve) => setTimeout(resolve, job.waits ?? 1000));
    port.postMessage({ number, result: { number: job.number } });
  }
}

function fail() {
  throw new Error("no memory");
}
