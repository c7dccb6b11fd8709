import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Btf } from "../../src/btf/btf.ts";
import { parseBtf } from "../../src/btf/parse.ts";
import { type Difference, diffBtf } from "../../src/engine/diff/diff.ts";
import { ModuleImpacts } from "../../src/engine/diff/module-impact.ts";
import { permuted } from "../support/permuted.ts";
import { corpus, needShared, run, shared } from "../support/shared.mjs";

/**
 * `npm run sweep:diff`: compares what is told of two kernels with what Android's stgdiff says of them: the same
 * functions are gone, new and changed, and each type that it has as changed is one of ours. Then nothing differs
 * between a kernel and the same types in another order, and each module that does not relocate from one to the other is
 * explained by a change.
 */

needShared();
const OLD = "6.12.100-amd64";
const NEW = "6.12.117-amd64";
const old = kernel(OLD);
const next = kernel(NEW);
const difference = diffBtf(old, next, { reach: true });
againstStg(difference);
inAnotherOrder(next);
explainsModules(difference);

function kernel(name: string): Btf {
  return parseBtf(readFileSync(join(corpus(`${name}.tar.xz`), "vmlinux.btf")));
}

function check(what: string, isRight: boolean, detail = ""): void {
  console.log(`${what}: ${isRight ? "agrees" : `DIFFERS ${detail}`}`);
  if (!isRight) process.exitCode = 1;
}

function againstStg({ changes, summary }: Difference): void {
  const text = run("xz", ["-dc", join(shared, "goldens/6.12.100__6.12.117.stgdiff.txt.xz")]);
  const ours = (change: string) =>
    new Set(changes.filter((each) => each.kind === "FUNC" && each.change === change).map(({ name }) => name));
  for (const [word, change] of [
    ["removed", "removed"],
    ["added", "added"],
  ]) {
    const signatures = listed(text, new RegExp(`^\\d+ function symbol\\(s\\) ${word}$`));
    checkNames(`functions ${word}`, signatures, ours(change));
  }
  const changed = text.matchAll(/^function symbol changed from '(.*)' to '.*'$/gm);
  checkNames(
    "functions changed",
    Array.from(changed, ([, signature]) => signature),
    ours("changed"),
  );
  const words: Record<string, string> = {
    STRUCT: "struct ",
    UNION: "union ",
    ENUM: "enum ",
    ENUM64: "enum ",
  };
  const types = new Set(changes.map(({ kind, name }) => `${words[kind] ?? ""}${name}`));
  const theirs = Array.from(
    text.matchAll(/^type '((?:struct|union|enum) \w+)' changed$/gm),
    ([, name]) => name,
  );
  const missing = theirs.filter((name) => !types.has(name));
  check(`${theirs.length} types changed`, missing.length === 0, missing.join(", "));
  check("165 structs changed", summary.STRUCT.changed === 165, `${summary.STRUCT.changed}`);
}

/** The lines in quotes below a heading. */
function listed(text: string, heading: RegExp): string[] {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => heading.test(line)) + 1;
  const end = lines.indexOf("", start);
  return lines.slice(start, end).map((line) => line.trim().slice(1, -1));
}

/** Whether the signatures are those of the functions: each has the name of one, and they are as many. */
function checkNames(what: string, signatures: readonly string[], names: ReadonlySet<string>): void {
  const strange = signatures.filter(
    (signature) =>
      !Array.from(signature.matchAll(/(\w+)\(/g), ([, name]) => name).some((name) => names.has(name)),
  );
  const isRight = strange.length === 0 && signatures.length === names.size;
  check(`${signatures.length} ${what}`, isRight, `${names.size} here; ${strange.join("; ")}`);
}

function inAnotherOrder(btf: Btf): void {
  // Multiples of a prime modulo another: the same order in each run.
  const keys = Array.from({ length: btf.typeCount }, (_, i) => (i * 48271) % 2147483647);
  const { changes } = diffBtf(btf, permuted(btf, keys));
  check(`${btf.typeCount - 1} types in another order`, changes.length === 0, `${changes.length} changes`);
}

function explainsModules(between: Difference): void {
  const impacts = new ModuleImpacts(old, next, between);
  const folder = join(corpus(`${OLD}.tar.xz`), "btf");
  const names = readdirSync(folder);
  let broken = 0;
  const unexplained: string[] = [];
  for (const name of names) {
    const { relocates, failures } = impacts.of(parseBtf(readFileSync(join(folder, name)), old));
    if (!relocates) broken++;
    for (const { failure, change } of failures) {
      if (change === undefined) unexplained.push(`${name}: ${failure.message}`);
    }
  }
  check(
    `${broken} of ${names.length} modules do not relocate, each by a change`,
    unexplained.length === 0 && broken > 0,
    unexplained.join("; "),
  );
}
