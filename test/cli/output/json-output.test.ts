import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv, type ValidateFunction } from "ajv";
import { beforeEach, describe, expect, it } from "vitest";
import { jsonSchemas } from "../../../src/docs/schemas.ts";
import { btfx, workDirectory } from "../../support/cli.ts";
import { kernelOf, taskObject } from "../../support/task-object.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const sample = (name: string): string => join(root, "samples", name);
const textOf = (path: string): string => readFileSync(join(root, path), "utf8");

const compiled = new Map<string, ValidateFunction>();

/** The committed schema of a command. Each has a compiler of its own: schemas define the same names. */
function schema(name: string): ValidateFunction {
  const validate =
    compiled.get(name) ??
    new Ajv({ allowUnionTypes: true }).compile(JSON.parse(textOf(`docs/schemas/${name}.json`)));
  compiled.set(name, validate);
  return validate;
}

function expectToFit(name: string, value: unknown): void {
  const validate = schema(name);
  expect(validate(value), `${JSON.stringify(validate.errors)} in ${JSON.stringify(value)}`).toBe(true);
}

let work: string;
beforeEach(async () => {
  work = workDirectory();
  writeFileSync(join(work, "task.bpf.o"), taskObject(false));
  writeFileSync(join(work, "tgid.btf"), kernelOf("tgid").bytes);
  writeFileSync(join(work, "cut.ko"), readFileSync(sample("pump.ko")).subarray(0, 200));
  await btfx("distill", sample("pump.ko"), "-B", sample("vmlinux-a"), "-o", join(work, "pump.ko"));
});

describe("JSON has the form of its schema:", () => {
  it("docs/schemas is what `npm run docs` makes", () => {
    for (const [path, text] of jsonSchemas(root)) expect(textOf(path)).toBe(text);
  });

  it("a schema refuses what is none", () => {
    expect(schema("verify")({ results: [{ input: "x" }], summary: {} })).toBe(false);
    expect(schema("who")({ type: "x", uses: [], more: 1 })).toBe(false);
  });

  it.each([
    "dump SAMPLES/vmlinux-a",
    "dump SAMPLES/pump.ko -B SAMPLES/vmlinux-a",
    "dump SAMPLES/vmlinux-a format c",
    "dump WORK/task.bpf.o --ext",
    "dump WORK/none",
    "layout SAMPLES/vmlinux-a",
    "layout machine SAMPLES/vmlinux-a --at 28",
    "layout -s SAMPLES/vmlinux-a",
    "layout -n SAMPLES/vmlinux-a",
    "layout -P SAMPLES/vmlinux-a",
    "offsets machine.level machine.none machine.serial SAMPLES/vmlinux-a SAMPLES/vmlinux-b",
    "who chain --depth 2 SAMPLES/vmlinux-a",
    "who POWER_ON SAMPLES/vmlinux-a",
    "verify SAMPLES/vmlinux-a SAMPLES/pump.ko WORK/pump.ko WORK/cut.ko -B SAMPLES/vmlinux-a -B SAMPLES/vmlinux-b",
    "verify WORK/task.bpf.o WORK/none",
    "verify WORK/task.bpf.o -B WORK/tgid.btf --explain",
    "distill SAMPLES/pump.ko SAMPLES/meter.ko WORK/cut.ko -B SAMPLES/vmlinux-a -o WORK/out/ --stats",
    "distill SAMPLES/pump.ko -B SAMPLES/vmlinux-b -n",
    "relocate WORK/pump.ko -B SAMPLES/vmlinux-a -B SAMPLES/vmlinux-b -n",
    "relocate WORK/task.bpf.o -B WORK/tgid.btf -o WORK/out.o",
    "stats SAMPLES/pump.ko WORK/cut.ko WORK/pump.ko -B SAMPLES/vmlinux-a",
    "stats WORK/cut.ko",
    "diff SAMPLES/vmlinux-a SAMPLES/vmlinux-b --reach",
    "diff SAMPLES/vmlinux-a SAMPLES/vmlinux-b SAMPLES/vmlinux-a",
    "diff SAMPLES/vmlinux-a SAMPLES/vmlinux-b --module SAMPLES/pump.ko --module WORK/cut.ko",
    "extract SAMPLES/pump.ko --sections -o WORK",
    "extract SAMPLES/pump.ko --banner",
    "minimize WORK/tgid.btf WORK/task.bpf.o -o WORK/min.btf",
  ])("%s", async (line) => {
    const words = line.replaceAll("SAMPLES", join(root, "samples")).replaceAll("WORK", work).split(" ");
    const { stdout, exitCode } = await btfx(...words, "-j");
    expect(exitCode, stdout).toBeLessThan(5);
    expectToFit(words[0], JSON.parse(stdout));
    const pretty = await btfx(...words, "-p", ...(words[0] === "extract" ? ["--force"] : []));
    expect(pretty.exitCode).toBeLessThan(5);
  });

  it.each([
    "verify SAMPLES/pump.ko WORK/pump.ko WORK/cut.ko -B SAMPLES/vmlinux-a -B SAMPLES/vmlinux-b",
    "relocate WORK/pump.ko WORK/cut.ko -B SAMPLES/vmlinux-b -n",
    "distill SAMPLES/pump.ko WORK/cut.ko -B SAMPLES/vmlinux-a -n --stats",
    "stats SAMPLES/pump.ko WORK/cut.ko -B SAMPLES/vmlinux-a",
  ])("lines of %s, and what report joins them to", async (line) => {
    const words = line.replaceAll("SAMPLES", join(root, "samples")).replaceAll("WORK", work).split(" ");
    const { stdout } = await btfx(...words, "--jsonl");
    const lines = stdout.trimEnd().split("\n");
    expect(lines.length).toBeGreaterThan(2);
    for (const each of lines) expectToFit("line", JSON.parse(each));
    writeFileSync(join(work, "lines.jsonl"), stdout);
    expectToFit("report", JSON.parse((await btfx("report", join(work, "lines.jsonl"), "-j")).stdout));
  });

  it.each([
    ["usage", "verify -j"],
    ["io", "extract WORK/none -o WORK/x -j"],
    ["bad-elf", "diff WORK/cut.ko WORK/cut.ko -j"],
  ])("an error: %s", async (_code, line) => {
    const { stdout } = await btfx(...line.replaceAll("WORK", work).split(" "));
    expectToFit("error", JSON.parse(stdout));
  });
});
