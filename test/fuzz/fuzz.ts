import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { release } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { verifiedAsKernel } from "./compare-kernel.ts";
import { type Comparison, comparisons } from "./compare-peers.ts";
import { mutateBtf, mutateBytes } from "./mutate.ts";
import { mutateElf } from "./mutate-elf.ts";
import { Random } from "./random.ts";
import { runCommands } from "./run-commands.ts";
import { runInputs } from "./run-inputs.ts";
import { type Inputs, PARTS, samples } from "./samples.ts";
import type { Finding } from "./steps.ts";
import { stored } from "./stored.ts";

/**
 * `npm run fuzz -- --seconds N --seed S`: mutates BTF, modules, compressed files and .BTF.ext, and runs all that the
 * project does over them, in the library and on the command line. A finding is written to dist/fuzz/, to be fixed and
 * moved to test/fuzz/seeds/, which the tests replay. dist/fuzz/running.json is what a process that died was at. With
 * BTFX_PEERS, bpftool and libbpf are asked the same now and then, and so is the kernel where it may be. Ends with 1 if
 * there is a finding.
 */
const { values } = parseArgs({
  options: { seconds: { type: "string", default: "60" }, seed: { type: "string" } },
});
const seconds = Number(values.seconds);
const firstSeed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
if (!(seconds > 0) || !Number.isInteger(firstSeed)) {
  throw new Error("give --seconds N, and --seed with a whole number");
}

/** What changes a part, by what it is. */
const MUTATE: Readonly<Record<(typeof PARTS)[number], typeof mutateBtf>> = {
  base: mutateBtf,
  other: mutateBtf,
  split: mutateBtf,
  twin: mutateBtf,
  module: mutateElf,
  packed: mutateBytes,
  ext: mutateBytes,
  distilledBase: mutateBtf,
  distilledSplit: mutateBtf,
  object: mutateElf,
};

/** Mutated inputs that are made of one sound sample. */
const PER_SAMPLE = 100;
/** Every so many inputs the peers are asked, which takes ten times as long as a run, and the kernel, which is quick. */
const PER_PEER = 50;
const PER_KERNEL = 4;
/** Every so many inputs some of the command lines are run, one in so many. */
const PER_COMMANDS = 10;
const SHARE = 10;
const MOST_FINDINGS = 20;
const folder = resolve("dist/fuzz");
/** What a process that dies was at. */
const running = join(folder, "running.json");
mkdirSync(folder, { recursive: true });
const start = performance.now();
const findings = new Map<string, Finding>();
const peers: readonly Comparison[] = comparisons();
const kernel = verifiedAsKernel();
let executions = 0;
let compared = 0;
const beside = [
  peers.length > 0 ? "with bpftool and libbpf" : "without peers",
  typeof kernel === "string" ? kernel : `with the kernel ${release()}`,
];
console.log(`seed ${firstSeed}, ${seconds} s, ${beside.join(", ")}`);

for (let seed = firstSeed; elapsed() < seconds && findings.size < MOST_FINDINGS; seed++) {
  const random = new Random(seed);
  const sound = samples(random);
  for (let i = 0; i < PER_SAMPLE && elapsed() < seconds; i++) {
    const inputs = i === 0 ? sound : mutated(random, sound);
    executions++;
    writeFileSync(running, stored({ step: "running", what: `seed ${seed}, input ${i}` }, inputs));
    const found = [
      await runInputs(inputs),
      i % PER_COMMANDS === 0 ? await runCommands(inputs, () => random.oneIn(SHARE)) : undefined,
    ];
    for (const finding of found) if (finding !== undefined) keep(seed, finding, inputs);
    const asked = [
      ...(i % PER_PEER === 0 ? peers : []),
      ...(i % PER_KERNEL === 0 && typeof kernel !== "string" ? [kernel] : []),
    ];
    for (const compare of asked) {
      compared++;
      const difference = compare(inputs);
      if (difference !== undefined) keep(seed, difference, inputs);
    }
  }
}

rmSync(running, { force: true });
for (const { step, what } of findings.values()) console.log(`${step}: ${what}`);
const took = Math.round(elapsed());
const peak = Math.round(process.resourceUsage().maxRSS / 1024);
console.log(
  `${executions} executions, ${compared} comparisons, ${took} s, ${peak} MiB, findings ${findings.size}, open findings ${findings.size}`,
);
process.exitCode = findings.size > 0 ? 1 : 0;

function elapsed(): number {
  return (performance.now() - start) / 1000;
}

/** The inputs with one to four changes. */
function mutated(random: Random, sound: Inputs): Inputs {
  const inputs: Record<(typeof PARTS)[number], Uint8Array> = { ...sound };
  for (let i = random.below(4); i >= 0; i--) {
    const part = random.pick(PARTS);
    inputs[part] = MUTATE[part](random, inputs[part]);
  }
  return inputs;
}

/** Writes the first finding of each kind: the step, and the first two lines of what went wrong. */
function keep(seed: number, finding: Finding, inputs: Inputs): void {
  const key = `${finding.step}: ${finding.what.split("\n").slice(0, 2).join(" ").replace(/\d+/g, "N")}`;
  if (findings.has(key)) return;
  findings.set(key, finding);
  const name = `${finding.step.replace(/\W+/g, "-")}-${seed}.json`;
  writeFileSync(join(folder, name), stored(finding, inputs));
  console.log(`finding: ${key} (dist/fuzz/${name})`);
}
