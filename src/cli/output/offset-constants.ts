import { basename } from "node:path";
import { shortPaths } from "../../report/short-paths.ts";
import type { MissingMember, PlacedMember } from "../../types/member-path.ts";

/** Languages that offsets are written in. */
export type OffsetsForm = "c" | "rust" | "go" | "shell";

/** Where the members lie in one file, in the order of the paths. */
export interface FileOffsets {
  readonly file: string;
  readonly members: readonly ((PlacedMember & { readonly typeText: string }) | MissingMember)[];
}

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
 * Offsets as constants: `TASK_STRUCT_PID_OFFSET` and `…_SIZE` in bytes, for bitfields `…_BIT_OFFSET` and `…_BIT_SIZE`.
 * If there are several files, each constant begins with the name of the file, and as much of its path as necessary to
 * tell it from the others. A number is added to a name that an earlier constant has: `…_PID_2_OFFSET`.
 */
export function sourceText(form: OffsetsForm, files: readonly FileOffsets[]): string {
  const constants = new Set<string>();
  if (files.length === 1) return constantsOf(form, files[0], basename(files[0].file), [], constants);
  const names = shortPaths(files.map(({ file }) => file));
  const prefixes = new Set<string>();
  return files
    .map((each, i) => {
      const prefix = distinct(wordsOf(names[i]), prefixes, (words) => [upperSnake(words)]);
      return constantsOf(form, each, names[i], prefix, constants);
    })
    .join("");
}

/** The words, followed by a number if the names made of them are used already. Reserves these names. */
function distinct(
  words: readonly string[],
  taken: Set<string>,
  namesOf: (words: readonly string[]) => readonly string[],
): readonly string[] {
  let found = words;
  for (let number = 2; namesOf(found).some((name) => taken.has(name)); number++)
    found = [...words, `${number}`];
  for (const name of namesOf(found)) taken.add(name);
  return found;
}

function constantsOf(
  form: OffsetsForm,
  { members }: FileOffsets,
  title: string,
  prefix: readonly string[],
  taken: Set<string>,
): string {
  const { constant, comment, name } = FORMS[form];
  let text = comment(`Offsets in ${harmless(title)}, in bytes`);
  for (const member of members) {
    if ("missing" in member) {
      text += comment(`${harmless(member.path)}: ${harmless(member.missing)}`);
      continue;
    }
    const { bitOffset, bitSize, bitfieldSize } = member;
    const isBitfield = bitfieldSize > 0;
    const unit = isBitfield ? ["bit"] : [];
    const named = (words: readonly string[]) =>
      ["offset", "size"].map((what) => name([...words, ...unit, what]));
    const [offset, size] = named(distinct([...prefix, ...wordsOf(member.path)], taken, named));
    text += constant(offset, isBitfield ? bitOffset : bitOffset / 8);
    text += constant(size, isBitfield ? bitfieldSize : bitSize / 8);
  }
  return text;
}

/** The parts of a name or path that an identifier may contain. */
function wordsOf(text: string): string[] {
  const words = text.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  return words.length > 0 && /^\d/.test(words[0]) ? ["v", ...words] : words;
}

/** Text that does not end a comment. */
function harmless(text: string): string {
  return text.replace(/[^\w .,:;?'[\]()+-]/g, "_");
}
