import { basename } from "node:path";
import { shortPaths } from "../report/short-paths.ts";
import type { FileOffsets } from "./commands/offsets.ts";

/** Languages that offsets are written in. */
export type OffsetsForm = "c" | "rust" | "go" | "shell";

interface Form {
  readonly constant: (name: string, value: number) => string;
  readonly comment: (text: string) => string;
  /** From the words of a name. */
  readonly name: (words: readonly string[]) => string;
}

const upperSnake = (words: readonly string[]) => words.join("_").toUpperCase();

const FORMS: Readonly<Record<OffsetsForm, Form>> = {
  c: {
    constant: (name, value) => `#define ${name} ${value}\n`,
    comment: (text) => `/* ${text} */\n`,
    name: upperSnake,
  },
  rust: {
    constant: (name, value) => `pub const ${name}: usize = ${value};\n`,
    comment: (text) => `// ${text}\n`,
    name: upperSnake,
  },
  go: {
    constant: (name, value) => `const ${name} = ${value}\n`,
    comment: (text) => `// ${text}\n`,
    name: (words) => words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join(""),
  },
  shell: {
    constant: (name, value) => `${name}=${value}\n`,
    comment: (text) => `# ${text}\n`,
    name: upperSnake,
  },
};

/**
 * Offsets as constants: `TASK_STRUCT_PID_OFFSET` and `…_SIZE` in bytes, of bitfields `…_BIT_OFFSET` and `…_BIT_SIZE`. With
 * several files each constant begins with the file's name, and as much of its path as tells it from the others.
 */
export function sourceText(form: OffsetsForm, files: readonly FileOffsets[]): string {
  if (files.length === 1) return constantsOf(form, files[0], basename(files[0].file), []);
  const names = shortPaths(files.map(({ file }) => file));
  const prefixes = distinctPrefixes(names);
  return files.map((each, i) => constantsOf(form, each, names[i], prefixes[i])).join("");
}

/** The words of each name, with its number after them where others have the same. */
function distinctPrefixes(names: readonly string[]): string[][] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const words = wordsOf(name);
    const key = upperSnake(words);
    const number = (seen.get(key) ?? 0) + 1;
    seen.set(key, number);
    return number === 1 ? words : [...words, String(number)];
  });
}

function constantsOf(
  form: OffsetsForm,
  { members }: FileOffsets,
  title: string,
  prefix: readonly string[],
): string {
  const { constant, comment, name } = FORMS[form];
  let text = comment(`Offsets in ${harmless(title)}, in bytes`);
  for (const member of members) {
    if ("missing" in member) {
      text += comment(`${harmless(member.path)}: ${harmless(member.missing)}`);
      continue;
    }
    const { bitOffset, bitSize, bitfieldSize } = member;
    const named = (...what: string[]) => name([...prefix, ...wordsOf(member.path), ...what]);
    if (bitfieldSize > 0) {
      text += constant(named("bit", "offset"), bitOffset) + constant(named("bit", "size"), bitfieldSize);
    } else text += constant(named("offset"), bitOffset / 8) + constant(named("size"), bitSize / 8);
  }
  return text;
}

/** The parts of a name or path that an identifier may hold. */
function wordsOf(text: string): string[] {
  const words = text.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  return words.length > 0 && /^\d/.test(words[0]) ? ["v", ...words] : words;
}

/** Text that ends no comment. */
function harmless(text: string): string {
  return text.replace(/[^\w .,:;?'[\]()+-]/g, "_");
}
