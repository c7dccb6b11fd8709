import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rewritePage } from "../../src/report/rewrite-page.ts";
import { summarizeSizes } from "../../src/report/size-statistics.ts";
import { btfx, workDirectory } from "../support/cli.ts";
import { cpuSeconds } from "../support/cpu.ts";

const sample = (name: string) => new URL(`../../samples/${name}`, import.meta.url).pathname;
const [meter, pump, vmlinux, later] = ["meter.ko", "pump.ko", "vmlinux-a", "vmlinux-b"].map(sample);
const ORIGIN = { commandLine: "btfx distill", version: "0", date: "today" };

/** A page without what differs between two runs of the same: the command line and the date. */
const comparable = (path: string) =>
  readFileSync(path, "utf8").replace(/<p class="soft"><code>.*?<\/p>/s, "");

/** Two distilled modules, and a file that is none. */
async function distilledTree(): Promise<{ directory: string; tree: string; page: string }> {
  const directory = workDirectory();
  const tree = join(directory, "tree");
  await btfx("distill", meter, pump, "-B", vmlinux, "-o", `${tree}/`);
  writeFileSync(join(tree, "broken.ko"), "none");
  return { directory, tree, page: join(directory, "page.html") };
}

describe("the page of distill and relocate", () => {
  it("says of each module what became of it on each kernel, with sizes and who needs what is missing", async () => {
    const { tree, page } = await distilledTree();
    const ran = await btfx("relocate", "-n", tree, "-B", vmlinux, "-B", later, "--html", page);
    expect(ran.exitCode).toBe(3);
    const html = readFileSync(page, "utf8");
    expect(html.match(/<tr data-name=/g)).toHaveLength(3);
    expect(html).toMatch(/<b>3<\/b>modules/);
    expect(html).toMatch(/<b>1<\/b>relocated/);
    expect(html).toMatch(/<b>2<\/b>failed/);
    expect(html).toContain(
      "STRUCT latch [4]: size differs: 8 bytes needed (held by value), it has STRUCT [11] of 16 bytes",
    );
    expect(html).toContain("embedded in STRUCT pump [15]");
    expect(html).toMatch(
      /STRUCT latch<\/bdi><\/td><td data-head="reason">size differs<\/td><td data-head="needed by"><bdi>STRUCT pump<\/bdi><\/td><td class="n" data-head="bytes needed">8<\/td><td class="n" data-head="bytes found">16</,
    );
    expect(html).toContain("neither BTF nor ELF, but text (&quot;none&quot;)");
  });

  it("draws how large the sections are, as SVG that the page's policy lets in", async () => {
    const { directory, page } = await distilledTree();
    const ran = await btfx("distill", meter, pump, "-B", vmlinux, "-o", `${directory}/out/`, "--html", page);
    expect(ran.exitCode).toBe(0);
    const html = readFileSync(page, "utf8");
    expect(html.match(/<svg [^>]*aria-label="Modules by size of \.BTF/g)).toHaveLength(2);
    expect(html.match(/<style/g)).toHaveLength(1);
    // A namespace is a name that no browser loads.
    const loaded = html.replaceAll('xmlns="http://www.w3.org/2000/svg"', "");
    expect(loaded).not.toMatch(/ style="|https?:|<img| on\w+=/);
    expect(html).toContain("Sizes of 2 modules, in bytes");
  });

  it.each([
    ["distill", ["-B", vmlinux, "--stats"]],
    ["relocate", ["-n", "-B", vmlinux, "-B", later]],
    ["verify", ["-B", vmlinux, "-B", later]],
    ["stats", ["-B", vmlinux]],
  ])("is the same joined from shards: %s", async (command, words) => {
    const { directory, tree, page } = await distilledTree();
    const input = command === "distill" ? join(directory, "built") : tree;
    mkdirSync(join(directory, "built"));
    for (const path of [meter, pump])
      writeFileSync(join(directory, "built", path.replace(/.*\//, "")), readFileSync(path));
    const out = (part: string) => (command === "distill" ? ["-o", join(directory, part, "/")] : []);
    const whole = await btfx(command, input, ...words, "-j", "--html", page, ...out("whole"));
    const parts: string[] = [];
    for (const part of ["1/2", "2/2"]) {
      const path = join(directory, `${part[0]}.jsonl`);
      const shard = await btfx(
        command,
        input,
        ...words,
        "--shard",
        part,
        "--jsonl",
        ...out("whole"),
        ...(command === "distill" ? ["-f"] : []),
      );
      writeFileSync(path, shard.stdout);
      parts.push(path);
    }
    const joined = join(directory, "joined.html");
    const report = await btfx("report", ...parts.reverse(), "-j", "--html", joined);
    expect(report.exitCode).toBe(whole.exitCode);
    expect(report.stdout).toBe(whole.stdout);
    expect(comparable(joined)).toBe(comparable(page));
  });

  it("is made of 4,230 modules on five kernels in a moment", () => {
    const kernels = ["a", "b", "c", "d", "e"];
    const outcomes = Array.from({ length: 4230 * 5 }, (_, i) => ({
      input: `kernel/module_${Math.floor(i / 5)}.ko.xz`,
      ok: true,
      base: kernels[i % 5],
      outputs: [],
      stats: { btfBytes: i, oldBtfBytes: i, baseBytes: i % 4096 },
      failures: [],
      warnings: ["the appended signature was dropped"],
    }));
    const statistics = summarizeSizes(outcomes.map(({ input, stats }) => ({ input, ...stats })));
    let html = "";
    const seconds = cpuSeconds(() => {
      html = rewritePage("relocate", outcomes, statistics, ORIGIN);
    });
    expect(html.length).toBeLessThan(2e6);
    expect(seconds).toBeLessThan(5);
  });
});
