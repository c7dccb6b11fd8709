import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Btf, TypeId } from "../../src/btf/btf.ts";
import { isComposite, STRUCT, UNION } from "../../src/btf/kinds.ts";
import { parseBtf } from "../../src/btf/parse.ts";
import { type PaholeLayouts, withLayouts } from "../../src/dump/pahole/layouts.ts";
import { Packing } from "../../src/dump/pahole/packable.ts";
import { Builder } from "../../src/types/build.ts";
import { describe as described } from "../../src/types/describe.ts";
import type { CompositeType, Member } from "../../src/types/description.ts";
import { alignOf, skipModifiers } from "../../src/types/sizes.ts";
import { cache, corpus, needShared, peer, root, run } from "../support/shared.mjs";

/**
 * `npm run sweep:layout [-- PART...]`: what people ask pahole, against pahole 1.32 and compilers.
 * - `text`: every struct and union of five vmlinux, 500 of them with `-E`, `--hex` and by name, byte for byte;
 * - `lists`: sizes, members, holes, who holds and who points, as sets;
 * - `packable`: what another order of members saves, for each struct alone, since pahole does not finish on a vmlinux.
 *   It is never less than pahole finds, except where an alignment that an attribute gave stands against it, which pahole
 *   does not keep, or the padding that C requires;
 * - `offsets`: 1,000 members at random, of which clang and gcc say the same of the header.
 */

needShared();
const pahole: string = peer("pahole");
const folder = join(cache, "layout");
mkdirSync(folder, { recursive: true });
const amd64 = join(corpus("6.12.117-amd64.tar.xz"), "vmlinux.btf");
const older = join(corpus("6.1.0-47-amd64.tar.xz"), "vmlinux.btf");
const parts: Readonly<Record<string, () => void>> = { text, lists, packable, offsets };
const wanted = process.argv.slice(2);
for (const [name, part] of Object.entries(parts)) if (wanted.length === 0 || wanted.includes(name)) part();

function tell(what: string, agree: number, different: readonly string[]): void {
  console.log(`${what}: ${agree} agree, ${different.length} differ`);
  for (const each of different.slice(0, 20)) console.log(`  ${each}`);
  if (different.length > 0 || agree === 0) process.exitCode = 1;
}

function btfx(...words: string[]): string {
  return run(process.execPath, [join(root, "bin/btfx.js"), ...words]);
}

function text(): void {
  const others = ["6.12.107-s390x.vmlinux.btf.xz", "6.12.117-arm64.vmlinux.btf.xz"].map((name) =>
    corpus(name),
  );
  const kernels = [amd64, older, join(corpus("6.12.100-amd64.tar.xz"), "vmlinux.btf"), ...others];
  for (const path of kernels) {
    const definitions = (all: string) => all.split(/^(?=(?:struct|union) )/m);
    const theirs = definitions(run(pahole, [path]));
    const ours = definitions(btfx("layout", "--compat", "pahole", path));
    const different = theirs.filter((each, i) => each !== ours[i]).map((each) => each.split("\n", 1)[0]);
    if (ours.length !== theirs.length) different.push(`${ours.length} definitions, not ${theirs.length}`);
    tell(`text of ${path.replace(/.*corpus\//, "")}`, theirs.length - different.length, different);
  }
  for (const path of [amd64, older]) {
    const named = [...parseBtf(readFileSync(path)).ids("STRUCT")].map((id) => id);
    const btf = parseBtf(readFileSync(path));
    const names = [...new Set(named.map((id) => btf.name(id)).filter((name) => name !== ""))];
    const step = Math.floor(names.length / 500);
    const list = names.filter((_, i) => i % step === 0).join(",");
    for (const options of [["-C"], ["-E", "-C"], ["--hex", "-C"], ["-E", "--hex", "-C"]]) {
      const same =
        run(pahole, [...options, list, path]) ===
        btfx("layout", "--compat", "pahole", ...options, list, path);
      tell(
        `${options.join(" ")} of ${list.split(",").length} structs`,
        same ? 1 : 0,
        same ? [] : [options.join(" ")],
      );
    }
  }
}

function lists(): void {
  const sorted = (all: string) => all.split("\n").sort().join("\n");
  const compare = (what: string, theirs: string, ours: string) => {
    const same = sorted(theirs) === sorted(ours);
    tell(what, same ? theirs.split("\n").length - 1 : 0, same ? [] : [what]);
  };
  for (const path of [amd64, older]) {
    for (const options of [
      ["--sizes"],
      ["--nr_members"],
      ["--sizes", "--holes=2"],
      ["--sizes", "--unions"],
      ["--sizes", "--bit_holes=1"],
      ["--sizes", "--padding_ge=8"],
      ["--sizes", "--packed"],
      ["--sizes", "--with_flexible_array"],
      ["--sizes", "--prefix_filter=tcp"],
    ]) {
      compare(
        options.join(" "),
        run(pahole, [...options, path]),
        btfx("layout", "--compat", "pahole", ...options, path),
      );
    }
    const users = (option: string, name: string) => {
      const ours = btfx("who", "--compat", "pahole", option, name, path);
      compare(`${option} ${name}`, run(pahole, [`${option}=${name}`, path]), ours);
    };
    // Nothing holds a task_struct by value.
    for (const name of ["list_head", "mutex", "sk_buff", "inode"]) users("--contains", name);
    for (const name of ["list_head", "task_struct", "mutex", "sk_buff", "inode"]) {
      users("--find_pointers_to", name);
    }
  }
}

function packable(): void {
  const btf = parseBtf(readFileSync(amd64));
  withLayouts(btf, {}, (layouts) => packableOf(btf, layouts));
}

function packableOf(btf: Btf, layouts: PaholeLayouts): void {
  const packing = new Packing(btf, layouts);
  const holed = layouts.all().filter((id) => {
    const struct = layouts.of(id);
    return btf.kind(id) === STRUCT && struct.holes + struct.bitHoles > 0;
  });
  const file = join(folder, "alone.btf");
  const count = { same: 0, more: 0, keptAligned: 0, unpadded: 0, endless: 0 };
  const different: string[] = [];
  for (const id of holed.filter((_, i) => i % 5 === 0)) {
    const { size } = layouts.of(id);
    writeFileSync(file, alone(btf, id));
    const result = spawnSync(pahole, ["--packable", file], { encoding: "utf8", timeout: 5000 });
    if (result.signal !== null) {
      count.endless++;
      continue;
    }
    const line = result.stdout.split("\n").find((each) => each.split("\t")[0] === btf.name(id));
    const theirs = line === undefined ? 0 : Number(line.split("\t")[3]);
    const ours = size - packing.sizeOf(id);
    if (ours === theirs) count.same++;
    else if (ours > theirs) count.more++;
    else if (hasForcedAlignment(btf, layouts, id)) count.keptAligned++;
    else if ((size - theirs) % (alignOf(btf, id) ?? 1) !== 0) count.unpadded++;
    else different.push(`${btf.name(id)}: ${ours} bytes saved, pahole ${theirs}`);
  }
  console.log(
    `packable: ${count.same} the same, ${count.more} where more is saved, ${count.keptAligned} that keep an alignment, ${count.unpadded} for which pahole forgets padding, ${count.endless} on which pahole does not finish in 5 s`,
  );
  tell("packable", count.same, different);
}

/** A struct with all that it holds by value, as BTF of its own; what is pointed to is void. */
function alone(btf: Btf, root: TypeId): Uint8Array {
  const builder = new Builder();
  const pointer = builder.add({ kind: "PTR", type: 0 });
  builder.add({ kind: "INT", name: "long unsigned int", size: 8 });
  const copies = new Map<TypeId, TypeId>([[0, 0]]);
  const copy = (id: TypeId): TypeId => {
    const known = copies.get(id);
    if (known !== undefined) return known;
    const type = described(btf, id);
    const made = add(type);
    copies.set(id, made);
    return made;
  };
  const add = (type: ReturnType<typeof described>): TypeId => {
    switch (type.kind) {
      case "STRUCT":
      case "UNION":
        return builder.add({
          ...type,
          members: type.members.map((each) => ({ ...each, type: copy(each.type) })),
        });
      case "ARRAY":
        return builder.add({ ...type, type: copy(type.type), indexType: copy(type.indexType) });
      case "TYPEDEF":
      case "CONST":
      case "VOLATILE":
      case "RESTRICT":
      case "TYPE_TAG":
        return builder.add({ ...type, type: copy(type.type) });
      case "INT":
      case "FLOAT":
      case "ENUM":
      case "ENUM64":
      case "FWD":
        return builder.add(type);
      default:
        return pointer;
    }
  };
  copy(root);
  return builder.toBytes();
}

function hasForcedAlignment(btf: Btf, layouts: PaholeLayouts, id: TypeId): boolean {
  if (layouts.of(id).alignment !== 0) return true;
  return layouts.membersOf(id).some((member) => {
    if (member.alignment !== 0) return true;
    const type = described(btf, skipModifiers(btf, member.type));
    const held = type.kind === "ARRAY" ? skipModifiers(btf, type.type) : type.id;
    return isComposite(btf.kind(held)) && hasForcedAlignment(btf, layouts, held);
  });
}

function offsets(): void {
  const btf = parseBtf(readFileSync(amd64));
  const header = btfx("dump", "file", amd64, "format", "c");
  writeFileSync(join(folder, "vmlinux.h"), header);
  const defined = new Map<string, number>();
  for (const [, name, number] of header.matchAll(/^(?:struct|union) (\w+?)(___\d+)? \{/gm)) {
    defined.set(name, (defined.get(name) ?? 0) + (number === undefined ? 1 : 2));
  }
  const roots: TypeId[] = [];
  for (let id = 1; id < btf.typeCount; id++) {
    // Names that several types have are numbered in the header: which one is which it does not say.
    if (!isComposite(btf.kind(id)) || defined.get(btf.name(id)) !== 1 || btf.vlen(id) === 0) continue;
    if (!hasPackedUnion(btf, id)) roots.push(id);
  }
  const seed = Number(process.env.SEED ?? Date.now() % 1e6);
  const random = randomFrom(seed);
  const paths = new Map<string, string>();
  while (paths.size < 1000) {
    const root = roots[random(roots.length)];
    const path = randomPath(btf, root, random);
    if (path !== undefined)
      paths.set(
        `${btf.name(root)}${path}`,
        `${btf.kind(root) === UNION ? "union" : "struct"} ${btf.name(root)}`,
      );
  }
  const { kernels } = JSON.parse(btfx("offsets", "-j", ...paths.keys(), amd64));
  const lines = ['#include "vmlinux.h"'];
  for (const { path, offset, size, error } of kernels[0].members) {
    if (error !== undefined) throw new Error(`${path}: ${error} (SEED=${seed})`);
    const type = paths.get(path) ?? "";
    const member = path.slice(path.indexOf(".") + 1);
    lines.push(`_Static_assert(__builtin_offsetof(${type}, ${member}) == ${offset}, "${path}");`);
    if (size > 0)
      lines.push(`_Static_assert(sizeof(((${type} *)0)->${member}) == ${size}, "size of ${path}");`);
  }
  const source = join(folder, "offsets.c");
  writeFileSync(source, `${lines.join("\n")}\n`);
  for (const [compiler, ...flags] of [
    ["clang", "-target", "x86_64-linux-gnu"],
    ["gcc", "-m64"],
  ]) {
    const result = spawnSync(compiler, [...flags, "-fsyntax-only", "-std=gnu11", "-w", source], {
      encoding: "utf8",
    });
    const failed = result.status === 0 ? [] : [(result.stderr ?? String(result.error)).slice(0, 2000)];
    tell(
      `offsets and sizes of ${paths.size} members by ${compiler} (SEED=${seed})`,
      result.status === 0 ? lines.length - 1 : 0,
      failed,
    );
  }
}

/**
 * Whether a type is or holds a packed union, of which libbpf's header does not say that it is packed
 * (`btf_dump_emit_struct_def`).
 */
function hasPackedUnion(btf: Btf, id: TypeId): boolean {
  const type = described(btf, skipModifiers(btf, id));
  if (type.kind === "ARRAY") return hasPackedUnion(btf, type.type);
  if (type.kind !== "STRUCT" && type.kind !== "UNION") return false;
  const isPacked = type.members.some((member) => type.size % (alignOf(btf, member.type) ?? 1) !== 0);
  return (
    (type.kind === "UNION" && isPacked) || type.members.some(({ type: held }) => hasPackedUnion(btf, held))
  );
}

/** A member, a member of a member, or an element, whose offset C can say; undefined where the choice led to none. */
function randomPath(btf: Btf, root: TypeId, random: (below: number) => number): string | undefined {
  let path = "";
  let type = described(btf, root);
  for (let depth = 0; depth < 8; depth++) {
    if (type.kind === "ARRAY" && type.length > 0 && random(3) > 0) {
      path += `[${random(type.length)}]`;
      type = described(btf, skipModifiers(btf, type.type));
    } else if (type.kind === "STRUCT" || type.kind === "UNION") {
      if (path !== "" && random(4) === 0) break;
      const named = membersOf(btf, type).filter(({ bitfieldSize }) => bitfieldSize === 0);
      if (named.length === 0) break;
      const member = named[random(named.length)];
      path += `.${member.name}`;
      type = described(btf, skipModifiers(btf, member.type));
    } else break;
  }
  return path === "" ? undefined : path;
}

/** The members with a name, those of anonymous structs and unions among them. */
function membersOf(btf: Btf, type: CompositeType): Member[] {
  return type.members.flatMap((member) => {
    if (member.name !== "") return [member];
    const inner = described(btf, skipModifiers(btf, member.type));
    return inner.kind === "STRUCT" || inner.kind === "UNION" ? membersOf(btf, inner) : [];
  });
}

/** Whole numbers at random, the same for a seed (a linear congruential generator). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
