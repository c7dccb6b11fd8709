import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { release, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseKernel, verifyBtf } from "../../src/index.ts";
import { type Answer, answersIn, lastLine } from "../kernel/answers.ts";
import { assemble } from "../support/btf.ts";
import type { Comparison } from "./compare-peers.ts";

/**
 * Asks the running kernel to load the BTF: verdict, errno and last log line must be what verify says by its rules. Of a
 * kernel that cannot be asked (BPF_BTF_LOAD takes a capability), why.
 */
export function verifiedAsKernel(): Comparison | string {
  const work = mkdtempSync(join(tmpdir(), "btfx-fuzz-kernel-"));
  process.on("exit", () => rmSync(work, { recursive: true, force: true }));
  const program = join(work, "load");
  const built = spawnSync("gcc", ["-O2", "-o", program, resolve("test/kernel/load.c")], { encoding: "utf8" });
  if (built.status !== 0) return "not with the kernel: gcc does not build test/kernel/load.c";
  const sound = load(work, [assemble("[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED")]).get(
    0,
  );
  if (sound?.errno !== 0) return "not with the kernel: it does not let this user load BTF";
  const kernel = parseKernel(release());
  return ({ base, other, distilledBase }) => {
    const blobs = [base, other, distilledBase];
    for (const [i, theirs] of load(work, blobs)) {
      const { errno, log } = verifyBtf(blobs[i], { kernel });
      const line = lastLine(theirs, log);
      if (errno === theirs.errno && (log === null || log === line)) continue;
      const what = `verify says ${errno} ${JSON.stringify(log)}, the kernel ${theirs.errno} ${JSON.stringify(line)}`;
      return { step: "verify as the kernel", what };
    }
    return undefined;
  };
}

/** What the kernel says of each. */
function load(work: string, blobs: readonly Uint8Array[]): Map<number, Answer> {
  const u32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer);
  const parts = blobs.flatMap((bytes) => [u32(bytes.length), Buffer.from(bytes)]);
  const file = join(work, "blobs");
  writeFileSync(file, Buffer.concat([u32(blobs.length), ...parts]));
  const { stdout } = spawnSync(join(work, "load"), [file], { encoding: "utf8", maxBuffer: 1 << 26 });
  return answersIn(stdout);
}
