import { workerData } from "node:worker_threads";
import { btfOfShared } from "../../btf/share.ts";
import { setMaxBytes } from "../../io/limits.ts";
import { WORKS } from "../jobs/jobs.ts";
import { attemptJob } from "./attempt-job.ts";
import type { PoolData, PoolResult, PoolTask } from "./pool-data.ts";

// Tinypool puts its own data first, then those of the pool.
const [, data] = workerData as [unknown, PoolData];

/** Does some jobs in a thread of a pool, one after the other. */
export default async function work({ jobs, port }: PoolTask<never>): Promise<void> {
  const { begun, stop } = data.board;
  for (const { number, job, input } of jobs) {
    if (stop[0] === 1) break;
    begun[number] = 1;
    const result: PoolResult = { number, result: await attemptJob(input, async () => (await doJob)(job)) };
    port.postMessage(result);
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
