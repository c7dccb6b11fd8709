// The cases of libbpf's own CO-RE selftests, written anew in C and compiled by clang: each access comes to what they
// expect.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kindName } from "../../../src/btf/kinds.ts";
import { parseBtf } from "../../../src/btf/parse.ts";
import { memorySource } from "../../../src/elf/byte-source.ts";
import { readElf } from "../../../src/elf/read.ts";
import { relocateObject } from "../../../src/engine/core/judge.ts";
import { functionAt } from "../../../src/engine/core/object.ts";
import { Side } from "../../../src/engine/core/side.ts";
import { bpfObjectIn } from "../../../src/io/read/bpf-object.ts";
import { withBtfFile } from "../../../src/io/read/btf-file.ts";
import { HEADER, SELFTESTS } from "./selftests.cases.mjs";

/** Compiles and checks all cases; prints those that differ, and how many expectations were met. */
export async function sweepSelftests() {
  if (spawnSync("clang", ["--version"]).error !== undefined) {
    console.log("core selftests: left out: there is no clang");
    return;
  }
  const work = mkdtempSync(join(tmpdir(), "btfx-selftests-"));
  let met = 0;
  let missed = 0;
  try {
    for (const { name, program, kernels } of SELFTESTS) {
      const object = compile(join(work, "program.o"), HEADER + program);
      for (const kernel of kernels) {
        const types = compile(join(work, "kernel.o"), kernel.types);
        const answers = await answersOf(object, btfOf(types));
        for (const [access, expected] of Object.entries(kernel.expect)) {
          const got = answers.get(access) ?? "no relocation";
          const isMet = expected instanceof RegExp ? expected.test(got) : got === expected;
          if (isMet) met++;
          else {
            missed++;
            console.log(`  ${name}, ${kernel.name}: ${access} is '${got}', not '${expected}'`);
          }
        }
      }
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  const cases = SELFTESTS.reduce((sum, { kernels }) => sum + kernels.length, 0);
  console.log(`core selftests: ${cases} cases, ${met} expectations met, ${missed} not`);
  if (missed > 0) process.exitCode = 1;
}

function compile(path, source) {
  const file = path.replace(/\.o$/, ".c");
  writeFileSync(file, source);
  const args = ["-target", "bpf", "-g", "-O2", "-w", "-c", file, "-o", path];
  const { status, stderr } = spawnSync("clang", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`clang: ${stderr}\n${source}`);
  return path;
}

function btfOf(path) {
  const elf = readElf(memorySource(readFileSync(path)));
  return parseBtf(elf.data(elf.section(".BTF")));
}

/** By function: what its only relocation comes to. */
function answersOf(path, btf) {
  return withBtfFile(path, (file) => {
    const { object, local } = bpfObjectIn(file);
    const { relocations } = relocateObject(object, local, [new Side(btf, "vmlinux", 8)]);
    return new Map(
      relocations.map((relo) => [functionAt(object, relo.section, relo.insn).name, answerOf(relo, btf)]),
    );
  });
}

function answerOf({ resolution, outcome, message }, btf) {
  if (!resolution.ok) return resolution.message;
  if (outcome === "failed") return message;
  const { value, target, relo } = resolution;
  if (outcome === "poisoned") return "none";
  if (target === undefined) return `none = ${value.value}`;
  const isTypeId = relo.kind === 7;
  if (isTypeId) {
    const id = Number(value.value);
    return `id of ${kindName(btf.kind(id))} ${btf.name(id)}`;
  }
  return `${value.value}${value.size === value.originalSize ? "" : `, ${value.size} bytes`}`;
}
