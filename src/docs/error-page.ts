import { exitCodeOfExplained } from "../cli/exit.ts";
import { EXPLAINED_CODES, explainError } from "../report/error-help.ts";

/** The page `docs/errors.md`: every code with what `btfx help errors CODE` says of it. */
export function errorPage(): string {
  const parts = EXPLAINED_CODES.map((code) => {
    const help = explainError(code);
    if (help === undefined) throw new Error(`nothing explains ${code}`);
    const { meaning, cause, cure } = help;
    return `## \`${code}\`

${capital(meaning)}. Exit code ${exitCodeOfExplained(code)}.

**Cause.** ${markdown(cause)}

**Cure.** ${markdown(cure)}
`;
  });
  return `# Errors

What can be wrong with an input, by the \`code\` that JSON has and \`BtfxError\` of the library. \`btfx help errors CODE\` prints
the same. This page is made by \`npm run docs\`.

${parts.join("\n")}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Commands, which stand in quotes, as code. */
function markdown(text: string): string {
  return text.replace(/(?<!\w)'([^']+)'(?!\w)/g, "`$1`");
}
