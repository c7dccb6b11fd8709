// Writes the documents that are made from the code: npm run docs
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { apiPages } from "./api-pages.ts";
import { madeDocuments } from "./docs.ts";
import { jsonSchemas } from "./schemas.ts";

const root = process.cwd();
const made = new Map([
  ...madeDocuments(readFileSync("CHANGELOG.md", "utf8")),
  ...jsonSchemas(root),
  ...apiPages(root),
]);
// Pages of commands that are no more.
for (const name of readdirSync("man")) if (!made.has(`man/${name}`)) rmSync(`man/${name}`);
for (const [path, text] of made) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
