import type { ComponentChildren } from "preact";
import { render } from "preact-render-to-string";
import { count } from "./number-text.ts";
import { PAGE_SCRIPT, PAGE_STYLE, SCRIPT_HASH, STYLE_HASH } from "./page-assets.ts";
import { h } from "./page-parts.ts";

/** The origin of a page. */
export interface PageOrigin {
  /** The words that made it, as a shell takes them. */
  readonly commandLine: string;
  readonly version: string;
  /** When, in words. */
  readonly date: string;
  /** How many results the page lacks: of a run that was stopped, or of shards that were not joined. */
  readonly missing?: number;
}

/** A page that needs nothing else: it loads nothing, and its policy lets in its own style and script only. */
export function pageText(
  titles: { readonly title: string; readonly heading: string },
  origin: PageOrigin,
  ...content: ComponentChildren[]
): string {
  const page = h(
    "html",
    { lang: "en" },
    h(
      "head",
      null,
      h("meta", { charSet: "utf-8" }),
      h("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
      h("meta", {
        "http-equiv": "Content-Security-Policy",
        content: `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; script-src 'sha256-${SCRIPT_HASH}'; base-uri 'none'; form-action 'none'`,
      }),
      h("title", null, titles.title),
      h("style", { dangerouslySetInnerHTML: { __html: PAGE_STYLE } }),
    ),
    h(
      "body",
      null,
      h("h1", null, titles.heading),
      h(
        "p",
        { class: "soft" },
        h("code", null, origin.commandLine),
        ` · btfx ${origin.version} · ${origin.date}`,
      ),
      origin.missing
        ? h(
            "p",
            { class: "bad" },
            `This is not all: ${count(origin.missing, "result")} ${origin.missing === 1 ? "is" : "are"} missing.`,
          )
        : null,
      ...content,
      h("script", { dangerouslySetInnerHTML: { __html: PAGE_SCRIPT } }),
    ),
  );
  return `<!doctype html>\n${render(page).replace(CONTROL, escaped)}\n`;
}

/** Control characters, which HTML does not permit and a terminal obeys; names of files may contain them. */
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
