import type { Help } from "commander";
import { BtfxError } from "../../errors.ts";
import {
  EXPLAINED_CODES,
  type ExplainedCode,
  explainError,
  isRelocationRule,
} from "../../report/error-help.ts";
import { nearestWord } from "../../types/nearest-words.ts";
import { BtfxHelp } from "../definitions/help.ts";
import { exitCodeOfExplained } from "../exit.ts";

/** The text of `btfx help errors`: each code with its meaning in a line, or one code with its cause and cure. */
export function errorHelpText(code: string | undefined, width: number): string {
  return code === undefined ? allCodes(width) : oneCode(code, width);
}

function allCodes(width: number): string {
  const help = helpOf(width);
  const term = EXPLAINED_CODES.reduce((most, code) => Math.max(most, code.length), 0);
  const list = (heading: string, codes: readonly ExplainedCode[]) => {
    const lines = codes.map((code) => help.formatItem(code, term, explainError(code)?.meaning ?? "", help));
    return `${help.boxWrap(heading, width)}\n\n${lines.join("\n")}\n`;
  };
  const more = "'btfx help errors CODE' explains what causes an error and what to do about it.";
  return [
    list(
      "Error codes, as they appear at the end of messages and in JSON:",
      EXPLAINED_CODES.filter((code) => !isRelocationRule(code)),
    ),
    list("Why a type of a module does not relocate:", EXPLAINED_CODES.filter(isRelocationRule)),
    `${help.boxWrap(more, width)}\n`,
  ].join("\n");
}

function oneCode(code: string, width: number): string {
  const help = explainError(code);
  if (help === undefined) {
    const meant = nearestWord(code, EXPLAINED_CODES);
    throw new BtfxError("usage", `there is no error code '${code}'`, {
      hint: meant === undefined ? "'btfx help errors' lists them" : `did you mean ${meant}?`,
    });
  }
  const helper = helpOf(width);
  const paragraph = (title: string, text: string) =>
    `${title}\n${helper.boxWrap(text, width - 2).replace(/^/gm, "  ")}\n`;
  return [
    `${helper.boxWrap(`${code}: ${help.meaning}`, width)}\n`,
    paragraph("Cause", help.cause),
    paragraph("Cure", help.cure),
    `Exit code: ${exitCodeOfExplained(code as ExplainedCode)}\n`,
  ].join("\n");
}

function helpOf(width: number): Help {
  const help = new BtfxHelp();
  help.prepareContext({ helpWidth: width });
  return help;
}
