import type { MessagePort } from "node:worker_threads";
import type { SharedBtf } from "../../btf/share.ts";
import type { InputFile } from "../../io/collect.ts";
import type { Vmlinux } from "../../io/read/vmlinux.ts";
import type { Board } from "./board.ts";

/** The data that each thread of a pool starts with. */
export interface PoolData {
  /** Name of the work. */
  readonly work: string;
  readonly settings: unknown;
  readonly bases: readonly SharedVmlinux[];
  /** Limit for the content of a compressed file, in bytes (--max-size). */
  readonly maxBytes: number;
  readonly board: Board;
  /** All jobs, whose indexes are their numbers. */
  readonly jobs: readonly PoolJob<unknown>[];
}

/** A kernel's BTF in memory that threads share. */
export interface SharedVmlinux extends Omit<Vmlinux, "btf"> {
  readonly btf: SharedBtf;
}

/** One job as a thread gets it. */
export interface PoolJob<Job> {
  readonly job: Job;
  /** The input of the job. */
  readonly input: InputFile;
}

/** What a thread does: takes jobs from the board until none is left, and sends a {@link PoolResult} for each. */
export interface PoolTask {
  /** Its number, from 2 on: 1 is the thread that has the pool. */
  readonly thread: number;
  readonly port: MessagePort;
}

/** The result of a job. */
export interface PoolResult {
  readonly number: number;
  readonly result: unknown;
}
