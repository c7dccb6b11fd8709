import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

/** The page of samples/browser, built. `npm run test:browser` uses it in a browser. */
const root = fileURLToPath(new URL("..", import.meta.url));
const dir = mkdtempSync(join(tmpdir(), "btfx-page-"));
let html = "";

beforeAll(() => {
  const file = join(dir, "btfx.html");
  const { status, stderr } = spawnSync(process.execPath, [join(root, "samples/browser/build.mjs"), file], {
    encoding: "utf8",
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  html = readFileSync(file, "utf8");
}, 60_000);

afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

const partsOf = (tag: RegExp): string[] => Array.from(html.matchAll(tag), ([, text]) => text);
const hashOf = (text: string): string => createHash("sha256").update(text).digest("base64");

test("lets in its own script and style, by their hashes, and nothing else", () => {
  const [policy] = partsOf(/http-equiv="Content-Security-Policy" content="([^"]*)"/g);
  const [script] = partsOf(/<script>([\s\S]*?)<\/script>/g);
  const [style] = partsOf(/<style>([\s\S]*?)<\/style>/g);
  expect(policy.split("; ")).toEqual([
    "default-src 'none'",
    `script-src 'sha256-${hashOf(script)}' 'wasm-unsafe-eval'`,
    `style-src 'sha256-${hashOf(style)}'`,
    "worker-src blob:",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ]);
});

test("is one file: no element loads another one", () => {
  const shell = html.replace(/<(script|style)[^>]*>[\s\S]*?<\/\1>/g, "");
  expect(shell).not.toMatch(/\b(src|href)="(?!data:)/);
  // The worker's script and the licences end where their elements do.
  const plain = ' type="text/plain" id=';
  expect(partsOf(/<script([^>]*)>/g)).toEqual([`${plain}"worker"`, `${plain}"licenses"`, ""]);
  expect(html.length).toBeLessThan(1_000_000);
});

test("brings the licences of what is in it", () => {
  const [licenses] = partsOf(/id="licenses">([\s\S]*?)<\/script>/g);
  for (const name of ["preact", "comlink", "pako", "@tanstack/virtual-core", "@bokuweb/zstd-wasm", "elfy"]) {
    expect(licenses).toMatch(new RegExp(`^${name} \\d`, "m"));
  }
  expect(licenses).toContain("Apache License");
});
