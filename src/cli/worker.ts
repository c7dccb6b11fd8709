import { workerData } from "node:worker_threads";
import { btfOfShared } from "../btf/share.ts";
import type { InputFile } from "../io/collect.ts";
import { setMaxBytes } from "../io/limits.ts";
import { attemptJob } from "./batch.ts";
import { WORKS } from "./jobs/jobs.ts";
import type { PoolData } from "./pool.ts";

// Tinypool's own data come first, then those of the pool.
const [, data] = workerData as [unknown, PoolData];

/** Does one job in a thread of a pool; `input` is what it is about. */
export default async function work({ job, input }: { job: never; input: InputFile }): Promise<unknown> {
  return await attemptJob(input, async () => (await doJob)(job));
}

setMaxBytes(data.maxBytes);
const doJob = makeDoer();

async function makeDoer(): Promise<(job: never) => Promise<unknown>> {
  const make = await WORKS.get(data.work)?.load();
  if (make === undefined) throw new Error(`there is no work of the name ${data.work}`);
  const bases = data.bases.map(({ btf, ...file }) => ({ ...file, btf: btfOfShared(btf) }));
  return make(data.settings as never, bases);
}
