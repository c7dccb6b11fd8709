import type { Command } from "commander";

/** A line of a list in the help: an exit code with its meaning, an example with what it does. */
export interface HelpLine {
  readonly term: string;
  /** "" where the line has none. */
  readonly about: string;
}

/** What a command's help says behind its options, by title: `Examples`, `Exit codes`. */
export function helpLists(command: Command): ReadonlyMap<string, readonly HelpLine[]> {
  const lists = new Map<string, HelpLine[]>();
  let list: HelpLine[] = [];
  for (const line of textBehindOptions(command).split("\n")) {
    const title = /^(\S.*):$/.exec(line)?.[1];
    const item = /^ {2}(\S.*?)(?: {2,}(.*)|(?<=^ {2}\d+) (.*))?$/.exec(line);
    if (title !== undefined) {
      list = [];
      lists.set(title, list);
    } else if (item !== null) list.push({ term: item[1], about: item[2] ?? item[3] ?? "" });
    else if (line.trim() !== "") list.push(continued(list.pop(), line.trim()));
  }
  return lists;
}

/** A line that goes on where there was no room. */
function continued(last: HelpLine | undefined, more: string): HelpLine {
  if (last === undefined) throw new Error(`help goes on before it begins: ${more}`);
  return { term: last.term, about: last.about === "" ? more : `${last.about} ${more}` };
}

/** commander keeps it among the listeners of the help; so the help is printed, and what is known of it cut off. */
function textBehindOptions(command: Command): string {
  let text = "";
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
  });
  command.outputHelp();
  const known = command.helpInformation();
  if (!text.startsWith(known)) throw new Error(`the help of ${command.name()} does not begin with its usage`);
  return text.slice(known.length);
}
