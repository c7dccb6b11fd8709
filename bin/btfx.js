#!/usr/bin/env node
require("../dist/btfx.cjs");
