import { argumentsAsGiven } from "../io/file-names.ts";
import { EXIT } from "./exit.ts";
import { processHost } from "./host.ts";
import { main } from "./main.ts";

/**
 * Runs the command line of this process and leaves its exit code. `keepCode` stores the code that V8 compiled so far;
 * it is called before flags of V8 change, and at the end, unless the command failed: then V8 has compiled only a part of
 * what the next run needs, and no later run adds to it.
 */
export async function runProcess(keepCode: () => void): Promise<void> {
  const code = await main(argumentsAsGiven(process.argv.slice(2)), processHost(keepCode));
  process.exitCode = code;
  if (code === EXIT.ok || code === EXIT.no) keepCode();
}
