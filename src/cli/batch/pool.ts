import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";
import type { Tinypool } from "tinypool";
import { shareBtf } from "../../btf/share.ts";
import { maxBytesOf } from "../../io/limits.ts";
import { importTinypool } from "../../io/packages/import-tinypool.ts";
import { attemptJob, isCutOff, type Refused } from "./attempt-job.ts";
import {
  type Board,
  begin,
  isAhead,
  isLeft,
  markDone,
  newBoard,
  numbersBegunBy,
  stopAll,
  tellTaken,
} from "./board.ts";
import type { Interrupt } from "./interrupt.ts";
import type { PoolData, PoolJob, PoolResult, PoolTask } from "./pool-data.ts";
import type { Batch, BatchEnd } from "./run-batch.ts";

/**
 * Jobs for each thread that may have begun, or wait in memory for the results of earlier jobs. This thread does about
 * so many until the others have started.
 */
const AHEAD = 256;
/** Threads in a row that may die before they begin a job. Then the others do the work. */
const FALSE_STARTS = 3;
/** The number of this thread among those that work. */
const THIS_THREAD = 1;
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
  const results = new InOrder<Result | Refused>(batch.take);
  const jobs = batch.jobs.map((job) => ({ job, input: batch.inputOf(job) }));
  const board = newBoard(jobs.length, batch.threads * AHEAD);
  for (const [number, job] of batch.jobs.entries()) {
    const before = batch.isDone?.(job);
    if (before === undefined) continue;
    markDone(board, number);
    results.put(number, before);
  }
  tellTaken(board, results.taken);
  const pool = await startPool(batch, board, jobs, worker);
  try {
    return await runLanes({ batch, interrupt, board, jobs, pool, results });
  } finally {
    await pool.destroy();
  }
}

interface Lanes<Settings, Job, Result extends object> {
  readonly batch: Batch<Settings, Job, Result>;
  readonly interrupt: Interrupt;
  readonly board: Board;
  readonly jobs: readonly PoolJob<Job>[];
  readonly pool: Tinypool;
  readonly results: InOrder<Result | Refused>;
}

/** Keeps all threads busy until all jobs are done or a signal comes. */
async function runLanes<Settings, Job, Result extends object>({
  batch,
  interrupt,
  board,
  jobs,
  pool,
  results,
}: Lanes<Settings, Job, Result>): Promise<BatchEnd> {
  const doHere = (await batch.work.load())(batch.settings, batch.bases);
  let finish = () => {};
  const allTaken = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const put = (number: number, result: Result | Refused) => {
    if (isCutOff(result, interrupt)) return;
    results.put(number, result);
    tellTaken(board, results.taken);
    if (results.taken === jobs.length) finish();
  };
  const workHere = async () => {
    while (isLeft(board)) {
      const number = isAhead(board) ? undefined : begin(board, THIS_THREAD);
      if (number !== undefined) {
        const { job, input } = jobs[number];
        put(number, await attemptJob(input, () => doHere(job)));
      }
      // Lets results of the other threads and signals get a turn.
      await (number === undefined && isLeft(board)
        ? results.moved()
        : new Promise((resolve) => setImmediate(resolve)));
    }
  };
  const workThere = async (thread: number) => {
    for (let falseStarts = 0; falseStarts < FALSE_STARTS && isLeft(board); ) {
      const error = await runTask(pool, thread, ({ number, result }) =>
        put(number, result as Result | Refused),
      );
      if (error === undefined) return;
      // The job under way is lost with its thread.
      const lost = numbersBegunBy(board, thread).filter((number) => !results.has(number));
      if (lost.length === 0) falseStarts++;
      for (const number of lost) put(number, crashed(jobs[number].input.path, error));
    }
  };
  const lanes = Promise.all([
    workHere(),
    ...Array.from({ length: batch.threads - 1 }, (_, i) => workThere(THIS_THREAD + 1 + i)),
  ]);
  const grace = interrupt.came.then(() => {
    stopAll(board);
    return new Promise((end) => setTimeout(end, GRACE_MS).unref());
  });
  // A thread that never comes up is not waited for.
  await Promise.race([allTaken, lanes, grace]);
  results.close();
  return { done: results.taken, signal: interrupt.signal };
}

/** Has a thread work until no job is left. Returns the error that ended the thread, if one did. */
async function runTask(pool: Tinypool, thread: number, take: (result: PoolResult) => void): Promise<unknown> {
  // A channel for each try: everything that was sent is in it, even if the thread has died since.
  const { port1, port2 } = new MessageChannel();
  port1.on("message", take);
  const task: PoolTask = { thread, port: port2 };
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
  jobs: readonly PoolJob<Job>[],
  worker: URL,
): Promise<Tinypool> {
  const bases = batch.bases.map(({ btf, ...file }) => ({ ...file, btf: shareBtf(btf) }));
  const { work, settings, threads } = batch;
  const workerData: PoolData = { work: work.name, settings, bases, maxBytes: maxBytesOf({}), board, jobs };
  const library = await importTinypool();
  const pool = new library.Tinypool({
    filename: worker.href,
    minThreads: threads - 1,
    maxThreads: threads - 1,
    workerData,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  });
  // A thread that does not come up has no job, so the others do its part.
  pool.on("error", () => {});
  return pool;
}

/** Passes results on in the order of their jobs. Early ones wait. */
class InOrder<Result extends object> {
  taken = 0;
  readonly #take: (result: Result, number: number) => void;
  readonly #waiting = new Map<number, Result>();
  #wakers: (() => void)[] = [];
  #isClosed = false;

  constructor(take: (result: Result, number: number) => void) {
    this.#take = take;
  }

  /** Resolves when another result was put. */
  moved(): Promise<void> {
    return new Promise((resolve) => this.#wakers.push(resolve));
  }

  /** Whether the result of a job is here. */
  has(number: number): boolean {
    return number < this.taken || this.#waiting.has(number);
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
