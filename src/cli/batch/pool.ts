import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";
import type { Tinypool } from "tinypool";
import { shareBtf } from "../../btf/share.ts";
import { maxBytesOf } from "../../io/limits.ts";
import { attemptJob, isCutOff, type Refused } from "./attempt-job.ts";
import type { Interrupt } from "./interrupt.ts";
import type { Board, PoolData, PoolJob, PoolResult, PoolTask } from "./pool-data.ts";
import type { Batch, BatchEnd } from "./run-batch.ts";

/**
 * Jobs that a thread gets at once. This thread works too, so another one may have to wait for its next jobs, and
 * tinypool takes 4 ms after each task.
 */
const MOST_AT_ONCE = 64;
/**
 * Jobs for each thread that may have begun, or wait in memory for the results of earlier jobs. This thread does about
 * so many until the others have started.
 */
const AHEAD = 256;
/** Threads in a row that may die before they begin a job. */
const FALSE_STARTS = 3;
/** Time for jobs under way to end after a signal, before their threads are ended. In milliseconds. */
const GRACE_MS = 800;

/**
 * Most that the young objects of a thread may take, in MB. V8 collects them when they have grown to it, and only then
 * frees the bytes of modules that are done, which are not counted. Its own limit is 48.
 */
const YOUNG_MB = 6;

/** The script of each thread, beside this file in the bundle. */
const WORKER = new URL("./worker.cjs", import.meta.url);

/** Whether the worker's script exists: it is built with the bundle. */
export function poolIsThere(): boolean {
  return existsSync(fileURLToPath(WORKER));
}

/**
 * Does a batch in several threads with views of the same bases. This thread works from the start; the others join when
 * they are ready. Results are taken in the order of the jobs. `worker` is the script of the other threads.
 */
export async function runInPool<Settings, Job, Result extends object>(
  batch: Batch<Settings, Job, Result>,
  interrupt: Interrupt,
  worker: URL = WORKER,
): Promise<BatchEnd> {
  const board: Board = {
    begun: new Uint8Array(new SharedArrayBuffer(batch.jobs.length)),
    stop: new Uint8Array(new SharedArrayBuffer(1)),
  };
  const pool = await startPool(batch, board, worker);
  try {
    return await runLanes(batch, interrupt, board, pool);
  } finally {
    await pool.destroy();
  }
}

/** Keeps all threads busy until all jobs are done or a signal comes. */
async function runLanes<Settings, Job, Result extends object>(
  batch: Batch<Settings, Job, Result>,
  interrupt: Interrupt,
  board: Board,
  pool: Tinypool,
): Promise<BatchEnd> {
  const { jobs, threads, inputOf } = batch;
  const doHere = (await batch.work.load())(batch.settings, batch.bases);
  const results = new InOrder<Result | Refused>(batch.take, threads * AHEAD);
  let next = 0;

  /** The next jobs, except those that were done before. */
  const nextJobs = (most: number): number[] => {
    const numbers: number[] = [];
    while (numbers.length < most && next < jobs.length) {
      const number = next++;
      const before = batch.isDone?.(jobs[number]);
      if (before === undefined) numbers.push(number);
      else results.put(number, before);
    }
    return numbers;
  };
  const put = (number: number, result: Result | Refused) => {
    if (!isCutOff(result, interrupt)) results.put(number, result);
  };
  /**
   * Does jobs until there are none left. Towards the end it takes fewer at once, so that all threads end at the same
   * time.
   */
  const lane = async (most: number, work: (numbers: readonly number[]) => Promise<void>) => {
    while (next < jobs.length && interrupt.signal === undefined) {
      if (results.isFull(next)) await results.moved();
      else await work(nextJobs(Math.min(most, Math.ceil((jobs.length - next) / (threads * 4)))));
    }
  };
  const doThere = async (numbers: readonly number[]) => {
    const pending = new Set(numbers);
    for (let falseStarts = 0; pending.size > 0 && board.stop[0] === 0; ) {
      const chunk = [...pending].map((number) => ({
        number,
        job: jobs[number],
        input: inputOf(jobs[number]),
      }));
      const error = await runTask(pool, chunk, ({ number, result }) => {
        pending.delete(number);
        put(number, result as Result | Refused);
      });
      if (error === undefined) return;
      // The job under way is lost with its thread; those that waited are given to another one.
      const underWay = [...pending].filter((number) => board.begun[number] === 1);
      if (underWay.length === 0) falseStarts++;
      for (const number of falseStarts === FALSE_STARTS ? [...pending] : underWay) {
        pending.delete(number);
        results.put(number, crashed(inputOf(jobs[number]).path, error));
      }
    }
  };
  const doItHere = async (numbers: readonly number[]) => {
    for (const number of numbers) {
      put(number, await attemptJob(inputOf(jobs[number]), () => doHere(jobs[number])));
    }
    // Lets results of the other threads and signals get a turn.
    await new Promise((resolve) => setImmediate(resolve));
  };
  const lanes = Promise.all([
    ...Array.from({ length: threads - 1 }, () => lane(MOST_AT_ONCE, doThere)),
    lane(1, doItHere),
  ]);
  const grace = interrupt.came.then(() => {
    board.stop[0] = 1;
    return new Promise((end) => setTimeout(end, GRACE_MS).unref());
  });
  await Promise.race([lanes, grace]);
  results.close();
  return { done: results.taken, signal: interrupt.signal };
}

/** Has a thread do some jobs. Returns the error that ended the thread, if one did. */
async function runTask<Job>(
  pool: Tinypool,
  jobs: readonly PoolJob<Job>[],
  take: (result: PoolResult) => void,
): Promise<unknown> {
  // Each task has its own channel, which keeps everything that was sent, even if the thread has died since.
  const { port1, port2 } = new MessageChannel();
  port1.on("message", take);
  const task: PoolTask<Job> = { jobs, port: port2 };
  try {
    await pool.run(task, { transferList: [port2] });
    return undefined;
  } catch (error) {
    return error;
  } finally {
    for (let last = receiveMessageOnPort(port1); last !== undefined; last = receiveMessageOnPort(port1)) {
      take(last.message);
    }
    port1.close();
  }
}

/** Starts all threads except this one. */
async function startPool<Settings, Job, Result>(
  batch: Batch<Settings, Job, Result>,
  board: Board,
  worker: URL,
): Promise<Tinypool> {
  const bases = batch.bases.map(({ btf, ...file }) => ({ ...file, btf: shareBtf(btf) }));
  const { work, settings, threads } = batch;
  const workerData: PoolData = { work: work.name, settings, bases, maxBytes: maxBytesOf({}), board };
  const library = await import("tinypool");
  return new library.Tinypool({
    filename: worker.href,
    minThreads: threads - 1,
    maxThreads: threads - 1,
    workerData,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  });
}

/** Passes results on in the order of their jobs. Early ones wait. */
class InOrder<Result extends object> {
  taken = 0;
  readonly #take: (result: Result, number: number) => void;
  readonly #most: number;
  readonly #waiting = new Map<number, Result>();
  #wakers: (() => void)[] = [];
  #isClosed = false;

  constructor(take: (result: Result, number: number) => void, most: number) {
    this.#take = take;
    this.#most = most;
  }

  /** Whether job `next` is too far ahead of the results that were passed on. */
  isFull(next: number): boolean {
    return next - this.taken > this.#most;
  }

  /** Resolves when more results were passed on. */
  moved(): Promise<void> {
    return new Promise((resolve) => this.#wakers.push(resolve));
  }

  put(number: number, result: Result): void {
    this.#waiting.set(number, result);
    for (
      let next = this.#waiting.get(this.taken);
      next && !this.#isClosed;
      next = this.#waiting.get(this.taken)
    ) {
      this.#waiting.delete(this.taken);
      this.#take(next, this.taken++);
    }
    for (const wake of this.#wakers.splice(0)) wake();
  }

  /** Stops passing results on. */
  close(): void {
    this.#isClosed = true;
  }
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
