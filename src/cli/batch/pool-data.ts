import type { MessagePort } from "node:worker_threads";
import type { SharedBtf } from "../../btf/share.ts";
import type { InputFile } from "../../io/collect.ts";
import type { Vmlinux } from "../../io/read/vmlinux.ts";

/** The data that each thread of a pool starts with. */
export interface PoolData {
  /** Name of the work. */
  readonly work: string;
  readonly settings: unknown;
  readonly bases: readonly SharedVmlinux[];
  /** Limit for the content of a compressed file, in bytes (--max-size). */
  readonly maxBytes: number;
  readonly board: Board;
}

/** A kernel's BTF in memory that threads share. */
export interface SharedVmlinux extends Omit<Vmlinux, "btf"> {
  readonly btf: SharedBtf;
}

/** State that all threads share, in shared memory. */
export interface Board {
  /** A byte for each job: 1 once a thread has begun it. */
  readonly begun: Uint8Array;
  /** One byte: 1 when no more jobs may begin. */
  readonly stop: Uint8Array;
}

/** One job as a thread gets it. */
export interface PoolJob<Job> {
  /** Its place among all. */
  readonly number: number;
  readonly job: Job;
  /** The input of the job. */
  readonly input: InputFile;
}

/** Some jobs for one thread, and the port to which it sends the {@link PoolResult} of each as soon as it is ready. */
export interface PoolTask<Job> {
  readonly jobs: readonly PoolJob<Job>[];
  readonly port: MessagePort;
}

/** The result of a job. */
export interface PoolResult {
  readonly number: number;
  readonly result: unknown;
}
