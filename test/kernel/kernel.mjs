// npm run test:kernel: a real kernel (Debian 6.12 in QEMU) loads what btfx distilled, and shows in /sys/kernel/btf the
// bytes that `btfx relocate --detached` foretold. Needs Debian with root for the first run, since the kernel is fetched
// with apt.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { needShared, root, run, shared } from "../support/shared.mjs";

const MODULES = ["veth", "fou", "nf_conntrack", "tcp_bbr", "dummy"];
/** An older package of the series, for modules of another build than the booted kernel's. */
const OLDER = process.env.BTFX_OLDER_KERNEL ?? "6.12.107+deb12";
const OLDER_MODULES = ["veth", "tcp_bbr"];

needShared();
const oracle = join(shared, "tools/kernel-oracle.sh");
const work = mkdtempSync(join(tmpdir(), "btfx-kernel-"));

/** Version, vmlinux.btf and module directory of a Debian kernel package, downloaded if need be. */
function kernel(...version) {
  const lines = run(oracle, [...version, "-b"])
    .trim()
    .split("\n");
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]),
  );
}

/** A module of a package, unpacked: `NAME.ko`, or `PREFIX-NAME.ko`. */
function unpack(from, name, prefix) {
  const [path] = run("find", [`${from.modules}/`, "-name", `${name}.ko*`])
    .trim()
    .split("\n");
  const to = join(work, "modules", `${prefix}${name}.ko`);
  mkdirSync(join(work, "modules"), { recursive: true });
  const unpackers = { ".xz": ["xz", "-dc"], ".zst": ["zstd", "-qdc"] };
  const [command, ...args] = unpackers[/\.(xz|zst)$/.exec(path)?.[0] ?? ""] ?? ["cat"];
  writeFileSync(to, run(command, [...args, path], { encoding: "buffer" }));
  return to;
}

const btfx = (...args) => run(process.execPath, [join(root, "bin/btfx.js"), ...args]);

/**
 * Distills modules against their own kernel and foretells their BTF on the booted one, as the `.expect` beside each.
 */
function prepare(files, own, booted) {
  btfx("distill", ...files, "-B", own["vmlinux.btf"], "-o", `${join(work, "distilled")}/`);
  return files.map((file) => {
    const distilled = file.replace("/modules/", "/distilled/");
    const stem = distilled.replace(/\.ko$/, "");
    btfx("relocate", "--detached", distilled, "-B", booted["vmlinux.btf"], "-o", stem);
    writeFileSync(`${stem}.expect`, readFileSync(`${stem}.BTF`));
    return distilled;
  });
}

/** Loads modules in the kernel; counts those whose BTF in sysfs is what was foretold. */
function load(what, files, flags) {
  const out = join(work, "out");
  mkdirSync(out, { recursive: true });
  const text = run(oracle, [...flags, "-o", out, ...files]);
  const results = text.split("\n").filter((line) => / load=/.test(line));
  const agree = results.filter((line) => /load=ok/.test(line) && /expect=EQUAL/.test(line));
  console.log(text.trimEnd());
  console.log(`${what}: ${agree.length} agree, ${files.length - agree.length} differ`);
  return files.length - agree.length;
}

try {
  const booted = kernel();
  const older = kernel("-k", OLDER);
  const own = prepare(
    MODULES.map((name) => unpack(booted, name, "")),
    booted,
    booted,
  );
  const foreign = prepare(
    OLDER_MODULES.map((name) => unpack(older, name, "older-")),
    older,
    booted,
  );
  const differ =
    load(`modules of ${booted.version}`, own, []) +
    load(`modules of ${older.version}`, foreign, ["-f", "-n"]);
  console.log(`${own.length + foreign.length - differ} passed, ${differ} failed`);
  process.exitCode = differ === 0 ? 0 : 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
