/** A page of the manual. Texts are plain; `<word>` in terms and synopses is a placeholder. */
export interface ManPage {
  /** `btfx-dump` */
  readonly name: string;
  /** The version that the page describes, for its footer: `btfx 0.1.0`. */
  readonly source: string;
  /** Date of that version: `2026-11-22`. */
  readonly date: string;
  /** Behind the name: what it is, in a few words. */
  readonly summary: string;
  readonly sections: readonly ManSection[];
}

/** A section, with its title in capitals. */
export interface ManSection {
  readonly title: string;
  readonly blocks: readonly ManBlock[];
}

/** A part of a section. */
export type ManBlock =
  /** A paragraph of text. */
  | { readonly text: string }
  /** A command line that can be given: `btfx dump` and what may follow. */
  | { readonly synopsis: string; readonly rest: string }
  /** An option, a code, a file, and what it is. */
  | { readonly term: string; readonly about: string }
  /** Lines as they are: a command line to copy. */
  | { readonly example: string };

/** Writes a page for `man`, in the macros of man(7) and characters of ASCII. */
export function roffOf({ name, source, date, summary, sections }: ManPage): string {
  const head = [
    `.TH ${quoted(name.toUpperCase())} 1 "${date}" ${quoted(source)} "User Commands"`,
    // No words parted, none set apart: names of commands and options are to be found, and copied.
    ".nh",
    ".ad l",
    ".SH NAME",
    paragraph(`${name} - ${summary}`),
  ];
  const body = sections.flatMap(({ title, blocks }) => {
    // A heading begins a paragraph by itself.
    const text = blocks
      .map(blockText)
      .join("\n")
      .replace(/^\.PP\n/, "");
    return [`.SH ${title}`, text];
  });
  return `${[...head, ...body].join("\n")}\n`;
}

function blockText(block: ManBlock): string {
  if ("text" in block) return `.PP\n${paragraph(block.text)}`;
  if ("synopsis" in block) return `.PP\n\\fB${escaped(block.synopsis)}\\fR ${marked(block.rest, "R")}`;
  if ("term" in block) return `.TP\n${marked(block.term, "B")}\n${paragraph(block.about)}`;
  return `.PP\n.RS 4\n.EX\n${block.example.split("\n").map(escaped).map(guarded).join("\n")}\n.EE\n.RE`;
}

/** Longest line of the source, in characters: what people read with `less` too. */
const WIDTH = 78;

/** Text in lines, each sentence from a new one on, so that a change of the text changes few lines. */
function paragraph(text: string): string {
  const lines: string[] = [];
  for (const sentence of text.split(/(?<=[.!?:]) (?=[A-Z'])/)) {
    let line = "";
    for (const word of sentence.split(/\s+/)) {
      const longer = line === "" ? word : `${line} ${word}`;
      if (line !== "" && escaped(longer).length > WIDTH) {
        lines.push(line);
        line = word;
      } else line = longer;
    }
    lines.push(line);
  }
  return lines.map((line) => guarded(escaped(line))).join("\n");
}

/** A term in bold, or a synopsis in roman, with placeholders in italics. */
function marked(text: string, font: "B" | "R"): string {
  const parts = text.split(/(<[^>]+>)/).filter((part) => part !== "");
  return parts
    .map((part) => {
      if (part.startsWith("<")) return `\\fI${escaped(part.slice(1, -1))}\\fR`;
      return font === "B" ? `\\fB${escaped(part)}\\fR` : escaped(part);
    })
    .join("");
}

/** Characters that roff would take for its own, and those outside ASCII, by name. */
const NAMED: Readonly<Record<string, string>> = {
  "\\": "\\e",
  "-": "\\-",
  "'": "\\(aq",
  "`": "\\(ga",
  "^": "\\(ha",
  "~": "\\(ti",
};

function escaped(text: string): string {
  return text.replace(/[\\\-'`^~]|[^\x20-\x7e]/gu, (char) => {
    const code = char.codePointAt(0) ?? 0;
    return NAMED[char] ?? `\\[u${code.toString(16).toUpperCase().padStart(4, "0")}]`;
  });
}

/** A line that begins with a dot would be a request. */
function guarded(line: string): string {
  return line.startsWith(".") ? `\\&${line}` : line;
}

/** An argument of a macro. */
function quoted(text: string): string {
  return `"${escaped(text).replaceAll('"', "\\(dq")}"`;
}
