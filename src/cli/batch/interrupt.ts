import { constants } from "node:os";
import { numberText } from "../../report/number-text.ts";
import type { Host } from "../host.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Notes signals that would end the process, so that the work can stop when no file is half written. A second signal
 * ends the process at once.
 */
export class Interrupt {
  /** The signal that came, undefined if there was none. */
  signal: NodeJS.Signals | undefined;
  /** Resolves when a signal comes. */
  readonly came: Promise<void>;
  readonly #stop: () => void;

  constructor() {
    let resolve = () => {};
    this.came = new Promise((done) => {
      resolve = done;
    });
    const note = (signal: NodeJS.Signals) => {
      if (this.signal !== undefined) {
        this.stop();
        process.kill(process.pid, signal);
      }
      this.signal = signal;
      resolve();
    };
    for (const signal of SIGNALS) process.on(signal, note);
    this.#stop = () => {
      for (const signal of SIGNALS) process.off(signal, note);
    };
  }

  /** Restores the default effect of signals. */
  stop(): void {
    this.#stop();
  }
}

/** Exit code of a process that was ended by a signal: 130 for SIGINT. */
export function exitCodeOfSignal(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

/** Reports how far an interrupted run came, and which option continues it. */
export function tellInterrupted(
  host: Host,
  signal: NodeJS.Signals,
  done: number,
  total: number,
  rest?: string,
): void {
  const hint = rest === undefined ? "" : `; run it again with ${rest} for the rest`;
  host.stderr.write(
    `btfx: stopped by ${signal} after ${numberText(done)} of ${numberText(total)} inputs${hint}\n`,
  );
}
