/** The options that have a command print JSON. */
export interface JsonOptions {
  readonly json?: boolean;
  /** JSON that is indented. */
  readonly pretty?: boolean;
}

/** Whether JSON is asked for. */
export function asksForJson({ json, pretty }: JsonOptions): boolean {
  return json === true || pretty === true;
}

/** A value as JSON, on one line or indented, with a line break at the end. */
export function jsonText(value: unknown, isPretty: boolean | undefined): string {
  return `${JSON.stringify(value, null, isPretty === true ? 2 : undefined)}\n`;
}

/**
 * The text of {@link jsonText} for an object of `head` and then `key`, a list of `items`: in pieces, since a list of
 * millions would take more memory than there is.
 */
export function* jsonListText(
  head: object,
  key: string,
  items: Iterable<unknown>,
  isPretty: boolean | undefined,
): Iterable<string> {
  const empty = jsonText({ ...head, [key]: [] }, isPretty);
  const listEnd = empty.lastIndexOf("]");
  const [lineBreak, indent] = isPretty === true ? ["\n    ", 2] : ["", undefined];
  yield empty.slice(0, listEnd);
  let separator = lineBreak;
  for (const item of items) {
    yield separator + JSON.stringify(item, null, indent).replaceAll("\n", lineBreak);
    separator = `,${lineBreak}`;
  }
  yield (separator === lineBreak || isPretty !== true ? "" : "\n  ") + empty.slice(listEnd);
}
