import type { Btf } from "../../btf/btf.ts";
import { type KindName, kindName } from "../../btf/kinds.ts";
import { BtfxError } from "../../errors.ts";
import { statIfAny } from "../../io/file-names.ts";
import { RUNNING_VMLINUX } from "../../io/read/find-vmlinux.ts";
import { kindWord } from "../../report/kind-words.ts";
import { describe } from "../../types/describe.ts";
import { membersOf, placeMember } from "../../types/member-path.ts";
import { skipModifiers } from "../../types/sizes.ts";
import { readQueried } from "../words/query-words.ts";
import type { Candidate } from "./candidates.ts";
import type { Place } from "./place.ts";

/** Which names are wanted: those of types that have a layout, or of all types and enumerators. */
export type WantedNames = "with a layout" | "all";

/**
 * The names that begin as the word at the cursor, in the files that the command line names, or in the running kernel.
 */
export async function namesOfTypes(place: Place, wanted: WantedNames): Promise<Candidate[]> {
  const found = new Map<string, string>();
  const add = (name: string, about: string) => {
    if (name.startsWith(place.current) && isPlain(name) && !found.has(name)) found.set(name, about);
  };
  for (let btf = await btfMeant(place); btf !== null; btf = btf.base) {
    const kinds: readonly (KindName | undefined)[] = wanted === "all" ? [undefined] : LAID_OUT;
    for (const kind of kinds) {
      for (const id of btf.ids(kind)) add(btf.name(id), kindWord(kindName(btf.kind(id))));
    }
    if (wanted === "all") forEachEnumerator(btf, (name) => add(name, "enumerator"));
  }
  return Array.from(found, ([word, about]) => ({ word, about }));
}

/** The paths of members, `TYPE.MEMBER.MEMBER`, whose last step is being typed. */
export async function memberPaths(place: Place): Promise<Candidate[]> {
  const outer = place.current.slice(0, Math.max(place.current.lastIndexOf("."), 0));
  if (outer === "") return await namesOfTypes(place, "with a layout");
  const btf = await btfMeant(place);
  const names = btf === null ? [] : soundOnly(() => memberNames(btf, outer));
  return names.filter(isPlain).map((name) => ({ word: `${outer}.${name}`, about: "member" }));
}

/** The names of the members of the type or member that a path names. */
function memberNames(btf: Btf, path: string): string[] {
  const placed = placeMember(btf, path);
  if ("missing" in placed) return [];
  const type = describe(btf, skipModifiers(btf, placed.type));
  if (type.kind !== "STRUCT" && type.kind !== "UNION") return [];
  return Array.from(membersOf(btf, type), ({ name }) => name);
}

const LAID_OUT: readonly KindName[] = ["STRUCT", "UNION", "ENUM", "ENUM64", "TYPEDEF"];

function forEachEnumerator(btf: Btf, visit: (name: string) => void): void {
  for (const kind of ["ENUM", "ENUM64"] as const) {
    for (const id of btf.ids(kind)) {
      const type = describe(btf, id);
      if (type.kind === kind) for (const { name } of type.enumerators) visit(name);
    }
  }
}

/** Whether a shell takes the name as one word without quotes. Names in a file can be any bytes. */
function isPlain(name: string): boolean {
  return /^[A-Za-z_]\w*$/.test(name);
}

/** The types that the words on the command line are about; null where they cannot be read. */
async function btfMeant({ before, behind, values }: Place): Promise<Btf | null> {
  const [file] = [...before, ...behind].filter(isFile);
  const base = values.get("baseBtf");
  // What is read from a pipe here would be missing when the command runs.
  if (base !== undefined && !isFile(base)) return null;
  try {
    return (await readQueried(file ?? base ?? RUNNING_VMLINUX, file === undefined ? undefined : base)).btf;
  } catch (error) {
    if (error instanceof BtfxError) return null;
    throw error;
  }
}

/** The result of `names`, or nothing if the types are damaged: the command itself will report that. */
function soundOnly(names: () => string[]): string[] {
  try {
    return names();
  } catch (error) {
    if (error instanceof BtfxError) return [];
    throw error;
  }
}

function isFile(path: string): boolean {
  return statIfAny(path)?.isFile() === true;
}
