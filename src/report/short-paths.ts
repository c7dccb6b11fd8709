/**
 * The shortest end of each path that no other path has, without what all of these end with: `6.12.100` and `6.12.117`
 * of two `vmlinux` in folders of these names. Of a path that is given twice all else stays.
 */
export function shortPaths(paths: readonly string[]): string[] {
  const split = paths.map((path) => path.split("/"));
  const counts = new Map<string, number>();
  for (const end of split.flatMap(endsOf)) counts.set(end, (counts.get(end) ?? 0) + 1);
  const short = split.map((parts, i) => endsOf(parts).find((end) => counts.get(end) === 1) ?? paths[i]);
  return withoutCommonEnd(short.map((path) => path.split("/"))).map((parts) => parts.join("/"));
}

/** Ends of whole names, shortest first. */
function endsOf(parts: readonly string[]): string[] {
  return parts.map((_, i) => parts.slice(parts.length - 1 - i).join("/"));
}

function withoutCommonEnd(paths: readonly (readonly string[])[]): (readonly string[])[] {
  const shortest = paths.reduce((least, { length }) => Math.min(least, length), Number.POSITIVE_INFINITY);
  let end = 0;
  while (end < shortest - 1 && paths.every((parts) => parts.at(-1 - end) === paths[0].at(-1 - end))) end++;
  return paths.map((parts) => parts.slice(0, parts.length - end));
}
