import type { SingleBar } from "cli-progress";
import { numberText } from "../../report/number-text.ts";
import type { Host } from "../host.ts";
import { milliseconds } from "./clock.ts";

/** With fewer inputs a progress bar would only flicker. */
const WORTH_A_BAR = 50;
/** Without a terminal, a line is printed this often. In milliseconds. */
const LINE_MS = 5000;

/**
 * Shows on stderr how far a run is: on a terminal a bar with rate and time left, otherwise a line every few seconds. It
 * is drawn by {@link step}, since the work does not yield in between.
 */
export class Progress {
  readonly #host: Host;
  readonly #label: string;
  readonly #total: number;
  readonly #isSilent: boolean;
  readonly #begun: number = milliseconds();
  #bar: SingleBar | undefined;
  #done = 0;
  #lastLine: number = this.#begun;

  private constructor(host: Host, label: string, total: number, isSilent: boolean) {
    this.#host = host;
    this.#label = label;
    this.#total = total;
    this.#isSilent = isSilent;
  }

  /** Begins to show progress over `total` inputs: nothing if `isSilent`, and no bar for few inputs. */
  static async begin(host: Host, label: string, total: number, isSilent: boolean): Promise<Progress> {
    const progress = new Progress(host, label, total, isSilent);
    if (isSilent || total < WORTH_A_BAR || !host.stderr.isTerminal) return progress;
    const { default: cliProgress } = await import("cli-progress");
    progress.#bar = new cliProgress.SingleBar({
      format: `${label} {bar} {value} of {total} · {rate}/s · {eta_formatted} left`,
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: true,
      synchronousUpdate: true,
      fps: 10,
    });
    progress.#bar.start(total, 0, { rate: "-" });
    return progress;
  }

  /** Counts an input that is done. */
  step(): void {
    this.#done++;
    this.#bar?.increment(1, { rate: this.#rate() });
    const now = milliseconds();
    if (this.#isSilent || this.#bar !== undefined || now - this.#lastLine < LINE_MS) return;
    // Everything is done, so the results are printed already: a slow machine must not change the output of a run.
    if (this.#done >= this.#total) return;
    this.#lastLine = now;
    const left = Math.ceil(((now - this.#begun) / this.#done) * (this.#total - this.#done) * 1e-3);
    this.#host.stderr.write(
      `${this.#label}: ${numberText(this.#done)} of ${numberText(this.#total)}, ${this.#rate()}/s, ${numberText(left)} s left\n`,
    );
  }

  /** Removes the bar so that a line can be printed; the next {@link step} draws it again. */
  clear(): void {
    if (this.#bar !== undefined) this.#host.stderr.write("\r\u001b[K");
  }

  /** Removes the bar. */
  end(): void {
    this.#bar?.stop();
  }

  #rate(): string {
    const seconds = (milliseconds() - this.#begun) / 1000;
    return numberText(Math.round(this.#done / Math.max(seconds, 0.001)));
  }
}
