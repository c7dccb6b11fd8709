import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import { expect, it } from "vitest";
import { misfit, type Schema } from "../../src/report/misfit.ts";
import { btfx, workDirectory } from "../support/cli.ts";
import { kernelOf, taskObject } from "../support/task-object.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const schema = JSON.parse(readFileSync(join(root, "docs/schemas/report.json"), "utf8"));
const ajv = new Ajv({ allowUnionTypes: true, messages: false }).addSchema(schema, "report");

/** What takes the place of each value: one of every type. */
const REPLACEMENTS: readonly unknown[] = [null, true, 7, "x", [], [null], {}, { x: 0 }];
/** Names that objects inherit, and one that none has. */
const NAMES: readonly string[] = ["__proto__", "constructor", "toString", "hasOwnProperty", "x"];

/** Changes each part of `value` in each way, one after the other, and calls `check` with where it is changed. */
function changeEach(value: unknown, path: string, check: (change: string) => void): void {
  if (typeof value !== "object" || value === null) return;
  const parts = value as Record<string, unknown>;
  for (const [key, part] of Object.entries(value)) {
    const place = `${path}.${key}`;
    changeEach(part, place, check);
    for (const other of REPLACEMENTS) {
      parts[key] = other;
      check(`${place} = ${JSON.stringify(other)}`);
    }
    if (!Array.isArray(value)) {
      delete parts[key];
      check(`without ${place}`);
    }
    parts[key] = part;
  }
  if (Array.isArray(value)) return;
  for (const name of NAMES) {
    Object.defineProperty(parts, name, { value: 0, enumerable: true, configurable: true });
    check(`with ${path}.${name}`);
    delete parts[name];
  }
}

it.each([
  [
    "VerifyJson",
    "verify SAMPLES/vmlinux-a SAMPLES/pump.ko WORK/cut.ko -B SAMPLES/vmlinux-a -B SAMPLES/vmlinux-b",
  ],
  ["VerifyJson", "verify WORK/task.bpf.o WORK/none -B WORK/tgid.btf"],
  ["RewriteJson", "distill SAMPLES/pump.ko WORK/cut.ko -B SAMPLES/vmlinux-a -n --stats"],
  ["RewriteJson", "relocate WORK/pump.ko -B SAMPLES/vmlinux-b -n"],
  ["StatsJson", "stats SAMPLES/pump.ko WORK/cut.ko -B SAMPLES/vmlinux-a"],
])("%s of %s, changed in any part, fits exactly if ajv says so", async (name, line) => {
  const work = workDirectory();
  const sample = (file: string) => join(root, "samples", file);
  writeFileSync(join(work, "cut.ko"), readFileSync(sample("pump.ko")).subarray(0, 200));
  writeFileSync(join(work, "task.bpf.o"), taskObject(false));
  writeFileSync(join(work, "tgid.btf"), kernelOf("tgid").bytes);
  await btfx("distill", sample("pump.ko"), "-B", sample("vmlinux-a"), "-o", `${work}/`);
  const words = line.replaceAll("SAMPLES", join(root, "samples")).replaceAll("WORK", work).split(" ");
  const { results } = JSON.parse((await btfx(...words, "-j")).stdout) as { results: unknown[] };
  const { definitions } = schema as { definitions: Record<string, Schema> };
  const resultSchema = definitions[name].properties?.results.items as Schema;
  const ajvFits = ajv.compile({ $ref: `report#/definitions/${name}/properties/results/items` });
  const differences: string[] = [];
  let changes = 0;
  for (const result of results) {
    const fits = () => misfit(result, resultSchema, definitions) === undefined;
    expect([fits(), ajvFits(result)]).toEqual([true, true]);
    changeEach(result, "", (change) => {
      changes++;
      if (fits() !== ajvFits(result)) differences.push(change);
    });
  }
  expect(differences).toEqual([]);
  expect(changes).toBeGreaterThan(200);
});
