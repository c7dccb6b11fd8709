import type { GrowingMemory } from "./web-assembly.ts";

/** Lends what has a memory to one user at a time. It is made when nobody has given one back, and kept unless it has become large. */
export function lender<T extends { readonly memory: GrowingMemory }>(
  make: () => T,
): <Result>(work: (lent: T) => Result) => Result {
  const idle: T[] = [];
  return (work) => {
    const lent = idle.pop() ?? make();
    try {
      return work(lent);
    } finally {
      if (lent.memory.bytes.length <= MOST_KEPT_BYTES) idle.push(lent);
    }
  };
}

const MOST_KEPT_BYTES = 1 << 26;
