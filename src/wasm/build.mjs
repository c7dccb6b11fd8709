// Compiles assembly/ into code.ts, if that is not what was compiled of these sources. AssemblyScript is loaded only then.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const OPTIONS = ["-O3", "--converge", "--noAssert", "--runtime", "stub", "--importMemory"];

/** Names the sources, their contents, the compiler and its options. */
function stamp() {
  const hash = createHash("sha256").update(OPTIONS.join(" "));
  hash.update(createRequire(import.meta.url)("assemblyscript/package.json").version);
  const names = readdirSync(path("assembly")).map((name) => `assembly/${name}`);
  for (const name of [...names, "places.ts", "steps.ts"].sort()) {
    hash.update(name).update(readFileSync(path(name)));
  }
  return hash.digest("hex");
}

function alreadyBuilt(of) {
  try {
    return readFileSync(path("code.ts"), "utf8").includes(of);
  } catch {
    return false;
  }
}

export async function buildLoops() {
  const made = stamp();
  if (alreadyBuilt(made)) return;
  const { default: asc } = await import("assemblyscript/asc");
  let wasm;
  const { error, stderr } = await asc.main(["index.ts", "--outFile", "code.wasm", ...OPTIONS], {
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
  const comment = `/** The loops, compiled from assembly/ by build.mjs: WebAssembly in base64. Made of ${made} */`;
  writeFileSync(path("code.ts"), `${comment}\nexport const CODE = "${text}";\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildLoops();
