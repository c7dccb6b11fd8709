import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Whether binutils' readelf is installed; an independent reader of what we write. */
export const HAS_READELF: boolean = spawnSync("readelf", ["--version"]).status === 0;
/** Why tests are left out that need it, for their titles. */
export const WITHOUT_READELF: string = HAS_READELF ? "" : " (skipped: no readelf)";

/** What `readelf -aW` prints about a file, and what it warns about. */
export function readelf(file: Uint8Array): { output: string; warnings: string } {
  const folder = mkdtempSync(join(tmpdir(), "btfx-elf-"));
  try {
    const path = join(folder, "file.o");
    writeFileSync(path, file);
    const { stdout, stderr } = spawnSync("readelf", ["-aW", path], {
      encoding: "utf8",
      maxBuffer: 1 << 28,
      env: { ...process.env, LC_ALL: "C" },
    });
    return { output: stdout, warnings: stderr.replaceAll(path, "FILE") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
