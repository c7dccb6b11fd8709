// The comments that pahole writes into structs, and whether ours have the same numbers.

/** What pahole says beyond the numbers of the struct itself: of its members' types, of attributes that it infers. */
const BEYOND =
  /last struct has|member types with|^paddings:|forced alignments|flexible array|BRAIN FART|^Force |^Bitfield combined/;
/** pahole adds up unnamed structs inside others only where they are const. */
const NESTED_TOTALS = /^\t\t+\/\* (size|sum members|last cacheline):/;

/**
 * Compares the comments of each struct that pahole prints with ours, in order. The declarations differ, being each
 * tool's own.
 */
export function layoutComments(ours, theirs) {
  // Of structs that share a name pahole prints some, and we number the others.
  const mine = new Map();
  for (const [name, variants] of commentsOf(ours)) {
    const bare = name.replace(/___\d+$/, "");
    for (const key of new Set([name, bare])) mine.set(key, [...(mine.get(key) ?? []), ...variants]);
  }
  let agree = 0;
  const different = [];
  for (const [name, variants] of commentsOf(theirs)) {
    const all = mine.get(name) ?? [];
    for (const variant of variants) {
      if (all.includes(variant)) agree++;
      else different.push(`${name}: ${firstDifference(variant, all[0] ?? "")}`);
    }
  }
  return { agree, different };
}

/** The comments of each struct by its first line, joined. */
function commentsOf(text) {
  const structs = new Map();
  let name;
  let comments = [];
  for (const line of text.split("\n")) {
    const head = /^(struct \w+) \{(\};)?/.exec(line);
    if (head !== null) {
      name = head[1];
      comments = [];
    }
    const comment = /\/\* (.*?) \*\//.exec(line)?.[1];
    if (name !== undefined && comment !== undefined && !BEYOND.test(comment) && !NESTED_TOTALS.test(line)) {
      comments.push(comment);
    }
    if (name !== undefined && line.startsWith("}")) {
      structs.set(name, [...(structs.get(name) ?? []), comments.join("\n")]);
      name = undefined;
    }
  }
  return structs;
}

function firstDifference(theirs, ours) {
  const own = ours.split("\n");
  const at = theirs.split("\n").findIndex((line, i) => line !== own[i]);
  return `pahole '${theirs.split("\n")[at] ?? "(no more)"}', btfx '${own[at] ?? "(no more)"}'`;
}
