// What is measured: a name, our command, the peer's, and the goal for ours / theirs (or the difference in ms). Goals
// are for processor time, with `ofWall` for wall time: where two jobs share the work, that is what they are for.
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { debianKernel } from "../support/debian-kernel.mjs";
import { cache, corpus, needShared, peer, root, run } from "../support/shared.mjs";

const NODE = process.execPath;
const BTFX = join(root, "bin/btfx.js");

export function rows() {
  needShared();
  const kernel = corpus("6.12.117-amd64.tar.xz");
  const vmlinux = join(kernel, "vmlinux.btf");
  const modules = join(kernel, "btf");
  const files = readdirSync(modules).map((name) => join(modules, name));
  const libbpf = peer("libbpf-peer");
  const bpftool = peer("bpftool");
  const pahole = peer("pahole");
  // In memory where that can be: creating files takes a disk longer the more were removed just before.
  const out = join(existsSync("/dev/shm") ? "/dev/shm" : cache, "btfx-bench");
  const empty = (name) => () => {
    rmSync(join(out, name), { recursive: true, force: true });
    mkdirSync(join(out, name), { recursive: true });
  };
  const to = (name) => join(out, name);

  // libbpf's distilled modules are the input of both relocations.
  empty("distilled")();
  run(libbpf, ["distill", vmlinux, to("distilled"), ...files]);
  const distilled = readdirSync(to("distilled"))
    .filter((name) => name.endsWith(".BTF"))
    .map((name) => join(to("distilled"), name));

  // A dump is over while V8 still compiles on its other threads, so these rows are not held to one core.
  const dump = (name, goal, words, peerCommand) => ({
    name: `dump vmlinux ${name}`,
    ours: { command: [NODE, BTFX, "dump", "file", vmlinux, ...words] },
    peer: { command: peerCommand },
    goal,
    anyCore: true,
  });
  // Modules large and small: one in 300 by size.
  const merged = files
    .map((path) => ({ path, size: statSync(path).size }))
    .sort((a, b) => b.size - a.size)
    .filter((_, i) => i % 300 === 0)
    .slice(0, 14)
    .map(({ path }) => path);
  const merge = (name, words) => ({
    name: `merge ${merged.length} modules, ${name} : bpftool`,
    ours: { command: [NODE, BTFX, "dump", "-B", vmlinux, ...merged, ...words] },
    peer: {
      command: [bpftool, "-B", vmlinux, "btf", "dump", ...merged.flatMap((path) => ["file", path]), ...words],
    },
    goal: 1,
    anyCore: true,
    runs: 9,
  });
  const start = { command: [NODE, "-e", "0"] };
  const version = { command: [NODE, BTFX, "--version"] };
  return [
    { name: "--version : node -e 0", ours: version, peer: start, goal: 1.05, runs: 21, anyCore: true },
    {
      name: "distill veth - --version",
      anyCore: true,
      ours: {
        command: [
          NODE,
          BTFX,
          "distill",
          "-q",
          "-B",
          vmlinux,
          join(modules, "veth.btf"),
          "-o",
          `${to("one")}/`,
        ],
        before: empty("one"),
      },
      peer: version,
      goal: 60,
      difference: true,
    },
    dump("raw : bpftool", 0.5, [], [bpftool, "btf", "dump", "file", vmlinux]),
    dump("-j : bpftool", 0.65, ["-j"], [bpftool, "-j", "btf", "dump", "file", vmlinux]),
    dump("-p : bpftool", 0.2, ["-p"], [bpftool, "-p", "btf", "dump", "file", vmlinux]),
    dump("c : bpftool", 0.7, ["format", "c"], [bpftool, "btf", "dump", "file", vmlinux, "format", "c"]),
    {
      name: "layout of all structs : pahole",
      ours: { command: [NODE, BTFX, "layout", vmlinux, "--compat", "pahole"] },
      peer: { command: [pahole, vmlinux] },
      goal: 0.9,
      anyCore: true,
      runs: 9,
    },
    merge("raw", []),
    merge("c", ["format", "c"]),
    {
      name: `distill ${files.length} modules : libbpf`,
      ours: {
        command: [NODE, BTFX, "distill", "-q", "-B", vmlinux, modules, "-o", `${to("ours")}/`],
        before: empty("ours"),
      },
      peer: { command: [libbpf, "distill", vmlinux, to("theirs"), ...files], before: empty("theirs") },
      goal: 0.9,
      runs: 3,
    },
    {
      name: `distill ${files.length} with 2 jobs : libbpf`,
      anyCore: true,
      ours: {
        command: [NODE, BTFX, "distill", "-q", "--jobs", "2", "-B", vmlinux, modules, "-o", `${to("ours")}/`],
        before: empty("ours"),
      },
      peer: { command: [libbpf, "distill", vmlinux, to("theirs"), ...files], before: empty("theirs") },
      goal: 0.8,
      ofWall: true,
    },
    ...packedRows(empty("ours"), to("ours")),
    {
      name: `relocate ${distilled.length} modules : libbpf`,
      ours: {
        command: [NODE, BTFX, "relocate", "-q", "-B", vmlinux, to("distilled"), "-o", `${to("ours")}/`],
        before: empty("ours"),
      },
      peer: { command: [libbpf, "relocate", vmlinux, to("theirs"), ...distilled], before: empty("theirs") },
      goal: 0.15,
      runs: 3,
    },
    {
      name: "diff two vmlinux : two bpftool raw",
      anyCore: true,
      runs: 9,
      ours: {
        command: [NODE, BTFX, "diff", join(corpus("6.12.100-amd64.tar.xz"), "vmlinux.btf"), vmlinux],
        allowed: [1],
      },
      peer: {
        command: [
          "sh",
          "-c",
          '"$0" btf dump file "$1" && "$0" btf dump file "$2"',
          bpftool,
          join(corpus("6.12.100-amd64.tar.xz"), "vmlinux.btf"),
          vmlinux,
        ],
      },
      goal: 2,
    },
    {
      name: "verify vmlinux - node -e 0",
      anyCore: true,
      ours: { command: [NODE, BTFX, "verify", "-q", vmlinux] },
      peer: start,
      goal: 60,
      difference: true,
      runs: 9,
    },
    {
      name: `verify ${files.length} modules : distill`,
      ours: { command: [NODE, BTFX, "verify", "-q", "-B", vmlinux, modules] },
      peer: {
        command: [NODE, BTFX, "distill", "-q", "-B", vmlinux, modules, "-o", `${to("ours")}/`],
        before: empty("ours"),
      },
      goal: 2,
      runs: 3,
    },
  ];
}

/**
 * A distribution's tree of .ko.xz against nothing but unpacking it: all of the work, and what our decompressor takes of
 * it.
 */
function packedRows(before, out) {
  const kernel = debianKernel();
  if (kernel === undefined) return [];
  const { modules, vmlinuz, count } = kernel;
  const shell = (line) => ["sh", "-c", line, "sh", modules];
  const peer = { command: shell('find "$1" -name "*.ko.xz" -print0 | xargs -0 -P2 -n64 xz -dc >/dev/null') };
  // Forced, since this kernel is older than those that read .BTF.base.
  const distill = [NODE, BTFX, "distill", "-qf", "--jobs", "2", "--compress", "none", "-B", vmlinuz, modules];
  const unpack = join(root, "test/bench/unpack.mjs");
  return [
    {
      name: `distill ${count} .ko.xz to .ko, 2 jobs : xz`,
      anyCore: true,
      ours: { command: [...distill, "-o", `${out}/`], before },
      peer,
      goal: 1.8,
      ofWall: true,
      runs: 3,
    },
    {
      name: `unpack ${count} .ko.xz, 2 processes : xz`,
      anyCore: true,
      ours: {
        command: shell(
          `find "$1" -name "*.ko.xz" -print0 | xargs -0 -P2 -n${Math.ceil(count / 2)} "${NODE}" "${unpack}"`,
        ),
      },
      peer,
      goal: 1.8,
      ofWall: true,
      runs: 3,
    },
  ];
}
