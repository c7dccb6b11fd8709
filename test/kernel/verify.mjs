// Part of npm run test:kernel: modules with damaged .BTF or .BTF.base are loaded into a real kernel (Debian 6.12 in
// QEMU), and what it logs must be what `btfx verify` says it will log. The kernel is built to load such modules without
// their BTF.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memorySource } from "../../src/elf/byte-source.ts";
import { patchElf } from "../../src/elf/patch.ts";
import { readElf } from "../../src/elf/read.ts";
import { needShared, root, run, shared } from "../support/shared.mjs";

needShared();
const oracle = join(shared, "tools/kernel-oracle.sh");
const work = mkdtempSync(join(tmpdir(), "btfx-kernel-verify-"));

/** A copy with bytes changed. */
function edited(bytes, edit) {
  const copy = Uint8Array.from(bytes);
  edit(new DataView(copy.buffer), copy);
  return copy;
}

/** The bytes with one name changed to another of the same length. */
function renamed(bytes, from, to) {
  const at = Buffer.from(bytes).indexOf(`${from}\0`);
  if (at < 0) throw new Error(`no name ${from}`);
  return edited(bytes, (_, copy) => copy.set(Buffer.from(to), at));
}

/**
 * Word of the first record of a kind in BTF whose records up to there are four words of an INT or three of a struct.
 */
function recordOf(bytes, kind) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 24;
  for (;;) {
    const found = view.getUint32(at + 4, true) >>> 24;
    if (found === kind) return at;
    at += found === 1 ? 16 : 12;
  }
}

const INT = 1;
const STRUCT = 4;

/** Damages by name: what becomes of the distilled base, or of the split BTF. */
const DAMAGES = {
  "base-empty": { base: () => new Uint8Array(0) },
  "base-10-bytes": { base: (bytes) => bytes.slice(0, 10) },
  "base-header-only": { base: (bytes) => bytes.slice(0, 24) },
  "base-1-byte-short": { base: (bytes) => bytes.slice(0, -1) },
  "base-4-bytes-more": { base: (bytes) => Uint8Array.of(...bytes, 0, 0, 0, 0) },
  "base-magic": { base: (bytes) => edited(bytes, (view) => view.setUint16(0, 0xeb9e, true)) },
  "base-version": { base: (bytes) => edited(bytes, (view) => view.setUint8(2, 2)) },
  "base-flags": { base: (bytes) => edited(bytes, (view) => view.setUint8(3, 1)) },
  "base-name": { base: (bytes) => renamed(bytes, "sk_buff", "sk_bufX") },
  "base-anonymous": {
    base: (bytes) => edited(bytes, (view) => view.setUint32(recordOf(bytes, STRUCT), 0, true)),
  },
  "base-kind": {
    base: (bytes) => edited(bytes, (view) => view.setUint32(recordOf(bytes, STRUCT) + 4, 10 << 24, true)),
  },
  "base-typedef": {
    base: (bytes) => edited(bytes, (view) => view.setUint32(recordOf(bytes, STRUCT) + 4, 8 << 24, true)),
  },
  "base-int-size": {
    base: (bytes) => edited(bytes, (view) => view.setUint32(recordOf(bytes, INT) + 8, 16, true)),
  },
  "split-1-byte-short": { split: (bytes) => bytes.slice(0, -1) },
  "split-last-string": {
    split: (bytes) =>
      edited(bytes, (_, copy) => {
        copy[copy.length - 1] = 0x61;
      }),
  },
  "split-name-offset": { split: (bytes) => edited(bytes, (view) => view.setUint32(24, 0x100000, true)) },
  "split-kind": { split: (bytes) => edited(bytes, (view) => view.setUint8(31, 0)) },
};

/** The words of a log, without time and prefix: the kernel breaks the lines of module BTF between words. */
function wordsOf(text) {
  return text
    .replace(/^\[[^\]]*\.\d+\] (BPF: ?)?/gm, "")
    .split(/\s+/)
    .join(" ");
}

function btfx(...args) {
  return run(process.execPath, [join(root, "bin/btfx.js"), ...args]);
}

/** Verify exits with 1 for what is damaged. */
function judge(module, vmlinux) {
  const script = `"$0" "$1" verify "$2" -B "$3" --kernel 6.12 -j || test $? = 1`;
  const text = run("sh", ["-c", script, process.execPath, join(root, "bin/btfx.js"), module, vmlinux]);
  return JSON.parse(text).results[0];
}

try {
  const paths = Object.fromEntries(
    run(oracle, ["-b"])
      .trim()
      .split("\n")
      .map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]),
  );
  const [packed] = run("find", [`${paths.modules}/`, "-name", "veth.ko*"])
    .trim()
    .split("\n");
  const plain = join(work, "veth.ko");
  const unpack = packed.endsWith(".xz")
    ? ["xz", "-dc"]
    : packed.endsWith(".zst")
      ? ["zstd", "-qdc"]
      : ["cat"];
  writeFileSync(plain, run(unpack[0], [...unpack.slice(1), packed], { encoding: "buffer" }));
  btfx("distill", plain, "-B", paths["vmlinux.btf"], "-o", join(work, "distilled.ko"));
  const whole = readFileSync(join(work, "distilled.ko"));
  const elf = readElf(memorySource(whole));
  const sections = { base: elf.data(elf.section(".BTF.base")), split: elf.data(elf.section(".BTF")) };

  mkdirSync(join(work, "cases"));
  const files = Object.entries(DAMAGES).map(([name, damage]) => {
    const set = new Map();
    if (damage.base !== undefined) set.set(".BTF.base", damage.base(sections.base));
    if (damage.split !== undefined) set.set(".BTF", damage.split(sections.split));
    const file = join(work, "cases", `${name}.ko`);
    writeFileSync(file, patchElf(whole, elf, { set }));
    return file;
  });
  const out = join(work, "out");
  mkdirSync(out);
  run(oracle, ["-n", "-o", out, ...files]);

  let agree = 0;
  for (const [i, name] of Object.keys(DAMAGES).entries()) {
    const { verdict, log } = judge(files[i], paths["vmlinux.btf"]);
    const dmesg = readFileSync(join(out, `${name}.dmesg`), "utf8");
    const said = verdict === "reject" && log !== null && wordsOf(dmesg).includes(wordsOf(log));
    if (said) agree++;
    else console.log(`${name}: verify says ${verdict}, ${JSON.stringify(log)}; the kernel:\n${dmesg}`);
  }
  const differ = files.length - agree;
  console.log(`damaged modules: ${agree} agree, ${differ} differ`);
  process.exitCode = differ === 0 ? 0 : 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
