/**
 * node resolve-ids.mjs MODULE VMLINUX BPFTOOL: fills the words of .BTF_ids that symbols name with the ids of the
 * functions, and counts and sorts the sets, as resolve_btfids does. Knows of ELF and BTF what readelf and bpftool
 * print, so that it does not lean on btfx. Only for sets of 8-byte pairs, which is all that the samples have.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

const [file, vmlinux, bpftool] = process.argv.slice(2);
const run = (command, ...args) => execFileSync(command, args, { encoding: "utf8" });

const section = /\.BTF_ids\s+PROGBITS\s+[0-9a-f]+ ([0-9a-f]+) ([0-9a-f]+)/.exec(run("readelf", "-SW", file));
if (section !== null) {
  const at = Number.parseInt(section[1], 16);
  const ids = new Map();
  for (const [, id, name] of run(bpftool, "btf", "dump", "file", file, "-B", vmlinux).matchAll(
    /^\[(\d+)\] FUNC '(\w+)'/gm,
  )) {
    if (!ids.has(name)) ids.set(name, Number(id));
  }
  const bytes = readFileSync(file);
  const symbols = [...run("readelf", "-sW", file).matchAll(/: ([0-9a-f]+) +(\d+) .* (__BTF_ID__\S+)$/gm)].map(
    ([, value, size, name]) => ({ offset: Number.parseInt(value, 16), size: Number(size), name }),
  );
  for (const { offset, name } of symbols) {
    const [, func] = /^__BTF_ID__func__(\w+)__\d+$/.exec(name) ?? [];
    if (func !== undefined) bytes.writeUInt32LE(ids.get(func), at + offset);
  }
  for (const { offset, size } of symbols.filter(({ name }) => name.startsWith("__BTF_ID__set8__"))) {
    const pairs = [];
    for (let i = 8; i < size; i += 8) pairs.push(bytes.subarray(at + offset + i, at + offset + i + 8));
    const sorted = Buffer.concat(pairs.toSorted((a, b) => a.readUInt32LE() - b.readUInt32LE()));
    bytes.writeUInt32LE(pairs.length, at + offset);
    sorted.copy(bytes, at + offset + 8);
  }
  writeFileSync(file, bytes);
}
