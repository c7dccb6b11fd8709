import { Chalk, type ChalkInstance } from "chalk";
import type { Host, Output } from "./host.ts";

/** Colours for one stream: none unless it is a terminal, and as NO_COLOR and FORCE_COLOR say. */
export function styleFor(output: Output, env: Host["env"]): ChalkInstance {
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== "" && env.FORCE_COLOR !== "0";
  const plain = (env.NO_COLOR !== undefined && env.NO_COLOR !== "") || env.TERM === "dumb";
  return new Chalk({ level: forced ? 1 : output.isTerminal && !plain ? 1 : 0 });
}

/** Bytes for people: `812 B`, `23.4 KB`. */
export function bytesText(count: number): string {
  if (count < 1024) return `${count} B`;
  const kilobytes = count / 1024;
  return kilobytes < 1024 ? `${kilobytes.toFixed(1)} KB` : `${(kilobytes / 1024).toFixed(1)} MB`;
}

/** `1 type`, `2 types`. */
export function count(n: number, one: string, many: string = `${one}s`): string {
  return `${numberText(n)} ${n === 1 ? one : many}`;
}

/** A whole number as people read it: `1,234,567`. Node's own formatting loads for milliseconds. */
export function numberText(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ",");
}
