// On the running kernel, as root: whether BPF objects load exactly where our verdict says that they do; whether libbpf
// writes the same instructions, line by line; and whether objects that we relocated are the same programs to the
// kernel.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { relocateObject } from "../../../src/engine/core/judge.ts";
import { bpfObjectIn } from "../../../src/io/read/bpf-object.ts";
import { withBtfFile } from "../../../src/io/read/btf-file.ts";
import { kernelsWithModules } from "../../../src/io/read/kernel-sides.ts";
import { readVmlinux } from "../../../src/io/read/vmlinux.ts";
import { corpus, needShared, peer, root } from "../../support/shared.mjs";

const RUNNING = "/sys/kernel/btf/vmlinux";

/**
 * Why an object may not load although it fits: what is for its loader to do, or no matter of types. By what libbpf or
 * the kernel says.
 */
const OTHER_REASONS = [
  [/failed to load: -EPERM|-EPERM/, "this machine permits no such program"],
  [/map '[^']*': failed to create: -EINVAL/, "its loader sizes a map"],
  [/no BTF-based attach target is specified/, "its loader says what it is attached to"],
  [/failed to load: -EINVAL/, "the kernel refuses it when all is verified"],
];

/** Compares the corpus's objects, or those of other directories; prints what differs, and why. */
export async function sweepLive(directories = undefined) {
  const missing = cannot();
  if (missing !== undefined) {
    console.log(`core live: left out: ${missing}`);
    return;
  }
  needShared();
  const work = mkdtempSync(join(tmpdir(), "btfx-live-"));
  const pins = join(work, "pins");
  mkdirSync(pins);
  spawnSync("mount", ["-t", "bpf", "bpf", pins]);
  try {
    const [kernel] = await kernelsWithModules([await readVmlinux(RUNNING)], []);
    const counts = new Map();
    const files = (directories ?? [corpus("bpf-objects.tar.xz")]).flatMap((folder) =>
      readdirSync(folder).map((file) => join(folder, file)),
    );
    for (const file of files) {
      const what = await compare(file, kernel, work, pins);
      counts.set(what, (counts.get(what) ?? 0) + 1);
    }
    const text = [...counts].map(([what, count]) => `${count} ${what}`).join("; ");
    console.log(`core live: ${files.length} objects: ${text}`);
  } finally {
    spawnSync("umount", [pins]);
    rmSync(work, { recursive: true, force: true });
  }
}

function cannot() {
  if (process.getuid?.() !== 0) return "it loads programs, and so runs as root";
  return existsSync(RUNNING) ? undefined : `there is no ${RUNNING}`;
}

/** One object: what came of it, in words that are counted. Sets the exit code where we are wrong. */
async function compare(file, kernel, work, pins) {
  const steps = [];
  const { verdict } = await withBtfFile(file, (open) => {
    const { object, local } = bpfObjectIn(open);
    return relocateObject(object, local, kernel.targets, {
      kconfig: kernel.kconfig,
      trace: (line) => steps.push(line),
    });
  });
  const theirs = load(file, pins);
  const name = file.slice(file.lastIndexOf("/") + 1);
  const wrong = (what) => {
    console.log(`  ${name}: ${what}`);
    process.exitCode = 1;
    return "differ";
  };
  const ours = steps.filter(isOfRelocation);
  const i = theirs.steps.findIndex((line, at) => line !== ours[at]);
  if (i >= 0 || ours.length !== theirs.steps.length) {
    const at = i < 0 ? theirs.steps.length : i;
    return wrong(`libbpf says '${theirs.steps[at] ?? "nothing"}', not '${ours[at] ?? "nothing"}'`);
  }
  const relocated = join(work, "relocated.o");
  const args = ["relocate", file, "-B", RUNNING, "-o", relocated, "--force", "--poison", "-q"];
  const { status } = spawnSync(process.execPath, [join(root, "bin/btfx.js"), ...args]);
  if (status === 0) {
    const again = load(relocated, pins);
    if (again.isLoaded !== theirs.isLoaded) return wrong("relocated by us it loads otherwise");
    if (again.code !== theirs.code) return wrong("relocated by us it is another program");
  }
  const says = verdict.fit;
  if (theirs.isLoaded)
    return says === "broken" ? wrong("loads, and we say that it does not fit") : `load and ${says}`;
  if (says === "broken") return "do not load and are broken";
  const reason = OTHER_REASONS.find(([pattern]) => pattern.test(theirs.log));
  if (reason === undefined)
    return wrong(`does not load, and we say ${says}: ${theirs.log.split("\n").at(-3)}`);
  console.log(`  ${name}: ${says}, and does not load: ${reason[1]}`);
  return `${says}, not loaded for another reason`;
}

/** What libbpf says of an object, and the programs as the kernel has them. */
function load(file, pins) {
  const bpftool = peer("bpftool");
  const pin = join(pins, "object");
  const { status, stdout, stderr } = spawnSync(bpftool, ["-d", "prog", "loadall", file, pin], {
    encoding: "latin1",
    maxBuffer: 1 << 28,
  });
  const log = stdout + stderr;
  const steps = log
    .split("\n")
    .map((line) => line.replace(/^libbpf: /, ""))
    .filter(isOfRelocation);
  let code = "";
  for (const program of status === 0 ? readdirSync(pin).sort() : []) {
    const dump = spawnSync(bpftool, ["prog", "dump", "xlated", "pinned", join(pin, program)], {
      encoding: "latin1",
      maxBuffer: 1 << 28,
    });
    // Maps have other numbers each time.
    code += `${program}\n${dump.stdout.replace(/map\[id:\d+\]/g, "map")}`;
  }
  rmSync(pin, { recursive: true, force: true });
  return { isLoaded: status === 0, log, steps, code };
}

/** Whether a line is about resolving or applying a CO-RE relocation. */
function isOfRelocation(line) {
  return /^(prog '[^']*': relo #\d+:|CO-RE relocating)/.test(line) && !/insn #\d+ relocated/.test(line);
}
