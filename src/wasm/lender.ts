import type { GrowingMemory } from "./web-assembly.ts";

/**
 * Lends what has a memory to one user at a time: while one works, another may ask for one too. It is made when nobody has given one back,
 * and kept unless it has become large. `tidy` takes out what belongs to the user.
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
