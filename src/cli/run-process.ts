import { argumentsAsGiven } from "../io/file-names.ts";
import { processHost } from "./host.ts";
import { main } from "./main.ts";

/** Runs the command line of this process and leaves its exit code. */
export async function runProcess(): Promise<void> {
  process.exitCode = await main(argumentsAsGiven(process.argv.slice(2)), processHost());
}
