import { BtfxError } from "../errors.ts";
import { EXIT, exitCodeOf } from "./exit.ts";
import { ClosedPipe, type Host } from "./host.ts";
import { safe } from "./output/safe.ts";
import { withColour } from "./words/colour-words.ts";
import { versionText } from "./words/version-words.ts";

/**
 * The command line: `argv` without node and script. Returns the exit code (see {@link EXIT}) and never throws for what
 * an input or a user can cause. Nothing is loaded that the command does not need.
 */
export async function main(argv: readonly string[], host: Host): Promise<number> {
  let coloured = host;
  try {
    const { words, host: withEnv } = withColour(argv, host);
    coloured = withEnv;
    const version = versionText(words);
    if (version !== undefined) {
      host.stdout.write(version);
      return EXIT.ok;
    }
    const { runProgram } = await import("./program.ts");
    return await runProgram(words, coloured);
  } catch (error) {
    if (error instanceof ClosedPipe) return EXIT.ok;
    if (!(error instanceof BtfxError)) return tellBug(error, host);
    const { errorLines } = await import("./output/error-text.ts");
    const { styleFor } = await import("./output/style.ts");
    host.stderr.write(errorLines(error, styleFor(host.stderr, coloured.env)));
    return exitCodeOf(error.code);
  }
}

/** Reports an unexpected exception as a bug. The stack trace is shown only with BTFX_DEBUG. */
function tellBug(error: unknown, host: Host): number {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const asked = host.env.BTFX_DEBUG !== undefined && host.env.BTFX_DEBUG !== "";
  const where = asked ? stack : "      this is a bug in btfx: BTFX_DEBUG=1 shows the stack trace";
  host.stderr.write(`btfx: internal error: ${safe(message)}\n${where}\n`);
  return EXIT.bug;
}
