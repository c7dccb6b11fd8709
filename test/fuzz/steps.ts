import { BtfxError, ERROR_CODES } from "../../src/index.ts";

/** Something that must not happen. */
export interface Finding {
  /** The step that went wrong. */
  readonly step: string;
  readonly what: string;
}

/** Processor time that a step may take on inputs of a few kilobytes, in milliseconds. */
const MOST_MS = 4000;

/** Ends the steps of one set of inputs. */
export class Found extends Error {
  readonly finding: Finding;

  constructor(finding: Finding) {
    super(finding.what);
    this.finding = finding;
  }
}

/** Runs steps, and ends at the first finding. */
export class Steps {
  /** Names of the steps that have given something, so that a test can see that inputs come that far. */
  readonly reached: Set<string> = new Set();

  found(step: string, what: string): never {
    throw new Found({ step, what });
  }

  /** What the step gives, undefined if it ends in a documented error. */
  run<T>(step: string, work: () => T): T | undefined {
    const before = process.cpuUsage();
    try {
      return this.#note(step, work());
    } catch (error) {
      this.#allow(step, error);
      return undefined;
    } finally {
      this.#checkTime(step, before);
    }
  }

  async runAsync(step: string, work: () => Promise<void>): Promise<void> {
    const before = process.cpuUsage();
    try {
      await work();
      this.reached.add(step);
    } catch (error) {
      if (error instanceof Found) throw error;
      this.#allow(step, error);
    }
    this.#checkTime(step, before);
  }

  /** What the step gives; any error is a finding. */
  mustNotThrow<T>(step: string, work: () => T): T {
    try {
      return this.#note(step, work());
    } catch (error) {
      this.found(step, String((error as Error)?.stack ?? error));
    }
  }

  #note<T>(step: string, result: T): T {
    this.reached.add(step);
    return result;
  }

  #allow(step: string, error: unknown): void {
    if (error instanceof BtfxError && Object.hasOwn(ERROR_CODES, error.code)) return;
    this.found(step, String((error as Error)?.stack ?? error));
  }

  #checkTime(step: string, before: NodeJS.CpuUsage): void {
    const { user, system } = process.cpuUsage(before);
    const ms = (user + system) / 1000;
    if (ms > MOST_MS) this.found(step, `${Math.round(ms)} ms`);
  }
}
