// Whole commands against their peers in the same run: interleaved, ratio of medians, on one core where taskset is there.
// usage: npm run bench [-- NAME...] [RUNS=5]     rows whose name contains a NAME
import { spawnSync } from "node:child_process";
import { rows } from "./rows.mjs";

// Where it is set, Node reads all of these certificates at each start: half of the time of a short command, and not ours.
delete process.env.NODE_EXTRA_CA_CERTS;

const RUNS = Number(process.env.RUNS ?? 5);
const pin = spawnSync("taskset", ["-c", "0", "true"]).status === 0 ? ["taskset", "-c", "0"] : [];
const wanted = process.argv.slice(2);

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** Milliseconds of one run; `before` is not timed. */
function time({ command, before, allowed = [0] }, anyCore = false) {
  before?.();
  const [file, ...args] = [...(anyCore ? [] : pin), ...command];
  const start = process.hrtime.bigint();
  const result = spawnSync(file, args, { stdio: ["ignore", "ignore", "pipe"] });
  const took = Number(process.hrtime.bigint() - start) / 1e6;
  if (!allowed.includes(result.status))
    throw new Error(`${command.join(" ")}: exit ${result.status}\n${result.stderr}`);
  return took;
}

console.log("row                                  ours ms    peer ms   ratio  goal   (medians)");
let missed = 0;
for (const row of rows()) {
  if (wanted.length > 0 && !wanted.some((word) => row.name.includes(word))) continue;
  const ours = [];
  const peers = [];
  time(row.ours, row.anyCore);
  time(row.peer, row.anyCore);
  for (let run = 0; run < (row.runs ?? RUNS); run++) {
    ours.push(time(row.ours, row.anyCore));
    peers.push(time(row.peer, row.anyCore));
  }
  const our = median(ours);
  const their = median(peers);
  const value = row.difference ? our - their : our / their;
  const text = row.difference ? `${value.toFixed(0)} ms` : value.toFixed(2);
  const met = value <= row.goal;
  if (!met) missed++;
  const goal = row.difference ? `+${row.goal} ms` : `${row.goal}`;
  console.log(
    `${row.name.padEnd(34)} ${our.toFixed(0).padStart(9)} ${their.toFixed(0).padStart(10)} ${text.padStart(7)}  ${goal}${met ? "" : "  MISSED"}`,
  );
}
console.log(missed === 0 ? "all goals met" : `${missed} goals missed`);
