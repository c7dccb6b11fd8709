/** What the threads of a pool share: each takes its next job from it by itself, so that none waits for another. */
export interface Board {
  /** How many jobs there are. */
  readonly jobs: number;
  /** Most jobs that may be under way or done out of turn: what is done early waits in memory. */
  readonly ahead: number;
  /** {@link NEXT}, {@link TAKEN} and {@link STOP}. */
  readonly counts: Int32Array<SharedArrayBuffer>;
  /** For each job the number of the thread that has begun it, from 1 on, or {@link BEFORE}. */
  readonly begun: Uint16Array<SharedArrayBuffer>;
}

/** Stands for a thread where a job was done before. */
const BEFORE = 0xffff;
/** Indexes in `counts`: how many jobs were begun, and how many results were passed on. */
const NEXT = 0;
const TAKEN = 1;
/** 1 when no more jobs may begin. */
const STOP = 2;
/** A thread that is too far ahead looks this often whether all must stop. In milliseconds. */
const LOOK_MS = 50;

/** A board for so many jobs, none of which has begun. */
export function newBoard(jobs: number, ahead: number): Board {
  return {
    jobs,
    ahead,
    counts: new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT)),
    begun: new Uint16Array(new SharedArrayBuffer(jobs * Uint16Array.BYTES_PER_ELEMENT)),
  };
}

/** Marks a job as done before, so that no thread begins it. */
export function markDone({ begun }: Board, number: number): void {
  begun[number] = BEFORE;
}

/** Whether a job is left that may begin. */
export function isLeft({ counts, jobs }: Board): boolean {
  return Atomics.load(counts, STOP) === 0 && Atomics.load(counts, NEXT) < jobs;
}

/** Whether the next job is too far ahead of the results that were passed on. */
export function isAhead({ counts, ahead }: Board): boolean {
  return Atomics.load(counts, NEXT) - Atomics.load(counts, TAKEN) > ahead;
}

/** Begins the next job in a thread. Returns its number, or undefined if none is left. */
export function begin(board: Board, thread: number): number | undefined {
  while (isLeft(board)) {
    const number = Atomics.add(board.counts, NEXT, 1);
    if (number >= board.jobs) return undefined;
    if (board.begun[number] === BEFORE) continue;
    board.begun[number] = thread;
    return number;
  }
  return undefined;
}

/** The same once it is not too far ahead: waits until then. */
export function beginInTurn(board: Board, thread: number): number | undefined {
  while (isLeft(board) && isAhead(board)) {
    Atomics.wait(board.counts, TAKEN, Atomics.load(board.counts, TAKEN), LOOK_MS);
  }
  return begin(board, thread);
}

/** The jobs that a thread has begun. */
export function numbersBegunBy({ begun, jobs }: Board, thread: number): number[] {
  return Array.from({ length: jobs }, (_, number) => number).filter((number) => begun[number] === thread);
}

/** Tells all threads how many results were passed on. */
export function tellTaken({ counts }: Board, taken: number): void {
  Atomics.store(counts, TAKEN, taken);
  Atomics.notify(counts, TAKEN);
}

/** Lets no more jobs begin. */
export function stopAll({ counts }: Board): void {
  Atomics.store(counts, STOP, 1);
}
