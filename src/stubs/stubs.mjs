import { fileURLToPath } from "node:url";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

/**
 * Modules of Node that packages load at each start and hardly use: 3 to 6 ms each, and browsers have none of them. Our own
 * files reach the real ones by `process.getBuiltinModule`.
 */
export const STUBS = {
  assert: path("assert.ts"),
  util: path("util.ts"),
  "node:tty": path("tty.ts"),
  "node:child_process": path("child-process.ts"),
};
