// Runs a script that takes TypeScript from src/, bundled into dist/run/: node test/support/bundled.mjs SCRIPT [ARG...]
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "rolldown";
import { root } from "./shared.mjs";

const [, , script, ...args] = process.argv;
const name = basename(script).replace(/\.\w+$/, ".mjs");
// As deep as the scripts are, so that paths beside them are found from there.
const file = join(root, "dist/run", name);
await build({
  input: resolve(script),
  platform: "node",
  // They find their own files beside themselves.
  external: ["playwright-core", "ts-json-schema-generator", "@microsoft/api-extractor"],
  output: { file, format: "esm", codeSplitting: false },
});
process.argv = [process.execPath, file, ...args];
await import(pathToFileURL(file).href);
