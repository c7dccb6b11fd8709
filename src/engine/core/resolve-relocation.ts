import type { TypeId } from "../../btf/btf.ts";
import { type BtfExt, CORE_RELO } from "../../btf/ext.ts";
import { type Candidate, findCandidates } from "./candidates.ts";
import { CoreEffort } from "./core-effort.ts";
import { EINVAL, EOPNOTSUPP, Errno } from "./errno.ts";
import { matchSpec } from "./match-spec.ts";
import type { Side } from "./side.ts";
import { emptySpec, kindWord, parseSpec, RELO, reloKindName, type Spec } from "./spec.ts";
import { formatSpec, typeName } from "./spec-text.ts";
import { calculate, type Value } from "./values.ts";

/** One CO-RE relocation of an object (`struct bpf_core_relo`). */
export interface CoreRelo {
  /** Name of the ELF section that holds the instruction. */
  readonly section: string;
  /** Number among the relocations of that section. */
  readonly index: number;
  /** In bytes from the start of that section. */
  readonly insnOff: number;
  /** The object's type that it begins at. */
  readonly typeId: TypeId;
  /** Name offset of the access string. */
  readonly accessOff: number;
  /** {@link RELO} */
  readonly kind: number;
}

/** The relocations of an object, in file order. */
export function coreRelos(ext: BtfExt, local: Side): CoreRelo[] {
  const { words } = ext;
  const relos: CoreRelo[] = [];
  for (const { nameOff, count, start, stride } of ext.coreRelo.sections) {
    const section = local.btf.strings.text(nameOff);
    for (let index = 0, at = start; index < count; index++, at += stride) {
      relos.push({
        section,
        index,
        insnOff: words[at + CORE_RELO.INSN_OFF],
        typeId: words[at + CORE_RELO.TYPE_ID],
        accessOff: words[at + CORE_RELO.ACCESS],
        kind: words[at + CORE_RELO.KIND],
      });
    }
  }
  return relos;
}

/** The outcome of a relocation. */
export type Resolution = Resolved | FailedResolution;

/** A relocation with a value, or with the poison that means that there is none. */
export interface Resolved {
  readonly ok: true;
  readonly relo: CoreRelo;
  readonly local: Spec;
  /** Its target in the first candidate that has it; undefined if none has. */
  readonly target: Spec | undefined;
  /** The types that were tried. All that have the target give the same relocation. */
  readonly candidates: readonly Candidate[];
  readonly value: Value;
}

/** A relocation for which libbpf refuses the object. */
export interface FailedResolution {
  readonly ok: false;
  readonly relo: CoreRelo;
  readonly local: Spec | undefined;
  readonly candidates: readonly Candidate[];
  readonly errno: number;
  /** The last of libbpf's lines about it, without the program. */
  readonly message: string;
}

/** Receives libbpf's debug lines, without the prefix `libbpf: `. */
export type Trace = (line: string) => void;

/**
 * Resolves the relocations of one object on one kernel, as libbpf does. It looks for candidates in vmlinux, and in
 * modules only if vmlinux has none. All candidates that match must give the same value. The relocations must come in
 * the order of the file, since candidates that do not match are left out for later relocations of the same type.
 */
export class CoreResolver {
  readonly #local: Side;
  readonly #targets: readonly Side[];
  readonly #rootIds: readonly TypeId[];
  readonly #trace: Trace | undefined;
  readonly #effort: CoreEffort;
  /** By target: the candidates of all local types, which are looked for when the first is needed. */
  readonly #found: (ReadonlyMap<TypeId, Candidate[]> | undefined)[] = [];
  readonly #candidates: Map<TypeId, Candidate[]> = new Map();

  /** `targets` are vmlinux and then modules; `relos` all that will be asked for. */
  constructor(local: Side, targets: readonly Side[], relos: readonly CoreRelo[], trace?: Trace) {
    this.#local = local;
    this.#targets = targets;
    this.#rootIds = [...new Set(relos.map(({ typeId }) => typeId))];
    this.#trace = trace;
    this.#effort = new CoreEffort((line) => trace?.(line));
  }

  /**
   * Resolves one relocation; `program` is what libbpf's lines call it by. Throws {@link BtfxError} `unsupported` for
   * types that take too long to compare.
   */
  resolve(relo: CoreRelo, program: string): Resolution {
    return new Step(relo, program, this.#trace, this.#effort).run(this.#local, () =>
      this.#candidatesOf(relo),
    );
  }

  /** The list of a root type, which the relocation may cut down (`bpf_core_find_cands`). */
  #candidatesOf({ typeId }: CoreRelo): Candidate[] {
    const known = this.#candidates.get(typeId);
    if (known !== undefined) return known;
    let candidates: Candidate[] = [];
    for (let i = 0; i < this.#targets.length; i++) {
      // If vmlinux has none, the candidates of all modules count.
      if (i === 1 && candidates.length > 0) break;
      this.#found[i] ??= findCandidates(this.#local, this.#rootIds, this.#targets[i]);
      candidates = candidates.concat(this.#found[i]?.get(typeId) ?? []);
    }
    if (this.#trace !== undefined) for (const candidate of candidates) this.#tell(typeId, candidate);
    this.#candidates.set(typeId, candidates);
    return candidates;
  }

  #tell(localId: TypeId, { side, id }: Candidate): void {
    const local = `[${localId}] ${kindWord(this.#local.kind(localId))} ${typeName(this.#local, localId)}`;
    const target = `[${id}] ${kindWord(side.kind(id))} ${typeName(side, id)}`;
    this.#trace?.(`CO-RE relocating ${local}: found target candidate ${target} in [${side.name}]`);
  }
}

/** One relocation on its way (`bpf_core_calc_relo_insn`). */
class Step {
  readonly #relo: CoreRelo;
  readonly #program: string;
  readonly #trace: Trace | undefined;
  readonly #effort: CoreEffort;
  #local: Spec | undefined;
  #candidates: readonly Candidate[] = [];
  #lastLine = "";

  constructor(relo: CoreRelo, program: string, trace: Trace | undefined, effort: CoreEffort) {
    this.#relo = relo;
    this.#program = program;
    this.#trace = trace;
    this.#effort = effort;
  }

  run(side: Side, candidatesOf: () => Candidate[]): Resolution {
    const { kind, typeId } = this.#relo;
    try {
      // libbpf looks for candidates before it reads the access string, and reports errors in that order.
      const candidates = kind === RELO.TYPE_ID_LOCAL ? [] : candidatesOf();
      this.#candidates = [...candidates];
      const local = this.#parse(side);
      this.#local = local;
      this.#say(() => formatSpec(local));
      if (kind === RELO.TYPE_ID_LOCAL) return this.#resolved(local, undefined, ownId(typeId));
      if (side.btf.nameOff(typeId) === 0 || side.btf.strings.isEmpty(side.btf.nameOff(typeId))) {
        throw this.#failure(
          EOPNOTSUPP,
          `<${reloKindName(kind)}> (${kind}) relocation doesn't support anonymous types`,
        );
      }
      return this.#choose(local, candidates);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      const { errno } = error;
      const message = this.#lastLine === "" ? error.message : this.#lastLine;
      return {
        ok: false,
        relo: this.#relo,
        local: this.#local,
        candidates: this.#candidates,
        errno,
        message,
      };
    }
  }

  #parse(side: Side): Spec {
    const { kind, typeId, accessOff } = this.#relo;
    try {
      return parseSpec(side, kind, typeId, accessOff);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      this.#sayDetail(error);
      const what = `[${typeId}] ${kindWord(side.kind(typeId))} ${typeName(side, typeId)}`;
      const access = side.btf.strings.text(accessOff);
      throw this.#failure(EINVAL, `parsing ${what} + ${access} failed: ${-error.errno}`);
    }
  }

  /** Tries all candidates. If any match, only these stay in the list, and they must agree. */
  #choose(local: Spec, candidates: Candidate[]): Resolved {
    const { kind } = this.#relo;
    let target: Spec | undefined;
    let value: Value | undefined;
    const matching: Candidate[] = [];
    for (const [i, candidate] of candidates.entries()) {
      const spec = emptySpec(candidate.side, kind, candidate.id);
      const isMatch = this.#match(local, spec, i);
      this.#say(() => `${isMatch ? "matching" : "non-matching"} candidate #${i} ${formatSpec(spec)}`);
      if (!isMatch) continue;
      const result = this.#calculate(local, spec);
      if (target === undefined || value === undefined) {
        target = spec;
        value = result;
      } else this.#refuseAmbiguity(target, value, spec, result);
      matching.push(candidate);
    }
    if (value !== undefined) {
      candidates.splice(0, candidates.length, ...matching);
      return this.#resolved(local, target, value);
    }
    this.#say(() => "no matching targets found");
    return this.#resolved(local, undefined, this.#calculate(local, undefined));
  }

  #match(local: Spec, spec: Spec, i: number): boolean {
    try {
      return matchSpec(local, spec, this.#effort);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      throw this.#failure(error.errno, `error matching candidate #${i} ${formatSpec(spec)}: ${-error.errno}`);
    }
  }

  #calculate(local: Spec, target: Spec | undefined): Value {
    const { kind, insnOff } = this.#relo;
    try {
      return calculate(local, target, insnOff);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      this.#sayDetail(error);
      if (error.errno !== EOPNOTSUPP) throw error;
      const insn = insnOff / 8;
      throw this.#failure(
        EOPNOTSUPP,
        `unrecognized CO-RE relocation ${reloKindName(kind)} (${kind}) at insn #${insn}`,
      );
    }
  }

  #refuseAmbiguity(target: Spec, value: Value, spec: Spec, result: Value): void {
    if (spec.bitOffset !== target.bitOffset) {
      throw this.#failure(EINVAL, `field offset ambiguity: ${spec.bitOffset} != ${target.bitOffset}`);
    }
    if (result.poison === value.poison && result.value === value.value) return;
    const word = ({ poison }: Value) => (poison ? "failure" : "success");
    throw this.#failure(
      EINVAL,
      `relocation decision ambiguity: ${word(result)} ${result.value} != ${word(value)} ${value.value}`,
    );
  }

  #resolved(local: Spec, target: Spec | undefined, value: Value): Resolved {
    return { ok: true, relo: this.#relo, local, target, candidates: this.#candidates, value };
  }

  #failure(errno: number, line: string): Errno {
    this.#lastLine = line;
    this.#trace?.(`prog '${this.#program}': relo #${this.#relo.index}: ${line}`);
    return new Errno(errno);
  }

  /** Lines about where calculating or parsing failed name the program, but not the relocation. */
  #sayDetail({ detail }: Errno): void {
    if (detail === undefined) return;
    this.#lastLine = detail;
    this.#trace?.(`prog '${this.#program}': ${detail}`);
  }

  #say(line: () => string): void {
    this.#trace?.(`prog '${this.#program}': relo #${this.#relo.index}: ${line()}`);
  }
}

/** The instruction has the object's own type id already, or one from before linking. */
function ownId(typeId: TypeId): Value {
  const id = BigInt(typeId);
  return {
    original: id,
    value: id,
    poison: false,
    validate: false,
    originalSize: 0,
    size: 0,
    failsResize: false,
  };
}
