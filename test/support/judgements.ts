import type { RelocationFailure } from "../../src/engine/relocate.ts";
import type { BaseJudgement, Judgement } from "../../src/report/verify-summary.ts";

const CHOICE = {
  kernel: 612,
  rules: "6.12",
  release: null,
  source: "newest",
  readsDistilledBase: true,
} as never;
const ACCEPTED = { verdict: "accept", errno: 0, phrase: null, log: null, findings: [] } as const;
const REFUSED = { ...ACCEPTED, verdict: "reject", errno: 22 } as const;

/** As many modules on these kernels; each sixtieth breaks on the last, by a struct of this name. */
export function manyJudgements(count: number, bases: readonly string[], breaking: string): Judgement[] {
  const failure = {
    id: 7,
    kind: "STRUCT",
    name: breaking,
    size: 648,
    embedded: true,
    rule: "size-differs",
    candidates: [{ id: 4711, kind: "STRUCT", size: 656 }],
    users: [{ id: 99, kind: "STRUCT", name: "driver_state", how: "embeds" }],
    message: "",
  } as unknown as RelocationFailure;
  return Array.from({ length: count }, (_, i) => {
    const columns = bases.map((base, column): BaseJudgement => {
      const breaks = i % 60 === 1 && column === bases.length - 1;
      const verdict = (breaks ? REFUSED : ACCEPTED) as unknown as BaseJudgement;
      return { ...verdict, kernel: CHOICE, base, wrongBase: false, unmapped: breaks ? [failure] : [] };
    });
    const own = columns.find(({ verdict }) => verdict === "reject") ?? columns[0];
    const path = `kernel/drivers/net/ethernet/vendor${i % 40}/module_${i}.ko.xz`;
    // As Debian's are distributed, roughly.
    const [btfBytes, baseBytes] = [11, 7].map((power) => Math.floor(2 ** (power + ((i * 7919) % 500) / 100)));
    const sizes = { btfBytes, baseBytes };
    return {
      ...own,
      input: path,
      form: "module",
      name: `module_${i}`,
      distilled: true,
      ...sizes,
      bases: columns,
    };
  });
}
