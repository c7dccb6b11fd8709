import type { Btf, TypeId } from "../../btf/btf.ts";
import { refuseEndlessText } from "../../btf/endless-text.ts";
import { kindName } from "../../btf/kinds.ts";
import { roomForBtf } from "../../btf/place.ts";
import { BtfxError, withContext } from "../../errors.ts";
import { isDirectory, isThere } from "../../io/file-names.ts";
import { readNameList } from "../../io/name-list.ts";
import { RUNNING_VMLINUX } from "../../io/read/find-vmlinux.ts";
import { type ParsedBtf, readParsedBtf } from "../../io/read/parsed-btf.ts";
import { readBaseFor } from "../../io/read/vmlinux.ts";
import { similarNames } from "../../types/similar-names.ts";
import { splitNames } from "./dump-words.ts";

/** The words of a question about types: the names, and the files in which to look for them. */
export interface QueryWords {
  readonly names: readonly string[];
  readonly files: readonly string[];
}

/**
 * Separates names and files. A word is a file if such a file exists, if it looks like a path, or if it is `-`. Names
 * may also be separated by commas, and `file://LIST` means the lines of a file, as for pahole. `named` are the names
 * that options give.
 */
export function readQueryWords(words: readonly string[], named: readonly string[] = []): QueryWords {
  const names = [...named, ...words.filter((word) => !isFile(word))].flatMap(namesOf);
  return { names, files: words.filter(isFile) };
}

/** The name of a type without what C writes before it. */
export function plainName(name: string): string {
  return name.replace(/^(struct|union|enum) /, "");
}

/**
 * Reads the types that a question is about, on the base that was given. `isOnly` says that no other file is read: many
 * would need too many of the memories of {@link roomForBtf}.
 */
export async function readQueried(
  path: string,
  baseBtf: string | undefined,
  isOnly = true,
): Promise<ParsedBtf> {
  const base = await readBaseFor([path], baseBtf);
  const input = await readParsedBtf(path, base, isOnly ? roomForBtf : undefined);
  if ("failures" in input) {
    throw new BtfxError(
      "bad-distilled-base",
      `${path} does not relocate onto ${baseBtf ?? RUNNING_VMLINUX}`,
      {
        hint: "btfx relocate says why",
      },
    );
  }
  // Here the error can name the file.
  withContext({ file: path }, () => refuseEndlessText(input.btf, true));
  return input;
}

/**
 * Answers a question about the types of a file. An error about the types names the file; an error about the question
 * does not.
 */
export async function answerAbout<T>(file: string, answer: () => T | Promise<T>): Promise<T> {
  try {
    return await answer();
  } catch (error) {
    throw error instanceof BtfxError && error.code !== "usage" ? error.within({ file }) : error;
  }
}

/**
 * The error for names that no type of a kind has. The hint says what has the first name, or suggests similar names. If
 * the running kernel was asked, the error says so, since a name may have been meant as a file. One that is a directory
 * was meant as that.
 */
export function noSuchType(btf: Btf, names: readonly string[], what = "type", file?: string): BtfxError {
  const directory = file === RUNNING_VMLINUX ? names.find(isDirectory) : undefined;
  if (directory !== undefined) {
    return new BtfxError("io", "it is a directory", { at: { file: directory }, hint: "name a file in it" });
  }
  const [first] = names;
  const ids = btf.named(first);
  const missing = `no ${what} ${names.map((name) => `'${name}'`).join(", ")}`;
  const message =
    file === RUNNING_VMLINUX
      ? `the running kernel has ${missing}, and there is no such file`
      : `there is ${missing}`;
  return new BtfxError("usage", message, {
    hint: ids.length > 0 ? whoseNameItIs(btf, ids) : likeNames(similarNames(btf, first)),
  });
}

/** Says which kinds of types have a name, if none of the wanted kind has it. */
function whoseNameItIs(btf: Btf, ids: readonly TypeId[]): string {
  const kinds = new Set(ids.map((id) => kindName(btf.kind(id)).toLowerCase()));
  const named = Array.from(kinds, (kind) => `${/^[aei]/.test(kind) ? "an" : "a"} ${kind}`);
  const where = ids.every((id) => id < btf.firstId) ? " of the base" : "";
  return `the name is that of ${named.join(" and ")}${where}`;
}

function likeNames(names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : `did you mean ${names.join(", ")}?`;
}

/** The names in a word. */
function namesOf(word: string): string[] {
  return word.startsWith(LIST) ? readNameList(word.slice(LIST.length)) : splitNames(word);
}

const LIST = "file://";

function isFile(word: string): boolean {
  if (word.startsWith(LIST)) return false;
  if (word === "-" || word.includes("/")) return true;
  return isThere(word) && !isDirectory(word);
}
