import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isComposite } from "../../src/btf/kinds.ts";
import { EXIT } from "../../src/cli/exit.ts";
import type { Host } from "../../src/cli/host.ts";
import { main } from "../../src/cli/main.ts";
import { type Btf, parseBtf } from "../../src/index.ts";
import type { Inputs } from "./samples.ts";
import { type Finding, Found, Steps } from "./steps.ts";

/** What a command prints: lines for people and programs, JSON, lines of JSON, a page, source, or bytes as they are. */
type Form = "lines" | "json" | "jsonl" | "page" | "bytes";

interface CommandLine {
  readonly words: readonly string[];
  readonly form: Form;
}

/** Whatever a terminal, a line or the direction of text could be broken with: names must not bring it into lines. */
const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u;
/**
 * Elements and attributes that only a name can have brought into a page (see `mutate.ts`); ours have values in double
 * quotes.
 */
const FOREIGN = /<i-evil|" onevil=/;

/**
 * Runs the command line over the inputs as files, with every form of output. It must end with a documented exit code,
 * and what it prints must be of its form, whatever names the types have. Returns the first thing that is not so.
 * `isChosen` is asked for each line, with the name of its command.
 */
export async function runCommands(
  inputs: Inputs,
  isChosen: (command: string) => boolean = () => true,
  steps: Steps = new Steps(),
): Promise<Finding | undefined> {
  const work = mkdtempSync(join(tmpdir(), "btfx-fuzz-commands-"));
  try {
    const files = written(work, inputs);
    const page = join(work, "page.html");
    for (const { words, form } of commandLines(files, namesIn(inputs.base), join(work, "out"), page)) {
      if (!isChosen(words[0])) continue;
      const step = `${COMMAND}${words[0]}`;
      // Without the directory, so that a finding is told once.
      const line = words.join(" ").replaceAll(`${work}/`, "");
      await steps.runAsync(step, async () => {
        const { exitCode, stdout, stderr } = await run(words);
        const [first] = stderr.split("\n");
        const known = [EXIT.ok, EXIT.no, EXIT.usage, EXIT.input, EXIT.io];
        if (!known.includes(exitCode as 0)) steps.found(step, `exit code ${exitCode}: ${first} (${line})`);
        if (UNSAFE.test(stderr)) steps.found(step, `stderr: ${JSON.stringify(stderr)} (${line})`);
        const text = form === "page" && existsSync(page) ? readFileSync(page, "utf8") : stdout;
        const wrong = text === "" ? undefined : whatIsWrong(text, form);
        if (wrong !== undefined) steps.found(step, `${wrong} (${line})`);
      });
    }
    return undefined;
  } catch (error) {
    if (error instanceof Found) return error.finding;
    throw error;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** How the steps of {@link runCommands} begin; then the command's name. */
export const COMMAND = "btfx ";

type Files = Readonly<
  Record<"base" | "other" | "split" | "module" | "packed" | "distilled" | "object", string>
>;

function written(work: string, inputs: Inputs): Files {
  const write = (name: string, bytes: Uint8Array): string => {
    const path = join(work, name);
    writeFileSync(path, bytes);
    return path;
  };
  write("distilled.BTF.base", inputs.distilledBase);
  return {
    base: write("vmlinux", inputs.base),
    other: write("vmlinux-later", inputs.other),
    split: write("split.btf", inputs.split),
    module: write("module.ko", inputs.module),
    packed: write("packed", inputs.packed),
    distilled: write("distilled.BTF", inputs.distilledSplit),
    object: write("object.bpf.o", inputs.object),
  };
}

/** A named struct and its last member, to ask for. */
function namesIn(base: Uint8Array): { readonly type: string; readonly path: string } {
  const missing = { type: "none", path: "none.none" };
  let btf: Btf;
  try {
    btf = parseBtf(base);
  } catch {
    return missing;
  }
  for (const id of btf.ids()) {
    if (!isComposite(btf.kind(id)) || btf.nameOff(id) === 0) continue;
    const type = btf.name(id);
    return { type, path: `${type}.next` };
  }
  return missing;
}

/** Each command with each form of output. */
function commandLines(
  { base, other, split, module, packed, distilled, object }: Files,
  { type, path }: { readonly type: string; readonly path: string },
  out: string,
  pageFile: string,
): CommandLine[] {
  const lines = (...words: string[]): CommandLine => ({ words, form: "lines" });
  const json = (...words: string[]): CommandLine => ({ words: [...words, "-j"], form: "json" });
  const page = (...words: string[]): CommandLine => ({ words: [...words, "--html", pageFile], form: "page" });
  const bytes = (...words: string[]): CommandLine => ({ words, form: "bytes" });
  const both = (...words: string[]): CommandLine[] => [lines(...words), json(...words)];
  const each = (...words: string[]): CommandLine[] => [...both(...words), page(...words)];
  const single = ["--jobs", "1"];
  return [
    bytes("dump", base),
    lines("dump", base, "format", "c"),
    lines("dump", base, "format", "c", "--layout", "unsorted"),
    json("dump", base),
    json("dump", base, "format", "c"),
    bytes("dump", split, "-B", base, "-C", "*", "--kind", "struct,enum,func"),
    ...both("dump", object, "--ext"),
    ...both("layout", base),
    ...both("layout", base, "-s", "--sort"),
    ...both("layout", base, "-P"),
    ...both("layout", base, "-n", "--hex"),
    ...both("layout", split, "-B", base, "-E"),
    ...both("layout", base, "-C", type, "--at", "4"),
    ...["text", "tsv", "c", "rust", "go", "shell"].map((form) =>
      lines("offsets", path, base, other, "-f", form),
    ),
    json("offsets", path, base, other),
    ...both("who", type, base, "--depth", "3"),
    ...both("who", "--contains-enumerator", "next", base),
    ...each("diff", base, other, "--reach"),
    lines("diff", base, other, "--stat"),
    ...each("diff", base, other, "-m", module, "-m", packed),
    ...each("verify", base, other, packed, ...single),
    ...each("verify", module, split, distilled, object, "-B", base, "-B", other, "--as-is", ...single),
    ...both("verify", object, "-B", base, "--explain", ...single),
    { words: ["verify", module, object, "-B", base, "--jsonl", ...single], form: "jsonl" },
    ...each("distill", module, "-B", base, "-o", join(out, "distilled.ko"), "--force", "--stats", ...single),
    ...both(
      "distill",
      split,
      "-B",
      base,
      "-o",
      join(out, "sorted.btf"),
      "-f",
      "--prune",
      "--sort",
      ...single,
    ),
    ...each("relocate", distilled, "-B", other, "-o", join(out, "relocated.btf"), "-f", ...single),
    ...each("relocate", object, "-B", base, "-o", join(out, "object.o"), "-f", "--poison", ...single),
    ...both("minimize", base, object, "-o", join(out, "minimal.btf"), "-f"),
    ...each("stats", module, split, distilled, "-B", base, ...single),
    ...both("extract", module, "-o", join(out, "extracted.btf"), "-f"),
    ...both("extract", packed, "--sections", "-o", join(out, "sections"), "-f"),
    lines("extract", packed, "--banner"),
    lines("completion", "bash", "--", "1", "who", "", base),
    lines("completion", "zsh", "--", "1", "offsets", `${type}.`, base),
  ];
}

async function run(words: readonly string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const texts = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  const output = (parts: Buffer[]) => ({
    isTerminal: false,
    write: (data: string | Uint8Array) => void parts.push(Buffer.from(data as Uint8Array)),
  });
  const host: Host = { stdout: output(texts.stdout), stderr: output(texts.stderr), env: {} };
  const exitCode = await main(words, host);
  const text = (parts: Buffer[]) => Buffer.concat(parts).toString();
  return { exitCode, stdout: text(texts.stdout), stderr: text(texts.stderr) };
}

/** What must not be in a text of this form. */
export function whatIsWrong(text: string, form: Form): string | undefined {
  if (form === "lines") return UNSAFE.test(text) ? `stdout: ${JSON.stringify(UNSAFE.exec(text))}` : undefined;
  if (form === "page") return FOREIGN.test(text) ? `page: ${FOREIGN.exec(text)?.[0]}` : undefined;
  if (form === "bytes") return undefined;
  const values = form === "json" ? [text] : text.trimEnd().split("\n");
  try {
    values.forEach((value) => void JSON.parse(value));
    return undefined;
  } catch (error) {
    return `no JSON: ${(error as Error).message}`;
  }
}
