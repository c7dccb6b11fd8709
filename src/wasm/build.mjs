// Compiles assembly/ into code.ts and lzma-code.ts, if those are not of these sources. AssemblyScript is loaded only then.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const OPTIONS = ["-O3", "--converge", "--noAssert", "--runtime", "stub", "--importMemory"];

/** What is compiled, each with what it is called: two modules, since few files need both. */
const TARGETS = [
  { entry: "index.ts", file: "code.ts", what: "The loops" },
  { entry: "lzma.ts", file: "lzma-code.ts", what: "The decoder of LZMA" },
];

/** Names the sources, their contents, the compiler and its options. */
function stamp() {
  const hash = createHash("sha256").update(OPTIONS.join(" "));
  hash.update(createRequire(import.meta.url)("assemblyscript/package.json").version);
  const names = readdirSync(path("assembly")).map((name) => `assembly/${name}`);
  for (const name of [...names, "lzma-places.ts", "places.ts", "steps.ts"].sort()) {
    hash.update(name).update(readFileSync(path(name)));
  }
  return hash.digest("hex");
}

function alreadyBuilt(file, of) {
  try {
    return readFileSync(path(file), "utf8").includes(of);
  } catch {
    return false;
  }
}

export async function buildLoops() {
  const made = stamp();
  for (const target of TARGETS) if (!alreadyBuilt(target.file, made)) await build(target, made);
}

async function build({ entry, file, what }, made) {
  const { default: asc } = await import("assemblyscript/asc");
  let wasm;
  const { error, stderr } = await asc.main([entry, "--outFile", "code.wasm", ...OPTIONS], {
    readFile: (name, base) => {
      try {
        return readFileSync(path(`assembly/${base === "." ? "" : `${base}/`}${name}`), "utf8");
      } catch {
        return null;
      }
    },
    writeFile: (_name, contents) => {
      wasm = contents;
    },
  });
  if (error !== null) throw new Error(`${error.message}\n${stderr.toString()}`);
  const text = Buffer.from(wasm).toString("base64").replace(/=+$/, "");
  const comment = `/** ${what}, compiled from assembly/ by build.mjs: WebAssembly in base64. Made of ${made} */`;
  writeFileSync(path(file), `${comment}\nexport const CODE = "${text}";\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildLoops();
