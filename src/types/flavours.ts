import type { Btf, TypeId } from "../btf/btf.ts";
import { NAME_OFF } from "../btf/kinds.ts";

const UNDERSCORE = 0x5f;

/**
 * Length of a name without its flavour: `task_struct___old` is a flavour of `task_struct`
 * (`bpf_core_essential_name_len`, libbpf relo_core.c). The name begins at `bytes[start]` and ends at a NUL.
 */
export function essentialLength(bytes: Uint8Array, start: number): number {
  const nul = bytes.indexOf(0, start);
  const end = nul < 0 ? bytes.length : nul;
  for (let at = end - 5; at >= start; at--) {
    if (bytes[at + 2] === UNDERSCORE && isSeparator(bytes, at)) return at + 1 - start;
  }
  return end - start;
}

/** `X___Y` where neither X nor Y is an underscore (`bpf_core_is_flavor_sep`). */
function isSeparator(bytes: Uint8Array, at: number): boolean {
  return (
    bytes[at + 1] === UNDERSCORE &&
    bytes[at + 2] === UNDERSCORE &&
    bytes[at + 3] === UNDERSCORE &&
    bytes[at] !== UNDERSCORE &&
    bytes[at + 4] !== UNDERSCORE
  );
}

/** Types by their essential names, of a BTF and its bases. */
export class Flavours {
  private readonly btf: Btf;
  /** Types whose names have a flavour, by essential name, one character for each byte. */
  private readonly flavoured = new Map<string, TypeId[]>();

  constructor(btf: Btf) {
    this.btf = btf;
    const chain: Btf[] = [];
    for (let part: Btf | null = btf; part !== null; part = part.base) chain.unshift(part);
    for (const part of chain) this.add(part);
  }

  /** All types whose essential name is the name at `bytes[start]`, which has no flavour, ascending. */
  named(bytes: Uint8Array, start: number): TypeId[] {
    let end = start;
    while (end < bytes.length && bytes[end] !== 0) end++;
    const plain = this.btf.names.named(bytes, start);
    const flavoured = this.flavoured.get(key(bytes, start, end));
    return flavoured === undefined ? plain : [...plain, ...flavoured].sort((a, b) => a - b);
  }

  private add({ words, starts, firstId, strings }: Btf): void {
    for (let i = 0; i < starts.length - 1; i++) {
      const off = words[starts[i] + NAME_OFF];
      if (off === 0) continue;
      const { bytes, firstOff } = strings.holder(off);
      const at = off - firstOff;
      const length = essentialLength(bytes, at);
      if (bytes[at + length] === 0) continue;
      const name = key(bytes, at, at + length);
      const ids = this.flavoured.get(name);
      if (ids === undefined) this.flavoured.set(name, [firstId + i]);
      else ids.push(firstId + i);
    }
  }
}

function key(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at]);
  return text;
}
