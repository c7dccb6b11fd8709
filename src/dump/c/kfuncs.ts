import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import { ascii } from "../../btf/strings.ts";
import { type FlatBtf, nameIs } from "../../types/flat.ts";
import type { ByteSink } from "../sink.ts";
import type { Declarator } from "./declarator.ts";
import { sortIdsByName } from "./name-sort.ts";
import { KFUNCS_BEGIN, KFUNCS_END } from "./preamble.ts";

/**
 * Writes prototypes of the functions that BPF programs may call: those with the declaration tag `bpf_kfunc`, by name
 * (`dump_btf_kfuncs`, bpftool src/btf.c). Returns their number; kernels built without pahole's
 * `decl_tag_kfuncs` have none.
 */
export function dumpKfuncs(flat: FlatBtf, sink: ByteSink, declarator: Declarator): number {
  const { words, starts, strings, targets } = flat;
  const kfuncs = taggedFunctions(flat, KFUNC_TAG);
  const fastcalls = new Set(kfuncs.length === 0 ? [] : taggedFunctions(flat, FASTCALL_TAG));
  sink.put(KFUNCS_BEGIN);
  const names = kfuncs.map((id) => words[starts[id] + K.NAME_OFF]);
  if (kfuncs.length > 1) sortIdsByName(kfuncs, names, 0, strings, () => {});
  for (const id of kfuncs) {
    sink.put(EXTERN);
    if (fastcalls.has(id)) sink.put(FASTCALL);
    declarator.declare(targets[id], words[starts[id] + K.NAME_OFF], 0);
    sink.put(WEAK_KSYM);
  }
  sink.put(KFUNCS_END);
  return kfuncs.length;
}

const KFUNC_TAG = ascii("bpf_kfunc");
const FASTCALL_TAG = ascii("bpf_fastcall");
const EXTERN = ascii("extern ");
const FASTCALL = ascii("__bpf_fastcall ");
const WEAK_KSYM = ascii(" __weak __ksym;\n");

/** The FUNCs with the tag, once for each tag on the whole function. */
function taggedFunctions(flat: FlatBtf, tag: Uint8Array): Uint32Array {
  const { words, starts, kinds, targets, strings } = flat;
  const tagged: TypeId[] = [];
  for (let id = kinds.indexOf(K.DECL_TAG); id >= 0; id = kinds.indexOf(K.DECL_TAG, id + 1)) {
    const at = starts[id];
    const target = targets[id];
    if (words[at + K.FIRST_INFO] !== WHOLE || kinds[target] !== K.FUNC) continue;
    if (nameIs(strings, words[at + K.NAME_OFF], tag)) tagged.push(target);
  }
  return Uint32Array.from(tagged);
}

/** component_idx -1: the tag is on the function and not on a parameter. */
const WHOLE = 0xffffffff;
