import { mean, quantileSorted, standardDeviation } from "simple-statistics";

/** Sizes of one module's BTF, in bytes, and its types by kind. Plain data. */
export interface ModuleSizes {
  readonly input: string;
  /** `.BTF` before it was distilled, where that is known. */
  readonly oldBtfBytes?: number;
  /** `.BTF`, of a module that is or was distilled the new one. */
  readonly btfBytes: number;
  /** `.BTF.base`, undefined for a module that has none. */
  readonly baseBytes?: number;
  /** Types of `.BTF` and of `.BTF.base` by the names of their kinds. */
  readonly kinds?: Readonly<Record<string, number>>;
  readonly baseKinds?: Readonly<Record<string, number>>;
}

/** How sizes are distributed. In bytes. */
export interface Distribution {
  readonly count: number;
  readonly mean: number;
  /** Standard deviation of the population: the modules are not a sample. */
  readonly stddev: number;
  readonly median: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
  readonly total: number;
  /** Sizes from 2^n up to 2^(n+1), from the smallest that there are to the largest. */
  readonly histogram: readonly { readonly from: number; readonly modules: number }[];
}

/** Statistics of many modules. */
export interface SizeStatistics {
  readonly modules: number;
  /** Sizes of `.BTF.base`; undefined where no module has one. */
  readonly base?: Distribution;
  readonly btf?: Distribution;
  /** How much more `.BTF` and `.BTF.base` take together than `.BTF` before, in per cent; where both are known. */
  readonly growthPercent?: number;
  /** The modules with the largest `.BTF.base`, else `.BTF`. */
  readonly largest: readonly ModuleSizes[];
  readonly kinds: Readonly<Record<string, number>>;
  readonly baseKinds: Readonly<Record<string, number>>;
}

const LARGEST = 10;

/** Counts it all. */
export function summarizeSizes(modules: readonly ModuleSizes[]): SizeStatistics {
  const bases = modules.flatMap(({ baseBytes }) => (baseBytes === undefined ? [] : [baseBytes]));
  const base = distribution(bases);
  const btf = distribution(modules.map(({ btfBytes }) => btfBytes));
  const growthPercent = growth(modules);
  const rank = ({ baseBytes, btfBytes }: ModuleSizes) => (base === undefined ? btfBytes : (baseBytes ?? 0));
  const largest = [...modules].sort((a, b) => rank(b) - rank(a) || (a.input < b.input ? -1 : 1));
  return {
    modules: modules.length,
    ...(base && { base }),
    ...(btf && { btf }),
    ...(growthPercent !== undefined && { growthPercent }),
    largest: largest.slice(0, LARGEST).map(({ kinds: _, baseKinds: __, ...sizes }) => sizes),
    kinds: sumKinds(modules.map(({ kinds }) => kinds)),
    baseKinds: sumKinds(modules.map(({ baseKinds }) => baseKinds)),
  };
}

/** Undefined for no sizes at all. */
export function distribution(sizes: readonly number[]): Distribution | undefined {
  if (sizes.length === 0) return undefined;
  const sorted = [...sizes].sort((a, b) => a - b);
  const round = (value: number) => Math.round(value * 10) / 10;
  return {
    count: sorted.length,
    mean: round(mean(sorted)),
    stddev: round(standardDeviation(sorted)),
    median: round(quantileSorted(sorted, 0.5)),
    p90: round(quantileSorted(sorted, 0.9)),
    p99: round(quantileSorted(sorted, 0.99)),
    max: sorted[sorted.length - 1],
    total: sorted.reduce((sum, size) => sum + size, 0),
    histogram: histogram(sorted),
  };
}

function histogram(sorted: readonly number[]): { from: number; modules: number }[] {
  const power = (size: number) => (size < 1 ? 0 : Math.floor(Math.log2(size)));
  const first = power(sorted[0]);
  const buckets = Array.from({ length: power(sorted[sorted.length - 1]) - first + 1 }, (_, i) => ({
    from: 2 ** (first + i),
    modules: 0,
  }));
  for (const size of sorted) buckets[power(size) - first].modules++;
  return buckets;
}

function growth(modules: readonly ModuleSizes[]): number | undefined {
  let before = 0;
  let after = 0;
  for (const { oldBtfBytes, btfBytes, baseBytes = 0 } of modules) {
    if (oldBtfBytes === undefined) continue;
    before += oldBtfBytes;
    after += btfBytes + baseBytes;
  }
  return before === 0 ? undefined : Math.round((after / before - 1) * 1000) / 10;
}

/** Sums of counts by kind, the most frequent first. */
function sumKinds(counts: readonly (Readonly<Record<string, number>> | undefined)[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const each of counts) {
    for (const [kind, count] of Object.entries(each ?? {})) sums.set(kind, (sums.get(kind) ?? 0) + count);
  }
  return Object.fromEntries([...sums].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)));
}
