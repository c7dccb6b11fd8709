#!/usr/bin/env node
require("../dist/bundle/btfx.cjs").start();
