import { fileURLToPath } from "node:url";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

/**
 * Modules, most of them Node's, that packages load at each start and hardly use: 3 to 6 ms each, and browsers have none
 * of them. Our own files reach the real ones by `io/builtin`.
 */
export const STUBS = {
  assert: path("assert.ts"),
  util: path("util.ts"),
  "node:child_process": path("child-process.ts"),
  "#supports-color": path("supports-color.ts"),
};
