import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  Extractor,
  ExtractorConfig,
  type ExtractorLogLevel,
  type ExtractorMessage,
} from "@microsoft/api-extractor";

/** A declaration, as api-extractor writes it down. */
interface Declaration {
  readonly kind: string;
  readonly name?: string;
  readonly docComment?: string;
  readonly excerptTokens?: readonly { readonly text: string }[];
  readonly members?: readonly Declaration[];
}

/** Entry points of the library, by the page of each, in the order in which a reader needs them. */
const ENTRIES = [
  { page: "btfx", file: "index", about: "The library without files: it runs in a browser too." },
  {
    page: "btfx-node",
    file: "node",
    about: "Files for the library. It also exports all of [btfx](btfx.md).",
  },
  { page: "btfx-wire", file: "wire", about: "Records, words and kinds as the format has them." },
] as const;

/** Sections of a page, by kind of declaration. */
const SECTIONS: Readonly<Record<string, string>> = {
  Function: "Functions",
  Class: "Classes",
  Variable: "Constants",
  Interface: "Interfaces",
  TypeAlias: "Types",
};

/**
 * The reference of the library, a page for each entry point, by path in the package at `root`, from the declarations in
 * dist. Throws for an export without a doc comment, and for a type that exports name and nobody can import.
 */
export function apiPages(root: string): Map<string, string> {
  const pages = new Map<string, string>();
  const told = new Set<string>();
  const all = new Set<string>();
  const named = new Set<string>();
  for (const { page, file, about } of ENTRIES) {
    const { declarations, unexported } = read(root, file);
    for (const { name = "" } of declarations) all.add(name);
    for (const name of unexported) named.add(name);
    const exports = declarations.filter(({ name }) => !told.has(name ?? ""));
    const bare = exports.filter(({ docComment, kind }) => !docComment && kind in SECTIONS);
    if (bare.length > 0)
      throw new Error(`no doc comment says what these are: ${bare.map(({ name }) => name).join(", ")}`);
    if (page === "btfx") for (const { name = "" } of exports) told.add(name);
    pages.set(`docs/api/${page}.md`, pageText(page.replace("-", "/"), about, exports));
  }
  const missing = [...named].filter((name) => !all.has(name));
  if (missing.length > 0)
    throw new Error(`exports name these, and nothing exports them: ${missing.join(", ")}`);
  return pages;
}

/** The exports of an entry point, and the names in their declarations that it does not export. */
function read(
  root: string,
  file: string,
): { declarations: readonly Declaration[]; unexported: readonly string[] } {
  const entry = join(root, `dist/esm/${file}.d.ts`);
  const apiJsonFilePath = join(root, `dist/run/${file}.api.json`);
  const none = { logLevel: "none" as ExtractorLogLevel };
  const config = ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(root, "package.json"),
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: entry,
      compiler: { overrideTsconfig: { compilerOptions: COMPILER_OPTIONS, files: [entry] } },
      docModel: { enabled: true, apiJsonFilePath },
      apiReport: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      // The compiler and the tests judge the code; here it is only read.
      messages: {
        compilerMessageReporting: { default: none },
        extractorMessageReporting: { default: none },
        tsdocMessageReporting: { default: none },
      },
    },
  });
  const unexported: string[] = [];
  const messageCallback = (message: ExtractorMessage) => {
    message.handled = true;
    if (message.messageId !== "ae-forgotten-export") return;
    unexported.push(/"(.+?)"/.exec(message.text)?.[1] ?? message.text);
  };
  Extractor.invoke(config, { localBuild: true, messageCallback });
  const model: Declaration = JSON.parse(readFileSync(apiJsonFilePath, "utf8"));
  return { declarations: model.members?.[0]?.members ?? [], unexported };
}

const COMPILER_OPTIONS = {
  target: "ES2022",
  lib: ["ES2023"],
  module: "NodeNext",
  moduleResolution: "NodeNext",
  types: [],
  skipLibCheck: true,
};

function pageText(title: string, about: string, exports: readonly Declaration[]): string {
  const sections = Object.entries(SECTIONS).map(([kind, heading]) => {
    const items = exports.filter((each) => each.kind === kind);
    return items.length === 0 ? "" : `## ${heading}\n\n${items.map(itemText).join("\n")}`;
  });
  return `# ${title}\n\n${about} Made by \`npm run docs\`.\n\n${sections.filter((text) => text !== "").join("\n")}`;
}

/** Name and description of an export, and its declaration with the comments on its members. */
function itemText(declaration: Declaration): string {
  const { name, docComment = "", members = [] } = declaration;
  const head = excerptOf(declaration).replace(/^export (?:declare )?/, "");
  const body = members.map((member) => `${commentOf(member)}${indented(excerptOf(member))}`);
  const code = body.length === 0 ? head : `${head} {\n${body.join("\n")}\n}`;
  return `### ${name}\n\n${plainText(docComment)}\n\n\`\`\`ts\n${code}\n\`\`\`\n`;
}

function excerptOf({ excerptTokens = [] }: Declaration): string {
  return excerptTokens
    .map(({ text }) => text)
    .join("")
    .trim();
}

/** A comment without its stars; what it links to as code. */
function plainText(docComment: string): string {
  return docComment
    .replace(/^\/\*\*\n|\s*\*\/\n?$/g, "")
    .replace(/^ \* ?/gm, "")
    .replace(/\{@link ([^}]+)\}/g, "`$1`")
    .trim();
}

/** The comment of a member, but for the one that is made for constructors. */
function commentOf({ kind, docComment = "" }: Declaration): string {
  if (docComment === "" || (kind === "Constructor" && /Constructs a new instance/.test(docComment)))
    return "";
  const lines = plainText(docComment).split("\n");
  if (lines.length === 1) return `    /** ${lines[0]} */\n`;
  return `    /**\n${lines.map((line) => `     * ${line}`.trimEnd()).join("\n")}\n     */\n`;
}

function indented(code: string): string {
  return code.replace(/^(?=\S)/gm, "    ").replace(/^ {8}(?=\})/gm, "    ");
}
