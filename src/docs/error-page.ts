import { BtfxHelp } from "../cli/definitions/help.ts";
import { exitCodeOfExplained } from "../cli/exit.ts";
import { EXPLAINED_CODES, explainError } from "../report/error-help.ts";

/** Columns of the page's text. */
const WIDTH = 120;

/** The page `docs/errors.md`: every code, with the text of `btfx help errors CODE`. */
export function errorPage(): string {
  const parts = EXPLAINED_CODES.map((code) => {
    const help = explainError(code);
    if (help === undefined) throw new Error(`nothing explains ${code}`);
    const { meaning, cause, cure } = help;
    return `## \`${code}\`

${capital(meaning)}. Exit code ${exitCodeOfExplained(code)}.

${wrapped(`**Cause.** ${markdown(cause)}`)}

${wrapped(`**Cure.** ${markdown(cure)}`)}
`;
  });
  return `# Errors

What can be wrong with an input, by the \`code\` in error messages, in JSON, and in \`BtfxError\` of the library.
\`btfx help errors CODE\` prints the same. \`npm run docs\` makes this page.

${parts.join("\n")}`;
}

function wrapped(text: string): string {
  return new BtfxHelp().boxWrap(text, WIDTH);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Commands, which stand in quotes, as code. */
function markdown(text: string): string {
  return text.replace(/(?<!\w)'([^']+)'(?!\w)/g, "`$1`");
}
