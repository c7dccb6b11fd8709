// npm run test:browser: the page of what changed between two kernels in Chromium: 3,000 types of which a third changed,
// and three modules; wide and narrow, light and dark, without JavaScript, searched, opened.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import type { Btf } from "../../src/btf/btf.ts";
import { diffBtf } from "../../src/engine/diff/diff.ts";
import { ModuleImpacts } from "../../src/engine/diff/module-impact.ts";
import { diffPage } from "../../src/report/diff-page.ts";
import { tellDifference } from "../../src/report/diff-summary.ts";
import { Builder } from "../../src/types/build.ts";
import { complaintsOf, expect, expectToFit, folder, SIZES, withChromium } from "./chromium.ts";

const TYPES = 3000;
const CHANGED = 1000;

/** Structs that hold the one before; every third gained a member and an enumerator in the later kernel. */
function kernel(isLater: boolean): Btf {
  const builder = new Builder();
  const int = builder.add({ kind: "INT", name: "int", size: 4, signed: true });
  const long = builder.add({ kind: "INT", name: "unsigned long", size: 8 });
  for (let i = 0; i < TYPES; i++) {
    const isNew = isLater && i % 3 === 0;
    builder.add({
      kind: "STRUCT",
      name: `subsystem_device_state_${i}`,
      size: isNew ? 24 : 16,
      members: [
        { name: "flags", type: int, bitOffset: 0 },
        ...(isNew ? [{ name: "an_added_member_of_some_length", type: long, bitOffset: 64 }] : []),
        { name: "count", type: int, bitOffset: isNew ? 128 : 64 },
        { name: "owner", type: int, bitOffset: isNew ? 160 : 96 },
      ],
    });
  }
  builder.add({
    kind: "ENUM",
    name: isLater ? "gone_or_new<b>" : "gone_or_old<script>",
    enumerators: [{ name: "A", value: 0 }],
  });
  return builder.toBtf();
}

/** A module that holds two of the structs. */
function moduleOn(base: Btf, i: number): Btf {
  const builder = new Builder(base);
  builder.add({
    kind: "STRUCT",
    name: "private",
    size: 32,
    members: [
      { name: "one", type: base.named(`subsystem_device_state_${i}`)[0], bitOffset: 0 },
      { name: "two", type: base.named(`subsystem_device_state_${i + 1}`)[0], bitOffset: 128 },
    ],
  });
  return builder.toBtf();
}

function pageOf(): string {
  const old = kernel(false);
  const difference = diffBtf(old, kernel(true), { reach: true });
  const impacts = new ModuleImpacts(old, kernel(true), difference);
  const modules = [0, 1, 3].map((i) => ({
    module: `drivers/net/module_${i}.ko`,
    impact: impacts.of(moduleOn(old, i)),
  }));
  const files = { old: "/boot/vmlinuz-6.12.100+deb13-amd64", new: "/boot/vmlinuz-6.12.117+deb13-amd64" };
  const all = tellDifference(files, difference, undefined, { reach: true });
  const told = tellDifference(files, difference, modules, { reach: true });
  const origin = { commandLine: "btfx diff OLD NEW --html page.html", version: "0.1.0", date: "2026-11-25" };
  return diffPage(
    [
      {
        ...told,
        changes: all.changes.map((each) => told.changes.find(({ name }) => name === each.name) ?? each),
      },
    ],
    origin,
  );
}

async function look(browser: Browser, url: string): Promise<void> {
  for (const viewport of SIZES) {
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await browser.newPage({ viewport, colorScheme });
      await page.goto(url);
      await page.locator("details[data-name]").first().locator("summary").click();
      await page.screenshot({ path: join(folder, `diff-${viewport.width}-${colorScheme}.png`) });
      await expectToFit(page, `${viewport.width} pixels, ${colorScheme}`);
      await page.close();
    }
  }
}

async function use(page: Page, url: string): Promise<void> {
  const complaints = complaintsOf(page, url);
  await page.goto(url);
  const shown = () => page.locator("details[data-name]:not([hidden])").count();
  expect("all changes are there", (await shown()) === CHANGED);
  await page.fill("#search", "state_29");
  expect("search finds by name", (await shown()) === 36);
  await page.fill("#search", "");
  await page.selectOption("#only", "qualifiers");
  expect("the choice leaves a class", (await shown()) === 0);
  await page.selectOption("#only", "all");
  await page.locator("details[data-name]").first().locator("summary").click();
  const opened = await page.locator("details[open]").first().innerText();
  expect("a change tells its members", opened.includes("an_added_member_of_some_length"));
  expect("and the modules that it breaks", opened.includes("does not relocate"));
  const text = (await page.locator("body").innerText()) + (await page.content());
  expect("names are text, not markup", text.includes("gone_or_old&lt;script&gt;"));
  expect(`nothing is loaded or complained of ${complaints.join("; ")}`, complaints.length === 0);
}

const file = join(folder, "diff.html");
writeFileSync(file, pageOf());
const url = pathToFileURL(file).href;
await withChromium(async (browser) => {
  await look(browser, url);
  await use(await browser.newPage({ viewport: { width: 1280, height: 900 } }), url);
  const plain = await browser.newContext({ javaScriptEnabled: false });
  const still = await plain.newPage();
  await still.goto(url);
  expect(
    "without JavaScript all changes are there",
    (await still.locator("details[data-name]").count()) === CHANGED,
  );
  expect("without JavaScript no dead controls are shown", !(await still.locator(".tools").isVisible()));
});
