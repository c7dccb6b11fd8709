import { DECL_TAG, FUNC } from "../../../btf/kind-numbers";
import { FIRST_INFO } from "../../../btf/record-words";
import { take, takeZeros } from "../common/arena";
import { nameIs } from "../common/names";
import { literal, makeRoom } from "../common/text";
import { field, kindOf, nameOf, recordOf, targetOf, typeCount } from "../common/types";
import { declare } from "./declarator";
import { sortByName } from "./name-sort";

// Writes prototypes of the functions that BPF programs may call: those with the declaration tag `bpf_kfunc`, sorted by
// name (`dump_btf_kfuncs`, bpftool src/btf.c). Kernels built without pahole's `decl_tag_kfuncs` have none.

/** component_idx -1: the tag is on the function and not on a parameter. */
const WHOLE: u32 = 0xffffffff;

/** Writes the prototypes of all kfuncs. */
export function writeKfuncs(): void {
  let tags: u32 = 0;
  for (let id: u32 = 1; id < typeCount; id++) tags += u32(kindOf(id) === DECL_TAG);
  const kfuncs = take(u64(tags) << 2);
  const names = take(u64(tags) << 2);
  const isFastcall = takeZeros(typeCount);
  let count: u32 = 0;
  for (let id: u32 = 1; id < typeCount; id++) {
    if (kindOf(id) !== DECL_TAG) continue;
    const target = targetOf(id);
    if (kindOf(target) !== FUNC || field(recordOf(id), FIRST_INFO) !== WHOLE) continue;
    const tag = nameOf(id);
    if (nameIs(tag, "bpf_fastcall")) store<u8>(isFastcall + target, 1);
    if (!nameIs(tag, "bpf_kfunc")) continue;
    store<u32>(kfuncs + (count << 2), target);
    store<u32>(names + (count << 2), nameOf(target));
    count++;
  }
  sortByName(kfuncs, names, count);
  makeRoom();
  literal("\n/* BPF kfuncs */\n#ifndef BPF_NO_KFUNC_PROTOTYPES\n");
  for (let i: u32 = 0; i < count; i++) {
    const id = load<u32>(kfuncs + (i << 2));
    makeRoom();
    literal("extern ");
    if (load<u8>(isFastcall + id) === 1) literal("__bpf_fastcall ");
    declare(targetOf(id), nameOf(id), 0);
    literal(" __weak __ksym;\n");
  }
  makeRoom();
  literal("#endif\n\n");
}
