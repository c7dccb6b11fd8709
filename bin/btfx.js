#!/usr/bin/env node
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const bundle = join(__dirname, "../dist/bundle/btfx.cjs");
if (existsSync(bundle)) {
  require(bundle).start();
} else {
  console.error("btfx: this checkout is not built yet: run 'npm ci' in it");
  process.exitCode = 2;
}
