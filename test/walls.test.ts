import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

/** What a room of the house may import: folders and files of `src` beside its own and `errors.ts`, and packages. */
interface Room {
  readonly knows: readonly string[];
  /** Packages of npm; Node's own are for `io` and `cli`. */
  readonly packages?: readonly (string | RegExp)[];
}

/** Packages for a pure room: what does not run in a browser, or belongs to another room, is left out. */
const PURE = /^(?!node:|chalk$|commander$|elfy$)/;

const ROOMS: Readonly<Record<string, Room>> = {
  // The format's numbers are compiled in: files of constants, which import nothing.
  wasm: { knows: ["btf/kind-numbers", "btf/record-words"] },
  btf: { knows: ["wasm"] },
  types: { knows: ["btf", "wasm/constants"] },
  engine: { knows: ["wasm", "btf", "types"] },
  dump: { knows: ["wasm", "btf", "types"] },
  container: { knows: ["wasm", "btf"] },
  elf: { knows: ["btf"], packages: ["elfy"] },
  image: { knows: ["btf", "container", "elf"] },
  report: { knows: ["btf", "types", "engine"], packages: [PURE] },
  io: {
    knows: ["btf", "types", "engine", "dump", "container", "elf", "image"],
    packages: [/^(?!chalk$|commander$|elfy$)/],
  },
  cli: {
    knows: [
      ...["btf", "types", "engine", "dump", "container", "elf", "image", "report", "io", "version.ts"],
      // What it printed, it checks by the schema of that.
      "../docs/schemas/report.json",
    ],
    packages: [/^(?!elfy$)/],
  },
  // Makes the documents that are committed; nothing of the program knows it.
  docs: {
    knows: ["report", "io", "cli", "version.ts"],
    packages: [/^(?!elfy$|chalk$)/],
  },
  // The entry points of the library: a browser may import all but node.ts.
  "errors.ts": { knows: [] },
  "version.ts": { knows: [] },
  stubs: { knows: [] },
  "wire.ts": { knows: ["btf", "types", "engine", "dump", "container", "elf"] },
  "index.ts": {
    knows: ["btf", "types", "engine", "dump", "container", "elf", "image", "report", "version.ts"],
  },
  "node.ts": { knows: ["btf", "types", "engine", "dump", "container", "elf", "image", "io", "index.ts"] },
};

/**
 * The same for folders in `io` and `cli`: the folders beside them that they may import. Each knows the files above it.
 */
const INNER_ROOMS: Readonly<Record<string, readonly string[]>> = {
  "io/packages": [],
  "io/codecs": ["io/packages"],
  "io/read": ["io/codecs"],
  "io/write": ["io/codecs", "io/read"],
  "cli/words": [],
  "cli/jobs": ["cli/words"],
  "cli/batch": ["cli/jobs"],
  "cli/output": ["cli/definitions"],
  "cli/completion": ["cli/words"],
  "cli/commands": ["cli/words", "cli/jobs", "cli/batch", "cli/output", "cli/completion"],
  "cli/definitions": ["cli/words", "cli/commands", "cli/completion"],
};

/** The same for the page of samples/browser: what it takes of the library is what `btfx` and `btfx/wire` offer. */
const PAGE_ROOMS: Readonly<Record<string, Room>> = {
  shared: { knows: ["src/index.ts"] },
  worker: {
    knows: ["shared", "src/index.ts", "src/wire.ts", "src/io/codecs/portable-codecs.ts"],
    packages: ["comlink", "pako", "@bokuweb/zstd-wasm", "@noble/hashes/sha2.js", /^bytes:/],
  },
  // Of the worker it knows the types of what it is told.
  page: {
    knows: ["shared", "worker", "src/index.ts", "src/wire.ts"],
    packages: ["comlink", /^preact/, "@tanstack/virtual-core", /^bytes:/],
  },
};

const src = fileURLToPath(new URL("../src", import.meta.url));
const page = fileURLToPath(new URL("../samples/browser", import.meta.url));
/** The file's room: its folder in `src`, or itself. */
const roomOf = (path: string): string => relative(src, path).split("/")[0];
/** Of a file of the page its folder there, of another its path. */
const pageRoomOf = (path: string): string =>
  path.startsWith(page) ? relative(page, path).split("/")[0] : relative(dirname(src), path);

/** Specifiers of all imports and re-exports of a file, the dynamic ones too. */
function importsOf(path: string): string[] {
  const text = readFileSync(path, "utf8");
  const uses = text.matchAll(/^(?:import|export)\b[^"';]* from "([^"]+)"|\bimport\("([^"]+)"\)/gm);
  return Array.from(uses, ([, named, dynamic]) => named ?? dynamic);
}

/** What a file imports and its room may not, in words. */
function trespasses(
  path: string,
  rooms: Readonly<Record<string, Room>>,
  roomOfPath: (path: string) => string,
): string[] {
  const name = roomOfPath(path);
  const room = rooms[name];
  if (room === undefined) return [`${name} is not in the table of rooms`];
  return importsOf(path).flatMap((specifier) => {
    const isOurs = specifier.startsWith(".");
    const to = isOurs ? roomOfPath(join(dirname(path), specifier)) : specifier;
    const file = isOurs ? relative(src, join(dirname(path), specifier)) : specifier;
    const allowed = isOurs
      ? to === name || to === "errors.ts" || room.knows.some((each) => to === each || isIn(file, each))
      : (room.packages ?? []).some((each) => (typeof each === "string" ? each === to : each.test(to)));
    return allowed ? [] : [`${relative(dirname(src), path)} imports ${specifier}`];
  });
}

/** Whether a path is that file, or lies in that folder. */
function isIn(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`);
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /(?<!\.d)\.tsx?$/.test(name))
    .map((name) => join(folder, name));
}

describe("the walls of the house", () => {
  const files = filesIn(src);

  it("stand: no file imports what its room does not know", () => {
    expect(files.length).toBeGreaterThan(100);
    expect(files.flatMap((path) => trespasses(path, ROOMS, roomOf))).toEqual([]);
  });

  it("stand within io and cli", () => {
    const folderOf = (path: string) => relative(src, dirname(path));
    const trespassing = files.flatMap((path) => {
      const from = folderOf(path);
      const to = importsOf(path).map((specifier) => folderOf(join(dirname(path), specifier)));
      const forbidden = to.filter(
        (each) => each !== from && dirname(each) === dirname(from) && !INNER_ROOMS[from]?.includes(each),
      );
      return from in INNER_ROOMS ? forbidden.map((each) => `${relative(src, path)} imports ${each}`) : [];
    });
    expect(trespassing).toEqual([]);
    const folders = new Set(files.map(folderOf).filter((each) => /^(io|cli)\//.test(each)));
    expect([...folders].toSorted()).toEqual(Object.keys(INNER_ROOMS).toSorted());
  });

  it("stand in the page of samples/browser too", () => {
    const pageFiles = filesIn(page);
    expect(pageFiles.length).toBeGreaterThan(30);
    expect(pageFiles.flatMap((path) => trespasses(path, PAGE_ROOMS, pageRoomOf))).toEqual([]);
  });

  it("would be seen to fall", () => {
    expect(importsOf(join(src, "index.ts"))).toContain("./btf/parse.ts");
    expect(importsOf(join(src, "cli/main.ts"))).toContain("./program.ts");
    expect(importsOf(join(src, "io/file-source.ts"))).toContain("node:fs");
  });

  it("let only elfy.ts know elfy", () => {
    const users = files.filter((path) => importsOf(path).includes("elfy"));
    expect(users.map((path) => relative(src, path))).toEqual(["elf/elfy.ts"]);
  });

  it("let only io/builtin.ts load modules of Node in a way that not every Node 20 has", () => {
    const users = files.filter((path) => /getBuiltinModule[?.]*\(/.test(readFileSync(path, "utf8")));
    expect(users.map((path) => relative(src, path))).toEqual(["io/builtin.ts"]);
  });
});
