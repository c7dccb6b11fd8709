// Kills `btfx distill` at a random moment, many times, into a directory and in place, on one thread and on two, and
// looks at what is left: inputs are as they were, each output is whole or absent, the next run clears what the killed
// one left and does the rest. node test/faults/kill.mjs [ROUNDS]; needs dist/bundle (npm run build).
import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROUNDS = Number(process.argv[2] ?? 200);
/** Enough for threads to be used. */
const MODULES = 264;
const path = (name) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const work = mkdtempSync(join(tmpdir(), "btfx-kill-"));
const [inputs, reference] = ["in", "reference"].map((name) => join(work, name));
const btfx = (argv) => [path("bin/btfx.js"), "distill", ...argv, "-B", path("samples/vmlinux-a"), "-q"];

mkdirSync(inputs);
for (let i = 0; i < MODULES; i++) cpSync(path("samples/meter.ko"), join(inputs, `m${i}.ko`));
const original = readFileSync(path("samples/meter.ko"));
const begun = performance.now();
const problem = run(btfx([inputs, "-o", `${reference}/`]));
if (problem !== undefined) throw new Error(problem);
const whole = performance.now() - begun;
const distilled = readFileSync(join(reference, "m0.ko"));

const seen = { killed: 0, ended: 0, temporary: 0 };
const wrong = [];
for (let round = 0; round < ROUNDS; round++) {
  const inPlace = round % 2 === 1;
  const threads = ["--jobs", round % 4 < 2 ? "1" : "2"];
  const out = join(work, "out");
  if (inPlace) cpSync(inputs, out, { recursive: true });
  const argv = btfx([...(inPlace ? [out, "--in-place"] : [inputs, "-o", `${out}/`]), ...threads]);
  await killed(argv, Math.random() * whole * 1.2);
  look(out, inPlace, `round ${round}`);
  // What was left counts as abandoned when it is old.
  for (const name of temporaries(out)) utimesSync(join(out, name), new Date(0), new Date(0));
  const failure = run(inPlace ? argv : [...argv, "--resume"]);
  if (failure !== undefined) wrong.push(`round ${round}: the next run: ${failure}`);
  const left = temporaries(out);
  if (left.length > 0) wrong.push(`round ${round}: the next run left ${left}`);
  const missing = modules(out).filter((name) => !readFileSync(join(out, name)).equals(distilled));
  if (modules(out).length !== MODULES || missing.length > 0)
    wrong.push(`round ${round}: the next run did not finish`);
  rmSync(out, { recursive: true, force: true });
}
rmSync(work, { recursive: true });
if (seen.killed < ROUNDS / 4)
  wrong.push(`only ${seen.killed} of ${ROUNDS} runs were killed before they ended`);
console.log(
  `${ROUNDS} runs of ${MODULES} modules, ${seen.killed} killed, ${seen.ended} ended before; ${seen.temporary} temporary files left and cleared; ${wrong.length} faults`,
);
for (const each of wrong) console.log(each);
process.exitCode = wrong.length === 0 ? 0 : 1;

/**
 * What went wrong with a run, if anything did: a signal from outside (a machine short of memory kills, say) is told as
 * that.
 */
function run(argv) {
  const { status, signal, error, stderr } = spawnSync(process.execPath, argv, { encoding: "utf8" });
  if (status === 0) return undefined;
  return `${signal ?? error?.message ?? `exit code ${status}`} ${stderr}`;
}

function killed(argv, after) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, argv, { stdio: "ignore" });
    const timer = setTimeout(() => child.kill("SIGKILL"), after);
    child.once("close", (_, signal) => {
      clearTimeout(timer);
      seen[signal === "SIGKILL" ? "killed" : "ended"]++;
      resolve();
    });
  });
}

function look(out, inPlace, round) {
  for (const name of modules(inputs)) {
    if (!readFileSync(join(inputs, name)).equals(original)) wrong.push(`${round}: input ${name} changed`);
  }
  for (const name of modules(out)) {
    const bytes = readFileSync(join(out, name));
    if (bytes.equals(distilled) || (inPlace && bytes.equals(original))) continue;
    wrong.push(`${round}: ${name} is neither the old module nor the new one`);
  }
  if (inPlace && modules(out).length !== MODULES) wrong.push(`${round}: a module is gone`);
  seen.temporary += temporaries(out).length;
}

function entries(at) {
  try {
    return readdirSync(at);
  } catch {
    return [];
  }
}

function modules(at) {
  return entries(at).filter((name) => name.endsWith(".ko"));
}

function temporaries(at) {
  return entries(at).filter((name) => name.startsWith(".btfx-"));
}
