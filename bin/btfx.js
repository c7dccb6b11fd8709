#!/usr/bin/env node
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const bundle = join(__dirname, "../dist/bundle");
// Not btfx.cjs beside it, which loads what only other commands than --version need.
const start = join(bundle, "start.cjs");
if (existsSync(start)) {
  require(start).start(bundle, require);
} else {
  console.error("btfx: this checkout is not built yet: run 'npm ci' in it");
  process.exitCode = 2;
}
