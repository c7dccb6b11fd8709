/** What a kernel said of a BTF that it was to load. */
export interface Answer {
  readonly errno: number;
  /** The last lines of its log, all but printable bytes and tabs as \\xNN: line feeds too. */
  readonly log: string;
}

/** What test/kernel/load.c has printed, by number. */
export function answersIn(text: string): Map<number, Answer> {
  const lines = text.matchAll(/^(\d+) (\d+) (.*)$/gm);
  return new Map([...lines].map(([, i, errno, log]) => [Number(i), { errno: Number(errno), log }]));
}

/**
 * The last line of the kernel's log as verify would write it. The line has as many line feeds as `ours`, which only
 * names can bring into it.
 */
export function lastLine({ log }: Answer, ours: string | null): string {
  const lines = log.split("\\x0a");
  const count = (ours ?? "").split("\\x0a").length;
  // The kernel prints a tab of its own at the start; other tabs are in names, and verify escapes them.
  return lines
    .slice(-count)
    .join("\\x0a")
    .replace(/(?<!^)\t/g, "\\x09");
}
