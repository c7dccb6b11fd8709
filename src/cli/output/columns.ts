import type { Host, Output } from "../host.ts";

/** Width of a terminal that does not say, and of text that goes to no terminal. In columns. */
const DEFAULT_COLUMNS = 80;

/** Columns of an output: COLUMNS first, then what the terminal says. */
export function columnsOf(output: Output, env: Host["env"]): number {
  const asked = Number(env.COLUMNS);
  return asked > 0 ? asked : (output.columns ?? DEFAULT_COLUMNS);
}
