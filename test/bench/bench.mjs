// Whole commands against their peers in the same run: interleaved, medians, and the ratio of ours to the peer's. usage:
// npm run bench [-- [--markdown] NAME...] [RUNS=15]     rows whose name contains a NAME; --markdown writes the table of
// this Node in docs/performance.md Goals are for processor time (user + system, all threads): it stays true on a
// machine that others use. Wall time is shown beside it.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { peer, root } from "../support/shared.mjs";
import { rows } from "./rows.mjs";

// Where it is set, Node reads all of these certificates at each start: half of the time of a short command, and not
// ours.
delete process.env.NODE_EXTRA_CA_CERTS;

const RUNS = Number(process.env.RUNS ?? 15);
const pin = spawnSync("taskset", ["-c", "0", "true"]).status === 0 ? ["taskset", "-c", "0"] : [];
const hasGnuTime = existsSync("/usr/bin/time");
const words = process.argv.slice(2);
const wanted = words.filter((word) => word !== "--markdown");
const asMarkdown = words.includes("--markdown");

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/**
 * Runs a side of a row once, with what has to be done before, and returns what the last of `around` says on descriptor
 * 3.
 */
function measure({ command, before, allowed = [0] }, around, anyCore) {
  before?.();
  const [file, ...args] = [...around, ...(anyCore ? [] : pin), ...command];
  const result = spawnSync(file, args, { stdio: ["ignore", "ignore", "pipe", "pipe"], encoding: "utf8" });
  if (!allowed.includes(result.status)) {
    throw new Error(`${command.join(" ")}: exit ${result.status}\n${result.stderr}`);
  }
  return result.output[3].trim();
}

/** Milliseconds of one run: wall, and of all its threads. */
function time(side, anyCore) {
  const script = 'TIMEFORMAT="%3R %3U %3S"; exec 4>&2 2>&3; time "$@" 2>&4';
  const [wall, user, system] = measure(side, ["bash", "-c", script, "bash"], anyCore).split(" ").map(Number);
  return { wall: wall * 1000, cpu: (user + system) * 1000 };
}

/** MiB at the peak of one run; undefined without GNU time. */
function peak(side, anyCore) {
  if (!hasGnuTime) return undefined;
  const script = `exec 4>&2 2>&3; /usr/bin/time -q -f %M sh -c 'exec "$@" 2>&4' sh "$@"`;
  return Number(measure(side, ["bash", "-c", script, "bash"], anyCore)) / 1024;
}

/** Runs both sides of a row in turn. */
function compare({ name, ours, peer: theirs, goal, runs = RUNS, anyCore, difference, ofWall }) {
  const memory = [peak(ours, anyCore), peak(theirs, anyCore)];
  const our = [];
  const their = [];
  for (let run = 0; run < runs; run++) {
    our.push(time(ours, anyCore));
    their.push(time(theirs, anyCore));
  }
  const of = (key) => [median(our.map((each) => each[key])), median(their.map((each) => each[key]))];
  const [ourCpu, theirCpu] = of("cpu");
  const [ourWall, theirWall] = of("wall");
  const [judged, judgedPeer] = ofWall ? [ourWall, theirWall] : [ourCpu, theirCpu];
  const value = difference ? judged - judgedPeer : judged / judgedPeer;
  const show = (a, b) => (difference ? `+${(a - b).toFixed(0)} ms` : (a / b).toFixed(2));
  return {
    name,
    cells: [
      ourCpu.toFixed(0),
      theirCpu.toFixed(0),
      show(ourCpu, theirCpu),
      difference ? `+${goal} ms` : ofWall ? `${goal} wall` : String(goal),
      show(ourWall, theirWall),
      memory.map((each) => each?.toFixed(0) ?? "?").join(" : "),
    ],
    met: value <= goal,
  };
}

const HEADS = ["ours ms", "peer ms", "ratio", "goal", "wall", "MiB"];
const WIDTHS = [9, 9, 8, 10, 8, 11];
console.log(
  `${"processor time, medians".padEnd(40)}${HEADS.map((head, i) => head.padStart(WIDTHS[i])).join("")}`,
);
const results = [];
for (const row of rows()) {
  if (wanted.length > 0 && !wanted.some((word) => row.name.includes(word))) continue;
  const result = compare(row);
  results.push(result);
  const cells = result.cells.map((cell, i) => cell.padStart(WIDTHS[i])).join("");
  console.log(`${result.name.padEnd(40)}${cells}${result.met ? "" : "  MISSED"}`);
}
const missed = results.filter(({ met }) => !met).length;
console.log(missed === 0 ? "all goals met" : `${missed} goals missed`);
if (asMarkdown) writeMarkdown();

/** Puts the table into docs/performance.md, between the marks of this major version of Node. */
function writeMarkdown() {
  const path = join(root, "docs/performance.md");
  const text = readFileSync(path, "utf8");
  const major = process.versions.node.split(".")[0];
  const [begin, end] = [`<!-- bench of Node ${major} -->`, `<!-- /bench of Node ${major} -->`];
  if (!text.includes(begin)) throw new Error(`docs/performance.md has no place for Node ${major}: ${begin}`);
  const version = (name) =>
    spawnSync(peer(name), ["--version"], { encoding: "utf8" }).stdout.trim().split("\n")[0];
  const machine = `${cpus().length} × ${cpus()[0].model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB`;
  const lines = [
    `${new Date().toISOString().slice(0, 10)}, ${machine}, Node ${process.versions.node}, ${version("bpftool")}, pahole ${version("pahole")}.`,
    "",
    "| work | ours | peer | ratio | goal | met | wall | MiB |",
    "| --- | ---: | ---: | ---: | ---: | --- | ---: | ---: |",
    ...results.map(({ name, cells, met }) => {
      const row = [name, ...cells.slice(0, 4), met ? "yes" : "no", ...cells.slice(4)];
      return `| ${row.join(" | ")} |`;
    }),
  ];
  const table = `${begin}\n\n${lines.join("\n")}\n\n${end}`;
  writeFileSync(
    path,
    text.slice(0, text.indexOf(begin)) + table + text.slice(text.indexOf(end) + end.length),
  );
}
