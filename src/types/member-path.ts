import type { Btf, TypeId } from "../btf/btf.ts";
import { isComposite, TYPEDEF } from "../btf/kinds.ts";
import { describe } from "./describe.ts";
import type { CompositeType, Member } from "./description.ts";
import { nearestWord } from "./nearest-words.ts";
import { sizeOf, skipModifiers } from "./sizes.ts";
import { MAX_NESTING, tooDeep } from "./type-errors.ts";
import { unfoldingEffort } from "./unfolding-effort.ts";

/** A member, a member of a member, or an array element, with its offset in the outermost type. */
export interface PlacedMember {
  /** As in C: `task_struct.se.vruntime`, `page.compound_head`, `pt_regs.ip`. */
  readonly path: string;
  readonly type: TypeId;
  /** From the start of the outermost type, in bits. */
  readonly bitOffset: number;
  /** Bits that it takes: those of a bitfield, else those of its type; 0 where that has no size. */
  readonly bitSize: number;
  /** Bits of a bitfield, 0 for an ordinary member. */
  readonly bitfieldSize: number;
}

/** Why there is no such member. */
export interface MissingMember {
  readonly path: string;
  readonly missing: string;
}

/**
 * Finds the member that a path names: `NAME`, then `.member` and `[index]` as often as needed. Members of anonymous
 * structs and unions are found as in C. The first part is a struct or union, or a typedef of one; of several types of
 * the name, the first that has the member counts. Throws `unsupported` for types that unfold without end.
 */
export function placeMember(btf: Btf, path: string): PlacedMember | MissingMember {
  const steps = stepsOf(path);
  if (steps === undefined)
    return { path, missing: "write a path as in C: type.member, type.array[1].member" };
  const [root, ...rest] = steps;
  const candidates = compositesNamed(btf, root);
  let missing = `there is no struct or union '${root}'`;
  for (const id of candidates) {
    const placed = walk(btf, path, id, rest);
    if (!("missing" in placed)) return placed;
    missing = placed.missing;
  }
  return { path, missing };
}

/**
 * The structs and unions with a name, then those behind typedefs with that name; each once, without forward
 * declarations.
 */
export function compositesNamed(btf: Btf, name: string): TypeId[] {
  const called = btf.named(name);
  const own = called.filter((id) => isComposite(btf.kind(id)));
  const typedefs = called.filter((id) => btf.kind(id) === TYPEDEF);
  const behind = typedefs.map((id) => skipModifiers(btf, id)).filter((id) => isComposite(btf.kind(id)));
  return [...new Set([...own, ...behind])];
}

/**
 * All that lies at a byte of a type: each member there with the members in it, outermost first. None for a hole. A
 * union has several members at one place. Throws `unsupported` for types that unfold without end.
 */
export function membersAt(btf: Btf, id: TypeId, byte: number): PlacedMember[] {
  const found: { readonly place: PlacedMember; readonly steps: number }[] = [];
  const open: Opened[] = [{ id, bitOffset: 0, path: btf.name(id), steps: 0, depth: 1 }];
  const effort = unfoldingEffort(btf.words.length);
  for (const at of open) {
    const target = skipModifiers(btf, at.id);
    if (at.depth > MAX_NESTING) throw tooDeep(target);
    // A path is as long as it is deep.
    effort.spend(btf.vlen(target) * at.depth);
    const type = describe(btf, target);
    const inner = { steps: at.steps + 1, depth: at.depth + 1 };
    if (type.kind === "ARRAY") {
      const bits = (sizeOf(btf, type.type) ?? 0) * 8;
      const index = bits === 0 ? -1 : Math.floor((byte * 8 - at.bitOffset) / bits);
      if (index < 0 || index >= type.length) continue;
      const element = { path: `${at.path}[${index}]`, bitOffset: at.bitOffset + index * bits };
      found.push({
        place: { ...element, type: type.type, bitSize: bits, bitfieldSize: 0 },
        steps: inner.steps,
      });
      open.push({ id: type.type, ...element, ...inner });
      continue;
    }
    if (type.kind !== "STRUCT" && type.kind !== "UNION") continue;
    for (const member of type.members) {
      const bitOffset = at.bitOffset + member.bitOffset;
      if (bitOffset >= byte * 8 + 8 || bitOffset + member.bitSize <= byte * 8) continue;
      if (member.name === "") {
        open.push({ ...at, id: member.type, bitOffset, depth: inner.depth });
      } else {
        const path = `${at.path}.${member.name}`;
        found.push({ place: { ...placed(member, bitOffset), path }, steps: inner.steps });
        open.push({ id: member.type, bitOffset, path, ...inner });
      }
    }
  }
  return found.sort((a, b) => a.steps - b.steps).map(({ place }) => place);
}

/** A member that is looked into. */
interface Opened {
  readonly id: TypeId;
  readonly bitOffset: number;
  readonly path: string;
  /** Steps of the path, and levels of types, those without names too. */
  readonly steps: number;
  readonly depth: number;
}

function walk(
  btf: Btf,
  path: string,
  root: TypeId,
  steps: readonly (string | number)[],
): PlacedMember | MissingMember {
  let at: Omit<PlacedMember, "path"> = {
    type: root,
    bitOffset: 0,
    bitSize: (sizeOf(btf, root) ?? 0) * 8,
    bitfieldSize: 0,
  };
  for (const step of steps) {
    const type = describe(btf, skipModifiers(btf, at.type));
    if (typeof step === "number") {
      if (type.kind !== "ARRAY") return { path, missing: `what [${step}] is asked of is not an array` };
      const bits = (sizeOf(btf, type.type) ?? 0) * 8;
      at = {
        type: type.type,
        bitOffset: at.bitOffset + step * bits,
        bitSize: bits,
        bitfieldSize: 0,
      };
      continue;
    }
    if (type.kind === "PTR") {
      return { path, missing: `'${step}' lies behind a pointer, so it has no offset here` };
    }
    if (type.kind !== "STRUCT" && type.kind !== "UNION") {
      return { path, missing: `what '${step}' is asked of is not a struct or union` };
    }
    const member = memberNamed(btf, type, step);
    if (member === undefined) {
      const meant = nearestWord(
        step,
        Array.from(membersOf(btf, type), ({ name }) => name),
      );
      const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
      return {
        path,
        missing: `${type.kind.toLowerCase()} ${type.name || "(anonymous)"} has no member '${step}'${hint}`,
      };
    }
    at = placed(member, at.bitOffset + member.bitOffset);
  }
  return { path, ...at };
}

/** A member by its name, with its offset from the start of `type`. */
function memberNamed(btf: Btf, type: CompositeType, name: string): Member | undefined {
  for (const member of membersOf(btf, type)) if (member.name === name) return member;
  return undefined;
}

/**
 * The named members of a type, with offsets from its start. Those of anonymous structs and unions are members of
 * `type`, as in C; they come after its own.
 */
export function* membersOf(btf: Btf, type: CompositeType): Generator<Member, void> {
  const open: { members: readonly Member[]; bitOffset: number }[] = [{ members: type.members, bitOffset: 0 }];
  const effort = unfoldingEffort(btf.words.length);
  for (const at of open) {
    for (const each of at.members) {
      const bitOffset = at.bitOffset + each.bitOffset;
      if (each.name !== "") yield { ...each, bitOffset };
      else {
        const id = skipModifiers(btf, each.type);
        effort.spend(1 + btf.vlen(id));
        const inner = describe(btf, id);
        if (inner.kind === "STRUCT" || inner.kind === "UNION")
          open.push({ members: inner.members, bitOffset });
      }
    }
  }
}

function placed({ type, bitSize, bitfieldSize }: Member, bitOffset: number): Omit<PlacedMember, "path"> {
  return { type, bitOffset, bitSize, bitfieldSize };
}

/** Whether {@link placeMember} can look for a path: `NAME` with members and indexes. */
export function isMemberPath(path: string): boolean {
  return stepsOf(path) !== undefined;
}

/** Parses a path into name, members and indexes; undefined if it is malformed. */
function stepsOf(path: string): [string, ...(string | number)[]] | undefined {
  const parts = /^(?:struct |union )?([^.[\]\s]+)((?:\.[^.[\]\s]+|\[\d+\])*)$/.exec(path.trim());
  if (parts === null) return undefined;
  const rest = parts[2].match(/\.[^.[\]]+|\[\d+\]/g) ?? [];
  return [parts[1], ...rest.map((step) => (step[0] === "." ? step.slice(1) : Number(step.slice(1, -1))))];
}
