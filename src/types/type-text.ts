import type { Btf, TypeId } from "../btf/btf.ts";
import * as K from "../btf/kinds.ts";
import { printable } from "../btf/strings.ts";
import type { FlatRecords } from "./flat.ts";
import { measured } from "./sizes.ts";

/** Prototypes within prototypes are spelled out this deep. */
const MOST_DEPTH = 4;
/** Parameters that are spelled out, and length at which a declarator is cut: no compiler's type comes near. */
const MOST_PARAMETERS = 32;
const MOST_LENGTH = 600;

/**
 * A type as C writes it, for people to read: `struct sk_buff *`, `int (*)(struct socket *, int)`, `u8 [16]`; with
 * `name` as the declaration of that name. Types without a name are `struct {...}`. What is too long is cut, with `...`
 * in its place.
 */
export function typeText(flat: FlatRecords, id: TypeId, name = "", depth = 0): string {
  const { words, starts, kinds } = flat;
  let inner = name;
  let qualifiers = "";
  let tags = "";
  /** Whether a pointer stands behind the qualifiers and tags that the type is among; asked once for all of them. */
  let beforePointer: boolean | undefined;
  let type = id;
  for (let steps = 0; steps < MOST_LENGTH && inner.length + tags.length < MOST_LENGTH; steps++) {
    const at = starts[type];
    const kind = (type === 0 ? K.UNKN : kinds[type]) as K.KindNumber;
    switch (kind) {
      case K.PTR:
        inner = `*${tags}${inner}`;
        tags = "";
        beforePointer = undefined;
        break;
      case K.ARRAY:
        inner = `${operand(inner)}[${words[at + K.ARRAY_ELEMENTS]}]`;
        type = words[at + K.ARRAY_TYPE];
        beforePointer = undefined;
        continue;
      case K.FUNC_PROTO:
        inner = `${operand(inner)}(${parameters(flat, type, depth)})`;
        beforePointer = undefined;
        break;
      case K.CONST:
      case K.VOLATILE:
      case K.RESTRICT: {
        const word = K.kindName(kind).toLowerCase();
        beforePointer ??= isPointer(flat, words[at + K.SIZE_OR_TYPE]);
        if (beforePointer) inner = inner === "" ? word : `${word} ${inner}`;
        else qualifiers += `${word} `;
        break;
      }
      case K.TYPE_TAG:
        tags = ` __${nameAt(flat, words[at])}${inner === "" || inner.startsWith("*") ? " " : ""}${tags}`;
        break;
      case K.INT:
      case K.STRUCT:
      case K.UNION:
      case K.ENUM:
      case K.ENUM64:
      case K.FWD:
      case K.TYPEDEF:
      case K.FLOAT:
      case K.FUNC:
      case K.VAR:
      case K.DATASEC:
      case K.DECL_TAG:
      case K.LOC_PARAM:
      case K.LOC_PROTO:
      case K.LOCSEC:
        return declaration(qualifiers + specifier(flat, type), tags.trimEnd(), inner);
      default:
        K.notKnown(kind);
        return declaration(qualifiers + specifier(flat, type), tags.trimEnd(), inner);
    }
    type = words[at + K.SIZE_OR_TYPE];
  }
  return `... ${inner.slice(0, MOST_LENGTH)}`;
}

/** {@link typeText} of a BTF's type. Throws `RangeError` for an id that no type has. */
export function declarationOf(btf: Btf, id: TypeId, name = ""): string {
  btf.kind(id);
  return typeText(measured(btf).flat, id, name);
}

/** A name, or a pointer to it in parentheses, ready for `[]` or `()` behind it. */
function operand(inner: string): string {
  return inner.startsWith("*") ? `(${inner})` : inner;
}

function declaration(base: string, tags: string, inner: string): string {
  return inner === "" ? `${base}${tags}` : `${base}${tags} ${inner}`;
}

/** The words before a declarator. */
function specifier(flat: FlatRecords, id: TypeId): string {
  const { words, starts, kinds } = flat;
  if (id === 0) return "void";
  const at = starts[id];
  const name = words[at] === 0 ? "{...}" : nameAt(flat, words[at]);
  const kind = kinds[id] as K.KindNumber;
  const plain = words[at] === 0 ? "(anon)" : name;
  switch (kind) {
    case K.STRUCT:
      return `struct ${name}`;
    case K.UNION:
      return `union ${name}`;
    case K.ENUM:
    case K.ENUM64:
      return `enum ${name}`;
    case K.FWD:
      return `${K.infoKflag(words[at + K.INFO]) ? "union" : "struct"} ${name}`;
    case K.INT:
    case K.FLOAT:
    case K.TYPEDEF:
    case K.PTR:
    case K.ARRAY:
    case K.FUNC_PROTO:
    case K.VOLATILE:
    case K.CONST:
    case K.RESTRICT:
    case K.TYPE_TAG:
    case K.FUNC:
    case K.VAR:
    case K.DATASEC:
    case K.DECL_TAG:
    case K.LOC_PARAM:
    case K.LOC_PROTO:
    case K.LOCSEC:
      return plain;
    default:
      K.notKnown(kind);
      return plain;
  }
}

function parameters(flat: FlatRecords, proto: TypeId, depth: number): string {
  const { words, starts } = flat;
  const at = starts[proto];
  const count = K.infoVlen(words[at + K.INFO]);
  if (count === 0) return "void";
  if (depth >= MOST_DEPTH) return "...";
  const texts: string[] = [];
  for (let i = 0; i < count; i++) {
    if (i === MOST_PARAMETERS) return `${texts.join(", ")}, ...`;
    const param = at + K.HEAD_WORDS + i * K.PARAM_WORDS;
    const isRest = i === count - 1 && words[param] === 0 && words[param + K.PARAM_TYPE] === 0;
    texts.push(
      isRest ? "..." : typeText(flat, words[param + K.PARAM_TYPE], nameAt(flat, words[param]), depth + 1),
    );
  }
  return texts.join(", ");
}

/** Whether a type is a pointer behind qualifiers and tags. */
function isPointer({ words, starts, kinds }: FlatRecords, id: TypeId): boolean {
  let type = id;
  for (let steps = 0; steps < MOST_LENGTH; steps++) {
    const kind = kinds[type];
    if (!K.isModifier(kind) || kind === K.TYPEDEF) return kind === K.PTR;
    type = words[starts[type] + K.SIZE_OR_TYPE];
  }
  return false;
}

function nameAt({ strings }: FlatRecords, off: number): string {
  const end = strings.indexOf(0, off);
  return printable(strings.subarray(off, end < 0 ? strings.length : end));
}
