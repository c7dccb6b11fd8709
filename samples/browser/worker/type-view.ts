import {
  type Btf,
  declarationOf,
  describe,
  layoutJsonText,
  sizeOf,
  skipModifiers,
  type TypeDescription,
  type TypeId,
} from "../../../src/index.ts";
import {
  ARRAY,
  ARRAY_TYPE,
  ENUM,
  ENUM64,
  FUNC,
  FUNC_PROTO,
  isModifier,
  PTR,
  STRUCT,
  TYPEDEF,
  UNION,
} from "../../../src/wire.ts";
import type { LayoutMember, LayoutNode, TypeBody, TypeLink, TypeView } from "../shared/model.ts";

/** What is shown of a type. `pointerSize` is that of the machine, where the file says it. */
export function viewType(btf: Btf, id: TypeId, pointerSize: 4 | 8 | undefined): Omit<TypeView, "from"> {
  const type = describe(btf, id);
  return {
    id,
    kind: type.kind,
    name: type.name,
    title: titleOf(btf, id),
    size: type.kind === "FUNC" ? undefined : sizeOf(btf, id),
    ...bodyOf(btf, type, pointerSize),
  } as Omit<TypeView, "from">;
}

/** As C calls it: `struct task_struct`, `typedef u32`, `alloc_skb()`. */
export function titleOf(btf: Btf, id: TypeId): string {
  const name = btf.name(id);
  const kind = btf.kind(id);
  if (kind === FUNC) return `${name}()`;
  const word = TITLE_WORDS.get(kind);
  if (word !== undefined) return `${word} ${name === "" ? "(anonymous)" : name}`;
  return name === "" ? declarationOf(btf, id) : name;
}

const TITLE_WORDS: ReadonlyMap<number, string> = new Map([
  [STRUCT, "struct"],
  [UNION, "union"],
  [ENUM, "enum"],
  [ENUM64, "enum"],
  [TYPEDEF, "typedef"],
]);

/**
 * The first type with a name, or of some shape, that a type leads to through pointers, arrays and qualifiers; 0 for
 * none.
 */
export function targetOf(btf: Btf, id: TypeId): TypeId {
  let type = id;
  for (let steps = 0; type !== 0 && steps < MOST_STEPS; steps++) {
    const kind = btf.kind(type);
    if (kind === ARRAY) {
      const holder = btf.holder(type);
      type = holder.words[holder.start(type) + ARRAY_TYPE];
    } else if (kind === PTR || (isModifier(kind) && kind !== TYPEDEF)) type = btf.sizeOrType(type);
    else return kind === FUNC_PROTO ? 0 : type;
  }
  return 0;
}

/** More pointers and qualifiers than anyone writes. */
const MOST_STEPS = 64;

function linkTo(btf: Btf, id: TypeId, name = ""): TypeLink {
  return { text: declarationOf(btf, id, name), id: targetOf(btf, id) };
}

function bodyOf(btf: Btf, type: TypeDescription, pointerSize: 4 | 8 | undefined): TypeBody {
  switch (type.kind) {
    case "STRUCT":
    case "UNION":
      return { body: "layout", layout: layoutOfType(btf, type.id, pointerSize) };
    case "ENUM":
    case "ENUM64": {
      const enumerators = type.enumerators.map(({ name, value }) => ({ name, value: String(value) }));
      return { body: "enum", signed: type.signed, enumerators };
    }
    case "FUNC": {
      const proto = describe(btf, type.type);
      const declaration = `${type.linkage === "static" ? "static " : ""}${declarationOf(btf, type.type, type.name)}`;
      if (proto.kind !== "FUNC_PROTO") return alias(declaration, linkTo(btf, type.type));
      const parameters = proto.params.map(({ name, type: of }) => {
        return { name, value: declarationOf(btf, of), id: targetOf(btf, of) };
      });
      return { body: "function", declaration, returns: linkTo(btf, proto.returns), parameters };
    }
    case "TYPEDEF":
      return alias(`typedef ${declarationOf(btf, type.type, type.name)}`, linkTo(btf, type.type));
    case "VAR":
      return alias(declarationOf(btf, type.type, type.name), linkTo(btf, type.type));
    case "DATASEC": {
      const variables = type.variables.map(({ type: of, offset, size }) => {
        const text = btf.name(of) || declarationOf(btf, of);
        return { text, id: of, offset, size };
      });
      return { body: "section", variables };
    }
    case "INT":
      return facts({
        size: `${type.size} ${type.size === 1 ? "byte" : "bytes"}`,
        bits: String(type.bits),
        encoding: encodingOf(type),
      });
    case "FLOAT":
      return facts({ size: `${type.size} bytes`, encoding: "floating point" });
    case "FWD":
      return facts({ kind: `declared but not defined here (${type.of})` });
    default:
      return "type" in type && typeof type.type === "number"
        ? alias(declarationOf(btf, type.id), linkTo(btf, type.type))
        : facts({ kind: type.kind });
  }
}

function encodingOf({ signed, char, bool }: { signed: boolean; char: boolean; bool: boolean }): string {
  if (bool) return "boolean";
  return `${signed ? "signed" : "unsigned"}${char ? " character" : " integer"}`;
}

function alias(declaration: string, target: TypeLink): TypeBody {
  return { body: "alias", declaration, target };
}

function facts(values: Readonly<Record<string, string>>): TypeBody {
  return { body: "facts", facts: Object.entries(values).map(([name, value]) => ({ name, value })) };
}

/**
 * The layout that `btfx layout -j` prints, with links, and with names as people read them: those in JSON are unescaped.
 */
function layoutOfType(btf: Btf, id: TypeId, pointerSize: 4 | 8 | undefined): LayoutNode {
  const json = layoutJsonText(btf, { ids: [id], ...(pointerSize && { pointerSize }) });
  const [layout] = JSON.parse(json).layouts as [LayoutNode];
  const toShow = (members: readonly LayoutMember[], of: TypeId): LayoutMember[] => {
    const type = describe(btf, skipModifiers(btf, of));
    const own = "members" in type ? type.members : [];
    return members.map((member, i) => ({
      ...member,
      name: own[i]?.name || null,
      link: targetOf(btf, member.type_id),
      ...(member.members && { members: toShow(member.members, member.type_id) }),
    }));
  };
  return { ...layout, members: toShow(layout.members, id) };
}
