import { barY, plot, ruleY, text } from "@observablehq/plot";
import { DOMImplementation, XMLSerializer } from "@xmldom/xmldom";
import { numberText } from "./number-text.ts";
import type { Distribution } from "./size-statistics.ts";

const WIDTH = 560;
const HEIGHT = 230;
/** Lines across, fewer where fewer modules are counted. */
const MOST_TICKS = 5;

/**
 * A histogram as static SVG, in the colours of the text around it. `title` tells what it shows to who does not see it.
 */
export function histogramSvg({ histogram }: Distribution, title: string): string {
  const highest = histogram.reduce((most, { modules }) => Math.max(most, modules), 1);
  const document = new DOMImplementation().createDocument("http://www.w3.org/1999/xhtml", "html");
  const svg = plot({
    document: document as unknown as Document,
    className: "chart",
    width: WIDTH,
    height: HEIGHT,
    ariaLabel: title,
    marginTop: 32,
    marginBottom: 44,
    x: { type: "band", label: "bytes, from", labelOffset: 38, tickFormat: shortBytes },
    y: { label: "modules", grid: true, ticks: Math.min(MOST_TICKS, highest), tickFormat: numberText },
    marks: [
      barY(histogram, { x: "from", y: "modules", fill: "currentColor", fillOpacity: 0.55 }),
      text(histogram, {
        x: "from",
        y: "modules",
        text: ({ modules }) => numberText(modules),
        dy: -8,
      }),
      ruleY([0]),
    ],
  });
  // Its own style would need leave from the page's policy; the page's style has these rules.
  svg.removeChild(svg.getElementsByTagName("style")[0]);
  svg.setAttribute("role", "img");
  return new XMLSerializer().serializeToString(svg as never);
}

/** `512`, `4K`, `1M`: room for a bar's width. */
function shortBytes(bytes: number): string {
  if (bytes < 1 << 10) return String(bytes);
  return bytes < 1 << 20 ? `${bytes >> 10}K` : `${bytes / (1 << 20)}M`;
}
