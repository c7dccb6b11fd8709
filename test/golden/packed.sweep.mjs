// npm run sweep:packed: every module of the corpus as .ko.xz, .ko.gz and .ko.zst, each command on it, against the plain
// .ko.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { corpus, needShared, root, shared } from "../support/shared.mjs";

needShared();
const work = mkdtempSync(join(tmpdir(), "btfx-packed-"));

/** What compresses to standard output, and back, by ending. */
const PACKERS = {
  gz: { pack: (bytes) => gzipSync(bytes), unpack: (bytes) => gunzipSync(bytes) },
  xz: { pack: null, unpack: (bytes) => filter("xz", ["-dc"], bytes) },
  zst: {
    pack: (bytes) => filter("zstd", ["-qc"], bytes),
    unpack: (bytes) => filter("zstd", ["-qdc"], bytes),
  },
};

/** The vmlinux of each folder of modules. */
const BASES = {
  "6.1.0-47-amd64": () => join(corpus("6.1.0-47-amd64.tar.xz"), "vmlinux.btf"),
  "6.12.117-amd64": () => join(corpus("6.12.117-amd64.tar.xz"), "vmlinux.btf"),
  "6.12.117-arm64": () => corpus("6.12.117-arm64.vmlinux.btf.xz"),
  "6.12.107-s390x": () => corpus("6.12.107-s390x.vmlinux.btf.xz"),
};

const COMMANDS = [
  (ko, base) => ["dump", "file", ko, "-B", base],
  (ko, base) => ["dump", "file", ko, "-B", base, "format", "c"],
  (ko, base) => ["verify", ko, "-B", base, "-j"],
  (ko, base) => ["distill", ko, "-B", base, "-o", "OUT"],
  (ko) => ["extract", "--sections", "-q", ko, "-o", "OUT/"],
  (ko) => ["extract", "--banner", ko],
];

function filter(command, args, input) {
  const { status, stdout, stderr } = spawnSync(command, args, { input, maxBuffer: 1 << 30 });
  if (status !== 0) throw new Error(`${command}: ${stderr}`);
  return stdout;
}

/** What a command answers and writes, the same for all forms of a module. */
function answer(words, form) {
  const out = join(work, "out");
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out);
  const args = words.map((word) => {
    if (word === "OUT") return join(out, form === "" ? "new.ko" : `new.ko.${form}`);
    return word === "OUT/" ? `${out}/` : word;
  });
  const ran = spawnSync(process.execPath, [join(root, "bin/btfx.js"), ...args], { maxBuffer: 1 << 30 });
  if (ran.status !== 0 && ran.status !== 1)
    throw new Error(`${args.join(" ")}: exit ${ran.status ?? ran.signal}\n${ran.stderr}`);
  const text = (bytes) => bytes.toString("latin1").replaceAll(/\.ko\.(gz|xz|zst)/g, ".ko");
  const written = readdirSync(out).map((name) => {
    const bytes = readFileSync(join(out, name));
    const isPacked = name.endsWith(`.${form}`) && form !== "";
    return [
      name.replace(/\.(gz|xz|zst)$/, ""),
      (isPacked ? PACKERS[form].unpack(bytes) : bytes).toString("base64"),
    ];
  });
  return JSON.stringify([`exit ${ran.status}`, text(ran.stdout), text(ran.stderr), written], null, 1);
}

/** The first line that two answers do not share, cut. */
function firstDifference(answer, expected) {
  const lines = answer.split("\n");
  const i = lines.findIndex((line, at) => line !== expected.split("\n")[at]);
  return `    ${lines[i]?.slice(0, 300)}\n    instead of ${expected.split("\n")[i]?.slice(0, 300)}`;
}

function sweepModules() {
  let agree = 0;
  let differ = 0;
  for (const [folder, baseOf] of Object.entries(BASES)) {
    const directory = join(shared, "corpus/ko", folder);
    const base = baseOf();
    for (const file of readdirSync(directory)) {
      const plain = filter("xz", ["-dc"], readFileSync(join(directory, file)));
      const path = join(work, file.replace(/\.xz$/, ""));
      writeFileSync(path, plain);
      for (const [ending, { pack }] of Object.entries(PACKERS)) {
        const bytes = pack === null ? readFileSync(join(directory, file)) : pack(plain);
        writeFileSync(`${path}.${ending}`, bytes);
      }
      for (const words of COMMANDS) {
        const expected = answer(words(path, base), "");
        for (const form of Object.keys(PACKERS)) {
          const got = answer(words(`${path}.${form}`, base), form);
          if (got === expected) agree++;
          else if (differ++ < 5) {
            console.log(`  ${folder}/${basename(path)}.${form}: ${words(path, base).join(" ")}`);
            console.log(firstDifference(got, expected));
          }
        }
      }
    }
  }
  console.log(`modules, compressed in three forms: ${agree} agree, ${differ} differ`);
  if (differ > 0 || agree === 0) process.exitCode = 1;
}

try {
  sweepModules();
} finally {
  rmSync(work, { recursive: true, force: true });
}
