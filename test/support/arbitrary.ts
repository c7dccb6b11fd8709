import fc from "fast-check";
import type { Btf } from "../../src/btf/btf.ts";
import { parseBtf } from "../../src/btf/parse.ts";
import { assemble, type Form } from "./btf.ts";

/**
 * Base and split BTFs of any shape, as text, so that a counterexample can be read: all kinds, names that several types
 * share, forward declarations, embedded and pointed-to composites, enums, anonymous types, ids that point forward,
 * both header lengths and byte orders. Types that lead to another by value never go in rings: libbpf would not return.
 */

/** One BTF as `assemble` takes it. */
export interface Sample {
  readonly text: string;
  readonly form: Form;
}

/** A base, BTFs split on it, and a later version of the base to relocate them onto. */
export interface Family {
  readonly base: Sample;
  readonly splits: readonly Sample[];
  readonly changed: Sample;
}

export interface FamilyOptions {
  /** Number of BTFs that are split on the base. */
  readonly splits?: number;
  /** Most types of each BTF. */
  readonly maxTypes?: number;
  /** Whether the splits are versions of the first one, so that most types are in several of them. */
  readonly alike?: boolean;
}

/** Families of BTFs. See the head of this file. */
export function families({
  splits = 1,
  maxTypes = 20,
  alike = false,
}: FamilyOptions = {}): fc.Arbitrary<Family> {
  const seeds = fc.array(seed, { maxLength: maxTypes, size: "max" });
  return fc
    .record({
      base: fc.array(seed, { minLength: 4, maxLength: maxTypes, size: "max" }),
      splits: fc.array(
        fc.record({ seeds, stray: fc.nat(40), form, changes: fc.array(change, { maxLength: 6 }) }),
        { minLength: splits, maxLength: splits },
      ),
      edits: fc.array(edit, { maxLength: 6 }),
      renumbered: fc.boolean(),
      forms: fc.tuple(form, form),
    })
    .map(({ base: seedsOfBase, splits: each, edits, renumbered, forms }) => {
      const types = withNames(seedsOfBase, "");
      const base = render(types, [], false);
      const edited = edits.reduce((list, [what, at, other]) => EDITS[what](list, at, other), types);
      const changed = render(renumbered ? edited.map(renumber) : edited, [], false);
      return {
        base: { text: base.text, form: forms[0] },
        splits: each.map(({ seeds: own, stray, form: formOfSplit, changes }) => ({
          text: render(
            alike
              ? changes.reduce(
                  (list, [what, at, other]) => EDITS[what](list, at, other),
                  withNames(each[0].seeds, "m_"),
                )
              : withNames(own, "m_"),
            base.kinds,
            stray === 0,
          ).text,
          form: formOfSplit,
        })),
        changed: { text: changed.text, form: forms[1] },
      };
    });
}

/** The parsed BTF of a sample. */
export function parsed({ text, form: formOfSample }: Sample, base: Btf | null = null): Btf {
  return parseBtf(assemble(text, base, formOfSample), base);
}

/** A type to be: numbers that are taken modulo what there is to choose from. */
interface Seed {
  readonly kind: string;
  readonly name: number;
  readonly size: number;
  readonly refs: readonly number[];
  readonly flag: boolean;
  /** Where its id comes among the others'. */
  readonly order: number;
}

interface NamedSeed extends Omit<Seed, "name"> {
  readonly name: string;
}

const KINDS =
  `INT INT PTR PTR PTR ARRAY STRUCT STRUCT STRUCT STRUCT UNION UNION ENUM ENUM ENUM64 FWD FWD TYPEDEF TYPEDEF VOLATILE
  CONST CONST RESTRICT FUNC FUNC_PROTO FUNC_PROTO VAR DATASEC FLOAT DECL_TAG TYPE_TAG`.split(/\s+/);
const INTS = ["int", "unsigned int", "char", "long", "_Bool", "u8"];
const INT_FORMS = [
  { size: 4, encoding: "SIGNED" },
  { size: 4, encoding: "(none)" },
  { size: 1, encoding: "CHAR" },
  { size: 8, encoding: "SIGNED" },
  { size: 1, encoding: "BOOL" },
  { size: 1, encoding: "(none)" },
];
const NAMES = [
  "list_head",
  "head",
  "sk_buff",
  "dev",
  "device",
  "e",
  "state",
  "ops",
  "caf\\xc3\\xa9",
  "\\xff",
  "int",
];
/** Members, parameters, enumerators; some are names of types too. */
const LABELS = ["a", "b", "next", "list_head", "head", "int", "RED", "GREEN", "(anon)", "(anon)"];
const SIZES = [8, 4, 16, 8, 24, 4, 8, 1, 2, 0, 12, 8, 2147483664];
const ENUM_SIZES = [4, 8, 1, 4, 2, 4, 4, 4, 8, 4, 4, 4, 3];
const VALUES = ["0", "1", "-1", "4294967295", "-2147483648", "7"];
const VALUES64 = ["0LL", "1LL", "-1LL", "18446744073709551615ULL", "-9223372036854775808LL"];
/** What only section and tag types refer to. */
const NEVER_USED = new Set(["FUNC", "VAR", "DATASEC", "DECL_TAG"]);
const ALWAYS_ANONYMOUS = new Set(["PTR", "ARRAY", "VOLATILE", "CONST", "RESTRICT", "FUNC_PROTO"]);
const OFTEN_ANONYMOUS = new Set(["STRUCT", "UNION", "ENUM", "ENUM64"]);
/** Kinds that hold their one type by value: they point to earlier ones only. */
const BY_VALUE = new Set(["TYPEDEF", "VOLATILE", "CONST", "RESTRICT", "TYPE_TAG", "ARRAY"]);

const form: fc.Arbitrary<Form> = fc.record({
  littleEndian: fc.constantFrom(true, true, true, false),
  hdrLen: fc.constantFrom(24, 32),
});

const seed: fc.Arbitrary<Seed> = fc.record({
  kind: fc.constantFrom(...KINDS),
  name: fc.nat(999),
  size: fc.nat(999),
  refs: fc.array(fc.nat(9999), { minLength: 1, maxLength: 4 }),
  flag: fc.boolean(),
  order: fc.nat(99),
});

const edit = fc.tuple(
  fc.constantFrom("drop", "double", "resize", "resize", "flag", "flag", "kind", "add", "add" as const),
  fc.nat(999),
  seed,
);

/** How two modules see the same types: one of them may only declare what the other defines. */
const change = fc.tuple(
  fc.constantFrom("forward", "forward", "forward", "drop", "resize", "flag", "renumber", "add" as const),
  fc.nat(999),
  seed,
);

type Edit = (list: NamedSeed[], at: number, other: Seed) => NamedSeed[];

/** How a kernel's types change from one version to the next. */
const EDITS: Record<"drop" | "double" | "resize" | "flag" | "kind" | "add" | "forward" | "renumber", Edit> = {
  drop: (list, at) => list.filter((_, i) => i !== at % list.length),
  double: (list, at) => (list.length === 0 ? list : [...list, { ...list[at % list.length], order: at }]),
  resize: (list, at, { size }) => list.map((each, i) => (i === at % list.length ? { ...each, size } : each)),
  flag: (list, at) => list.map((each, i) => (i === at % list.length ? { ...each, flag: !each.flag } : each)),
  kind: (list, at, { kind }) => list.map((each, i) => (i === at % list.length ? { ...each, kind } : each)),
  forward: (list, at) =>
    list.map((each, i) =>
      i % 4 !== at % 4 || (each.kind !== "STRUCT" && each.kind !== "UNION") || each.name === "(anon)"
        ? each
        : { ...each, kind: "FWD", flag: each.kind === "UNION" },
    ),
  renumber: (list) => list.map(renumber),
  add: (list, at, other) => list.toSpliced(at % (list.length + 1), 0, ...withNames([other], "new_")),
};

function renumber(each: NamedSeed): NamedSeed {
  return { ...each, order: (each.order * 37 + each.size) % 101 };
}

/** Chooses names: most of a BTF's own, an eighth shared with another type. */
function withNames(seeds: readonly Seed[], prefix: string): NamedSeed[] {
  const taken = new Set<string>();
  return seeds.map((each, i) => {
    const { kind, name: n } = each;
    if (ALWAYS_ANONYMOUS.has(kind) || (OFTEN_ANONYMOUS.has(kind) && n % 4 === 0)) {
      return { ...each, name: "(anon)" };
    }
    let name = kind === "INT" ? INTS[n % INTS.length] : NAMES[n % NAMES.length];
    // An offset that is not 0 and yet names "": rare, since little can be done with such a base.
    if (n === 500) return { ...each, name: "" };
    if (taken.has(name) && n % 8 !== 1) name = `${prefix}${name}_${i}`;
    else if (prefix !== "" && n % 3 !== 0) name = `${prefix}${name}`;
    taken.add(name);
    return { ...each, name };
  });
}

/** The text of the types, split on types of the kinds `below`; `stray` allows references that no compiler makes. */
function render(
  seeds: readonly NamedSeed[],
  below: readonly string[],
  stray: boolean,
): { text: string; kinds: string[] } {
  const firstId = below.length + 1;
  const byId = seeds.map((_, i) => i).sort((a, b) => seeds[a].order - seeds[b].order || a - b);
  const ids = new Array<number>(seeds.length);
  byId.forEach((index, position) => {
    ids[index] = firstId + position;
  });
  const kinds = [...below];
  for (const index of byId) kinds.push(seeds[index].kind);
  const usable = (id: number): boolean => stray || !NEVER_USED.has(kinds[id - 1]);
  const belowIds = below.map((_, i) => i + 1).filter(usable);
  const protos = (all: readonly number[]): number[] => all.filter((id) => kinds[id - 1] === "FUNC_PROTO");

  const lines = seeds.map((each, index) => {
    const own = (BY_VALUE.has(each.kind) ? ids.slice(0, index) : ids).filter(usable);
    const target = (n: number): number => {
      const from = own.length === 0 || (belowIds.length > 0 && n % 3 !== 0) ? belowIds : own;
      return from.length === 0 ? 0 : from[Math.floor(n / 3) % from.length];
    };
    const candidates = [...protos(ids), ...protos(below.map((_, i) => i + 1))];
    if (each.kind === "FUNC" && candidates.length === 0) {
      kinds[ids[index] - 1] = "FWD";
      return `[${ids[index]}] FWD '${each.name}' fwd_kind=struct`;
    }
    return typeLine(each, ids[index], target, candidates, (n) => pick(ids, n));
  });
  return { text: byId.map((index) => lines[index]).join("\n"), kinds };
}

function typeLine(
  { kind, name, size: n, refs, flag }: NamedSeed,
  id: number,
  target: (n: number) => number,
  protos: readonly number[],
  own: (n: number) => number,
): string {
  const head = `[${id}] ${kind} '${name}'`;
  const size = pick(SIZES, n);
  const orVoid = (ref: number): number => (ref % 10 === 0 ? 0 : target(ref));
  const label = (ref: number): string => pick(LABELS, ref);
  const signedness = flag ? "SIGNED" : "UNSIGNED";
  const lines = (of: (ref: number, i: number) => string): string =>
    refs.map((ref, i) => `\n\t${of(ref, i)}`).join("");
  switch (kind) {
    case "INT": {
      const usual = INT_FORMS[Math.max(0, INTS.indexOf(name))];
      const bytes = n % 8 === 0 ? 2 : usual.size;
      const encoding = n % 8 === 1 && flag ? "BOOL" : usual.encoding;
      return `${head} size=${bytes} bits_offset=0 nr_bits=${bytes * 8} encoding=${encoding}`;
    }
    case "ARRAY":
      return `${head} type_id=${target(refs[0])} index_type_id=${target(refs[refs.length - 1])} nr_elems=${n}`;
    case "STRUCT":
    case "UNION": {
      const bits = (ref: number): string => (flag && ref % 5 === 0 ? ` bitfield_size=${(ref % 31) + 1}` : "");
      return `${head} size=${size} vlen=${refs.length}${lines(
        (ref, i) => `'${label(ref)}' type_id=${target(ref)} bits_offset=${i * 32}${bits(ref)}`,
      )}`;
    }
    case "ENUM":
    case "ENUM64": {
      const values = kind === "ENUM" ? VALUES : VALUES64;
      return `${head} encoding=${signedness} size=${pick(ENUM_SIZES, n)} vlen=${refs.length}${lines(
        (ref) => `'${label(ref)}' val=${pick(values, ref)}`,
      )}`;
    }
    case "FWD":
      return `${head} fwd_kind=${flag ? "union" : "struct"}`;
    case "FUNC":
      return `${head} type_id=${pick(protos, refs[0])} linkage=${flag ? "global" : "static"}`;
    case "FUNC_PROTO":
      return `${head} ret_type_id=${orVoid(refs[0])} vlen=${refs.length}${lines(
        (ref) => `'${label(ref)}' type_id=${orVoid(ref)}`,
      )}`;
    case "VAR":
      return `${head} type_id=${target(refs[0])}, linkage=${flag ? "global" : "static"}`;
    case "DATASEC":
      return `${head} size=${size} vlen=${refs.length}${lines((ref) => `type_id=${own(ref)} offset=0 size=${size}`)}`;
    case "FLOAT":
      return `${head} size=${size}`;
    case "DECL_TAG":
      return `${head} type_id=${own(refs[0])} component_idx=${(n % 4) - 1}`;
    case "TYPE_TAG":
      return `${head} type_id=${orVoid(refs[0])}${flag ? " kflag=1" : ""}`;
    default:
      return `${head} type_id=${orVoid(refs[0])}`;
  }
}

function pick<T>(from: readonly T[], n: number): T {
  return from[n % from.length];
}
