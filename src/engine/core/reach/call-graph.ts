import type { CodeFunction, Reference } from "../../../btf/bpf-code.ts";
import { BtfxError } from "../../../errors.ts";
import { Effort } from "../../../types/effort.ts";
import { CLASS, type Insns, JUMP, PSEUDO_CALL } from "../insn.ts";
import { type BpfObject, functionAt } from "../object.ts";

/** Instructions of a section as they will be loaded, with what is found out about them once. */
export interface PatchedSection {
  readonly insns: Insns;
  readonly references: ReadonlyMap<number, Reference>;
}

/** Instructions and calls that are looked at for one object. A megabyte of code has 131,072 instructions. */
const MOST_STEPS = 20_000_000;
const CALL = CLASS.JMP | JUMP.CALL;

/** The functions of an object by those that name them, whatever is known when they are called. */
export class CallGraph {
  readonly #object: BpfObject;
  readonly #sections: ReadonlyMap<number, PatchedSection>;
  readonly #named: Map<CodeFunction, readonly CodeFunction[]> = new Map();
  readonly #effort: Effort = new Effort(
    MOST_STEPS,
    () =>
      new BtfxError(
        "unsupported",
        "the programs have too many ways and call too many functions to be followed",
        {
          hint: "no compiler makes such programs: the object is damaged or was made to take long",
        },
      ),
  );

  constructor(object: BpfObject, sections: ReadonlyMap<number, PatchedSection>) {
    this.#object = object;
    this.#sections = sections;
  }

  /** The functions that a program may come to by calls and by the addresses that it takes, and the program. */
  from(program: CodeFunction): ReadonlySet<CodeFunction> {
    const found = new Set([program]);
    // A set goes on with what is added to it.
    for (const each of found) {
      const named = this.#namedBy(each);
      this.#effort.spend(named.length + 1);
      for (const callee of named) found.add(callee);
    }
    return found;
  }

  #namedBy(holder: CodeFunction): readonly CodeFunction[] {
    const known = this.#named.get(holder);
    if (known !== undefined) return known;
    const { section, start, count } = holder;
    const named = new Set<CodeFunction>();
    const code = this.#sections.get(section);
    this.#effort.spend(count);
    for (let i = start; code !== undefined && i < start + count; i++) {
      const callee = mentioned(this.#object, section, i, code.insns, code.references.get(i));
      if (callee !== undefined) named.add(callee);
    }
    this.#named.set(holder, [...named]);
    return [...named];
  }
}

/** The function of the object that an instruction calls, or takes the address of. */
export function mentioned(
  object: BpfObject,
  section: number,
  i: number,
  insns: Insns,
  reference: Reference | undefined,
): CodeFunction | undefined {
  if (reference?.kind === "function") return functionAt(object, reference.section, reference.insn);
  const isCall = insns.code(i) === CALL && insns.src(i) === PSEUDO_CALL.FUNCTION;
  return isCall ? functionAt(object, section, i + 1 + insns.imm(i)) : undefined;
}
