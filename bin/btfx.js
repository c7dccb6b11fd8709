#!/usr/bin/env node
const { existsSync } = require("node:fs");
const { join } = require("node:path");

// Not btfx.cjs beside it, which loads what only other commands than --version need.
const bundle = join(__dirname, "../dist/bundle/start.cjs");
if (existsSync(bundle)) {
  require(bundle).start();
} else {
  console.error("btfx: this checkout is not built yet: run 'npm ci' in it");
  process.exitCode = 2;
}
