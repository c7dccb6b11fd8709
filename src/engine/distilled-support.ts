import type { Btf } from "../btf/btf.ts";
import { HEAD_WORDS, INFO, infoVlen, MEMBER_WORDS, NAME_OFF, STRUCT } from "../btf/kinds.ts";
import { ascii, sameName } from "../btf/strings.ts";

const MODULE = ascii("module\0");

/**
 * Whether the kernel with these types reads the `.BTF.base` of modules, by its `struct module` (linux/module.h): a
 * kernel that keeps a module's BTF there has `btf_data`, and one that relocates it has `btf_base_data` too, whatever
 * its number, since distributions backport. Undefined where the struct does not tell: there is none, or this kernel
 * reads no module's BTF.
 */
export function readsDistilledBase(base: Btf): boolean | undefined {
  if (!known.has(base)) known.set(base, findOut(base));
  return known.get(base);
}

/** The answers for each base, since all modules of a run have the same few bases. */
const known = new WeakMap<Btf, boolean | undefined>();

function findOut(base: Btf): boolean | undefined {
  const { words, starts, kinds, strings } = base;
  for (let i = 0; i < kinds.length; i++) {
    const at = starts[i];
    if (kinds[i] !== STRUCT || !sameName(strings.bytes, words[at + NAME_OFF] - strings.firstOff, MODULE, 0)) {
      continue;
    }
    const names = new Set<string>();
    const end = at + HEAD_WORDS + infoVlen(words[at + INFO]) * MEMBER_WORDS;
    for (let member = at + HEAD_WORDS; member < end; member += MEMBER_WORDS) {
      names.add(strings.text(words[member + NAME_OFF]));
    }
    if (names.has("btf_data")) return names.has("btf_base_data");
  }
  return undefined;
}
