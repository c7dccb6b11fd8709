import * as K from "../../btf/kinds.ts";
import { printable } from "../../btf/strings.ts";
import type { Side } from "./side.ts";
import { familyOf, kindWord, reloKindName, type Spec } from "./spec.ts";

/** `spec_buf` of libbpf takes 255 characters. */
const MOST_CHARACTERS = 255;

/**
 * A spec in libbpf's words (`bpf_core_format_spec`): `<byte_off> [112] struct task_struct.se.cfs_rq (0:19:19 @ offset
 * 288)`. Names are printable.
 */
export function formatSpec(spec: Spec): string {
  return formatWhole(spec).slice(0, MOST_CHARACTERS);
}

function formatWhole(spec: Spec): string {
  const { side, kind, rootId, raw, bitOffset } = spec;
  const head = `<${reloKindName(kind)}> [${rootId}] ${kindWord(side.kind(rootId))} ${typeName(side, rootId)}`;
  switch (familyOf(kind)) {
    case "field": {
      const bits = bitOffset % 8;
      const offset = `${Math.floor(bitOffset / 8)}${bits === 0 ? "" : `.${bits}`}`;
      return `${head}${formatAccess(spec)} (${raw.join(":")} @ offset ${offset})`;
    }
    case "enumval":
      return `${head}${formatEnumerator(spec)}`;
    default:
      return head;
  }
}

/** `.se.cfs_rq`, `[1].x`: the members and elements that a field spec names. */
export function formatAccess({ side, accessors }: Spec): string {
  let text = "";
  for (const [i, { nameOff, index }] of accessors.entries()) {
    if (nameOff >= 0) text += `.${name(side, nameOff)}`;
    else if (i > 0 || index > 0) text += `[${index}]`;
  }
  return text;
}

/** `struct cfs_rq.nr_running`, `enum e::A`, `struct s`: what a relocation asks for, in the object's own types. */
export function describeAccess(local: Spec): string {
  const { side, rootId, accessors } = local;
  const root = `${kindWord(side.kind(rootId))} ${typeName(side, rootId)}`;
  switch (familyOf(local.kind)) {
    case "field":
      return `${root}${formatAccess(local)}`;
    case "enumval":
      return `${root}::${side.btf.strings.text(accessors[0].nameOff)}`;
    default:
      return root;
  }
}

/** A candidate without the enumerator shows its first one, as `raw_spec[0]` is zero there. */
function formatEnumerator({ side, rootId, raw }: Spec): string {
  const id = side.skip(rootId);
  const index = raw[0] ?? 0;
  if (!K.isEnum(side.kind(id)) || index >= side.vlen(id)) return "";
  const value = side.enumValue(id, index);
  const isSigned = side.btf.kflag(id);
  const bits = side.kind(id) === K.ENUM ? 32 : 64;
  const shown = isSigned ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
  return `::${name(side, side.elementName(id, index))} = ${shown}`;
}

/** Name of a type for people, `<anon>` if it has none. */
export function typeName(side: Side, id: number): string {
  return side.btf.nameOff(id) === 0 ? "<anon>" : name(side, side.btf.nameOff(id)) || "<anon>";
}

function name(side: Side, nameOff: number): string {
  return printable(side.btf.strings.slice(nameOff).subarray(0, MOST_CHARACTERS + 1));
}
