import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";

/** Where screenshots go: `BTFX_SCREENSHOTS`, or a folder that is told at the end. */
export const folder: string = process.env.BTFX_SCREENSHOTS ?? mkdtempSync(join(tmpdir(), "btfx-browser-"));

/** The sizes that pages are looked at. */
export const SIZES: readonly { readonly width: number; readonly height: number }[] = [
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
];

const failures: string[] = [];

/** Says whether something holds, and remembers if not. */
export function expect(what: string, holds: boolean): void {
  console.log(`${holds ? "✓" : "✗"} ${what}`);
  if (!holds) failures.push(what);
}

/** Says whether a page fits in its width without scrolling, and each of its tables in its place. */
export async function expectToFit(page: Page, what: string): Promise<void> {
  const scrolls = await page.evaluate("document.documentElement.scrollWidth > innerWidth");
  expect(`nothing is wider than ${what}`, scrolls === false);
  const wider = '[...document.querySelectorAll(".wide")].some((each) => each.scrollWidth > each.clientWidth)';
  expect(`no table is wider than ${what}`, (await page.evaluate(wider)) === false);
}

/**
 * Starts Debian's Chromium, or the one that `CHROMIUM` names, and ends it after the work; fails the process if
 * something did not hold.
 */
export async function withChromium(work: (browser: Browser) => Promise<void>): Promise<void> {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox"],
  });
  try {
    await work(browser);
  } finally {
    await browser.close();
  }
  console.log(`screenshots: ${folder}`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}

/** What a page loads besides itself, and complains of: breaches of its policy are told on the console. */
export function complaintsOf(page: Page, url: string): string[] {
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    // A worker's script is made by the page itself.
    const isOwn = request.url().replace(/#.*/, "") === url || /^(blob|data):/.test(request.url());
    if (!isOwn) complaints.push(`asked for ${request.url()}`);
  });
  return complaints;
}
