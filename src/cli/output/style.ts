import { Chalk, type ChalkInstance } from "chalk";
import type { Host, Output } from "../host.ts";

/**
 * Colours for one stream: only on a terminal, and as FORCE_COLOR (force-color.org; 0 and false forbid), then NO_COLOR
 * (no-color.org) say. Empty variables count as not set.
 */
export function styleFor(output: Output, env: Host["env"]): ChalkInstance {
  return new Chalk({ level: hasColours(output, env) ? 1 : 0 });
}

function hasColours(output: Output, { FORCE_COLOR, NO_COLOR, TERM }: Host["env"]): boolean {
  if (FORCE_COLOR) return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  return output.isTerminal && !NO_COLOR && TERM !== "dumb";
}

/** Bytes for people: `812 B`, `23.4 KB`. */
export function bytesText(count: number): string {
  if (count < 1024) return `${count} B`;
  const kilobytes = count / 1024;
  return kilobytes < 1024 ? `${kilobytes.toFixed(1)} KB` : `${(kilobytes / 1024).toFixed(1)} MB`;
}
