import { count } from "./number-text.ts";
import { type PageOrigin, pageText } from "./page.ts";
import { totalsList } from "./page-parts.ts";
import type { SizeStatistics } from "./size-statistics.ts";
import { sizesSection } from "./sizes-section.ts";

/** The results of stats as a page. `failed` counts the modules that could not be measured. */
export function statsPage(statistics: SizeStatistics, failed: number, origin: PageOrigin): string {
  const { modules } = statistics;
  return pageText(
    { title: `btfx stats: ${count(modules, "module")}`, heading: "How large modules' BTF is" },
    origin,
    totalsList([["modules", modules], ...(failed > 0 ? [["not measured", failed] as const] : [])]),
    sizesSection(statistics),
  );
}
