import { BtfxError } from "../../errors.ts";
import { isThere, realPath } from "../file-names.ts";

/** Whether two paths lead to the same existing file. */
export function isSameFile(a: string, b: string): boolean {
  if (!isThere(a)) return false;
  const real = realPathIfThere(a);
  return real !== undefined && real === realPathIfThere(b);
}

/** Refuses outputs in place of files that are read, even with --force. */
export function refuseInputs(outputs: readonly string[], inputs: readonly string[]): void {
  for (const output of outputs) {
    if (!inputs.some((input) => isSameFile(output, input))) continue;
    throw new BtfxError("exists", "it would be written over an input", {
      at: { file: output },
      hint: "choose another -o",
    });
  }
}

/** The path without links; undefined if nothing is there. */
export function realPathIfThere(path: string): string | undefined {
  try {
    return realPath(path);
  } catch {
    return undefined;
  }
}
