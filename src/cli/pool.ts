import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type SharedBtf, shareBtf } from "../btf/share.ts";
import { maxBytesOf } from "../io/limits.ts";
import type { Vmlinux } from "../io/vmlinux.ts";
import type { Batch, BatchEnd, Refused } from "./batch.ts";
import type { Interrupt } from "./interrupt.ts";

/** What each thread of a pool begins with. */
export interface PoolData {
  /** Name of the work. */
  readonly work: string;
  readonly settings: unknown;
  readonly bases: readonly SharedVmlinux[];
  /** What a compressed file may hold (--max-size). */
  readonly maxBytes: number;
}

/** A kernel's BTF in memory that threads share. */
export interface SharedVmlinux extends Omit<Vmlinux, "btf"> {
  readonly btf: SharedBtf;
}

/** Jobs that may be under way or done out of turn, for each thread: what is done early waits in memory. */
const AHEAD = 16;
/** Time for jobs under way to end after a signal, before their threads are ended. In milliseconds. */
const GRACE_MS = 800;

/** What runs in each thread: beside this file in the bundle. */
const WORKER = new URL("./worker.cjs", import.meta.url);

/** Whether the worker is there: it is built with the bundle. */
export function poolIsThere(): boolean {
  return existsSync(fileURLToPath(WORKER));
}

/**
 * Does a batch in several threads, each with a view of the same bases. Results are taken in the order of the jobs. `worker` is
 * the file that each thread runs.
 */
export async function runInPool<Settings, Job, Result>(
  batch: Batch<Settings, Job, Result>,
  interrupt: Interrupt,
  worker: URL = WORKER,
): Promise<BatchEnd> {
  const { work, settings, jobs, threads } = batch;
  const bases = batch.bases.map(({ btf, ...file }) => ({ ...file, btf: shareBtf(btf) }));
  const workerData: PoolData = { work: work.name, settings, bases, maxBytes: maxBytesOf({}) };
  const { Tinypool } = await import("tinypool");
  const pool = new Tinypool({
    filename: worker.href,
    minThreads: threads,
    maxThreads: threads,
    workerData,
  });
  const results = new Map<number, Result | Refused>();
  let taken = 0;
  let begun = 0;
  let isStopped = false;

  const takeInOrder = () => {
    for (let result = results.get(taken); result !== undefined && !isStopped; result = results.get(taken)) {
      results.delete(taken);
      batch.take(result, taken++);
    }
  };
  /** Goes from job to job until there is none left, so that each lane keeps one thread busy. */
  const lane = async () => {
    while (begun < jobs.length && interrupt.signal === undefined) {
      if (begun - taken > threads * AHEAD) await oldest(taken);
      else {
        const i = begun++;
        const job = jobs[i];
        const input = batch.inputOf(job);
        const before = batch.isDone?.(job);
        const done =
          before === undefined
            ? pool.run({ job, input }).catch((error) => crashed(input.path, error))
            : Promise.resolve(before);
        underWay.set(i, done);
        results.set(i, (await done) as Result | Refused);
        underWay.delete(i);
        takeInOrder();
      }
    }
  };
  const underWay = new Map<number, Promise<unknown>>();
  const oldest = (i: number) => underWay.get(i) ?? Promise.resolve();
  // Two lanes for each thread: while one result is on its way, the next job is there.
  const lanes = Promise.all(Array.from({ length: threads * 2 }, lane));
  await Promise.race([
    lanes,
    interrupt.came.then(() => new Promise((end) => setTimeout(end, GRACE_MS).unref())),
  ]);
  isStopped = true;
  await pool.destroy();
  return { done: taken, signal: interrupt.signal };
}

/** The refusal of a job whose thread ended: out of memory, say. */
function crashed(input: string, error: unknown): Refused {
  const message = error instanceof Error ? error.message : String(error);
  return {
    input,
    refusal: {
      code: "crashed",
      message: `the thread that worked on it ended: ${message}`,
      at: {},
      hint: "try this one alone; with too little memory, fewer --jobs",
    },
  };
}
