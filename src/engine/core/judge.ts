import type { CodeFunction } from "../../btf/bpf-code.ts";
import { type SourceLine, SourceLines } from "../../btf/source-lines.ts";
import { type AppliedRelo, applyRelocations } from "./apply.ts";
import { attachTarget, type ExternNeed, externNeeds, isUnknownVirtual } from "./attach.ts";
import { diagnose, type Lack } from "./diagnose.ts";
import { Insns } from "./insn.ts";
import { mapSizesOf } from "./map-sizes.ts";
import { type BpfObject, functionAt, programsOf } from "./object.ts";
import { type PatchedSection, type Reach, reachOf, type Surroundings } from "./reach/explore.ts";
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

  constructor(object: BpfObject, local: Side, targets: readonly Side[], options: JudgeOptions) {
    this.#object = object;
    this.#targets = targets;
    this.#options = options;
    for (const { index, bytes, references } of object.code) {
      this.#sections.set(index, { insns: new Insns(bytes.slice(), object.littleEndian), references });
    }
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
    const programs = programsOf(this.#object).map((program) => this.#judge(program));
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

  #judge(program: CodeFunction): ProgramVerdict {
    const section = this.#object.code.find(({ index }) => index === program.section)?.name ?? "";
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
    const { found, isComplete } = this.#codeIssues(program);
    for (const issue of found) issues.push(issue);
    const isBroken = issues.some(({ guard }) => guard === "reached");
    const fit = isBroken ? "broken" : issues.length > 0 ? "guarded" : "fits";
    const isLoaded = inStruct ?? !section.startsWith("?");
    return { name: program.name, section, fit, isLoaded, issues, isComplete };
  }

  /** The missing things that the program can reach. Walks only programs for which something is missing. */
  #codeIssues(program: CodeFunction): { found: Issue[]; isComplete: boolean } {
    const relos = this.#relos.filter(({ outcome }) => outcome === "poisoned");
    const calls = this.#missingUses(({ isVariable }) => !isVariable);
    const variables = this.#missingUses(({ isVariable }) => isVariable);
    if (relos.length + calls.length + variables.length === 0) return { found: [], isComplete: true };
    const reach = reachOf(this.#object, this.#sections, program, this.#surroundings(true));
    // Data that a loader may set counts with its value in the file. The report says so if the verdict depends on it.
    let anyway: Reach | undefined;
    const guardBy = (isReached: (reach: Reach) => boolean): Guard => {
      if (isReached(reach)) return "reached";
      anyway ??= reachOf(this.#object, this.#sections, program, this.#surroundings(false));
      return isReached(anyway) ? "by-settings" : "guarded";
    };
    const guardOf = (section: number, insn: number) => guardBy((each) => each.has(section, insn));
    const own = (section: number, insn: number) => this.#belongs(program, section, insn, reach);
    const found: Issue[] = [];
    for (const relo of relos) {
      if (own(relo.section, relo.insn)) found.push(this.#reloIssue(relo, guardOf(relo.section, relo.insn)));
    }
    for (const { section, insn, need } of calls) {
      if (own(section, insn)) found.push(this.#externIssue(need, guardOf(section, insn), section, insn));
    }
    // A program may take the address of a missing variable, which is 0. Only an access through it fails.
    const told = new Set<string>();
    for (const { section, insn, need } of variables) {
      if (told.has(need.name) || !own(section, insn)) continue;
      told.add(need.name);
      const guard = guardBy((each) => !each.isComplete || each.accessOf(need.name) !== undefined);
      const place = reach.accessOf(need.name) ?? { section, insn };
      found.push(this.#externIssue(need, guard, place.section, place.insn));
    }
    return { found, isComplete: reach.isComplete };
  }

  #externIssue({ name, what, message }: ExternNeed, guard: Guard, section: number, insn: number): Issue {
    const place = this.#placeOf(section, insn);
    const wants = `${what} ${name}`;
    return { code: "no-extern", guard, wants, message, nearest: [], ...(place && { place }) };
  }

  /** Whether an instruction belongs to the program, or to a function that the program can reach. */
  #belongs(program: CodeFunction, section: number, insn: number, reach: Reach): boolean {
    const holder = functionAt(this.#object, section, insn);
    return holder !== undefined && (holder === program || reach.has(holder.section, holder.start));
  }

  /**
   * The instructions that use externs which are missing and may be: they call a function, or load the address of a
   * variable.
   */
  #missingUses(
    isAsked: (need: ExternNeed) => boolean,
  ): { section: number; insn: number; need: ExternNeed }[] {
    const missing = new Map(
      this.#externs
        .filter((need) => !need.isFound && !need.isFatal && isAsked(need))
        .map((need) => [need.name, need]),
    );
    const uses: { section: number; insn: number; need: ExternNeed }[] = [];
    if (missing.size === 0) return uses;
    for (const [section, { insns, references }] of this.#sections) {
      for (const [insn, reference] of references) {
        if (reference.kind !== "extern") continue;
        const need = missing.get(reference.name);
        if (need === undefined || (!need.isVariable && insns.code(insn) !== CALL)) continue;
        uses.push({ section, insn, need });
      }
    }
    return uses;
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
      message === undefined
        ? diagnose(resolution, this.#targets)
        : { code: "failed" as const, message, nearest: [] };
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

  #placeOf(section: number, insn: number): Issue["place"] {
    const holder = functionAt(this.#object, section, insn);
    if (holder === undefined) return undefined;
    const name = this.#object.code.find(({ index }) => index === section)?.name ?? "";
    return { function: holder.name, insn: insn - holder.start, source: this.#lines?.at(name, insn * 8) };
  }
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
