import type { SingleBar } from "cli-progress";
import type { Host } from "./host.ts";

/** Below so many inputs a bar would only flicker. */
const WORTH_A_BAR = 50;

/**
 * A progress bar on stderr, only on a terminal and only while stdout goes elsewhere: the lines it prints are progress
 * enough. Drawn from {@link step}, since the work between does not yield.
 */
export class Progress {
  #bar: SingleBar | undefined;

  /** Begins a bar for `total` inputs; none if `silent`, for few inputs, or when stderr is no terminal. */
  static async begin(host: Host, label: string, total: number, silent: boolean): Promise<Progress> {
    const progress = new Progress();
    if (silent || total < WORTH_A_BAR || !host.stderr.isTerminal || host.stdout.isTerminal) return progress;
    const { default: cliProgress } = await import("cli-progress");
    progress.#bar = new cliProgress.SingleBar({
      format: `${label} {bar} {value} of {total} · {eta_formatted} left`,
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: true,
      synchronousUpdate: true,
      fps: 10,
    });
    progress.#bar.start(total, 0);
    return progress;
  }

  /** One more input is done. */
  step(): void {
    this.#bar?.increment();
  }

  /** Takes the bar away. */
  end(): void {
    this.#bar?.stop();
  }
}
