import { BtfxError } from "../errors.ts";
import { VERSION } from "../version.ts";
import { EXIT, exitCodeOf } from "./exit.ts";
import { ClosedPipe, type Host } from "./host.ts";
import { safe } from "./safe.ts";

/**
 * The command line: `argv` without node and script. Returns the exit code (see {@link EXIT}) and never throws for what an
 * input or a user can cause. Nothing is loaded that the command does not need.
 */
export async function main(argv: readonly string[], host: Host): Promise<number> {
  try {
    if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V" || argv[0] === "version")) {
      host.stdout.write(`btfx v${VERSION}\n`);
      return EXIT.ok;
    }
    const { runProgram } = await import("./program.ts");
    return await runProgram(argv, host);
  } catch (error) {
    if (error instanceof ClosedPipe) return EXIT.ok;
    if (!(error instanceof BtfxError)) return tellBug(error, host);
    const { errorLines } = await import("./error-text.ts");
    const { styleFor } = await import("./style.ts");
    host.stderr.write(errorLines(error, styleFor(host.stderr, host.env)));
    return exitCodeOf(error.code);
  }
}

/** Reports an unexpected exception as a bug. The stack trace is shown only with BTFX_DEBUG. */
function tellBug(error: unknown, host: Host): number {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const asked = host.env.BTFX_DEBUG !== undefined && host.env.BTFX_DEBUG !== "";
  const where = asked ? stack : "      this is a bug of btfx: BTFX_DEBUG=1 shows where";
  host.stderr.write(`btfx: internal error: ${safe(message)}\n${where}\n`);
  return EXIT.bug;
}
