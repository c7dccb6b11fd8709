import { compressionByName } from "../../io/codecs/compress.ts";
import type { InputFile } from "../../io/collect.ts";
import type { Vmlinux } from "../../io/read/vmlinux.ts";
import type { Work } from "../jobs/jobs.ts";
import { attemptJob, isCutOff, type Refused } from "./attempt-job.ts";
import { milliseconds } from "./clock.ts";
import { Interrupt } from "./interrupt.ts";

/** The work of a command on many inputs. */
export interface Batch<Settings, Job, Result> {
  readonly work: Work<Settings, Job, Result>;
  readonly settings: Settings;
  /** The bases that were given with -B. */
  readonly bases: readonly Vmlinux[];
  readonly jobs: readonly Job[];
  /** Threads to use; 1 for this one only. */
  readonly threads: number;
  /** The input of a job, which is named if it fails. */
  readonly inputOf: (job: Job) => InputFile;
  /** The result of a job that need not be done, because it was done before. */
  readonly isDone?: (job: Job) => Result | undefined;
  /** Receives the results in the order of the jobs, as soon as possible. */
  readonly take: (result: Result | Refused, index: number) => void;
}

/** How a batch ended. */
export interface BatchEnd {
  readonly done: number;
  /** The signal that stopped it early. */
  readonly signal: NodeJS.Signals | undefined;
}

/**
 * Fewer inputs are done before threads are of use: a thread takes 200 ms of a processor to start, a module less than 1
 * ms.
 */
const WORTH_THREADS = 256;
/** The same for compressed inputs, which take longer. */
const PACKED_WORTH_THREADS = 8;
/** The event loop, and with it signals, gets a turn this often. In milliseconds. */
const TURN_MS = 50;

/**
 * Does all jobs. A job that fails does not stop the others. Several threads give the same results in the same order as
 * one. A signal stops the batch between two jobs.
 */
export async function runBatch<Settings, Job, Result extends object>(
  batch: Batch<Settings, Job, Result>,
): Promise<BatchEnd> {
  const interrupt = new Interrupt();
  try {
    if (batch.threads > 1 && isWorthThreads(batch)) {
      const { poolIsThere, runInPool } = await import("./pool.ts");
      if (poolIsThere()) return await runInPool(batch, interrupt);
    }
    return await runHere(batch, interrupt);
  } finally {
    interrupt.stop();
  }
}

function isWorthThreads<Settings, Job, Result>({ jobs, inputOf }: Batch<Settings, Job, Result>): boolean {
  if (jobs.length >= WORTH_THREADS) return true;
  return (
    jobs.filter((job) => compressionByName(inputOf(job).path) !== undefined).length >= PACKED_WORTH_THREADS
  );
}

async function runHere<Settings, Job, Result>(
  batch: Batch<Settings, Job, Result>,
  interrupt: Interrupt,
): Promise<BatchEnd> {
  const doJob = (await batch.work.load())(batch.settings, batch.bases);
  let turn = milliseconds();
  for (const [i, job] of batch.jobs.entries()) {
    if (milliseconds() - turn > TURN_MS) {
      await new Promise((resolve) => setImmediate(resolve));
      turn = milliseconds();
    }
    if (interrupt.signal !== undefined) return { done: i, signal: interrupt.signal };
    const result = batch.isDone?.(job) ?? (await attemptJob(batch.inputOf(job), () => doJob(job)));
    if (isCutOff(result, interrupt)) return { done: i, signal: interrupt.signal };
    batch.take(result, i);
  }
  return { done: batch.jobs.length, signal: undefined };
}
