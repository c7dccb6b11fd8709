import type { GrowingMemory } from "./web-assembly.ts";

/**
 * Lends machines with a memory, each to one user at a time. A user may ask for one while another works. A machine is
 * made if none is free, and kept unless its memory has become large. `tidy` removes what belongs to the user.
 */
export function lender<T extends { readonly memory: GrowingMemory }>(
  make: () => T,
  tidy?: (lent: T) => void,
): <Result>(work: (lent: T) => Result) => Result {
  const idle: T[] = [];
  return (work) => {
    const lent = idle.pop() ?? make();
    try {
      return work(lent);
    } finally {
      tidy?.(lent);
      if (lent.memory.bytes.length <= MOST_KEPT_BYTES) idle.push(lent);
    }
  };
}

const MOST_KEPT_BYTES = 1 << 26;
