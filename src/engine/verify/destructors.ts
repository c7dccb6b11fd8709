import type { Btf, TypeId } from "../../btf/btf.ts";
import { HEAD_WORDS, isModifier, PARAM_TYPE, PTR, STRUCT } from "../../btf/kinds.ts";

/** Ending of the functions that destroy an object for the kernel (`BTF_ID_LIST(…_dtor_ids)`, kernel/bpf/helpers.c). */
const ENDING = "_dtor";

/**
 * The structs of a kernel to which a kptr in a map may point: those with a registered destructor. The kernel registers
 * these in its code. Its types only show functions `NAME_dtor`, each beside the kfunc `NAME` that takes the struct.
 */
export class Destructors {
  readonly #kernel: Btf;
  /** Found when first asked for: few objects have a kptr, and all functions of the kernel are looked at. */
  #destroyed: ReadonlySet<string> | undefined;

  constructor(kernel: Btf) {
    this.#kernel = kernel;
  }

  /** Whether the kernel has a struct of this name that it cannot destroy (`btf_find_dtor_kfunc`). */
  lacks(name: string): boolean {
    this.#destroyed ??= destroyedStructs(this.#kernel);
    return !this.#destroyed.has(name) && this.#kernel.find(name, "STRUCT") !== undefined;
  }
}

function destroyedStructs(kernel: Btf): ReadonlySet<string> {
  const destroyed = new Set<string>();
  for (const id of kernel.ids("FUNC")) {
    const name = kernel.name(id);
    if (!name.endsWith(ENDING)) continue;
    const kfunc = kernel.find(name.slice(0, -ENDING.length), "FUNC");
    const struct = kfunc === undefined ? undefined : firstStruct(kernel, kfunc);
    if (struct !== undefined) destroyed.add(struct);
  }
  return destroyed;
}

/** Name of the struct that the first parameter of a function points to. */
function firstStruct(btf: Btf, func: TypeId): string | undefined {
  const proto = btf.sizeOrType(func);
  if (btf.vlen(proto) === 0) return undefined;
  const holder = btf.holder(proto);
  const pointer = below(btf, holder.words[holder.start(proto) + HEAD_WORDS + PARAM_TYPE]);
  if (btf.kind(pointer) !== PTR) return undefined;
  const target = below(btf, btf.sizeOrType(pointer));
  return btf.kind(target) === STRUCT ? btf.name(target) : undefined;
}

/** The type below modifiers; the bound is for chains that a kernel would refuse. */
function below(btf: Btf, start: TypeId): TypeId {
  let id = start;
  for (let links = 0; isModifier(btf.kind(id)) && links < 64; links++) id = btf.sizeOrType(id);
  return id;
}
