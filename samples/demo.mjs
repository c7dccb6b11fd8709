/**
 * `npm run demo`: a module built for one kernel is distilled, moves to another, and one that does not fit says why.
 * Works on copies in a temporary folder, which it removes. Ends with 1 if a step does not end as told here.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { styleText } from "node:util";

const samples = fileURLToPath(new URL(".", import.meta.url));
const btfx = join(samples, "..", "bin", "btfx.js");
const FILES = ["vmlinux-a", "vmlinux-b", "meter.ko", "pump.ko"];

/** What happens, the command, its exit code. */
const STEPS = [
  [
    "Two modules were built against vmlinux-a. Distilled, they name the kernel types that they need:",
    "distill -B vmlinux-a meter.ko pump.ko",
    0,
  ],
  [
    "meter.ko only points to the types that changed, so it fits on vmlinux-b, with the ids in .BTF_ids:",
    "relocate -B vmlinux-b meter.distilled.ko",
    0,
  ],
  [
    "pump.ko does not fit. btfx lists every reason, with the types that it concerns:",
    "relocate -B vmlinux-b pump.distilled.ko",
    1,
  ],
  [
    "A module can only be distilled with the kernel that it was built for. btfx notices another one:",
    "distill -B vmlinux-b meter.ko -o elsewhere.ko",
    1,
  ],
];

if (!existsSync(join(samples, "..", "dist"))) {
  console.error("btfx is not built yet: npm ci, or npm run build");
  process.exit(1);
}
const color = process.stdout.isTTY && process.env.NO_COLOR === undefined;
const dir = mkdtempSync(join(tmpdir(), "btfx-demo-"));
try {
  for (const file of FILES) copyFileSync(join(samples, file), join(dir, file));
  for (const [what, command, exitCode] of STEPS) {
    console.log(`\n${what}\n${color ? styleText("bold", `$ btfx ${command}`) : `$ btfx ${command}`}`);
    const run = spawnSync(process.execPath, [btfx, ...command.split(" ")], { cwd: dir, stdio: "inherit" });
    if (run.status !== exitCode) {
      console.error(`btfx ended with ${run.status}, not ${exitCode}`);
      process.exitCode = 1;
    }
  }
  console.log();
} finally {
  rmSync(dir, { recursive: true, force: true });
}
