import type { Host } from "../host.ts";
import { safe } from "./safe.ts";

/** Says on stderr which bases were found by the vermagic of modules, each when it is first used. */
export class FoundBases {
  readonly #host: Host;
  readonly #told = new Set<string>();

  constructor(host: Host) {
    this.#host = host;
  }

  tell(path: string): void {
    if (this.#told.has(path)) return;
    this.#told.add(path);
    this.#host.stderr.write(`base: ${safe(path)}, found by vermagic\n`);
  }
}
