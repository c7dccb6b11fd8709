// npm run test:browser: samples/browser in Chromium, opened from disk, on real kernels and modules of the corpus: what
// it shows is what the commands print, in time, without a request, by keys alone, and as axe-core would have it.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { Builder } from "../../src/index.ts";
import { bzImage } from "../support/images.ts";
import { corpus, needShared, root, run, shared } from "../support/shared.mjs";
import { complaintsOf, expect, expectToFit, folder, SIZES, withChromium } from "./chromium.ts";

/** Structs with bitfields, holes, unions and structs without names, flexible arrays. */
const STRUCTS = ["task_struct", "sk_buff", "tcp_sock", "page", "net_device"];
/** From the drop to the first names, and from a key to what it finds. */
const MOST_MS_TO_FIRST = 1000;
const MOST_MS_TO_FIND = 100;

const work = mkdtempSync(join(tmpdir(), "btfx-page-"));
const file = join(root, "dist/page/btfx.html");
const url = pathToFileURL(file).href;

function btfx(...args: string[]): string {
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(root, "bin/btfx.js"), ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 30,
  });
  if (status !== 0 && status !== 1) throw new Error(`btfx ${args.join(" ")}: ${stderr}`);
  return stdout;
}

/** Opens the page; `complaints` grows by what it does wrong. */
async function open(browser: Browser, options: object = {}): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
  const complaints = complaintsOf(page, url);
  await page.goto(url);
  return { page, complaints };
}

/** Drops files of this machine on the page, as a hand would. */
async function drop(page: Page, paths: readonly string[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const) {
    await session.send("Input.dispatchDragEvent", { type, x: 300, y: 300, data });
  }
  await session.detach();
}

async function waitForFiles(page: Page, count: number): Promise<void> {
  await page.waitForFunction(
    (wanted) =>
      document.querySelectorAll(".file-tab").length >= wanted &&
      document.querySelector(".progress[data-busy=false]"),
    count,
    { timeout: 60_000 },
  );
}

async function show(page: Page, name: string): Promise<void> {
  await page.fill("#search", `${name}`);
  await page.waitForFunction(
    (wanted) => document.querySelector(".type-row .type-name")?.textContent === wanted,
    name,
  );
  await page.press("#search", "Enter");
  await page.waitForFunction(
    (wanted) => document.querySelector(".type h1")?.textContent?.endsWith(` ${wanted}`),
    name,
  );
}

/** CPU time of the page and its worker so far, in milliseconds: other work of the machine does not count. */
async function cpuTime(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const { metrics } = await session.send("Performance.getMetrics");
  await session.detach();
  return (metrics.find(({ name }) => name === "ProcessTime")?.value ?? Number.POSITIVE_INFINITY) * 1000;
}

/** Milliseconds from a drop to the first type in the list, of the clock or of CPU time, whichever are fewer. */
async function timeToFirst(browser: Browser, path: string): Promise<number> {
  const { page } = await open(browser);
  const cpuBefore = await cpuTime(page);
  await page.evaluate(() => {
    addEventListener("drop", () => performance.mark("dropped"), true);
    new MutationObserver(() => {
      if (document.querySelector(".type-row")) requestAnimationFrame(() => performance.mark("shown"));
    }).observe(document.body, { childList: true, subtree: true });
  });
  await drop(page, [path]);
  await page.waitForSelector(".type-row");
  const cpu = (await cpuTime(page)) - cpuBefore;
  await page.waitForTimeout(100);
  const ms = await page.evaluate(() => {
    const at = (name: string) => performance.getEntriesByName(name)[0].startTime;
    return at("shown") - at("dropped");
  });
  await page.close();
  console.log(`  from drop to names: ${ms.toFixed(0)} ms, ${cpu.toFixed(0)} ms of CPU time`);
  return Math.min(ms, cpu);
}

interface JsonMember {
  readonly name: string | null;
  readonly type: string;
  readonly offset: number;
  readonly size: number;
  readonly bit_offset?: number;
  readonly bit_size?: number;
  readonly kind?: string;
  readonly members?: readonly JsonMember[];
}

/** The lines of the table that a layout of `btfx layout -j` makes: offset, size, name, type. */
function expectedRows(members: readonly JsonMember[]): string[][] {
  return members.flatMap((member) => {
    const number = (value: number) => value.toLocaleString("en-US");
    const bits = member.bit_size;
    const offset =
      bits === undefined ? number(member.offset) : `${number(member.offset)}:${member.bit_offset}`;
    const size = bits === undefined ? number(member.size) : `${bits} ${bits === 1 ? "bit" : "bits"}`;
    const own =
      member.members === undefined
        ? [member.name ?? "(unnamed)", member.type]
        : [member.kind === "UNION" ? "union" : "struct", ""];
    return [[offset, size, ...own], ...expectedRows(member.members ?? [])];
  });
}

function shownRows(page: Page): Promise<string[][]> {
  return page.evaluate(() =>
    [...document.querySelectorAll("table.members tbody tr[id]")].map((row) => {
      const [offset, size, name, type] = [...row.children];
      const own = name.querySelector("bdi, .soft") ?? name;
      return [offset, size, own, type].map((cell) => cell.textContent ?? "");
    }),
  );
}

async function layouts(page: Page, kernel: string): Promise<void> {
  for (const name of STRUCTS) {
    await show(page, name);
    const [layout] = JSON.parse(btfx("layout", name, kernel, "-j")).layouts;
    const [expected, shown] = [expectedRows(layout.members), await shownRows(page)];
    expect(
      `struct ${name}: ${shown.length} lines are what btfx layout -j has`,
      JSON.stringify(shown) === JSON.stringify(expected),
    );
    const holes = await page.locator("table.members tr.waste").count();
    expect(`struct ${name}: its holes are shown (${holes})`, holes >= layout.holes.length);
    await page.getByRole("link", { name: "As C" }).click();
    const text = (await page.locator(".text pre").textContent()) ?? "";
    expect(
      `struct ${name}: as C it is what btfx layout prints`,
      text.trim() === btfx("layout", name, kernel).trim(),
    );
    await page.getByRole("link", { name: "Used by" }).click();
    await page.waitForSelector(".users");
    const counts = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>(".users section")].map((section) => [
        section.dataset.how,
        Number(section.querySelector(".count")?.textContent?.replaceAll(",", "")),
      ]),
    );
    const uses: { how: string; name: string }[] = JSON.parse(btfx("who", name, kernel, "-j")).uses;
    const expectedCounts = ["embeds", "points", "takes", "returns"]
      .map((how) => [how, uses.filter((use) => use.how === how).length])
      .filter(([, count]) => count !== 0);
    expect(
      `struct ${name}: its users are those of btfx who (${counts.map(([how, n]) => `${how} ${n}`).join(", ")})`,
      JSON.stringify(counts) === JSON.stringify(expectedCounts),
    );
  }
}

/** Milliseconds of the clock and of CPU time from each key to the list that it makes. */
async function typingTimes(page: Page, word: string): Promise<{ ms: number; cpu: number }[]> {
  await page.fill("#search", "");
  const times: { ms: number; cpu: number }[] = [];
  for (let length = 1; length <= word.length; length++) {
    const cpuBefore = await cpuTime(page);
    const ms = await page.evaluate(
      async (typed) => {
        const input = document.querySelector<HTMLInputElement>("#search");
        const results = document.querySelector(".results");
        if (input === null || results === null) return Number.POSITIVE_INFINITY;
        const begun = performance.now();
        input.value = typed;
        input.dispatchEvent(new Event("input", { bubbles: true }));
        do await new Promise(requestAnimationFrame);
        while (results.getAttribute("aria-busy") !== "false");
        return performance.now() - begun;
      },
      word.slice(0, length),
    );
    times.push({ ms, cpu: (await cpuTime(page)) - cpuBefore });
  }
  return times;
}

async function search(page: Page, kernel: string): Promise<void> {
  const runs = [await typingTimes(page, "sk_buff"), await typingTimes(page, "sk_buff")];
  for (const times of runs) {
    console.log(
      `  by key: ${times.map(({ ms, cpu }) => `${ms.toFixed(0)} ms, CPU ${cpu.toFixed(0)} ms`).join("; ")}`,
    );
  }
  const best = runs[0].map((_, key) =>
    Math.min(...runs.map((times) => Math.min(times[key].ms, times[key].cpu))),
  );
  const slowest = Math.max(...best);
  expect(
    `each key finds within ${MOST_MS_TO_FIND} ms (best of two, clock or CPU time: slowest ${slowest.toFixed(0)} ms)`,
    slowest < MOST_MS_TO_FIND,
  );
  const found = await page.locator(".found").textContent();
  const [, count, of] = /^([\d,]+) of ([\d,]+) types/.exec(found ?? "") ?? [];
  const names = Array.from(
    btfx("dump", kernel).matchAll(/^\[\d+\] (?!DECL_TAG|TYPE_TAG)\w+ '([^']+)'/gm),
    ([, name]) => name,
  );
  const expected = names.filter((name) => name.toLowerCase().includes("sk_buff")).length;
  expect(
    `it finds ${count} of ${of} types, all that have the word in their names`,
    count === expected.toLocaleString("en-US") && of === named(names).toLocaleString("en-US"),
  );
  const first = await page.locator(".type-row .type-name").first().textContent();
  expect("what was typed comes first", first === "sk_buff");
}

/** How many types have a name: `(anon)` is how bpftool writes that there is none. */
function named(names: readonly string[]): number {
  return names.filter((name) => name !== "(anon)").length;
}

async function relocation(page: Page, kernel: string, other: string, module: string): Promise<void> {
  const distilled = join(work, basename(module).replace(/\.xz$/, ""));
  btfx("distill", "-q", "-B", kernel, module, "-o", distilled, "--force");
  // The first line is the verdict, the last one says what to do.
  const told = btfx("relocate", "-n", "-B", other, distilled).trimEnd().split("\n").slice(1, -1);
  const expected = told.map((line) => line.trim()).join("\n");
  await page.goto(`${url}#/fits`);
  await page.waitForSelector(".reasons");
  const shown = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>(".failures li p")]
      .map((line) => line.textContent?.trim())
      .join("\n"),
  );
  expect(
    `every failure of ${basename(module)} is told as btfx relocate tells it (${told.length} lines)`,
    shown === expected,
  );
  const verdicts = await page
    .locator(".matrix tbody td")
    .evaluateAll((cells) => cells.map((cell) => (cell as HTMLElement).dataset.verdict));
  expect(
    "it fits the kernel that it was built for, and not the other",
    verdicts.join() === "fits,does not fit",
  );
}

/** Serious findings of axe-core. */
async function accessible(page: Page, what: string): Promise<void> {
  // By a debugger's way, which the page's policy does not bar.
  const axe = readFileSync(createRequire(join(root, "package.json")).resolve("axe-core/axe.min.js"), "utf8");
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const { violations } = await (
      globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { target: string[] }[] }[] }> };
      }
    ).axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0].target.join(" ")}`);
  });
  expect(`axe-core finds nothing on ${what} ${found.join("; ")}`, found.length === 0);
}

async function byKeys(page: Page): Promise<void> {
  await page.goto(`${url}#/1`);
  await page.reload();
  await page.locator("#picker").setInputFiles(join(root, "samples/vmlinux-a"));
  await waitForFiles(page, 1);
  await page.keyboard.press("/");
  await page.keyboard.type("machine");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await page.waitForFunction(() => document.querySelector(".found")?.textContent?.includes(" of "));
  await page.keyboard.press("Enter");
  await page.waitForSelector("table.members");
  let text = "";
  for (let i = 0; i < 40 && text !== "struct chain"; i++) {
    await page.keyboard.press("Tab");
    text = await page.evaluate(() => document.activeElement?.textContent ?? "");
  }
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector("h1")?.textContent === "struct chain");
  await page.goBack();
  await page.waitForFunction(() => document.querySelector("h1")?.textContent === "struct machine");
  expect("search, layout and a member's type are reached by keys, and Back goes back", true);
}

async function forms(browser: Browser): Promise<void> {
  const { page, complaints } = await open(browser);
  const packed: string[] = [];
  for (const [tool, ending] of [
    ["gzip", "gz"],
    ["xz", "xz"],
    ["zstd", "zst"],
    ["bzip2", "bz2"],
    ["lz4", "lz4"],
  ]) {
    const path = join(work, `vmlinux-${tool}.${ending}`);
    const flags = tool === "lz4" ? ["-l"] : [];
    run("sh", [
      "-c",
      `${tool} ${flags.join(" ")} -c "$1" > "$2"`,
      "sh",
      join(root, "samples/vmlinux-a"),
      path,
    ]);
    packed.push(path);
  }
  const image = join(work, "vmlinuz");
  writeFileSync(image, bzImage(readFileSync(packed[1])));
  packed.push(image);
  const text = join(work, "notes.txt");
  writeFileSync(text, "nothing of a kernel");
  await page.locator("#picker").setInputFiles([...packed, text]);
  await waitForFiles(page, packed.length + 1);
  const tabs = await page.locator(".file-tab").evaluateAll((all) => all.map((tab) => tab.textContent));
  const kernels = tabs.filter((tab) => tab?.endsWith("kernel")).length;
  expect(`every compression and a boot image are read (${tabs.join(", ")})`, kernels === packed.length);
  await page.getByRole("link", { name: /notes\.txt/ }).click();
  const error = await page.locator(".error-card").textContent();
  expect(
    "what is no kernel is told in the library's words",
    error?.includes("neither BTF nor ELF, but text") === true,
  );
  await page.screenshot({ path: join(folder, "types-error.png") });
  expect(`no complaint ${complaints.join("; ")}`, complaints.length === 0);
  await page.close();
}

/** Our own samples: a module that waits for its kernel, one in two files, names that would be HTML, the example. */
async function samples(browser: Browser): Promise<void> {
  const sample = (name: string) => join(root, "samples", name);
  const { page, complaints } = await open(browser);
  await page.locator("#picker").setInputFiles(sample("pump.ko"));
  await waitForFiles(page, 1);
  const waiting = await page.locator(".error-card").textContent();
  expect(
    "a module alone asks for its kernel by its release",
    waiting?.includes("open the vmlinux of 6.99.1-sample too") === true,
  );
  await page.locator("#picker").setInputFiles(sample("vmlinux-a"));
  await waitForFiles(page, 2);
  await page.waitForSelector(".error-card", { state: "detached" });
  await page.waitForFunction(() => document.querySelector("[data-verdict=fits]"));
  expect("and has its types once that is open", (await page.locator(".type-row").count()) > 0);
  await page.close();

  const pair = (await open(browser)).page;
  btfx("distill", "-q", "--detached", "-B", sample("vmlinux-a"), sample("meter.ko"), "-o", `${work}/`);
  await pair
    .locator("#picker")
    .setInputFiles([join(work, "meter.BTF.base"), join(work, "meter.BTF"), sample("vmlinux-b")]);
  await waitForFiles(pair, 2);
  await pair.goto(`${url}#/fits`);
  await pair.waitForSelector(".matrix td");
  const verdicts = await pair
    .locator(".matrix td")
    .evaluateAll((cells) => cells.map((cell) => (cell as HTMLElement).dataset.verdict));
  expect("raw BTF has its distilled base from NAME.BTF.base", verdicts.join() === "fits");
  await pair.close();

  const evil = '<img src=x onerror="document.title=1">&amp;\x1b[31m';
  const builder = new Builder();
  const int = builder.add({ kind: "INT", name: "int", size: 4, bits: 32, signed: true });
  builder.add({ kind: "STRUCT", name: evil, size: 4, members: [{ name: evil, type: int, bitOffset: 0 }] });
  const hostileFile = join(work, "<b>hostile.btf");
  writeFileSync(hostileFile, builder.toBytes());
  const hostile = await open(browser);
  await hostile.page.locator("#picker").setInputFiles(hostileFile);
  await waitForFiles(hostile.page, 1);
  const shown = evil.replace("\x1b", "\\x1b");
  await show(hostile.page, shown);
  const member = await hostile.page.locator("td.member bdi").textContent();
  const elements = await hostile.page.locator("img, .file-name b").count();
  expect(
    `names in BTF and of files are text, whatever they hold (${member})`,
    member === shown && elements === 0,
  );
  expect(`no complaint ${hostile.complaints.join("; ")}`, hostile.complaints.length === 0);
  await hostile.page.close();

  const example = await open(browser);
  await example.page.getByRole("button", { name: "Try an example" }).click();
  await waitForFiles(example.page, 4);
  await example.page.getByRole("link", { name: "Which fit?" }).click();
  await example.page.waitForSelector(".failures li");
  expect(
    "the example has a module that does not fit",
    (await example.page.locator(".failures li").count()) === 3,
  );
  await example.page.screenshot({ path: join(folder, "types-example.png") });
  complaints.push(...example.complaints);
  expect(`no complaint ${complaints.join("; ")}`, complaints.length === 0);
  await example.page.close();
}

async function look(browser: Browser, kernel: string, other: string, module: string): Promise<void> {
  for (const viewport of SIZES) {
    for (const colorScheme of ["light", "dark"] as const) {
      const context = await browser.newContext({
        viewport,
        colorScheme,
        hasTouch: viewport.width < 500,
        isMobile: viewport.width < 500,
      });
      const page = await context.newPage();
      const name = `${viewport.width}-${colorScheme}`;
      const shoot = async (what: string) => {
        await page.waitForTimeout(150);
        await page.screenshot({ path: join(folder, `types-${what}-${name}.png`) });
        await expectToFit(page, `${viewport.width} pixels, ${colorScheme}: ${what}`);
      };
      await page.goto(url);
      await shoot("start");
      await accessible(page, `the start, ${name}`);
      await page.locator("#picker").setInputFiles([kernel, other, module]);
      await waitForFiles(page, 3);
      await shoot("list");
      await page.fill("#search", "sk_buff");
      await page.waitForTimeout(300);
      await shoot("search");
      await page.press("#search", "Enter");
      await page.waitForSelector("table.members");
      await shoot("layout");
      await accessible(page, `a layout, ${name}`);
      const id = await page.evaluate(() => location.hash);
      const tabs = () => page.$$eval(".tabs a", (all) => all.map((tab) => tab.getBoundingClientRect().x));
      const before = await tabs();
      await page.goto(`${url}${id}/users`);
      await page.waitForSelector(".users");
      expect(`the chosen tab moves no other, ${name}`, `${await tabs()}` === `${before}`);
      await shoot("users");
      await page.goto(`${url}${id}/changes`);
      await page.waitForSelector(".change");
      await shoot("in-other-kernels");
      await page.goto(`${url}#/fits`);
      await page.waitForSelector(".reasons");
      await shoot("fits");
      await accessible(page, `which fit, ${name}`);
      await page.goto(`${url}#/changes/1/2`);
      await page.waitForSelector(".change-list li");
      await shoot("changes");
      await accessible(page, `what changed, ${name}`);
      await page.goto(`${url}#/3/about`);
      await page.waitForSelector(".columns");
      await shoot("module");
      await accessible(page, `a module, ${name}`);
      await context.close();
    }
  }
}

needShared();
run(process.execPath, [join(root, "samples/browser/build.mjs"), file]);
const kernel = join(work, "vmlinux-6.12.117.btf");
const other = join(work, "vmlinux-6.1.0-47.btf");
copyFileSync(join(corpus("6.12.117-amd64.tar.xz"), "vmlinux.btf"), kernel);
copyFileSync(join(corpus("6.1.0-47-amd64.tar.xz"), "vmlinux.btf"), other);
const module = join(shared, "corpus/ko/6.12.117-amd64/nf_conntrack.ko.xz");
try {
  await withChromium(async (browser) => {
    const times: number[] = [];
    for (let i = 0; i < 3; i++) times.push(await timeToFirst(browser, kernel));
    const ms = Math.min(...times);
    expect(
      `a vmlinux shows its first types within ${MOST_MS_TO_FIRST} ms of the drop (best of three, clock or CPU time: ${ms.toFixed(0)} ms)`,
      ms < MOST_MS_TO_FIRST,
    );

    const { page, complaints } = await open(browser);
    await drop(page, [kernel]);
    await waitForFiles(page, 1);
    await page.waitForSelector(".glance");
    await search(page, kernel);
    await layouts(page, kernel);
    await drop(page, [module, other]);
    await waitForFiles(page, 3);
    await relocation(page, kernel, other, module);
    expect(`nothing is loaded or complained of ${complaints.join("; ")}`, complaints.length === 0);
    await byKeys(page);
    await page.close();
    await forms(browser);
    await samples(browser);
    await look(browser, kernel, other, module);
  });
} finally {
  rmSync(work, { recursive: true, force: true });
}
