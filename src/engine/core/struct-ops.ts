import type { CodeFunction, DataReference, DataSection } from "../../btf/bpf-code.ts";
import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import type { Lack } from "./diagnose.ts";
import { essentialName, findName } from "./find-name.ts";
import { INSN_BYTES } from "./insn.ts";
import { nearestNames } from "./nearest.ts";
import { type BpfObject, functionAt } from "./object.ts";
import type { Trace } from "./resolve-relocation.ts";
import type { Side } from "./side.ts";

/** The sections whose variables become maps of the kind; with `?` libbpf creates none unless its loader says so. */
const SECTION = /^\??\.struct_ops(\.link)?$/;
/** Sections of programs that fill such structs. */
const PROGRAM_SECTION = /^\??struct_ops(\.s)?(\/|$)/;
/** Name of the kernel's struct around the one that programs fill (`STRUCT_OPS_VALUE_PREFIX`). */
const VALUE_PREFIX = "bpf_struct_ops_";

/** Something about a struct of functions for which libbpf refuses the object. */
export interface StructOpsLack extends Pick<Lack, "code" | "message" | "nearest"> {
  readonly wants: string;
}

/** The structs of functions of an object on a kernel. */
export interface StructOps {
  readonly lacks: readonly StructOpsLack[];
  /** By program that is in one: whether libbpf creates such a map, and so loads the program. */
  readonly isLoaded: ReadonlyMap<CodeFunction, boolean>;
}

/** Whether a section holds programs for a struct of functions. */
export function isStructOpsSection(name: string): boolean {
  return PROGRAM_SECTION.test(name);
}

/**
 * Looks for the kernel's structs that the object's structs are to fill, and compares them member by member
 * (`bpf_map__init_kern_struct_ops`). libbpf stops at the first fault; this reports all of them.
 */
export function checkStructOps(
  object: BpfObject,
  local: Side,
  targets: readonly Side[],
  trace?: Trace,
): StructOps {
  const check = new Check(object, local, targets, trace);
  for (const section of object.data) if (SECTION.test(section.name)) check.add(section);
  return check;
}

/** A struct of functions in the object, as a variable of a section. */
interface Variable {
  readonly section: DataSection;
  readonly name: string;
  readonly offset: number;
  readonly typeId: TypeId;
  readonly size: number;
}

class Check implements StructOps {
  readonly lacks: StructOpsLack[] = [];
  readonly isLoaded: Map<CodeFunction, boolean> = new Map();
  readonly #object: BpfObject;
  readonly #local: Side;
  readonly #targets: readonly Side[];
  readonly #trace: Trace | undefined;
  /** The kernel's member that each program is for: it cannot be for two. */
  readonly #slots: Map<CodeFunction, string> = new Map();

  constructor(object: BpfObject, local: Side, targets: readonly Side[], trace: Trace | undefined) {
    this.#trace = trace;
    this.#object = object;
    this.#local = local;
    this.#targets = targets;
  }

  add(section: DataSection): void {
    const isCreated = !section.name.startsWith("?");
    for (const variable of this.#variables(section)) {
      const programs = this.#programs(variable);
      const inKernel = isCreated ? this.#kernelStruct(variable) : undefined;
      if (inKernel !== undefined) this.#compare(variable, programs, inKernel.side, inKernel.id);
      for (const program of programs.values()) {
        this.isLoaded.set(program, isCreated || this.isLoaded.get(program) === true);
      }
    }
  }

  /** `init_struct_ops_maps` */
  #variables(section: DataSection): Variable[] {
    const { name, bytes } = section;
    const local = this.#local;
    const id = findName(local, name, K.DATASEC);
    if (id === undefined) {
      this.#refuse(name, "other-type", `struct_ops init: DATASEC ${name} not found`);
      return [];
    }
    const variables: Variable[] = [];
    const { words } = local.btf.holder(id);
    for (let i = 0; i < local.vlen(id); i++) {
      const at = local.element(id, i, K.SECTION_VAR_WORDS);
      const variable = words[at];
      const offset = words[at + 1];
      const typeId = local.skip(local.word(variable, K.SIZE_OR_TYPE));
      const called = local.btf.name(variable);
      if (local.kind(typeId) !== K.STRUCT) {
        const message = `struct_ops init: ${local.btf.name(typeId)} is not a struct`;
        this.#refuse(called, "other-type", message);
      } else if (local.btf.nameOff(typeId) === 0) {
        this.#refuse(called, "other-type", "struct_ops init: anonymous type is not supported");
      } else if (offset + local.word(typeId, K.SIZE_OR_TYPE) > bytes.length) {
        const message = `struct_ops init: var ${called} is beyond the end of DATASEC ${name}`;
        this.#refuse(called, "other-type", message);
      } else {
        variables.push({ section, name: called, offset, typeId, size: local.word(typeId, K.SIZE_OR_TYPE) });
      }
    }
    return variables;
  }

  /** By member: the program that its pointer is to (`bpf_object__collect_st_ops_relos`). */
  #programs({ section, name, offset, typeId, size }: Variable): Map<number, CodeFunction> {
    const found = new Map<number, CodeFunction>();
    const references = section.relocated.filter(
      (each) => each.offset >= offset && each.offset < offset + size,
    );
    const members = new Map<number, number>();
    for (let i = references.length === 0 ? -1 : this.#local.vlen(typeId) - 1; i >= 0; i--) {
      members.set(this.#local.memberBitOffset(typeId, i), i);
    }
    for (const reference of references) {
      const within = reference.offset - offset;
      const refuse = (message: string) => {
        this.#refuse(name, "other-type", `struct_ops reloc ${name}: ${message}`);
      };
      const index = members.get(within * 8);
      if (index === undefined) {
        refuse(`cannot find member at moff ${within}`);
        continue;
      }
      const member = this.#local.btf.strings.text(this.#local.elementName(typeId, index));
      const program = this.#programAt(reference);
      if (!this.#isFunctionPointer(this.#local, this.#local.memberType(typeId, index))) {
        refuse(`cannot relocate non func ptr ${member}`);
      } else if (program === undefined) {
        refuse(`cannot find prog at shdr_idx ${reference.section} to relocate func ptr ${member}`);
      } else if (!isStructOpsSection(this.#sectionOf(program))) {
        refuse(`prog ${program.name} is not struct_ops BPF program`);
      } else found.set(index, program);
    }
    return found;
  }

  #programAt({ section, address }: DataReference): CodeFunction | undefined {
    if (address % INSN_BYTES !== 0) return undefined;
    return functionAt(this.#object, section, address / INSN_BYTES);
  }

  #sectionOf(program: CodeFunction): string {
    return this.#object.code.find(({ index }) => index === program.section)?.name ?? "";
  }

  #isFunctionPointer(side: Side, typeId: TypeId): boolean {
    const id = side.skip(typeId);
    if (side.kind(id) !== K.PTR) return false;
    return side.kind(side.skip(side.word(id, K.SIZE_OR_TYPE))) === K.FUNC_PROTO;
  }

  /** The struct that the kernel has of the name, if it takes programs for it (`find_struct_ops_kern_types`). */
  #kernelStruct({ name: called, typeId }: Variable): { side: Side; id: TypeId } | undefined {
    const name = essentialName(this.#local.btf.name(typeId));
    const wants = `struct_ops ${called}`;
    const outer = this.#targets.find((side) => findName(side, VALUE_PREFIX + name, K.STRUCT) !== undefined);
    if (outer === undefined) {
      const message = `struct_ops init_kern: struct ${VALUE_PREFIX}${name} is not found in kernel BTF`;
      this.#refuse(wants, "no-type", message);
      return undefined;
    }
    const places = outer === this.#targets[0] ? [outer] : [this.#targets[0], outer];
    const side = places.find((each) => findName(each, name, K.STRUCT) !== undefined);
    const id = side && findName(side, name, K.STRUCT);
    if (side === undefined || id === undefined) {
      this.#refuse(wants, "no-type", `struct_ops init_kern: struct ${name} is not found in kernel BTF`);
      return undefined;
    }
    const value = findName(outer, VALUE_PREFIX + name, K.STRUCT)!;
    for (let i = 0; i < outer.vlen(value); i++) {
      if (outer.memberType(value, i) !== id) continue;
      this.#trace?.(
        `struct_ops init_kern ${called}: type_id:${typeId} kern_type_id:${id} kern_vtype_id:${value}`,
      );
      return { side: outer, id };
    }
    const message = `struct_ops init_kern: struct ${name} data is not found in struct ${VALUE_PREFIX}${name}`;
    this.#refuse(wants, "no-member", message);
    return undefined;
  }

  #compare(variable: Variable, programs: ReadonlyMap<number, CodeFunction>, side: Side, id: TypeId): void {
    const { name: called, typeId } = variable;
    const local = this.#local;
    const kernelMembers = membersByName(side, id);
    for (let i = 0; i < local.vlen(typeId); i++) {
      const member = local.btf.strings.text(local.elementName(typeId, i));
      const refuse = (code: Lack["code"], message: string, nearest: Lack["nearest"] = []) => {
        const wants = `struct ${side.btf.name(id)}.${member}`;
        this.#refuse(wants, code, `struct_ops init_kern ${called}: ${message}`, nearest);
      };
      const program = programs.get(i);
      const other = kernelMembers.get(member);
      if (other === undefined) {
        if (program === undefined && this.#isZero(variable, i)) {
          const what = `member ${member} not found in kernel, skipping it as it's set to zero`;
          this.#trace?.(`struct_ops ${called}: ${what}`);
          continue;
        }
        const names = Array.from(kernelMembers.keys(), (name) => ({ name }));
        refuse(
          "no-member",
          `Cannot find member ${member} in kernel BTF`,
          nearestNames(member, names, () => 0),
        );
        continue;
      }
      const problem = this.#difference(typeId, i, side, id, other, program);
      if (problem !== undefined) refuse("other-type", problem.replace("MEMBER", member));
      else if (program !== undefined) this.#takeSlot(program, `${side.btf.name(id)}.${member}`, refuse);
    }
  }

  /** The reason why a member cannot be filled, in libbpf's words but for its name. */
  #difference(
    typeId: TypeId,
    index: number,
    side: Side,
    id: TypeId,
    other: number,
    program: CodeFunction | undefined,
  ): string | undefined {
    const local = this.#local;
    if (local.memberBits(typeId, index) !== 0 || side.memberBits(id, other) !== 0) {
      return "bitfield MEMBER is not supported";
    }
    const own = local.skip(local.memberType(typeId, index));
    const theirs = side.skip(side.memberType(id, other));
    if (local.kind(own) !== side.kind(theirs)) {
      return `Unmatched member type MEMBER ${local.kind(own)} != ${side.kind(theirs)}(kernel)`;
    }
    if (local.kind(own) === K.PTR) {
      if (program === undefined || this.#isFunctionPointer(side, theirs)) return undefined;
      return "kernel member MEMBER is not a func ptr";
    }
    const [size, kernelSize] = [local.sizeIfAny(own), side.sizeIfAny(theirs)];
    if (size !== undefined && size === kernelSize) return undefined;
    return `Error in size of member MEMBER: ${size ?? "?"} != ${kernelSize ?? "?"}(kernel)`;
  }

  #takeSlot(
    program: CodeFunction,
    slot: string,
    refuse: (code: Lack["code"], message: string) => void,
  ): void {
    const taken = this.#slots.get(program) ?? slot;
    this.#slots.set(program, taken);
    if (taken !== slot) refuse("other-type", `invalid reuse of prog ${program.name}: it is for ${taken}`);
  }

  #isZero({ section, offset, typeId }: Variable, index: number): boolean {
    const start = offset + Math.floor(this.#local.memberBitOffset(typeId, index) / 8);
    const size = this.#local.sizeIfAny(this.#local.memberType(typeId, index)) ?? 0;
    return section.bytes.subarray(start, start + size).every((byte) => byte === 0);
  }

  #refuse(wants: string, code: Lack["code"], message: string, nearest: Lack["nearest"] = []): void {
    this.#trace?.(message);
    this.lacks.push({ wants, code, message, nearest });
  }
}

/** The first member of each name. */
function membersByName(side: Side, id: TypeId): ReadonlyMap<string, number> {
  const members = new Map<string, number>();
  for (let i = side.vlen(id) - 1; i >= 0; i--) members.set(side.btf.strings.text(side.elementName(id, i)), i);
  return members;
}
