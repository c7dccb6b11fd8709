import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";

/** A shell at a terminal of its own, made by `script` of util-linux. What it prints is read as it comes. */
export class Terminal {
  readonly #child: ChildProcessWithoutNullStreams;
  #printed = "";

  constructor(command: string, options: { cwd: string; path: string }) {
    const env = {
      PATH: `${options.path}:${process.env.PATH}`,
      HOME: options.cwd,
      TERM: "dumb",
      PS1: "READY> ",
      // Else bash writes one when it is closed, into a directory that the test removes meanwhile.
      HISTFILE: "",
    };
    this.#child = spawn("script", ["-qec", command, "/dev/null"], { cwd: options.cwd, env });
    this.#child.stdout.on("data", (data: Buffer) => {
      this.#printed += data.toString();
    });
  }

  type(keys: string): void {
    this.#child.stdin.write(keys);
  }

  /**
   * Waits until `text` was printed since the last such wait. Throws with what was printed instead after ten seconds.
   */
  async shows(text: string): Promise<void> {
    for (let tries = 0; !this.#printed.includes(text); tries++) {
      if (tries === 400) throw new Error(`no ${JSON.stringify(text)} in ${JSON.stringify(this.#printed)}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    this.#printed = "";
  }

  close(): void {
    this.#child.kill("SIGKILL");
  }
}
