import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, it, vi } from "vitest";
import * as read from "../../../src/elf/read.ts";
import { FileSource } from "../../../src/io/file-source.ts";
import { btfx, workDirectory } from "../../support/cli.ts";
import { kernelOf, taskObject } from "../../support/task-object.ts";

/** Opened files and parsed ELF headers of the command that runs. */
const counted = vi.hoisted(() => ({ opened: [] as string[], parsed: 0 }));

vi.mock("node:fs", async (importOriginal) => {
  const fs = await importOriginal<typeof import("node:fs")>();
  const openSync = (path: string, ...rest: [string, number?]) => {
    // Outputs are opened to be written.
    if (rest[0] !== "wx") counted.opened.push(path);
    return fs.openSync(path, ...rest);
  };
  return { ...fs, openSync };
});
vi.mock("../../../src/elf/read.ts", async (importOriginal) => {
  const elf = await importOriginal<typeof read>();
  const readElf: typeof elf.readElf = (...args) => {
    counted.parsed++;
    return elf.readElf(...args);
  };
  return { ...elf, readElf };
});

const sample = (name: string) => new URL(`../../../samples/${name}`, import.meta.url).pathname;
const [meter, vmlinux, later] = ["meter.ko", "vmlinux-a", "vmlinux-b"].map(sample);

beforeEach(() => {
  counted.opened = [];
  counted.parsed = 0;
});

it("counts", () => {
  const source = new FileSource(meter);
  read.readElf(source);
  source.close();
  expect(counted).toEqual({ opened: [meter], parsed: 1 });
});

it.each([
  ["distill", meter, "-B", vmlinux, "-o"],
  ["distill", "--detached", meter, "-B", vmlinux, "-o"],
  ["verify", meter, "-B", vmlinux, "-j"],
  ["dump", "file", meter, "-B", vmlinux],
  ["dump", "-j", "file", meter, "-B", vmlinux],
  ["layout", "meter", meter, "-B", vmlinux],
  ["who", "meter", meter, "-B", vmlinux],
  ["offsets", "meter.seen", meter, "-B", vmlinux],
  ["stats", meter, "-B", vmlinux],
  ["diff", vmlinux, later, "--module", meter, "--fail-on", "none"],
  ["extract", meter, "-o"],
])("opens and parses each file once: btfx %s", async (...words) => {
  const output = words.at(-1) === "-o" ? [join(workDirectory(), "out")] : [];
  const { exitCode } = await btfx(...words, ...output);
  const files = words.filter((word) => word.startsWith("/"));
  expect([exitCode, counted.opened.toSorted(), counted.parsed]).toEqual([0, files.toSorted(), files.length]);
});

it.each([
  ["minimize", (kernel: string, object: string, out: string) => [kernel, object, "-o", out]],
  ["relocate", (kernel: string, object: string, out: string) => [object, "-B", kernel, "-o", out]],
  ["verify", (kernel: string, object: string) => [object, "-B", kernel]],
])("opens and parses each file once: btfx %s of a BPF object", async (command, words) => {
  const work = workDirectory();
  const [kernel, object, out] = ["vmlinux.btf", "task.bpf.o", "out"].map((name) => join(work, name));
  writeFileSync(kernel, kernelOf("pid").bytes);
  writeFileSync(object, taskObject(false));
  const { exitCode } = await btfx(command, ...words(kernel, object, out));
  // The kernel is raw BTF.
  expect([exitCode, counted.opened.toSorted(), counted.parsed]).toEqual([0, [object, kernel], 1]);
});

it("opens and parses each file once: btfx relocate, btfx verify on two kernels", async () => {
  const out = join(workDirectory(), "meter.ko");
  expect((await btfx("distill", meter, "-B", vmlinux, "-o", out)).exitCode).toBe(0);
  for (const words of [
    ["relocate", "-n", out, "-B", later],
    ["verify", out, "-B", vmlinux, "-B", later],
  ]) {
    counted.opened = [];
    await btfx(...words);
    expect([...counted.opened].sort()).toEqual(
      [out, ...words.filter((word) => word.startsWith(sample("vmlinux")))].sort(),
    );
  }
});
