import { createRequire } from "node:module";

/**
 * Loads a module of Node when it is needed, so that not every start pays for it. Node before 20.16 and 22.3 has no
 * function for this.
 */
export const builtin: typeof process.getBuiltinModule = (name: string) =>
  process.getBuiltinModule?.(name) ?? createRequire(process.execPath)(name);
