import { argumentsAsGiven } from "../io/file-names.ts";
import { processHost } from "./host.ts";
import { main } from "./main.ts";

/** Runs the command line of this process. Called, not done on loading: threads load the same file for what it shares. */
export async function start(): Promise<void> {
  process.exitCode = await main(argumentsAsGiven(process.argv.slice(2)), processHost());
}
