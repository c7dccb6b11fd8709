/**
 * Steps allowed to each run, and more for each type: some seconds. The 64 largest modules of a kernel take a fifth of
 * it.
 */
const STEPS = 10_000_000;
const STEPS_PER_TYPE = 500;

/**
 * How many steps merging so many types may take. Compilers' types are compared in about as many steps as there are
 * types, but some graphs take quadratic or exponential time in libbpf's algorithm, and some never end.
 */
export function dedupEffort(types: number): number {
  return STEPS + types * STEPS_PER_TYPE;
}
