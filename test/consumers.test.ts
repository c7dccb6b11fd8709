import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import vm from "node:vm";
import { build } from "rolldown";
import { beforeAll, describe, expect, it } from "vitest";
import { workDirectory } from "./support/cli.ts";

/** The package as others use it: what `npm run build` made, by its `exports`. */
const root = resolve(import.meta.dirname, "..");

const PROGRAM = `import { readFileSync } from "node:fs";
import { Builder, BtfxError, cText, describe, layoutOf, openImage, sizeOf, type TypeDescription } from "btfx";
import { openBtfFile } from "btfx/node";
import { KIND, forEachTypeId } from "btfx/wire";

const vmlinux = openImage(new Uint8Array(readFileSync(process.argv[2] as string))).parse();
const id: number | undefined = vmlinux.find("machine", "STRUCT");
if (id === undefined) throw new Error("no machine");
const type: TypeDescription = describe(vmlinux, id);
const offset: number | undefined = layoutOf(vmlinux, id).members.find(({ name }) => name === "state")?.offset;
const members: number = type.kind === "STRUCT" ? type.members.length : 0;
const size: number | undefined = sizeOf(vmlinux, id);
const text: string = cText(vmlinux, { ids: [id] });
const own = new Builder();
own.add({ kind: "INT", name: "int", size: 4, signed: true });
let ids = 0;
forEachTypeId(vmlinux.words, vmlinux.starts[id - vmlinux.firstId] as number, () => ids++);
const found: boolean = text.includes("struct machine {") && KIND.STRUCT === 4 && typeof openBtfFile === "function";
console.log(JSON.stringify([offset, members, size, own.toBtf().name(1), ids > 0, found, BtfxError.name]));
`;
const PRINTED = `[24,8,48,"int",true,true,"BtfxError"]\n`;

const STRICT = {
  target: "ES2022",
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  verbatimModuleSyntax: true,
  skipLibCheck: false,
  types: ["node"],
};

/** A project with the package in its node_modules. */
function project(type: "module" | "commonjs", options: object): string {
  const folder = workDirectory();
  mkdirSync(join(folder, "node_modules"));
  for (const name of ["package.json", "dist"]) {
    mkdirSync(join(folder, "node_modules/btfx"), { recursive: true });
    symlinkSync(join(root, name), join(folder, "node_modules/btfx", name));
  }
  for (const name of ["@types", "undici-types"]) {
    const installed = join(root, "node_modules", name);
    if (existsSync(installed)) symlinkSync(installed, join(folder, "node_modules", name));
  }
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "consumer", type }));
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions: { ...STRICT, ...options }, files: ["program.ts"] }),
  );
  return folder;
}

const tsc = (folder: string) =>
  execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", folder], {
    encoding: "utf8",
    stdio: "pipe",
  });
const run = (folder: string) =>
  execFileSync(
    process.execPath,
    ["--preserve-symlinks", join(folder, "program.js"), join(root, "samples/vmlinux-a")],
    { encoding: "utf8" },
  );

const isBuilt = existsSync(join(root, "dist/cjs/index.js"));
const title = `the package${isBuilt ? "" : " (skipped: not built)"}`;
describe.skipIf(!isBuilt)(title, { timeout: 60_000 }, () => {
  it("is typed and runs for ES modules", () => {
    const folder = project("module", { module: "nodenext" });
    writeFileSync(join(folder, "program.ts"), PROGRAM);
    tsc(folder);
    expect(run(folder)).toBe(PRINTED);
  });

  it("is typed and runs for CommonJS", () => {
    const folder = project("commonjs", { module: "nodenext", verbatimModuleSyntax: false });
    writeFileSync(join(folder, "program.ts"), PROGRAM);
    tsc(folder);
    expect(readFileSync(join(folder, "program.js"), "utf8")).toContain('require("btfx")');
    expect(run(folder)).toBe(PRINTED);
  });

  it("is typed for bundlers", () => {
    const folder = project("module", { module: "esnext", moduleResolution: "bundler", noEmit: true });
    writeFileSync(join(folder, "program.ts"), PROGRAM);
    tsc(folder);
  });

  describe("in a browser", () => {
    // Bundlers differ in what they leave out before they ask for it, so that no file may name anything of Node.
    it.each(["esm/index.js", "esm/wire.js", "cjs/index.js", "cjs/wire.js"])("loads %s by itself", (entry) => {
      const files = [join(root, "dist", entry)];
      for (const file of files) {
        const named = readFileSync(file, "utf8").matchAll(/(?:\bfrom |\b(?:import|require)\()"([^"]+)"/g);
        for (const [, name] of named) {
          expect(name, `imported by ${file}`).toMatch(/^\.\//);
          const next = join(file, "..", name as string);
          if (!files.includes(next)) files.push(next);
        }
      }
      expect(files.length).toBeGreaterThan(1);
    });

    let code: string;

    beforeAll(async () => {
      const folder = project("module", {});
      writeFileSync(
        join(folder, "page.js"),
        `import { openImage, ModuleVerifier } from "btfx";
         export const judge = (vmlinux, ko) => {
           const image = openImage(ko);
           const base = openImage(vmlinux).parse();
           const split = image.parse(base);
           return [image.release, split.typeCount - split.firstId, new ModuleVerifier(base).verify(image).verdict];
         };`,
      );
      const out = await build({
        input: join(folder, "page.js"),
        platform: "browser",
        write: false,
        logLevel: "silent",
        output: { format: "iife", name: "page" },
      });
      code = out.output[0].code;
    });

    it("opens a module from its bytes, with nothing of Node at hand", () => {
      expect(code).not.toMatch(/\brequire\(|from "node:|import\(/);
      const bytes = (name: string) => Uint8Array.from(readFileSync(join(root, "samples", name)));
      const context = vm.createContext({ TextDecoder, vmlinux: bytes("vmlinux-a"), ko: bytes("meter.ko") });
      const judged = vm.runInContext(`${code}; JSON.stringify(page.judge(vmlinux, ko))`, context);
      expect(JSON.parse(judged)).toEqual(["6.99.1-sample", expect.any(Number), "accept"]);
    });
  });
});
