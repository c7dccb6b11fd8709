import { workerData } from "node:worker_threads";
import { btfOfShared } from "../../btf/share.ts";
import { setMaxBytes } from "../../io/limits.ts";
import { WORKS } from "../jobs/jobs.ts";
import { attemptJob } from "./attempt-job.ts";
import { beginInTurn } from "./board.ts";
import type { PoolData, PoolResult, PoolTask } from "./pool-data.ts";

// Tinypool puts its own data first, then those of the pool.
const [, data] = workerData as [unknown, PoolData];

/** Does jobs in a thread of a pool, one after the other, until none is left. */
export default async function work({ thread, port }: PoolTask): Promise<void> {
  const { board, jobs } = data;
  for (let number = beginInTurn(board, thread); number !== undefined; number = beginInTurn(board, thread)) {
    const { job, input } = jobs[number];
    const result = await attemptJob(input, async () => (await doJob)(job as never));
    port.postMessage({ number, result } satisfies PoolResult);
  }
}

setMaxBytes(data.maxBytes);
const doJob = makeDoer();

async function makeDoer(): Promise<(job: never) => Promise<unknown>> {
  const make = await WORKS.get(data.work)?.load();
  if (make === undefined) throw new Error(`there is no work of the name ${data.work}`);
  const bases = data.bases.map(({ btf, ...file }) => ({ ...file, btf: btfOfShared(btf) }));
  return make(data.settings as never, bases);
}
