import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PAGE_SCRIPT, PAGE_STYLE, SCRIPT_HASH, STYLE_HASH } from "../../src/report/page-assets.ts";
import { verifyPage } from "../../src/report/verify-page.ts";
import { summarize } from "../../src/report/verify-summary.ts";
import { btfx, workDirectory } from "../support/cli.ts";
import { cpuSeconds } from "../support/cpu.ts";
import { manyJudgements } from "../support/judgements.ts";

const sample = (name: string) => new URL(`../../samples/${name}`, import.meta.url).pathname;
const [meter, pump, vmlinux, later] = ["meter.ko", "pump.ko", "vmlinux-a", "vmlinux-b"].map(sample);
const ORIGIN = { commandLine: "btfx verify", version: "0", date: "today" };

describe("the page of verify", () => {
  it("has the matrix, what breaks most and the reasons in the words of relocate", async () => {
    const directory = workDirectory();
    const tree = join(directory, "tree");
    await btfx("distill", meter, pump, "-B", vmlinux, "-o", `${tree}/`);
    const page = join(directory, "page.html");
    const ran = await btfx("verify", tree, "-B", vmlinux, "-B", later, "--html", page);
    expect(ran.exitCode).toBe(1);
    const html = readFileSync(page, "utf8");
    expect(html.startsWith("<!doctype html>\n<html")).toBe(true);
    expect(html).toContain("STRUCT latch");
    expect(html).toMatch(/size differs: 8 bytes needed \(held by value\)/);
    expect(html.match(/<tr data-name=/g)).toHaveLength(2);
    expect((await btfx("verify", tree, "-B", vmlinux, "--html", page)).exitCode).toBe(0);
  });

  it("is not written over what is read", async () => {
    const before = readFileSync(vmlinux);
    const { exitCode, stderr } = await btfx("verify", meter, "-B", vmlinux, "--html", vmlinux);
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringContaining("--html names a file that is to be read"),
    ]);
    expect(readFileSync(vmlinux).equals(before)).toBe(true);
    expect(existsSync(vmlinux)).toBe(true);
  });

  it("is refused before any work if it cannot be written", async () => {
    for (const [path, why] of [
      [workDirectory(), "it is a directory"],
      [join(meter, "page.html"), "a part of the path is not a directory"],
    ]) {
      expect(await btfx("verify", meter, "-B", vmlinux, "--html", path)).toMatchObject({
        ...{ exitCode: 4, stdout: "" },
        stderr: expect.stringContaining(`cannot write it: ${why}`),
      });
    }
  });

  it("lets in its own style and script only", () => {
    const hash = (text: string) => createHash("sha256").update(text).digest("base64");
    expect([STYLE_HASH, SCRIPT_HASH]).toEqual([hash(PAGE_STYLE), hash(PAGE_SCRIPT)]);
    const html = verifyPage([], summarize([], []), ORIGIN);
    expect(html).toContain("default-src &#39;none&#39;".replaceAll("&#39;", "'"));
    expect(html).not.toMatch(/https?:|<link|<img| on\w+=/);
    expect(html).toContain(`<style>${PAGE_STYLE}</style>`);
    expect(html).toContain(`<script>${PAGE_SCRIPT}</script>`);
  });

  it("escapes hostile names", () => {
    const judgements = manyJudgements(
      2,
      ["</title><script>alert(1)</script>"],
      '<img src=x onerror="alert(1)">',
    );
    const html = verifyPage(judgements, summarize(judgements, ['"><script>']), {
      ...ORIGIN,
      commandLine: "btfx '<b>'",
    });
    expect(html.match(/<script>/g)).toHaveLength(1);
    expect(html).not.toMatch(/<img|<b>'/);
  });

  it("holds no control characters, which names of files may contain", () => {
    const judgements = manyJudgements(2, ["\x1b[31m\x9b2J\x00vmlinux"], "name");
    const html = verifyPage(judgements, summarize(judgements, ["\x1b[31m"]), ORIGIN);
    expect(html).toContain("\\u001b[31m\\u009b2J\\u0000vmlinux");
    expect(html).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
  });

  it("takes a second at most for 4,230 modules on 5 kernels", () => {
    const bases = Array.from({ length: 5 }, (_, i) => `vmlinux-6.12.${i}`);
    const judgements = manyJudgements(4230, bases, "gpio_chip");
    const summary = summarize(judgements, bases);
    let html = "";
    const took = cpuSeconds(() => {
      html = verifyPage(judgements, summary, ORIGIN);
    });
    expect(took).toBeLessThan(5);
    expect(html.match(/<tr data-name=/g)).toHaveLength(4230);
    expect(html.length).toBeLessThan(4_000_000);
  });
});
