/**
 * Compares the numbers of `--layout` with pahole's, for every struct of a vmlinux: offsets, sizes, bitfields, holes, cache
 * lines, totals. The declarations around them differ, being libbpf's and pahole's own.
 *
 * Run after a build: BTFX_PEERS=DIR node test/golden/layout.sweep.mjs VMLINUX
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { parseBtf } from "../../dist/btf/parse.js";
import { dumpC } from "../../dist/dump/c.js";
import { ByteSink } from "../../dist/dump/sink.js";

const vmlinux = process.argv[2];
const peers = process.env.BTFX_PEERS;
if (vmlinux === undefined || peers === undefined) {
  console.error("usage: BTFX_PEERS=DIR node test/golden/layout.sweep.mjs VMLINUX");
  process.exit(2);
}

/** What pahole says beyond the numbers of the struct itself: of its members' types, of attributes that it infers. */
const BEYOND =
  /last struct has|member types with|^paddings:|forced alignments|flexible array|BRAIN FART|^Force |^Bitfield combined/;

/** pahole adds up unnamed structs inside others only where they are const. */
const NESTED_TOTALS = /^\t\t+\/\* (size|sum members|last cacheline):/;

/** The comments of each struct by its first line, in order. */
function commentsOf(text) {
  const structs = new Map();
  let name;
  let comments = [];
  for (const line of text.split("\n")) {
    const head = /^(struct \w+) \{(\};)?/.exec(line);
    if (head !== null) {
      name = head[1];
      comments = [];
    }
    const comment = /\/\* (.*?) \*\//.exec(line)?.[1];
    if (name !== undefined && comment !== undefined && !BEYOND.test(comment) && !NESTED_TOTALS.test(line)) {
      comments.push(comment);
    }
    if (name !== undefined && /^\}/.test(line)) {
      const key = comments.join("\n");
      structs.set(name, [...(structs.get(name) ?? []), key]);
      name = undefined;
    }
  }
  return structs;
}

function firstDifference(theirs, ours) {
  const own = ours.split("\n");
  const at = theirs.split("\n").findIndex((line, i) => line !== own[i]);
  return `pahole '${theirs.split("\n")[at] ?? "(no more)"}', btfx '${own[at] ?? "(no more)"}'`;
}

let ours = "";
const sink = new ByteSink((chunk) => {
  ours += Buffer.from(chunk).toString("latin1");
});
dumpC(parseBtf(readFileSync(vmlinux)), sink, { layout: true });
sink.finish();
const theirs = execFileSync(`${peers}/bin/pahole`, [vmlinux], { encoding: "latin1", maxBuffer: 1 << 30 });

/** Of structs that share a name pahole prints some, and we number the others. */
const mine = new Map();
for (const [name, variants] of commentsOf(ours)) {
  const bare = name.replace(/___\d+$/, "");
  for (const key of new Set([name, bare])) mine.set(key, [...(mine.get(key) ?? []), ...variants]);
}
let agree = 0;
let differ = 0;
for (const [name, variants] of commentsOf(theirs)) {
  const all = new Set(mine.get(name));
  for (const variant of variants) {
    if (all.has(variant)) agree++;
    else {
      differ++;
      if (differ <= 5) console.log(`${name}: ${firstDifference(variant, [...all][0] ?? "(none)")}`);
    }
  }
}
console.log(`layout: ${agree} structs agree, ${differ} differ`);
process.exitCode = differ === 0 && agree > 0 ? 0 : 1;
