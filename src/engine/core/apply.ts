import { errnoName } from "./errno.ts";
import { INSN_BYTES } from "./insn.ts";
import { type BpfObject, functionAt } from "./object.ts";
import { patchInsn } from "./patch-instruction.ts";
import type { PatchedSection } from "./reach/call-graph.ts";
import { CoreResolver, coreRelos, type Resolution, type Trace } from "./resolve-relocation.ts";
import type { Side } from "./side.ts";

/** A relocation, and what was done with its instruction. */
export interface AppliedRelo {
  readonly resolution: Resolution;
  /** Number of the ELF section with the instruction, and the number of the instruction in that section. */
  readonly section: number;
  readonly insn: number;
  /** `poisoned`: the instruction must not run; `failed`: libbpf refuses the object. */
  readonly outcome: "patched" | "poisoned" | "failed";
  /** Why the value could not be written, in libbpf's words. */
  readonly message?: string;
}

/**
 * Resolves the relocations of an object and writes them into `sections`, as libbpf does before it loads the programs
 * (`bpf_object__relocate_core`). Instructions of functions that the linker dropped are left alone, and programs that
 * libbpf does not load by itself are done with the others. A failure ends it for libbpf; here the others follow.
 */
export function applyRelocations(
  object: BpfObject,
  local: Side,
  targets: readonly Side[],
  sections: ReadonlyMap<number, PatchedSection>,
  trace?: Trace,
): AppliedRelo[] {
  if (object.ext === undefined) return [];
  const indexes = new Map(object.code.map(({ name, index }) => [name, index]));
  const relos = coreRelos(object.ext, local);
  const resolver = new CoreResolver(local, targets, relos, trace);
  const applied: AppliedRelo[] = [];
  for (const relo of relos) {
    const section = indexes.get(relo.section);
    const insn = relo.insnOff / INSN_BYTES;
    const holder = section === undefined ? undefined : functionAt(object, section, insn);
    if (section === undefined || holder === undefined) {
      const what = `skipping CO-RE relocation #${relo.index} for insn #${insn} belonging to eliminated weak subprogram`;
      trace?.(`sec '${relo.section}': ${what}`);
      continue;
    }
    const resolution = resolver.resolve(relo, holder.name);
    const say = (line: string) => trace?.(`prog '${holder.name}': relo #${relo.index}: ${line}`);
    if (!resolution.ok) {
      say(`failed to relocate: -${errnoName(resolution.errno)}`);
      applied.push({ resolution, section, insn, outcome: "failed" });
      continue;
    }
    const { insns } = sections.get(section)!;
    const patch = patchInsn(insns, insn, resolution.value, insn - holder.start);
    if (patch.ok) {
      patch.lines.forEach(say);
      applied.push({ resolution, section, insn, outcome: patch.isPoisoned ? "poisoned" : "patched" });
    } else {
      say(patch.message);
      say(`failed to patch insn #${insn - holder.start}: -${errnoName(patch.errno)}`);
      applied.push({ resolution, section, insn, outcome: "failed", message: patch.message });
    }
  }
  return applied;
}
