// Dumps against bpftool 7.8 and pahole 1.32: the goldens, hundreds of modules live, every struct's layout, and whether
// compilers take the header.
// usage: npm run sweep:dumps [-- PART...]     goldens modules merge selftests known layout compile
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseBtf } from "../../src/btf/parse.ts";
import { dumpC } from "../../src/dump/c.ts";
import { dumpJson } from "../../src/dump/json.ts";
import { dumpLayoutJson } from "../../src/dump/layout-json.ts";
import { dumpRaw } from "../../src/dump/raw.ts";
import { ByteSink } from "../../src/dump/sink.ts";
import { mergeSplits } from "../../src/engine/merge.ts";
import { cache, corpus, needShared, peer, run, shared } from "../support/shared.mjs";
import { layoutComments } from "./layout-comments.mjs";

needShared();
const parts = { goldens, modules, merge, selftests, known, layout, compile };
const wanted = process.argv.slice(2);
let failed = 0;
for (const [name, part] of Object.entries(parts)) {
  if (wanted.length === 0 || wanted.includes(name)) part();
}
process.exitCode = failed === 0 ? 0 : 1;

/** Prints `N agree, M differ`; nothing compared is a failure too. */
function tell(what, agree, different) {
  console.log(`${what}: ${agree} agree, ${different.length} differ`);
  for (const name of different.slice(0, 20)) console.log(`  ${name}`);
  if (different.length > 0 || agree === 0) failed++;
}

/** What a dump prints, handed over in chunks. */
function dump(btf, format, compat, take) {
  const sink = new ByteSink(take);
  if (format === "raw") dumpRaw(btf, sink);
  else if (format === "json") dumpJson(btf, sink, { compat });
  else if (format === "pretty") dumpJson(btf, sink, { compat, pretty: true });
  else dumpC(btf, sink, { compat, unsorted: format === "c-unsorted" });
  sink.finish();
}

function dumpText(btf, format, compat) {
  const chunks = [];
  dump(btf, format, compat, (chunk) => chunks.push(Buffer.from(chunk)));
  return Buffer.concat(chunks);
}

/** Every row of dumps.sha256, with `--compat bpftool`. */
function goldens() {
  const kernel = corpus("6.12.117-amd64.tar.xz");
  const vmlinux = parseBtf(readFileSync(join(kernel, "vmlinux.btf")));
  const rows = readFileSync(join(shared, "goldens/dumps.sha256"), "utf8").matchAll(
    /^([0-9a-f]{64}) {2}(.+)$/gm,
  );
  const formats = {
    "raw.txt": "raw",
    json: "json",
    "pretty.json": "pretty",
    "c.h": "c",
    "c-unsorted.h": "c-unsorted",
  };
  let agree = 0;
  const different = [];
  for (const [, sha256, name] of rows) {
    const [, what, ending] = /^6\.12\.117-([^.]+)\.(.+)$/.exec(name);
    const btf =
      what === "vmlinux" ? vmlinux : parseBtf(readFileSync(join(kernel, `btf/${what}.btf`)), vmlinux);
    const hash = createHash("sha256");
    dump(btf, formats[ending], true, (chunk) => hash.update(chunk));
    if (hash.digest("hex") === sha256) agree++;
    else different.push(name);
  }
  tell("goldens of bpftool 7.8", agree, different);
}

/** Modules chosen by the hash of their name, against bpftool itself. */
function modules() {
  const bpftool = peer("bpftool");
  for (const [archive, count] of [
    ["6.12.117-amd64.tar.xz", 300],
    ["6.1.0-47-amd64.tar.xz", 100],
  ]) {
    const kernel = corpus(archive);
    const base = join(kernel, "vmlinux.btf");
    const vmlinux = parseBtf(readFileSync(base));
    const names = modulesByHash(kernel);
    let agree = 0;
    const different = [];
    for (const name of names.slice(0, count)) {
      const path = join(kernel, "btf", name);
      const btf = parseBtf(readFileSync(path), vmlinux);
      for (const format of ["raw", "json", "c"]) {
        if (dumpText(btf, format, true).equals(bpftoolDump(bpftool, path, format, ["-B", base]))) agree++;
        else different.push(`${name} ${format}`);
      }
    }
    tell(
      `${count} modules of ${archive.replace(".tar.xz", "")}, raw, json and c, against bpftool`,
      agree,
      different,
    );
  }
}

/** Modules in the order of the hash of their names: the same ones each time, of all sorts. */
function modulesByHash(kernel) {
  const byHash = (name) => createHash("sha256").update(name).digest("hex");
  return readdirSync(join(kernel, "btf")).sort((a, b) => (byHash(a) < byHash(b) ? -1 : 1));
}

/** Two, three and once 64 modules as one, against bpftool itself: ids, order and text. */
function merge() {
  const bpftool = peer("bpftool");
  for (const [archive, count] of [
    ["6.12.117-amd64.tar.xz", 200],
    ["6.1.0-47-amd64.tar.xz", 100],
  ]) {
    const kernel = corpus(archive);
    const base = join(kernel, "vmlinux.btf");
    const vmlinux = parseBtf(readFileSync(base));
    const names = modulesByHash(kernel);
    const groups = Array.from({ length: count }, (_, i) => names.slice(i * 3, i * 3 + 2 + (i % 2)));
    groups.push(names.slice(0, 64));
    let agree = 0;
    const different = [];
    for (const group of groups) {
      const paths = group.map((name) => join(kernel, "btf", name));
      const splits = paths.map((path) => parseBtf(readFileSync(path), vmlinux));
      const btf = parseBtf(mergeSplits(vmlinux, splits).bytes, vmlinux);
      for (const format of ["raw", "json", "c", "c-unsorted"]) {
        const theirs = bpftoolDump(bpftool, paths, format, ["-B", base]);
        if (dumpText(btf, format, true).equals(theirs)) agree++;
        else different.push(`${group.join(" ")} ${format}`);
      }
    }
    tell(
      `${groups.length} merges of modules of ${archive.replace(".tar.xz", "")}, raw, json and both orders of c, against bpftool`,
      agree,
      different,
    );
  }
}

/** The inputs of the kernel's own tests of the C dump, against bpftool itself; other machines and byte orders too. */
function selftests() {
  const bpftool = peer("bpftool");
  const folder = join(corpus("selftests.tar.xz"), "selftests/dump");
  const paths = readdirSync(folder)
    .filter((name) => name.endsWith(".btf"))
    .map((name) => join(folder, name));
  paths.push(corpus("6.12.107-s390x.vmlinux.btf.xz"), corpus("6.12.117-arm64.vmlinux.btf.xz"));
  let agree = 0;
  const different = [];
  for (const path of paths) {
    const btf = parseBtf(readFileSync(path));
    for (const format of ["raw", "json", "pretty", "c", "c-unsorted"]) {
      if (dumpText(btf, format, true).equals(bpftoolDump(bpftool, path, format, []))) agree++;
      else different.push(`${path} ${format}`);
    }
  }
  tell("selftests, s390x and arm64 against bpftool", agree, different);
}

function bpftoolDump(bpftool, paths, format, options) {
  const flags = { json: ["-j"], pretty: ["-p"] }[format] ?? [];
  const words = { c: ["format", "c"], "c-unsorted": ["format", "c", "unsorted"] }[format] ?? [];
  const files = [paths].flat().flatMap((path) => ["file", path]);
  return run(bpftool, [...flags, ...options, "btf", "dump", ...files, ...words], { encoding: "buffer" });
}

/** Without `--compat bpftool` the dumps of a vmlinux differ from bpftool's in two ways, and in no others. */
function known() {
  const vmlinux = parseBtf(readFileSync(join(corpus("6.12.117-amd64.tar.xz"), "vmlinux.btf")));
  const different = [];
  let agree = 0;
  const check = (what, ok) => {
    if (ok) agree++;
    else different.push(what);
  };
  for (const format of ["raw", "c-unsorted"]) {
    check(`${format} is the same`, dumpText(vmlinux, format, false).equals(dumpText(vmlinux, format, true)));
  }
  const signExtended = (text) =>
    text.replace(/"kind":"ENUM",[^\]]*\]/g, (type) =>
      type.replace(/"val":(1844674\d{13})\b/g, (_, val) => `"val":${BigInt.asUintN(32, BigInt(val))}`),
    );
  const json = dumpText(vmlinux, "json", true).toString("latin1");
  check(
    "json: enumerators of 32 bits are not sign-extended",
    signExtended(json) === dumpText(vmlinux, "json", false).toString("latin1"),
  );
  const whole = dumpText(vmlinux, "c", false).toString("latin1");
  const less = dumpText(vmlinux, "c", true).toString("latin1");
  let at = 0;
  while (whole[at] === less[at]) at++;
  const extra = whole.slice(at, at + whole.length - less.length);
  check(
    "c: the first type in sorted order is there",
    less === whole.slice(0, at) + whole.slice(at + extra.length),
  );
  check(
    "c: it is one anonymous enum",
    /^enum \{[^}]*\};\n\n$/.test(
      extra.slice(extra.indexOf("enum {")) + extra.slice(0, extra.indexOf("enum {")),
    ),
  );
  tell("known differences without --compat", agree, different);
}

/** Every struct of four kernels, against pahole. */
function layout() {
  const pahole = peer("pahole");
  for (const path of [
    join(corpus("6.12.117-amd64.tar.xz"), "vmlinux.btf"),
    join(corpus("6.1.0-47-amd64.tar.xz"), "vmlinux.btf"),
    corpus("6.12.107-s390x.vmlinux.btf.xz"),
    corpus("6.12.117-arm64.vmlinux.btf.xz"),
  ]) {
    const chunks = [];
    const sink = new ByteSink((chunk) => chunks.push(Buffer.from(chunk)));
    dumpC(parseBtf(readFileSync(path)), sink, { layout: true });
    sink.finish();
    const theirs = run(pahole, [path], { encoding: "latin1" });
    const { agree, different } = layoutComments(Buffer.concat(chunks).toString("latin1"), theirs);
    tell(`layout of all structs of ${path.replace(/.*\/corpus\//, "")}, against pahole`, agree, different);
  }
}

/** The header of a vmlinux compiles, and 2,000 structs have the sizes and offsets in it that BTF states. */
function compile() {
  const vmlinux = parseBtf(readFileSync(join(corpus("6.12.117-amd64.tar.xz"), "vmlinux.btf")));
  const folder = join(cache, "compile");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const header = dumpText(vmlinux, "c", false).toString();
  writeFileSync(join(folder, "vmlinux.h"), header);
  const layouts = JSON.parse(layoutsOf(vmlinux)).layouts.filter(
    ({ kind, name }) => kind === "STRUCT" && name !== null,
  );
  // Names that several types have are numbered in the header: which one is which it does not say.
  const count = new Map();
  for (const [, name] of header.matchAll(/^(?:struct|union|enum) (\w+?)(?:___\d+)? \{/gm)) {
    count.set(name, (count.get(name) ?? 0) + 1);
  }
  const unique = layouts.filter(({ name }) => count.get(name) === 1);
  const step = Math.floor(unique.length / 2000);
  const chosen = unique.filter((_, i) => i % step === 0).slice(0, 2000);
  const lines = ['#include "vmlinux.h"', "#define offsetof(type, member) __builtin_offsetof(type, member)"];
  for (const { name, size, members } of chosen) {
    lines.push(`_Static_assert(sizeof(struct ${name}) == ${size}, "size of ${name}");`);
    for (const member of members) {
      if (member.name === null || member.bit_size !== undefined) continue;
      lines.push(
        `_Static_assert(offsetof(struct ${name}, ${member.name}) == ${member.offset}, "${name}.${member.name}");`,
      );
    }
  }
  const source = join(folder, "assert.c");
  writeFileSync(source, `${lines.join("\n")}\n`);
  let agree = 0;
  const different = [];
  for (const [compiler, ...flags] of [
    ["clang", "-target", "bpf"],
    ["gcc", "-m64"],
  ]) {
    const result = spawnSync(compiler, [...flags, "-fsyntax-only", "-std=gnu11", "-w", source], {
      encoding: "utf8",
    });
    if (result.status === 0) agree += lines.length - 2;
    else different.push(`${compiler}: ${(result.stderr ?? String(result.error)).slice(0, 2000)}`);
  }
  tell(`sizes and offsets of ${chosen.length} structs, by clang and gcc`, agree, different);
}

function layoutsOf(btf) {
  const chunks = [];
  const sink = new ByteSink((chunk) => chunks.push(Buffer.from(chunk)));
  dumpLayoutJson(btf, sink);
  sink.finish();
  return Buffer.concat(chunks).toString();
}
