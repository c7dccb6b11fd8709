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
