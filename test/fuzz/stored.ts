import { type Inputs, PARTS } from "./samples.ts";
import type { Finding } from "./steps.ts";

/** A finding with its inputs as text: base64 by part. */
export function stored(finding: Finding, inputs: Inputs): string {
  const parts = Object.fromEntries(PARTS.map((part) => [part, Buffer.from(inputs[part]).toString("base64")]));
  return `${JSON.stringify({ step: finding.step, what: finding.what.split("\n")[0], ...parts }, null, 2)}\n`;
}

/** The inputs of a stored finding; parts that it lacks are empty. */
export function restored(text: string): Inputs {
  const parts = JSON.parse(text) as Partial<Record<(typeof PARTS)[number], string>>;
  const bytes = Object.fromEntries(
    PARTS.map((part) => [part, new Uint8Array(Buffer.from(parts[part] ?? "", "base64"))]),
  );
  return bytes as unknown as Inputs;
}
