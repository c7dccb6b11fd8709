// Unpacks files in memory as the commands do, and nothing else: what decompressing takes of a run. usage: unpack.mjs
// FILE...
import { readFileSync } from "node:fs";
import { NODE_CODECS, unpackImage } from "../../dist/esm/node.js";

for (const path of process.argv.slice(2)) await unpackImage(readFileSync(path), { codecs: NODE_CODECS });
