import { BtfxError } from "../../errors.ts";
import { numberText } from "../../report/number-text.ts";

/** Tests a name. */
export type NameMatcher = (name: string) => boolean;

/** No name is longer. */
const MOST_CHARACTERS = 4096;
/** Patterns without braces that one with braces may stand for. */
const MOST_ALTERNATIVES = 1000;

/** Whether a name is a glob, which may fit anything or nothing. */
export function isGlob(name: string): boolean {
  return /[*?[\]{}!\\]/.test(name);
}

/**
 * Returns a function that tests whether a name fits a glob: `*` stands for any characters, `?` for one, `[a-z]` for one
 * of these, `[!a-z]` or `[^a-z]` for one of the others, `{a,b}` for either; a backslash takes the next character as it
 * is, and `!` in front means all other names. No glob fits the empty name. Throws `usage` for a glob that is empty or
 * stands for too much.
 *
 * A test takes the length of the glob times that of the name at most. Libraries make regular expressions of globs, for
 * which `*_*_*_*x` and names of underscores take hours.
 */
export function nameGlob(glob: string): NameMatcher {
  if (glob === "") throw noPattern("is empty");
  if (glob.length > MOST_CHARACTERS) {
    throw noPattern(`has ${numberText(glob.length)} characters, more than ${numberText(MOST_CHARACTERS)}`);
  }
  const marks = /^!*/.exec(glob)?.[0].length ?? 0;
  const patterns = alternatives(tokensOf(glob.slice(marks)));
  const wanted = marks % 2 === 0;
  return (name) => name !== "" && patterns.some((pattern) => fits(pattern, name)) === wanted;
}

function noPattern(what: string): BtfxError {
  const hint = "names are matched by globs, such as 'tcp_*'";
  return new BtfxError("usage", `a pattern for names ${what}`, { hint });
}

/** Tests a character of a name. */
type Test = (code: number) => boolean;

/** A part of a pattern: any characters, a test of one, or its code. */
type Part = "*" | Test | number;

/** Whether a name fits. If a part does not, only the last `*` has to take more: those before it took the least. */
function fits(pattern: readonly Part[], name: string): boolean {
  let part = 0;
  let at = 0;
  let star = -1;
  let afterStar = 0;
  while (at < name.length) {
    const here = pattern[part];
    const code = name.charCodeAt(at);
    if (here === "*") {
      star = part++;
      afterStar = at;
    } else if (here === code || (typeof here === "function" && here(code))) {
      part++;
      at++;
    } else if (star < 0) return false;
    else {
      part = star + 1;
      at = ++afterStar;
    }
  }
  while (pattern[part] === "*") part++;
  return part === pattern.length;
}

/** A part, or a mark whose meaning depends on others. */
type Token = Part | "{" | "," | "}";

function tokensOf(glob: string): Token[] {
  const tokens: Token[] = [];
  for (let i = 0; i < glob.length; i++) {
    const mark = glob[i];
    const set = mark === "[" ? setAt(glob, i) : undefined;
    if (set !== undefined) {
      tokens.push(set.test);
      i = set.end;
    } else if (mark === "*" || mark === "{" || mark === "," || mark === "}") tokens.push(mark);
    else if (mark === "?") tokens.push(() => true);
    else {
      if (mark === "\\" && i + 1 < glob.length) i++;
      tokens.push(glob.charCodeAt(i));
    }
  }
  return tokens;
}

/** The set that begins at a bracket, and where it ends; undefined if it does not end. */
function setAt(glob: string, start: number): { readonly test: Test; readonly end: number } | undefined {
  const isOthers = glob[start + 1] === "!" || glob[start + 1] === "^";
  const first = start + (isOthers ? 2 : 1);
  const ranges: [from: number, to: number][] = [];
  let i = first;
  const next = (): number => {
    if (glob[i] === "\\" && i + 1 < glob.length) i++;
    return glob.charCodeAt(i++);
  };
  while (i < glob.length && (glob[i] !== "]" || i === first)) {
    const from = next();
    const isRange = glob[i] === "-" && i + 1 < glob.length && glob[i + 1] !== "]";
    if (isRange) i++;
    ranges.push([from, isRange ? next() : from]);
  }
  if (i >= glob.length) return undefined;
  const test = (code: number) => ranges.some(([from, to]) => from <= code && code <= to) !== isOthers;
  return { test, end: i };
}

/** The patterns that braces stand for. */
function alternatives(tokens: readonly Token[]): Part[][] {
  const meaning = meaningMarks(tokens);
  /** Of each open brace the alternatives before the last comma, and what comes before the brace. */
  const open: { readonly done: Part[][]; readonly before: Part[][] }[] = [];
  let patterns: Part[][] = [[]];
  for (const [i, token] of tokens.entries()) {
    const inner = open[open.length - 1];
    if (token !== "{" && token !== "," && token !== "}") for (const each of patterns) each.push(token);
    else if (!meaning.has(i)) for (const each of patterns) each.push(token.charCodeAt(0));
    else if (token === "{") {
      open.push({ done: [], before: patterns });
      patterns = [[]];
    } else {
      for (const each of patterns) inner.done.push(each);
      patterns = [[]];
      if (token === ",") continue;
      open.pop();
      const { before, done } = inner;
      if (before.length * done.length > MOST_ALTERNATIVES) {
        throw noPattern(`stands for more than ${numberText(MOST_ALTERNATIVES)} others`);
      }
      patterns = before.flatMap((head) => done.map((tail) => [...head, ...tail]));
    }
  }
  return patterns;
}

/** The braces and commas that mean alternatives: braces with a comma between them. */
function meaningMarks(tokens: readonly Token[]): Set<number> {
  const meaning = new Set<number>();
  const open: number[][] = [];
  for (const [i, token] of tokens.entries()) {
    if (token === "{") open.push([i]);
    else if (token === ",") open.at(-1)?.push(i);
    else if (token === "}") {
      const marks = open.pop() ?? [];
      if (marks.length > 1) for (const mark of [...marks, i]) meaning.add(mark);
    }
  }
  return meaning;
}
