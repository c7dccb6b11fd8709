import type { CodeFunction } from "../../btf/bpf-code.ts";
import { type SourceLine, SourceLines } from "../../btf/source-lines.ts";
import { BtfxError } from "../../errors.ts";
import { Effort } from "../../types/effort.ts";
import { type AppliedRelo, applyRelocations } from "./apply.ts";
import { attachTarget, type ExternNeed, externNeeds, isUnknownVirtual } from "./attach.ts";
import { CoreEffort } from "./core-effort.ts";
import { diagnose, type Lack } from "./diagnose.ts";
import { Insns } from "./insn.ts";
import { mapSizesOf } from "./map-sizes.ts";
import { type BpfObject, functionAt, programsOf } from "./object.ts";
import type { PatchedSection } from "./reach/call-graph.ts";
import { Explorer, type Reach, type Surroundings } from "./reach/explore.ts";
import type { MapSizes } from "./reach/helper-memory.ts";
import { type Known, nullOf, POINTER } from "./reach/known.ts";
import type { Resolution, Trace } from "./resolve-relocation.ts";
import type { Side } from "./side.ts";
import { RELO, reloKindName } from "./spec.ts";
import { describeAccess } from "./spec-text.ts";
import { checkStructOps, isStructOpsSection, type StructOps } from "./struct-ops.ts";

/**
 * Whether a program can reach an instruction that needs something missing. `guarded`: never on this kernel;
 * `by-settings`: not with the values that its constants have in the file, which its loader may change.
 */
export type Guard = "reached" | "guarded" | "by-settings";

/** Something that an object needs and the kernel does not have. */
export interface Issue {
  readonly code: Lack["code"] | "no-attach-target" | "no-extern";
  readonly guard: Guard;
  /** The thing that the object needs: `struct cfs_rq.nr_running`, `fentry/do_page_cache_ra`, `bpf_cpumask_create`. */
  readonly wants: string;
  /** Kind of the relocation, in libbpf's words; absent where the issue is not about a relocation. */
  readonly kind?: string;
  /** The fault, and what the kernel has instead. */
  readonly message: string;
  readonly nearest: Lack["nearest"];
  /**
   * Function that holds the instruction, with the instruction's number in it and its line; absent where it is about the
   * program.
   */
  readonly place?: {
    readonly function: string;
    readonly insn: number;
    readonly source: SourceLine | undefined;
  };
}

/** `fits`: it will load; `guarded`: it will, although things are missing; `broken`: it will not. */
export type Fit = "fits" | "guarded" | "broken";

/** One program on one kernel. */
export interface ProgramVerdict {
  readonly name: string;
  readonly section: string;
  readonly fit: Fit;
  /**
   * False for a program that libbpf loads only if its loader says so (`SEC("?…")`); it does not count for the object.
   */
  readonly isLoaded: boolean;
  readonly issues: readonly Issue[];
  /** Whether all ways through the program were followed; if not, nothing counts as guarded. */
  readonly isComplete: boolean;
}

/** One object on one kernel. */
export interface ObjectVerdict {
  readonly fit: Fit;
  /** Faults of the object as a whole: relocations that libbpf refuses, names that are missing. */
  readonly issues: readonly Issue[];
  readonly programs: readonly ProgramVerdict[];
  /** Relocations, and how many of them found what they ask for. */
  readonly relocations: number;
  readonly resolved: number;
}

/** More facts about the kernel. */
export interface JudgeOptions {
  /** `LINUX_KERNEL_VERSION` and the like, by name. */
  readonly kconfig?: ReadonlyMap<string, bigint>;
  readonly trace?: Trace;
}

/** Says whether the programs of an object will load on a kernel; `targets` are its vmlinux and modules. */
export function judgeObject(
  object: BpfObject,
  local: Side,
  targets: readonly Side[],
  options: JudgeOptions = {},
): ObjectVerdict {
  return relocateObject(object, local, targets, options).verdict;
}

/** An object with its relocations applied for one kernel. */
export interface RelocatedObject {
  readonly verdict: ObjectVerdict;
  readonly relocations: readonly AppliedRelo[];
  /** By section number: the instructions as libbpf would load them, except maps, externs and calls. */
  readonly code: ReadonlyMap<number, Uint8Array>;
}

/** Applies the relocations of an object for a kernel and judges what comes of it; the object itself is not changed. */
export function relocateObject(
  object: BpfObject,
  local: Side,
  targets: readonly Side[],
  options: JudgeOptions = {},
): RelocatedObject {
  return new Judge(object, local, targets, options).result();
}

/** Things missing that are told of one object on one kernel, each for each program that comes to it. */
const MOST_ISSUES = 100_000;

/** Something missing at an instruction. */
interface Miss {
  readonly section: number;
  readonly insn: number;
  readonly what: AppliedRelo | ExternNeed;
  /** Relocations come first, then functions, then variables. */
  readonly place: number;
}

class Judge {
  readonly #object: BpfObject;
  readonly #targets: readonly Side[];
  readonly #options: JudgeOptions;
  readonly #sections: Map<number, PatchedSection> = new Map();
  readonly #lines: SourceLines | undefined;
  readonly #externs: readonly ExternNeed[];
  readonly #relos: readonly AppliedRelo[];
  readonly #structOps: StructOps;
  /** By the value of a register that points to a map. */
  readonly #maps: Map<string, MapSizes> = new Map();
  readonly #sectionNames: ReadonlyMap<number, string>;
  readonly #explorer: Explorer;
  readonly #effort: CoreEffort = new CoreEffort(() => {});
  readonly #lacks: Map<AppliedRelo, Lack> = new Map();
  readonly #told: Effort = new Effort(
    MOST_ISSUES,
    () =>
      new BtfxError(
        "unsupported",
        "too many programs come to too many things that are missing to tell them all",
        {
          hint: "no compiler makes such programs: the object is damaged or was made to take long",
        },
      ),
  );

  constructor(object: BpfObject, local: Side, targets: readonly Side[], options: JudgeOptions) {
    this.#object = object;
    this.#targets = targets;
    this.#options = options;
    for (const { index, bytes, references } of object.code) {
      this.#sections.set(index, { insns: new Insns(bytes.slice(), object.littleEndian), references });
    }
    this.#sectionNames = new Map(object.code.map(({ index, name }) => [index, name]));
    this.#explorer = new Explorer(object, this.#sections);
    this.#lines = object.ext && new SourceLines(object.btf, object.ext);
    this.#externs = externNeeds(object, local, targets, options.trace);
    this.#structOps = checkStructOps(object, local, targets, options.trace);
    const maps = object.data.find(({ name }) => name === ".maps");
    if (maps !== undefined) {
      for (const [offset, sizes] of mapSizesOf(local)) this.#maps.set(`data:${maps.index}+${offset}`, sizes);
    }
    this.#relos = applyRelocations(object, local, targets, this.#sections, options.trace);
  }

  result(): RelocatedObject {
    const code = new Map(Array.from(this.#sections, ([index, { insns }]) => [index, insns.bytes]));
    return { verdict: this.#verdict(), relocations: this.#relos, code };
  }

  #verdict(): ObjectVerdict {
    const issues = this.#objectIssues();
    const misses = this.#misses();
    const trusting = this.#surroundings(true);
    const doubting = this.#surroundings(false);
    const programs = programsOf(this.#object).map((program) => {
      const { found, isComplete } = this.#codeIssues(program, misses, trusting, doubting);
      return this.#judge(program, found, isComplete);
    });
    const fits = programs.filter(({ isLoaded }) => isLoaded).map(({ fit }) => fit);
    return {
      fit: issues.length > 0 ? "broken" : worst(fits),
      issues,
      programs,
      relocations: this.#relos.length,
      resolved: this.#relos.filter(({ resolution }) => isResolved(resolution)).length,
    };
  }

  /** Faults that make libbpf refuse the whole object, whatever its programs reach. */
  #objectIssues(): Issue[] {
    const issues: Issue[] = [];
    for (const relo of this.#relos)
      if (relo.outcome === "failed") issues.push(this.#reloIssue(relo, "reached"));
    for (const { name, what, isFatal, message } of this.#externs) {
      if (!isFatal) continue;
      issues.push({ code: "no-extern", guard: "reached", wants: `${what} ${name}`, message, nearest: [] });
    }
    for (const lack of this.#structOps.lacks) issues.push({ ...lack, guard: "reached" });
    return issues;
  }

  #judge(program: CodeFunction, inCode: readonly Issue[], isComplete: boolean): ProgramVerdict {
    const section = this.#sectionNames.get(program.section) ?? "";
    const issues: Issue[] = [];
    const target = attachTarget(section, this.#targets);
    if (target !== undefined && !target.isFound) {
      const { message, what, name } = target;
      issues.push({
        code: "no-attach-target",
        guard: "reached",
        wants: `${what} ${name}`,
        message,
        nearest: [],
      });
    }
    const inStruct = this.#structOps.isLoaded.get(program);
    if (inStruct === undefined && isStructOpsSection(section)) {
      const message = "it is in no struct of .struct_ops, and a kernel loads none that is for no member";
      issues.push({ code: "no-attach-target", guard: "reached", wants: section, message, nearest: [] });
    }
    for (const issue of inCode) issues.push(issue);
    const isBroken = issues.some(({ guard }) => guard === "reached");
    const fit = isBroken ? "broken" : issues.length > 0 ? "guarded" : "fits";
    const isLoaded = inStruct ?? !section.startsWith("?");
    return { name: program.name, section, fit, isLoaded, issues, isComplete };
  }

  /** The missing things that the program can reach. Walks programs only if something is missing. */
  #codeIssues(
    program: CodeFunction,
    misses: ReadonlyMap<CodeFunction, readonly Miss[]>,
    trusting: Surroundings,
    doubting: Surroundings,
  ): { found: Issue[]; isComplete: boolean } {
    if (misses.size === 0) return { found: [], isComplete: true };
    const reach = this.#explorer.reachOf(program, trusting);
    // Data that a loader may set counts with its value in the file. The report says so if the verdict depends on it.
    let anyway: Reach | undefined;
    const guardBy = (isReached: (reach: Reach) => boolean): Guard => {
      if (isReached(reach)) return "reached";
      anyway ??= this.#explorer.reachOf(program, doubting);
      return isReached(anyway) ? "by-settings" : "guarded";
    };
    const found: Issue[] = [];
    const told = new Set<string>();
    for (const { section, insn, what } of missesIn(reach.functions, misses)) {
      const guardHere = () => guardBy((each) => each.has(section, insn));
      if (!("isVariable" in what)) found.push(this.#reloIssue(what, guardHere()));
      else if (!what.isVariable) found.push(this.#externIssue(what, guardHere(), section, insn));
      else if (!told.has(what.name)) {
        // A program may take the address of a missing variable, which is 0. Only an access through it fails.
        told.add(what.name);
        const guard = guardBy((each) => !each.isComplete || each.accessOf(what.name) !== undefined);
        const place = reach.accessOf(what.name) ?? { section, insn };
        found.push(this.#externIssue(what, guard, place.section, place.insn));
      }
      this.#told.spend(1);
    }
    return { found, isComplete: reach.isComplete };
  }

  #externIssue({ name, what, message }: ExternNeed, guard: Guard, section: number, insn: number): Issue {
    const place = this.#placeOf(section, insn);
    const wants = `${what} ${name}`;
    return { code: "no-extern", guard, wants, message, nearest: [], ...(place && { place }) };
  }

  /** The missing things by the function that asks for them. */
  #misses(): Map<CodeFunction, Miss[]> {
    const misses = new Map<CodeFunction, Miss[]>();
    let place = 0;
    const add = (section: number, insn: number, what: Miss["what"]): void => {
      const holder = functionAt(this.#object, section, insn);
      if (holder === undefined) return;
      const miss: Miss = { section, insn, what, place: place++ };
      const others = misses.get(holder);
      if (others === undefined) misses.set(holder, [miss]);
      else others.push(miss);
    };
    for (const relo of this.#relos) if (relo.outcome === "poisoned") add(relo.section, relo.insn, relo);
    this.#missingUses(({ isVariable }) => !isVariable, add);
    this.#missingUses(({ isVariable }) => isVariable, add);
    return misses;
  }

  /**
   * The instructions that use externs which are missing and may be: they call a function, or load the address of a
   * variable.
   */
  #missingUses(
    isAsked: (need: ExternNeed) => boolean,
    add: (section: number, insn: number, need: ExternNeed) => void,
  ): void {
    const missing = new Map(
      this.#externs
        .filter((need) => !need.isFound && !need.isFatal && isAsked(need))
        .map((need) => [need.name, need]),
    );
    if (missing.size === 0) return;
    for (const [section, { insns, references }] of this.#sections) {
      for (const [insn, reference] of references) {
        if (reference.kind !== "extern") continue;
        const need = missing.get(reference.name);
        if (need === undefined || (!need.isVariable && insns.code(insn) !== CALL)) continue;
        add(section, insn, need);
      }
    }
  }

  #surroundings(trustsConstants: boolean): Surroundings {
    const constants = new Map<number, Uint8Array>();
    if (trustsConstants) {
      for (const { index, name, bytes } of this.#object.data) {
        if (/^\.rodata(\.|$)/.test(name)) constants.set(index, bytes);
      }
    }
    const externs = new Map(this.#externs.map((need) => [need.name, need]));
    const kconfig = new Map(this.#options.kconfig);
    for (const { name, isKconfig, isFatal } of this.#externs) {
      if (isKconfig && !isFatal && isUnknownVirtual(name)) kconfig.set(name, 0n);
    }
    const release = this.#options.kconfig?.get("LINUX_KERNEL_VERSION");
    return {
      maps: (place) => this.#maps.get(place),
      keepsRead: release === undefined || release >= KEEPS_READ,
      judgesAllGlobals: release !== undefined && release < JUDGES_CALLED_GLOBALS,
      constants,
      kconfig,
      extern: (name): Known => {
        const need = externs.get(name);
        if (need === undefined || need.isKconfig) return `kconfig:${name}+0`;
        if (!need.isKnown) return need.isWeak ? undefined : POINTER;
        // The verifier does not know that the address of a variable is not 0.
        if (need.isFound) return need.isVariable ? undefined : POINTER;
        return need.isVariable ? nullOf(name) : 0n;
      },
    };
  }

  #reloIssue(relo: AppliedRelo, guard: Guard): Issue {
    const { resolution, message } = relo;
    const local = resolution.local;
    const lack =
      message === undefined ? this.#lackOf(relo) : { code: "failed" as const, message, nearest: [] };
    const place = this.#placeOf(relo.section, relo.insn);
    return {
      code: lack.code,
      guard,
      wants: local === undefined ? `type [${resolution.relo.typeId}]` : describeAccess(local),
      kind: reloKindName(resolution.relo.kind),
      message: lack.message,
      nearest: lack.nearest,
      ...(place && { place }),
    };
  }

  /** Found once, whatever number of programs comes to the relocation. */
  #lackOf(relo: AppliedRelo): Lack {
    const lack = this.#lacks.get(relo) ?? diagnose(relo.resolution, this.#targets, this.#effort);
    this.#lacks.set(relo, lack);
    return lack;
  }

  #placeOf(section: number, insn: number): Issue["place"] {
    const holder = functionAt(this.#object, section, insn);
    if (holder === undefined) return undefined;
    const name = this.#sectionNames.get(section) ?? "";
    return { function: holder.name, insn: insn - holder.start, source: this.#lines?.at(name, insn * 8) };
  }
}

/** What is missing in some functions, in order. */
function missesIn(
  functions: ReadonlySet<CodeFunction>,
  misses: ReadonlyMap<CodeFunction, readonly Miss[]>,
): Miss[] {
  const found = [...functions].flatMap((each) => misses.get(each) ?? []);
  return found.sort((a, b) => a.place - b.place);
}

function isResolved(resolution: Resolution): boolean {
  return resolution.ok && (resolution.target !== undefined || resolution.relo.kind === RELO.TYPE_ID_LOCAL);
}

/** Linux 6.14, as a `LINUX_KERNEL_VERSION`. */
const KEEPS_READ = 0x060e00n;
/** Linux 6.8 */
const JUDGES_CALLED_GLOBALS = 0x060800n;

/** A call of a helper or function. */
const CALL = 0x85;

function worst(fits: readonly Fit[]): Fit {
  if (fits.includes("broken")) return "broken";
  return fits.includes("guarded") ? "guarded" : "fits";
}
