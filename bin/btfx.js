#!/usr/bin/env node
import "../dist/btfx.cjs";
