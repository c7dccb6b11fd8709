import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { diffPage } from "../../src/report/diff-page.ts";
import type { ToldChange, ToldDifference } from "../../src/report/diff-summary.ts";
import { PAGE_SCRIPT, PAGE_STYLE } from "../../src/report/page-assets.ts";
import { btf } from "../support/btf.ts";
import { btfx, workDirectory } from "../support/cli.ts";
import { cpuSeconds } from "../support/cpu.ts";

const OLD = btf`
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] STRUCT 'sock<b>' size=8 vlen=2
    'flags' type_id=1 bits_offset=0
    'count' type_id=1 bits_offset=32
  [3] ENUM 'gone' encoding=UNSIGNED size=4 vlen=1
    'A' val=0
`;
const NEW = btf`
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] STRUCT 'sock<b>' size=12 vlen=3
    'added' type_id=1 bits_offset=0
    'flags' type_id=1 bits_offset=32
    'count' type_id=1 bits_offset=64
  [3] STRUCT 'fresh' size=12 vlen=1
    'sock' type_id=2 bits_offset=0
`;

function kernels(): { folder: string; old: string; next: string } {
  const folder = workDirectory();
  const [old, next] = [join(folder, "old"), join(folder, "new")];
  writeFileSync(old, OLD.bytes);
  writeFileSync(next, NEW.bytes);
  return { folder, old, next };
}

describe("the page of diff", () => {
  it("has each change with its members, what is new and what is gone", async () => {
    const { folder, old, next } = kernels();
    const path = join(folder, "page.html");
    const { exitCode, stderr } = await btfx("diff", old, next, "--reach", "--html", path);
    expect([exitCode, stderr]).toEqual([1, `page: ${path}\n`]);
    const html = readFileSync(path, "utf8");
    expect(html.startsWith("<!doctype html>\n<html")).toBe(true);
    expect(html.match(/<details data-name=/g)).toHaveLength(1);
    expect(html).toContain(
      'struct sock&lt;b></bdi></b> 8 → 12 bytes, embedded by 1 <span class="bad">layout',
    );
    // On a phone the head of the column comes before a cell.
    expect(html).toContain(
      '<td>added</td><td data-head="member"><bdi>added</bdi></td><td data-head="type or value"><bdi>int</bdi></td><td data-head="at byte">0</td>',
    );
    expect(html).toContain(
      '<td>moved</td><td data-head="member"><bdi>count</bdi></td><td data-head="type or value"><bdi>shifted by +4</bdi></td><td data-head="at byte">4 → 8</td>',
    );
    expect(html).toContain("embedded by <bdi>struct fresh</bdi>");
    expect(html).toMatch(/Removed<\/h2>.*1 enum<.*<bdi>gone<.*Added<\/h2>.*1 struct<.*<bdi>fresh</);
  });

  it("lets in its own style and script only", async () => {
    const { folder, old, next } = kernels();
    const path = join(folder, "page.html");
    await btfx("diff", old, next, "--html", path);
    const html = readFileSync(path, "utf8");
    expect(html).toContain("default-src 'none'");
    expect(html).toContain(`<style>${PAGE_STYLE}</style>`);
    expect(html).toContain(`<script>${PAGE_SCRIPT}</script>`);
    expect(html).not.toMatch(/https?:|<link|<img| on\w+=/);
  });

  it("shows a history as a table of steps", async () => {
    const { folder, old, next } = kernels();
    const path = join(folder, "page.html");
    await btfx("diff", old, next, old, "--html", path, "--fail-on", "none");
    const html = readFileSync(path, "utf8");
    expect(html).toContain("In which step");
    expect(html).toContain('<bdi>struct fresh</bdi></td><td>added</td><td class="bad">removed</td>');
  });

  it("is not written over what is read, nor before all is read", async () => {
    const { folder, old, next } = kernels();
    expect((await btfx("diff", old, next, "--html", old)).stderr).toContain(
      "names a file that is to be read",
    );
    expect(readFileSync(old).equals(OLD.bytes)).toBe(true);
    const path = join(folder, "page.html");
    expect((await btfx("diff", old, join(folder, "missing"), "--html", path)).exitCode).toBe(4);
    expect(existsSync(path)).toBe(false);
  });

  it("lists 150,000 new types in seconds", () => {
    const changes = Array.from(
      { length: 150_000 },
      (_, i) => ({ change: "added", kind: "STRUCT", name: `new_${i}`, members: [] }) as unknown as ToldChange,
    );
    const step: ToldDifference = {
      old: "old",
      new: "new",
      summary: {},
      changes,
    } as unknown as ToldDifference;
    const took = cpuSeconds(() => {
      const html = diffPage([step], { commandLine: "", version: "", date: "" });
      expect(html).toContain("<li><bdi>new_149999</bdi></li>");
    });
    expect(took).toBeLessThan(10);
  });
});
