// The packed tarball as users get it: installed without a warning, the command, `import`, `require`, strict TypeScript
// in three module systems, and a bundle for browsers that opens a .ko, on each version of Node.
// usage: npm run test:package [-- [--suite] [NODE...]]     versions of Node; default: as VERSIONS says
// --suite: the test suite too on each of them, which takes minutes.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { root } from "../support/shared.mjs";

const asked = process.argv.slice(2).filter((word) => word !== "--suite");
const VERSIONS = asked.length > 0 ? asked : ["20.0.0", "20", "22.0.0", "22", "24", "26"];
const withSuite = process.argv.includes("--suite");
const PUBLINT = "publint@0.3.25";
const ATTW = "@arethetypeswrong/cli@0.18.5";
const ESBUILD = "esbuild@0.28.2";

/** What a program asks of each entry point; `load` is the format's way to load one. */
const program = (load) => `
${load("node:assert", "{ equal, ok }")}
${load("btfx", "{ openImage, parseBtf, cText }")}
${load("btfx/wire", "{ KINDS }")}
${load("btfx/node", "{ VERSION }")}
ok(KINDS.length > 19);
equal(typeof openImage, "function");
equal(typeof parseBtf, "function");
equal(typeof cText, "function");
console.log("btfx " + VERSION);
`;

const BROWSER = `
import { openImage } from "btfx";
globalThis.sections = (bytes) => openImage(bytes).btf.length;
`;

const TYPES = `
import { BtfxError, openImage, parseBtf, type Btf } from "btfx";
import { KINDS } from "btfx/wire";
import { VERSION } from "btfx/node";
export const base: Btf = parseBtf(openImage(new Uint8Array()).btf);
export const names: string[] = [...KINDS.map((kind) => kind.name), VERSION];
export const isOurs = (error: unknown): boolean => error instanceof BtfxError;
`;

const work = mkdtempSync(join(tmpdir(), "btfx-package-"));
try {
  run(root, "npm", "pack", "--silent", "--pack-destination", work);
  const tarball = join(work, readdirSync(work)[0]);
  writeFileSync(join(work, "package.json"), '{ "private": true, "type": "module" }');
  const { stderr } = run(work, "npm", "install", "--no-fund", "--no-audit", tarball);
  tellSizes(tarball);
  if (stderr.trim() !== "") throw new Error(`npm install warns:\n${stderr}`);
  run(work, "npx", "-y", PUBLINT, "--strict", "node_modules/btfx");
  run(work, "npx", "-y", ATTW, tarball);
  console.log("installs without a word; publint and attw find nothing");

  cpSync(join(root, "samples/meter.ko"), join(work, "meter.ko"));
  writeFileSync(
    join(work, "use.mjs"),
    program((from, names) => `import ${names} from "${from}";`),
  );
  writeFileSync(
    join(work, "use.cjs"),
    program((from, names) => `const ${names} = require("${from}");`),
  );
  for (const name of ["types.mts", "types.cts"]) writeFileSync(join(work, name), TYPES);
  for (const [module, file] of [
    ["nodenext", "types.mts"],
    ["nodenext", "types.cts"],
    ["esnext", "types.mts"],
  ]) {
    const how = module === "esnext" ? ["--moduleResolution", "bundler"] : [];
    const options = ["--noEmit", "--strict", "--target", "es2022", "--types", "", "--module", module, ...how];
    run(work, process.execPath, join(root, "node_modules/typescript/bin/tsc"), ...options, file);
  }
  console.log("strict TypeScript takes it as ES modules, CommonJS and for bundlers");

  writeFileSync(join(work, "browser.mjs"), BROWSER);
  run(
    work,
    ...["npx", "-y", ESBUILD, "browser.mjs", "--bundle", "--platform=browser", "--outfile=browser.js"],
  );
  // A context of its own has what the language has, and nothing of Node: no Buffer, process or require.
  const inBrowser = `
    const context = require("node:vm").createContext({});
    const { readFileSync } = require("node:fs");
    require("node:vm").runInContext(readFileSync("browser.js", "utf8"), context);
    if (!(context.sections(new Uint8Array(readFileSync("meter.ko"))) > 24)) throw new Error("no BTF");`;
  for (const version of VERSIONS) {
    const node = (...args) => run(work, "npx", "-y", `node@${version}`, ...args);
    const told = node("node_modules/btfx/bin/btfx.js", "dump", join(root, "samples/vmlinux-a")).stdout;
    if (!told.startsWith("[1] TYPEDEF")) throw new Error(`btfx dump on Node ${version}: ${told}`);
    node("use.mjs");
    node("use.cjs");
    node("-e", inBrowser);
    console.log(`Node ${version}: the command, import, require, and a browser's bundle that opens a .ko`);
    if (withSuite) console.log(`Node ${version}: ${suiteOn(version)}`);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** Prints how large the tarball is, and what an installation takes. */
function tellSizes(tarball) {
  const files = readdirSync(join(work, "node_modules"), { recursive: true, withFileTypes: true }).filter(
    (each) => each.isFile(),
  );
  const bytes = (list) =>
    list.reduce((sum, each) => sum + statSync(join(each.parentPath, each.name)).size, 0);
  const own = files.filter(({ parentPath }) => `${parentPath}/`.includes("/node_modules/btfx/"));
  const packages = files.filter(({ name, parentPath }) => {
    return name === "package.json" && /\/node_modules\/(@[^/]+\/)?[^/]+$/.test(parentPath);
  });
  const kb = (size) => `${(size / 1024).toFixed(0)} KB`;
  console.log(
    `tarball ${kb(statSync(tarball).size)}, ${own.length} files of ${kb(bytes(own))}; installed ${kb(bytes(files))}, ${packages.length} packages`,
  );
}

/** Runs the test suite on a version of Node, and gives back its last words. */
function suiteOn(version) {
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const { stdout } = run(root, "npx", "-y", `node@${version}`, vitest, "run", "--testTimeout", "120000");
  return stdout
    .split("\n")
    .map((line) => stripVTControlCharacters(line).trim())
    .filter((line) => /^Tests? /.test(line))
    .join(", ");
}

/** Runs a program to its end; throws with what it printed if that is bad. */
function run(cwd, command, ...args) {
  const result = spawnSync(command, args, { cwd, encoding: "utf8", maxBuffer: 1 << 28 });
  if (result.error) throw result.error;
  if (result.status !== 0) {
    throw new Error(`${command} ${args.join(" ")}: exit ${result.status}\n${result.stdout}${result.stderr}`);
  }
  return result;
}
