import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { btfx, workDirectory } from "../support/cli.ts";

const sample = (name: string): string => fileURLToPath(new URL(`../../samples/${name}`, import.meta.url));

/**
 * Distils both samples into a folder of the test's own, and returns their paths: meter fits vmlinux-b, pump does not.
 */
async function distilled(): Promise<{ meter: string; pump: string }> {
  const folder = workDirectory();
  const argv = [
    "distill",
    "-q",
    "-B",
    sample("vmlinux-a"),
    sample("meter.ko"),
    sample("pump.ko"),
    "-o",
    folder,
  ];
  expect(await btfx(...argv)).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  return { meter: join(folder, "meter.ko"), pump: join(folder, "pump.ko") };
}

describe("--quiet", () => {
  it("says nothing where all is well", async () => {
    const { meter } = await distilled();
    for (const argv of [
      ["relocate", "-n", "-q", "-B", sample("vmlinux-b"), meter],
      ["verify", "-q", "-B", sample("vmlinux-b"), meter],
      ["verify", "-q", "-B", sample("vmlinux-a"), "-B", sample("vmlinux-b"), meter],
    ]) {
      expect(await btfx(...argv), argv[0]).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    }
  });

  it("prints failures alone: no summary, no notes", async () => {
    const { meter, pump } = await distilled();
    const relocated = await btfx("relocate", "-n", "-q", "-B", sample("vmlinux-b"), meter, pump);
    expect(relocated).toMatchObject({ exitCode: 1, stderr: "" });
    expect(relocated.stdout).toMatch(/^✗ .*pump\.ko does not relocate onto /);
    expect(relocated.stdout).not.toMatch(/✓|of 2 modules/);
    const verified = await btfx("verify", "-q", "-B", sample("vmlinux-b"), meter, pump);
    expect(verified.stdout).toMatch(/^✗ .*pump\.ko on /);
    expect(verified.stdout).not.toMatch(/✓|accepted|by the rules/);
  });

  it("leaves rows that say ok out of the matrix", async () => {
    const { meter, pump } = await distilled();
    const { stdout } = await btfx(
      "verify",
      "-q",
      "-B",
      sample("vmlinux-a"),
      "-B",
      sample("vmlinux-b"),
      meter,
      pump,
    );
    expect(stdout).toBe(`module\tvmlinux-a\tvmlinux-b\n${pump}\tok\tsize differs: latch\n`);
  });
});

describe("what does not relocate", () => {
  let relocated = "";
  let verified = "";
  beforeAll(async () => {
    const { pump } = await distilled();
    const base = sample("vmlinux-b");
    relocated = (await btfx("relocate", "-n", "-B", base, pump)).stdout;
    verified = (await btfx("verify", "-B", base, pump)).stdout;
  });

  it("names the kernel by its path once, then by its name", () => {
    for (const report of [relocated, verified]) {
      expect(report.split(sample("vmlinux-b"))).toHaveLength(2);
      expect(report.split("\n")[0]).toContain(sample("vmlinux-b"));
      expect(report.split(`${basename(sample("vmlinux-b"))} has `).length).toBeGreaterThan(2);
    }
  });

  it("ends with what to do about it", () => {
    const cure =
      "to make it fit: build it against vmlinux-b; 'btfx diff OLD vmlinux-b --module MODULE' shows what changed";
    expect(relocated).toMatch(new RegExp(`\\n  ${cure}\\n$`));
    expect(verified).toContain(`\n    ${cure}\nby the rules of`);
  });
});
