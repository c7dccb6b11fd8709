import type { Btf } from "../../btf/btf.ts";
import { readsDistilledBase } from "../distilled-support.ts";
import {
  DISTILLED_SINCE,
  type Kernel,
  kernelName,
  NEWEST_KERNEL,
  NEWEST_RULES,
  OLDEST_KERNEL,
  releaseOf,
} from "./kernel.ts";

/** Where the release of a kernel was read. */
export type ReleaseSource = "asked" | "banner" | "running" | "vermagic" | "path";

/** A kernel release and where it was read. */
export interface FoundRelease {
  /** As it stands there: `6.12.117+deb13-amd64`. */
  readonly release: string;
  readonly source: ReleaseSource;
}

/** Which kernel's rules judge, and why. */
export interface KernelChoice {
  /** The rules that judge, as a number: see {@link Kernel}. */
  readonly kernel: Kernel;
  /** The same as people write it: `6.12`. */
  readonly rules: string;
  /** The release that was found, null if none was. */
  readonly release: string | null;
  /** `newest` where no release was found: the newest rules known judge. */
  readonly source: ReleaseSource | "newest";
  /** Whether it reads the `.BTF.base` of modules. */
  readonly readsDistilledBase: boolean;
  /** Whether it does so although its release is older than 6.11: the distribution backported it. */
  readonly isBackport: boolean;
}

/**
 * Chooses the rules for a kernel with the types `base` (null if not given) and the release `found`. A release that the
 * user asked for overrides the types. Otherwise a kernel whose types show that it reads `.BTF.base` is judged as 6.11
 * at least.
 */
export function chooseKernel(found: FoundRelease | undefined, base: Btf | null): KernelChoice {
  const named = found === undefined ? undefined : releaseOf(found.release);
  const byNumber = Math.min(Math.max(named ?? NEWEST_KERNEL, OLDEST_KERNEL), NEWEST_RULES);
  const shown = found?.source === "asked" || base === null ? undefined : readsDistilledBase(base);
  const reads = shown ?? byNumber >= DISTILLED_SINCE;
  const isBackport = reads && byNumber < DISTILLED_SINCE;
  const kernel = isBackport ? DISTILLED_SINCE : byNumber;
  const isKnown = found !== undefined && named !== undefined;
  return {
    kernel,
    rules: kernelName(kernel),
    release: isKnown ? found.release : null,
    source: isKnown ? found.source : "newest",
    readsDistilledBase: reads,
    isBackport,
  };
}

const SOURCES: Readonly<Record<KernelChoice["source"], string>> = {
  asked: "as asked",
  banner: "from the banner",
  running: "the running kernel",
  vermagic: "from the module's vermagic",
  path: "from the path",
  newest: "the newest known",
};

/** `by the rules of Linux 6.12, from the banner`. */
export function explainChoice({ rules, release, source, isBackport }: KernelChoice): string {
  const text = `by the rules of Linux ${rules}, ${SOURCES[source]}`;
  if (isBackport) return `${text} (${release}, which reads .BTF.base: its struct module has btf_base_data)`;
  const named = release === null ? undefined : releaseOf(release);
  if (named === undefined || kernelName(named) === rules) return text;
  return `${text} (${release}, whose own rules are not known here)`;
}
