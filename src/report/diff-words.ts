import type { ToldChange, ToldDifference } from "./diff-summary.ts";
import { count, numberText } from "./number-text.ts";

/** `embedded by 23`, `pointed to by at least 40`: how many a change reaches; nothing for none. */
export function reachWords({ embeddedBy, pointedToBy, atLeast }: ToldChange): string[] {
  const least = atLeast === true ? "at least " : "";
  const words: string[] = [];
  if (embeddedBy > 0) words.push(`embedded by ${least}${numberText(embeddedBy)}`);
  if (pointedToBy > 0) words.push(`pointed to by ${least}${numberText(pointedToBy)}`);
  return words;
}

/** `131 structs and unions more hold a changed one by value`, "" if there are none. */
export function inheritedWords({ inherited, atLeast }: ToldDifference): string {
  if (inherited === 0) return "";
  const least = atLeast === true ? "at least " : "";
  return `${least}${count(inherited, "struct or union", "structs and unions")} more hold a changed one by value`;
}
