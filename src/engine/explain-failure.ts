import type { BrokenRule } from "./match.ts";
import type { Candidate, RelocationFailure } from "./relocate.ts";

/** Candidates beyond this many are counted. */
const SHOWN_CANDIDATES = 4;

/**
 * Says why a type of a distilled base has no counterpart. `base` is what to call the base that it was looked for in.
 */
export function explainFailure(failure: RelocationFailure, base: string): string {
  return TEXTS[failure.rule](failure, base);
}

/** A failure in lines for people: what does not fit and, where it is known, who needs it and what else matters. */
export interface FailureLines {
  /** `STRUCT`, `INT`, … and the name of the type; "" for both where the failure is not about a type of its own. */
  readonly kind: string;
  readonly name: string;
  /**
   * `[4]: size differs: 24 bytes needed (held by value), vmlinux has STRUCT [11] of 16 bytes`; without a type the
   * message.
   */
  readonly what: string;
  /** `embedded in STRUCT pump [9]; used by FUNC pump_start [12]` */
  readonly users: string | undefined;
  readonly note: string | undefined;
}

/** Says all that is known of a failure. `base` is what to call the base that the type was looked for in. */
export function failureLines(failure: RelocationFailure, base: string): FailureLines {
  const { id, kind, name, message, users, unused } = failure;
  const isAboutType = id !== 0;
  const texts = (["embeds", "uses"] as const).flatMap((how) => {
    const those = users.filter((user) => user.how === how);
    if (those.length === 0) return [];
    const names = those.map((user) => `${user.kind} ${user.name} [${user.id}]`).join(", ");
    return [`${how === "embeds" ? "embedded in" : "used by"} ${names}`];
  });
  return {
    kind: isAboutType ? kind : "",
    name: isAboutType ? name || "(anon)" : "",
    what: isAboutType ? `[${id}]: ${explainFailure(failure, base)}` : message,
    users: texts.length === 0 ? undefined : texts.join("; "),
    note: unused
      ? "only types that nothing in the module uses need it: distill --prune drops them"
      : undefined,
  };
}

/** One text for each rule of relocation. */
const TEXTS: Readonly<Record<BrokenRule, (failure: RelocationFailure, base: string) => string>> = {
  missing: (_, base) => `missing: ${base} has no type of this name`,
  "size-differs": ({ size, embedded, candidates }, base) =>
    `size differs: ${bytesText(size)} needed${embedded ? " (held by value)" : ""}, ${base} has ${listed(candidates)}`,
  "kind-differs": ({ candidates }, base) => `kind differs: ${base} has ${listed(candidates)}`,
  "int-encoding-differs": ({ candidates }, base) =>
    `int encoding differs (sign, char or bool): ${base} has ${listed(candidates)}`,
  "several-candidates": ({ candidates }, base) => `several candidates: ${base} has ${listed(candidates)}`,
  "bitfield-hides-forward": ({ candidates }, base) =>
    `a bitfield flag hides the struct from this forward declaration: ${base} has ${listed(candidates)}`,
  anonymous: () => "unnamed: a distilled base holds named types only",
  "unexpected-kind": () =>
    "unexpected kind: a distilled base holds INT, FLOAT, ENUM, STRUCT, UNION and FWD only",
  "unmapped-string": ({ message }) => message,
  "empty-name-in-base": ({ candidates }, base) =>
    `${base} has a type with an empty name, ${listed(candidates)}: nothing relocates onto it`,
};

/** `STRUCT [11] of 16 bytes, FWD [12]`. */
function listed(candidates: readonly Candidate[]): string {
  const shown = candidates
    .slice(0, SHOWN_CANDIDATES)
    .map(({ id, kind, size }) => (kind === "FWD" ? `FWD [${id}]` : `${kind} [${id}] of ${bytesText(size)}`));
  const more = candidates.length - shown.length;
  return shown.join(", ") + (more > 0 ? ` and ${more.toLocaleString("en-US")} more` : "");
}

function bytesText(count: number): string {
  return `${count.toLocaleString("en-US")} ${count === 1 ? "byte" : "bytes"}`;
}
