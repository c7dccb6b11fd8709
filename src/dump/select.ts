import type { Btf, TypeId } from "../btf/btf.ts";
import { refuseEndlessText } from "../btf/endless-text.ts";
import { infoKind } from "../btf/kinds.ts";

/** Conditions for selecting types; a type must meet all that are given. */
export interface Selection {
  /** Whether a name is selected. Names are escaped as by `printable`. */
  readonly name?: ((name: string) => boolean) | undefined;
  /** BTF_KIND_* numbers. */
  readonly kinds?: ReadonlySet<number> | undefined;
}

/**
 * The ids of the selected types, ascending: own types of `btf`, with `withBase` those of its bases too. Throws
 * `unsupported` for names without end.
 */
export function selectTypes(btf: Btf, selection: Selection, withBase: boolean): Uint32Array {
  const ids: TypeId[] = [];
  const { name, kinds } = selection;
  if (name !== undefined) refuseEndlessText(btf, withBase);
  /** By name offset: 0 while it is not known, else whether the name fits. */
  const known = new Uint8Array(name === undefined ? 0 : btf.strings.end);
  for (let id = withBase ? 1 : btf.firstId; id < btf.typeCount; id++) {
    const holder = btf.holder(id);
    const at = holder.start(id);
    if (kinds !== undefined && !kinds.has(infoKind(holder.words[at + 1]))) continue;
    if (name !== undefined) {
      const nameOff = holder.words[at];
      if (nameOff === 0) continue;
      if (known[nameOff] === 0) known[nameOff] = name(btf.strings.text(nameOff)) ? FITS : DIFFERS;
      if (known[nameOff] === DIFFERS) continue;
    }
    ids.push(id);
  }
  return Uint32Array.from(ids);
}

const FITS = 1;
const DIFFERS = 2;
