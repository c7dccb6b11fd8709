import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { release, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseBtf } from "../../src/btf/parse.ts";
import { parseKernel } from "../../src/engine/verify/kernel.ts";
import { loadObject } from "../../src/engine/verify/load-object.ts";
import { verifyBtf } from "../../src/engine/verify/verify.ts";
import { withBtfFile } from "../../src/io/read/btf-file.ts";
import { subjectIn } from "../../src/io/read/subject.ts";
import { CASES } from "../engine/verify/rules.cases.ts";
import { assemble } from "../support/btf.ts";
import { type Answer, answersIn, lastLine } from "./answers.ts";

/**
 * Part of `npm run test:kernel`: a real kernel (Debian 6.12 in QEMU) loads thousands of BTFs, and its errno and the
 * last line of its log must be what verify says. The cases of the rules, changed in a word or two; headers and strings
 * changed, split BTF loaded as if it stood alone; types that refer to each other at random; structs that own each other
 * at random; BPF objects as libbpf loads them, and those damaged. `BTFX_SEED` gives others, `BTFX_LOADS` more;
 * `BTFX_HERE=1` asks this machine's own kernel.
 */

const shared = resolve(process.env.BTFX_SHARED ?? "../shared");
const oracle = join(shared, "tools/kernel-oracle.sh");
const LOADS = Number(process.env.BTFX_LOADS ?? 6000);
const HERE = process.env.BTFX_HERE === "1";
const MOST_TOLD = 10;

/** A small generator, so that a seed gives the same BTFs everywhere: whole numbers below `n`. */
function makeRandom(seed: number): (n: number) => number {
  let state = seed >>> 0;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

type Random = ReturnType<typeof makeRandom>;

function pick<T>(random: Random, list: readonly T[]): T {
  return list[random(list.length)];
}

/** One or two words of the types changed. */
function mutate(random: Random, bytes: Uint8Array): Uint8Array {
  const out = Uint8Array.from(bytes);
  const view = new DataView(out.buffer);
  const words = view.getUint32(12, true) >>> 2;
  for (let i = 0; i <= random(2); i++) {
    const at = 24 + random(words) * 4;
    const old = view.getUint32(at, true);
    const kind = (random(20) << 24) | random(4);
    view.setUint32(
      at,
      pick(random, [old ^ (1 << random(32)), random(20), 0, old + 1, old - 1, old * 2, kind]),
      true,
    );
  }
  return out;
}

/** Header and strings changed in a byte or a word, or the end cut off: what raw BTF is then, only the kernel says. */
function mutateForm(random: Random, bytes: Uint8Array): Uint8Array {
  const out = Uint8Array.from(bytes);
  const view = new DataView(out.buffer);
  const strings = 24 + view.getUint32(16, true);
  for (let i = 0; i <= random(2); i++) {
    const word = 4 + random(5) * 4;
    const values = [
      0,
      1,
      8,
      23,
      25,
      28,
      out.length,
      random(out.length * 2),
      view.getUint32(word, true) ^ (1 << random(8)),
    ];
    const changes = [
      () => view.setUint32(word, pick(random, values), true),
      () => view.setUint8(random(24), random(256)),
      () => view.setUint8(Math.min(strings + random(8), out.length - 1), 0x41 + random(26)),
    ];
    pick(random, changes)();
  }
  return random(6) === 0 ? out.subarray(0, random(out.length)) : out;
}

/** The BPF objects of real tools as libbpf loads them, one after the other; none where they are not at hand. */
async function objects(kernel: string): Promise<Uint8Array[]> {
  const folder = join(shared, "corpus/bpf-objects.tar.xz");
  if (!existsSync(folder)) return [];
  const work = mkdtempSync(join(tmpdir(), "btfx-objects-"));
  try {
    run("tar", ["xf", folder, "-C", work]);
    const paths = run("find", [work, "-name", "*.o"]).trim().split("\n").sort();
    const found: Uint8Array[] = [];
    for (const path of paths) {
      const subject = await withBtfFile(path, async (file) => await subjectIn(file, []));
      if (subject.form !== "object") throw new Error(`${path} is no BPF object`);
      const loaded = loadObject(parseBtf(subject.object.btf), subject.object, parseKernel(kernel));
      if (!("bytes" in loaded)) throw new Error(`${path}: ${loaded.message}`);
      found.push(loaded.bytes, subject.object.btf);
    }
    return found;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const INTS = `[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] INT 'u64' size=8 bits_offset=0 nr_bits=64 encoding=(none)`;

/** Types of all kinds that refer to each other as it comes. */
function randomTypes(random: Random): Uint8Array {
  const count = 3 + random(10);
  const id = () => (random(8) === 0 ? 0 : 1 + random(count + 3));
  const elements = (n: number, each: (i: number) => string) =>
    Array.from({ length: n }, (_, i) => each(i)).join("\n");
  const writers: readonly (() => string)[] = [
    () => `PTR '(anon)' type_id=${id()}`,
    () => `PTR '(anon)' type_id=${id()}`,
    () => `CONST '(anon)' type_id=${id()}`,
    () => `TYPEDEF 't${random(6)}' type_id=${id()}`,
    () => `TYPE_TAG '${pick(random, ["kptr", "kptr_untrusted", "x"])}' type_id=${id()}`,
    () => `ARRAY '(anon)' type_id=${id()} index_type_id=${1 + random(2)} nr_elems=${random(4)}`,
    () => {
      const vlen = random(4);
      const flag = random(5) === 0 ? " kflag=1" : "";
      const members = elements(
        vlen,
        (i) => `'m${i}' type_id=${id()} bits_offset=${i * pick(random, [8, 32, 64])}`,
      );
      return `STRUCT 's${random(6)}' size=${pick(random, [8, 16, 32, 64])} vlen=${vlen}${flag}\n${members}`;
    },
    () => `UNION 'u${random(6)}' size=16 vlen=1\n'm' type_id=${id()} bits_offset=0`,
    () => `FWD 'f${random(6)}' fwd_kind=struct`,
    () => {
      const vlen = random(3);
      return `FUNC_PROTO '(anon)' ret_type_id=${id()} vlen=${vlen}\n${elements(vlen, (i) => `'a${i}' type_id=${id()}`)}`;
    },
    () => `FUNC 'f' type_id=${id()} linkage=static`,
    () => `VAR 'v' type_id=${id()} linkage=global`,
    () => {
      const vlen = random(3);
      const entries = elements(
        vlen,
        (i) => `type_id=${id()} offset=${i * 8} size=${pick(random, [1, 4, 8])}`,
      );
      return `DATASEC '.d' size=${vlen * 8 + 8} vlen=${vlen}\n${entries}`;
    },
    () => `DECL_TAG 'tag' type_id=${id()} component_idx=${random(4) - 1}`,
  ];
  const lines = Array.from({ length: count }, (_, i) => `[${i + 3}] ${pick(random, writers)()}`);
  return assemble([INTS, ...lines].join("\n"));
}

/** Structs with locks, lists, nodes and pointers to each other; names that no vmlinux has. */
function randomOwners(random: Random): Uint8Array {
  const special: readonly (readonly [name: string, size: number])[] = [
    ["bpf_spin_lock", 4],
    ["bpf_list_head", 16],
    ["bpf_list_node", 24],
    ["bpf_rb_root", 16],
    ["bpf_rb_node", 32],
    ["bpf_refcount", 4],
  ];
  const lines = [
    INTS,
    ...special.map(([name, size], i) => `[${i + 3}] STRUCT '${name}' size=${size} vlen=0`),
  ];
  const count = 1 + random(4);
  const first = 3 + special.length;
  let next = first + count;
  const tail: string[] = [];
  for (let s = 0; s < count; s++) {
    const members: string[] = [];
    let offset = 0;
    for (let m = 0; m < 1 + random(5); m++) {
      const choice = random(special.length + 2);
      let type = 2;
      let size = 8;
      if (choice < special.length) {
        type = 3 + choice;
        size = special[choice][1];
        const holds = special[choice][0].endsWith("head") || special[choice][0].endsWith("root");
        if (holds && random(8) > 0) {
          const value = `contains:btfx_s${random(count)}:m${random(3)}`;
          tail.push(`DECL_TAG '${value}' type_id=${first + s} component_idx=${m}`);
        }
      } else if (choice === special.length) {
        const tag = pick(random, ["kptr", "kptr_untrusted", "percpu_kptr", "user"]);
        type = next + 1;
        lines.push("");
        tail.unshift(`TYPE_TAG '${tag}' type_id=${first + random(count)}`, `PTR '(anon)' type_id=${next}`);
        next += 2;
      }
      members.push(`'m${m}' type_id=${type} bits_offset=${offset * 8}`);
      offset = Math.ceil((offset + size) / 8) * 8;
    }
    lines.push(`[${first + s}] STRUCT 'btfx_s${s}' size=${offset} vlen=${members.length}`, ...members);
  }
  // Pointers were put in front of the tags pair by pair, the last first: their ids go the other way.
  const pointers = tail.filter((line) => !line.startsWith("DECL_TAG"));
  const pairs = Array.from({ length: pointers.length / 2 }, (_, i) =>
    pointers.slice(i * 2, i * 2 + 2),
  ).reverse();
  const ordered = [...pairs.flat(), ...tail.filter((line) => line.startsWith("DECL_TAG"))];
  ordered.forEach((line, i) => {
    lines.push(`[${first + count + i}] ${line}`);
  });
  return assemble(lines.filter((line) => line !== "").join("\n"));
}

async function makeBlobs(random: Random, kernel: string): Promise<Uint8Array[]> {
  const cases = CASES.filter(({ set }) => set === undefined).map(({ text }) => assemble(text));
  const bpfObjects = await objects(kernel);
  const split = assemble("[3] TYPEDEF 't' type_id=1\n[4] PTR '(anon)' type_id=3", parseBtf(assemble(INTS)));
  const blobs = [...cases, ...bpfObjects, split];
  while (blobs.length < LOADS) {
    const makers = [
      () => mutate(random, pick(random, cases)),
      () => mutateForm(random, pick(random, [...cases, split])),
      ...(bpfObjects.length === 0 ? [] : [() => mutate(random, pick(random, bpfObjects))]),
      () => randomTypes(random),
      () => randomOwners(random),
    ];
    blobs.push(pick(random, makers)());
  }
  return blobs;
}

function run(command: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  if (error !== undefined || status !== 0)
    throw new Error(`${command}: ${stderr || error?.message || status}`);
  return stdout;
}

/** What the kernel said, by number. */
function ask(work: string, blobs: readonly Uint8Array[]): Map<number, Answer> {
  const u32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer);
  const parts = blobs.flatMap((bytes) => [u32(bytes.length), Buffer.from(bytes)]);
  writeFileSync(join(work, "blobs"), Buffer.concat([u32(blobs.length), ...parts]));
  run("gcc", ["-O2", "-static", "-o", join(work, "load"), resolve("test/kernel/load.c")]);
  if (HERE) return answersIn(run(join(work, "load"), [join(work, "blobs")]));
  const kernel = run(oracle, ["-b"]);
  const modules = /^modules (.*)$/m.exec(kernel)?.[1] ?? "";
  const [dummy] = run("find", [`${modules}/`, "-name", "dummy.ko*"])
    .trim()
    .split("\n");
  const guest = ["-a", join(work, "load"), "-a", join(work, "blobs"), "-x", "/x/load /x/blobs"];
  run(oracle, [...guest, "-o", join(work, "out"), dummy]);
  return answersIn(readFileSync(join(work, "out", "dummy.x"), "utf8"));
}

async function compare(): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), "btfx-load-"));
  try {
    const kernel = HERE ? release() : "6.12";
    const blobs = await makeBlobs(makeRandom(Number(process.env.BTFX_SEED ?? 1)), kernel);
    const answers = ask(work, blobs);
    let agree = 0;
    let differ = 0;
    for (const [i, bytes] of blobs.entries()) {
      const { errno, log } = verifyBtf(bytes, { kernel: parseKernel(kernel) });
      const theirs = answers.get(i);
      const line = theirs && lastLine(theirs, log);
      if (theirs?.errno === errno && (log === null || log === line)) agree++;
      else if (differ++ < MOST_TOLD) {
        console.log(`  [${i}] ${Buffer.from(bytes).toString("hex").slice(0, 400)}`);
        console.log(
          `    verify: ${errno} ${JSON.stringify(log)}, kernel: ${theirs?.errno} ${JSON.stringify(line)}`,
        );
      }
    }
    console.log(`BTF loaded by ${kernel}: ${agree} agree, ${differ} differ`);
    if (differ > 0) process.exitCode = 1;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

if (HERE || existsSync(oracle)) await compare();
else {
  console.log(`no ${oracle}: set BTFX_SHARED to the folder that holds tools/`);
  process.exitCode = process.env.CI === undefined ? 0 : 1;
}
