// npm run test:browser: the page of a matrix of 4,230 modules on 3 kernels in Chromium: opened from disk, wide and
// narrow, light and dark, without JavaScript, searched and printed.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { verifyPage } from "../../src/report/verify-page.ts";
import { summarize } from "../../src/report/verify-summary.ts";
import { manyJudgements } from "../support/judgements.ts";
import { complaintsOf, expect, expectToFit, folder, SIZES, withChromium } from "./chromium.ts";

const MODULES = 4230;
const BASES = [
  "/boot/vmlinuz-6.12.100+deb13-amd64",
  "/boot/vmlinuz-6.12.107+deb13-amd64",
  "/boot/vmlinuz-6.12.117+deb13-amd64",
];

async function look(browser: Browser, url: string): Promise<void> {
  for (const viewport of SIZES) {
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await browser.newPage({ viewport, colorScheme });
      await page.goto(url);
      await page.screenshot({ path: join(folder, `page-${viewport.width}-${colorScheme}.png`) });
      await expectToFit(page, `${viewport.width} pixels, ${colorScheme}`);
      await page.close();
    }
  }
}

async function use(page: Page, url: string): Promise<void> {
  const complaints = complaintsOf(page, url);
  const begun = performance.now();
  await page.goto(url);
  expect(
    `it opens within 5 s (${Math.round(performance.now() - begun)} ms)`,
    performance.now() - begun < 5000,
  );
  const shown = () => page.locator("tr[data-name]:not([hidden])").count();
  expect("all modules are in the matrix", (await shown()) === MODULES);
  await page.fill("#search", "module_421");
  expect("search finds by name", (await shown()) === 11);
  await page.fill("#search", "");
  await page.selectOption("#only", "bad");
  expect("the filter leaves those with failures", (await shown()) === Math.ceil((MODULES - 1) / 60));
  await page.screenshot({ path: join(folder, "page-filtered.png") });
  await page.pdf({ path: join(folder, "page.pdf"), format: "A4", pageRanges: "1" });
  expect(`nothing is loaded or complained of ${complaints.join("; ")}`, complaints.length === 0);
}

const judgements = manyJudgements(MODULES, BASES, "gpio_chip");
const origin = {
  commandLine: "btfx verify out/ -B a -B b -B c --html page.html",
  version: "0.1.0",
  date: "2026-11-25",
};
const file = join(folder, "page.html");
writeFileSync(file, verifyPage(judgements, summarize(judgements, BASES), origin));
const url = pathToFileURL(file).href;
await withChromium(async (browser) => {
  await look(browser, url);
  await use(await browser.newPage({ viewport: { width: 1280, height: 900 } }), url);
  const plain = await browser.newContext({ javaScriptEnabled: false });
  const still = await plain.newPage();
  await still.goto(url);
  expect(
    "without JavaScript all facts are there",
    (await still.locator("tr[data-name]").count()) === MODULES,
  );
  expect("without JavaScript no dead controls are shown", !(await still.locator(".tools").isVisible()));
});
