// Compiles each room of assembly/ into its file of code/, if that is not of these sources. AssemblyScript is loaded
// only then.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const OPTIONS = "--converge --noAssert --runtime stub --importMemory --zeroFilledMemory".split(" ");
// Types of assembly/kinds.d.ts, which AssemblyScript cannot express.
for (const type of ["KindNumber", "UnknownKind"]) OPTIONS.push("--use", `${type}=u32`);
const LOOPS = "-O3";

/**
 * The modules: the room that each is made of, beside what is common to all, and what it is called. A command loads what
 * it needs. Loops are inlined; much code of which each part runs a little is faster without, since V8 has less to
 * compile and optimise; C has V8 told not to.
 */
const MODULES = [
  { room: "dump", what: "The loops of parsing, raw text and JSON" },
  { room: "diff", what: "The loops of comparing" },
  { room: "distill", what: "The loops of distilling" },
  { room: "c", what: "The code that prints C" },
  { room: "layout", what: "The code that prints layouts", level: "-O2" },
  { room: "lzma", what: "The decoder of LZMA" },
  { room: "merge", what: "Merging" },
  { room: "verify", what: "The kernel's walks over records and references" },
];

/** Constants that the code shares with its host: files of nothing else. */
const CONSTANTS = [...filesOf("constants"), "../btf/kind-numbers.ts", "../btf/record-words.ts"];

function filesOf(folder) {
  return readdirSync(path(folder)).map((name) => `${folder}/${name}`);
}

/** Names the sources, their contents, the compiler and its options. */
function stampOf({ room, level = LOOPS }) {
  const hash = createHash("sha256").update([level, ...OPTIONS].join(" "));
  hash.update(createRequire(import.meta.url)("assemblyscript/package.json").version);
  const sources = [...filesOf("assembly/common"), ...filesOf(`assembly/${room}`), ...CONSTANTS];
  for (const name of sources.sort()) hash.update(name).update(readFileSync(path(name)));
  return hash.digest("hex");
}

function alreadyBuilt(file, of) {
  try {
    return readFileSync(file, "utf8").includes(of);
  } catch {
    return false;
  }
}

export async function buildLoops() {
  mkdirSync(path("code"), { recursive: true });
  for (const module of MODULES) {
    const file = path(`code/${module.room}.ts`);
    const stamp = stampOf(module);
    if (!alreadyBuilt(file, stamp)) await build(module, file, stamp);
  }
}

async function build({ room, what, level = LOOPS }, file, stamp) {
  const { default: asc } = await import("assemblyscript/asc");
  let wasm;
  const { error, stderr } = await asc.main(
    [`${room}/index.ts`, "--outFile", "code.wasm", level, ...OPTIONS],
    {
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
    },
  );
  if (error !== null) throw new Error(`${error.message}\n${stderr.toString()}`);
  const text = Buffer.from(wasm).toString("base64").replace(/=+$/, "");
  const comment = `/** ${what}, compiled from assembly/${room} by build.mjs: WebAssembly in base64. Made of ${stamp} */`;
  writeFileSync(file, `${comment}\nexport const CODE = "${text}";\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildLoops();
