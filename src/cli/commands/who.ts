import type { Btf, TypeId } from "../../btf/btf.ts";
import { ENUM, ENUM64, FUNC, FUNC_PROTO, isComposite, kindName } from "../../btf/kinds.ts";
import { BtfxError } from "../../errors.ts";
import { describe } from "../../types/describe.ts";
import { MAX_NESTING, tooDeep } from "../../types/type-errors.ts";
import { type Use, type UseKind, Users } from "../../types/users-of.ts";
import { EXIT } from "../exit.ts";
import { type Host, writePieces } from "../host.ts";
import { asksForJson, type JsonOptions, jsonListText } from "../json.ts";
import type { EnumsJson, UseJson, UsersJson } from "../output/json-output.ts";
import { warnOfWrongBase } from "../output/wrong-base-warning.ts";
import { filesOrRunning } from "../words/dump-words.ts";
import { answerAbout, noSuchType, plainName, readQueried, readQueryWords } from "../words/query-words.ts";

/** Options of `btfx who`, as commander gives them. */
export interface WhoOptions extends JsonOptions {
  readonly baseBtf?: string;
  readonly only?: UseKind;
  readonly contains?: string;
  readonly pointersTo?: string;
  readonly containsEnumerator?: string;
  readonly compat?: "pahole";
  readonly depth?: string;
}

/** The uses that were found at one level: 1 for those of the type that was asked for. */
interface Level {
  readonly depth: number;
  readonly uses: readonly Use[];
}

const EXAMPLE = "btfx who sk_buff vmlinux";

/** `btfx who`: prints who uses a type, and returns the exit code. */
export async function runWho(words: readonly string[], options: WhoOptions, host: Host): Promise<number> {
  const named = [options.contains, options.pointersTo, options.containsEnumerator];
  const { names, files } = readQueryWords(
    words,
    named.filter((name) => name !== undefined),
  );
  if (names.length === 0) throw new BtfxError("usage", "no type is named", { hint: EXAMPLE });
  if (names.length > 1) {
    throw new BtfxError("usage", `one type at a time, not ${names.map((each) => `'${each}'`).join(", ")}`, {
      hint: `a word that is no file is a name; ${EXAMPLE}`,
    });
  }
  if (files.length > 1) throw new BtfxError("usage", "one file at a time", { hint: EXAMPLE });
  const [name] = names;
  const [file] = filesOrRunning(files, options.baseBtf);
  const only =
    options.contains !== undefined ? "embeds" : options.pointersTo !== undefined ? "points" : options.only;
  const input = await readQueried(file, options.baseBtf);
  await warnOfWrongBase(input, file, options.baseBtf, host);
  const { btf } = input;
  const all = options.containsEnumerator === undefined ? typesNamed(btf, name) : [];
  // pahole asks about the first type of a name.
  const targets = options.compat === "pahole" ? all.slice(0, 1) : all;
  if (targets.length === 0) return printEnumsWith(btf, name, file, options, host);
  const found = await answerAbout(file, () => usesOf(btf, targets, depthOf(options.depth)));
  if (options.compat === "pahole") {
    if (only !== "embeds" && only !== "points") {
      throw new BtfxError("usage", "--compat pahole goes with --contains NAME or --find_pointers_to NAME");
    }
    writePieces(host.stdout, paholeText(btf, found, only));
    return EXIT.ok;
  }
  const shown =
    only === undefined
      ? found
      : found.map(({ depth, uses }) => ({ depth, uses: uses.filter((use) => use.how === only) }));
  const text = asksForJson(options)
    ? jsonListText(
        { type: name } satisfies Omit<UsersJson, "uses">,
        "uses",
        jsonUses(btf, shown),
        options.pretty,
      )
    : textOf(btf, name, shown);
  writePieces(host.stdout, text);
  return EXIT.ok;
}

/** The types of a name, without the functions and their prototypes. */
function typesNamed(btf: Btf, name: string): TypeId[] {
  return btf.named(plainName(name)).filter((id) => btf.kind(id) !== FUNC && btf.kind(id) !== FUNC_PROTO);
}

/**
 * The uses of types, and of the types that contain them, level by level. Throws `unsupported` if structs are nested too
 * deep.
 */
function usesOf(btf: Btf, targets: readonly TypeId[], most: number): Level[] {
  const users = new Users(btf);
  const seen = new Set<TypeId>(targets);
  const found: Level[] = [];
  let level = targets;
  for (let depth = 1; depth <= most && level.length > 0; depth++) {
    if (depth > MAX_NESTING) throw tooDeep(level[0]);
    const next: TypeId[] = [];
    const uses = users.of(level);
    for (const use of uses) {
      if (use.how !== "embeds" || seen.has(use.user)) continue;
      seen.add(use.user);
      next.push(use.user);
    }
    found.push({ depth, uses });
    level = next;
  }
  return found;
}

const HEADINGS: Readonly<Record<UseKind, string>> = {
  embeds: "held by value",
  points: "pointed to",
  takes: "taken by functions and callbacks",
  returns: "returned by functions",
};

/** The lines of pahole's `--contains` and `--find_pointers_to`: what named structs hold or point to directly. */
function* paholeText(btf: Btf, found: readonly Level[], how: UseKind): Iterable<string> {
  const told = new Set<TypeId>();
  for (const { uses } of found) {
    for (const use of uses) {
      const { user, member } = use;
      if (use.how !== how || !use.isDirect || !isComposite(btf.kind(user))) continue;
      if (how === "points") yield `${btf.name(user)}: ${member}\n`;
      else if (!told.has(user)) {
        told.add(user);
        yield `${btf.name(user)}\n`;
      }
    }
  }
}

/** The text in pieces: of some types there are millions of uses. */
function* textOf(btf: Btf, name: string, found: readonly Level[]): Iterable<string> {
  let separator = "";
  for (const how of Object.keys(HEADINGS) as UseKind[]) {
    let count = 0;
    for (const { uses } of found) for (const use of uses) if (use.how === how) count++;
    if (count === 0) continue;
    yield `${separator}${HEADINGS[how]} (${count})\n`;
    separator = "\n";
    for (const { depth, uses } of found) {
      for (const use of uses) if (use.how === how) yield `  ${useText(btf, use, depth)}\n`;
    }
  }
  if (separator === "") yield `nothing uses ${name}\n`;
}

/**
 * `struct sk_buff.next  at 0x0`, without `.next` if the member has no name. On outer levels also the type that the
 * struct contains.
 */
function useText(btf: Btf, { user, member, offset, target, how }: Use, depth: number): string {
  const kind = btf.kind(user);
  const word = kind === FUNC ? "" : `${kindName(kind).toLowerCase()} `;
  const path = member === "" ? "" : `.${member}`;
  const place = isComposite(kind) ? `${path}  at 0x${offset.toString(16)}` : "";
  const params = kind === FUNC ? `(${how === "takes" ? member : ""})` : "";
  const via = depth > 1 ? `  (of ${btf.name(target)})` : "";
  return `${word}${btf.name(user)}${params}${place}${via}`;
}

/** The list of a {@link UsersJson}. */
function* jsonUses(btf: Btf, found: readonly Level[]): Iterable<UseJson> {
  for (const { depth, uses } of found) {
    for (const { how, user, member, offset, target } of uses) {
      yield {
        how,
        kind: kindName(btf.kind(user)),
        name: btf.name(user),
        id: user,
        ...(member === "" ? {} : { member }),
        ...(isComposite(btf.kind(user)) && { offset }),
        of: btf.name(target),
        depth,
      };
    }
  }
}

/** A name that no type has may be an enumerator's. */
function printEnumsWith(btf: Btf, name: string, file: string, options: WhoOptions, host: Host): number {
  const found: { id: TypeId; enum: string; value: string }[] = [];
  for (let id = 1; id < btf.typeCount; id++) {
    if (btf.kind(id) !== ENUM && btf.kind(id) !== ENUM64) continue;
    const type = describe(btf, id);
    if (type.kind !== "ENUM" && type.kind !== "ENUM64") continue;
    for (const each of type.enumerators) {
      if (each.name === name) found.push({ id, enum: type.name, value: String(each.value) });
    }
  }
  if (found.length === 0) throw noSuchType(btf, [name], "type or enumerator", file);
  const text = asksForJson(options)
    ? jsonListText(
        { enumerator: name } satisfies Omit<EnumsJson, "enums">,
        "enums",
        found satisfies EnumsJson["enums"],
        options.pretty,
      )
    : enumLines(name, found);
  writePieces(host.stdout, text);
  return EXIT.ok;
}

function* enumLines(name: string, found: EnumsJson["enums"]): Iterable<string> {
  for (const { id, enum: of, value } of found)
    yield `enum ${of === "" ? `[${id}]` : of}: ${name} = ${value}\n`;
}

function depthOf(text: string | undefined): number {
  if (text === undefined) return 1;
  const depth = /^\d+$/.test(text) ? Number(text) : 0;
  if (depth < 1) throw new BtfxError("usage", `'${text}' is not a depth`, { hint: "--depth 2" });
  return depth;
}
