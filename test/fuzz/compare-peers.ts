import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FWD, LOC_PARAM } from "../../src/btf/kinds.ts";
import { dumpRaw } from "../../src/dump/raw.ts";
import { type Btf, Distiller, parseBtf, Relocator } from "../../src/index.ts";
import { printed } from "../support/dump.ts";
import { LibbpfPeer, peersDir, sectionsOf } from "../support/libbpf.ts";

import type { Inputs } from "./samples.ts";
import type { Finding } from "./steps.ts";

/** Asks a peer the same; a difference is a finding. */
export type Comparison = (inputs: Inputs) => Finding | undefined;

/** The peers that are there (BTFX_PEERS). */
export function comparisons(): Comparison[] {
  return peersDir === undefined ? [] : [rawAsBpftool(join(peersDir, "bin", "bpftool")), distilledAsLibbpf()];
}

/** What bpftool reads and prints, we print the same. */
function rawAsBpftool(bpftool: string): Comparison {
  const path = join(mkdtempSync(join(tmpdir(), "btfx-fuzz-")), "base.btf");
  return ({ base }) => {
    const btf = parsed(base);
    if (btf !== undefined && isBeyondPeers(btf)) return undefined;
    writeFileSync(path, base);
    const run = spawnSync(bpftool, ["btf", "dump", "file", path], { timeout: 10_000, maxBuffer: 1 << 28 });
    if (run.status !== 0) return undefined;
    const theirs = run.stdout.toString("latin1");
    if (btf === undefined) return refusedWithReason(base, theirs);
    const ours = printed((sink) => dumpRaw(btf, sink));
    return ours === theirs ? undefined : { step: "raw as bpftool", what: firstDifference(ours, theirs) };
  };
}

/** We also refuse a return type that does not exist, which libbpf does not look at. */
function refusedWithReason(base: Uint8Array, theirs: string): Finding | undefined {
  try {
    parseBtf(base);
    return undefined;
  } catch (error) {
    const { message } = error as Error;
    const id = /invalid referenced type ID (\d+)/.exec(message)?.[1];
    if (id !== undefined && theirs.includes(`ret_type_id=${id} `)) return undefined;
    return { step: "raw as bpftool", what: `we refuse it: ${message}` };
  }
}

/** What libbpf distils and relocates, we do the same. */
function distilledAsLibbpf(): Comparison {
  const libbpf = new LibbpfPeer();
  process.on("exit", () => libbpf.close());
  return (inputs) => {
    const base = parsed(inputs.base);
    const split = base && parsed(inputs.split, base);
    if (base === undefined || split === undefined) return undefined;
    if ([base, split].some((btf) => isBeyondPeers(btf) || differsOnPurpose(btf))) return undefined;
    const distilled = attempt(() => new Distiller(base).distill(split));
    if (distilled === undefined) return undefined;
    const theirs = attempt(() => libbpf.distill(inputs.base, [inputs.split])[0]);
    // What libbpf gets wrong: docs/architecture.md.
    if (theirs === undefined || theirs.errno !== 0 || distilled.baseTypes === 0) return undefined;
    const [ours, their] = [distilled.split, theirs.split].map((bytes) => JSON.stringify(sectionsOf(bytes)));
    if (ours !== their) return { step: "distill as libbpf", what: "another split BTF" };
    const relocation = attempt(() =>
      new Relocator(base).relocate(parseBtf(distilled.split, parseBtf(distilled.base))),
    );
    const relocated = attempt(() => libbpf.relocate(inputs.base, [distilled])[0]);
    if (relocated === undefined) return undefined;
    if (relocation === undefined || relocated.errno !== 0) {
      const isRefused = relocation === undefined || !relocation.ok;
      return isRefused ? undefined : { step: "relocate as libbpf", what: `libbpf says ${relocated.warning}` };
    }
    if (!relocation.ok) return { step: "relocate as libbpf", what: relocation.failures[0].message };
    const same = JSON.stringify(sectionsOf(relocation.bytes)) === JSON.stringify(sectionsOf(relocated.split));
    return same ? undefined : { step: "relocate as libbpf", what: "another BTF" };
  };
}

/** Kinds of Linux 7.4 and kinds of a layout section only. */
function isBeyondPeers(btf: Btf): boolean {
  return btf.unknownKindId !== 0 || btf.kinds.some((kind) => kind >= LOC_PARAM);
}

/** libbpf follows the type of a FWD, which is to be 0: docs/architecture.md. */
function differsOnPurpose(btf: Btf): boolean {
  for (const id of btf.ids()) if (btf.kind(id) === FWD && btf.sizeOrType(id) !== 0) return true;
  return false;
}

function parsed(bytes: Uint8Array, base: Btf | null = null): Btf | undefined {
  return attempt(() => parseBtf(bytes, base));
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

function firstDifference(ours: string, theirs: string): string {
  const [a, b] = [ours.split("\n"), theirs.split("\n")];
  const at = a.findIndex((line, i) => line !== b[i]);
  return `${a[at] ?? "(end)"} | ${b[at] ?? "(end)"}`;
}
