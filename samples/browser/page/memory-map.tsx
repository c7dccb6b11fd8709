import { useMemo } from "preact/hooks";
import type { LayoutNode } from "../shared/model.ts";
import { usePage } from "./context.ts";
import { CACHELINE } from "./layout-rows.ts";
import { mapLines, type Segment, segmentsOf } from "./memory-lines.ts";
import { counted, number, place } from "./words.ts";

/** More cachelines than a reader goes through; the table has all members. */
const MOST_LINES = 512;
/** Maps of so few lines have room for larger ones. */
const SHORT = 16;
/** Percent of a cacheline from which on a part has its name in it. */
const LEAST_LABELLED = 11;

/** A map may be longer than its room, and is scrolled by keys too. */
export const SCROLLS = { tabIndex: 0 } as const;

/**
 * A struct as a strip of cachelines: what takes which bytes, and what none takes. The table beside it says the same in
 * words.
 */
export function MemoryMap({
  layout,
  active,
  setActive,
}: {
  readonly layout: LayoutNode;
  readonly active: number | undefined;
  readonly setActive: (index: number | undefined) => void;
}) {
  const { isHex } = usePage();
  const { lines, left } = useMemo(() => mapLines(segmentsOf(layout), layout.size, MOST_LINES), [layout]);
  const wasted = layout.padding + layout.holes.reduce((sum, { size }) => sum + (size ?? 0), 0);
  const summary = `Memory map: ${counted(lines.length + left, "line")} of ${CACHELINE} bytes, ${counted(wasted, "byte")} unused`;
  return (
    <div class="map" data-short={lines.length <= SHORT} role="img" aria-label={summary} {...SCROLLS}>
      {lines.map(({ from, to, parts }) => (
        <div key={from} class="map-line" data-folded={to > from}>
          <span class="map-at">{place(from * CACHELINE, isHex)}</span>
          <div class="map-bytes">
            {parts.map(({ segment, left: start, width }) => (
              // biome-ignore lint/a11y/noStaticElementInteractions: for pointers; the table has the same for keys
              // biome-ignore lint/a11y/useKeyWithClickEvents: for pointers; the table has the same for keys
              <div
                key={segment.start}
                class="map-part"
                data-what={segment.what}
                data-odd={segment.index % 2 === 1}
                data-active={segment.index >= 0 && segment.index === active}
                title={titleOf(segment)}
                style={{ left: `${start}%`, width: `${width}%` }}
                onPointerEnter={() => segment.index >= 0 && setActive(segment.index)}
                onPointerLeave={() => setActive(undefined)}
                onClick={() => showMember(segment)}
              >
                {(width >= LEAST_LABELLED || to > from) && segment.what === "member" && (
                  <span>
                    {segment.label}
                    {to > from && ` × ${number(to - from + 1)} lines`}
                  </span>
                )}
              </div>
            ))}
          </div>
        </div>
      ))}
      {left > 0 && <p class="soft">and {counted(left, "cacheline")} more</p>}
    </div>
  );
}

function titleOf({ what, label, start, end }: Segment): string {
  const bits = end - start;
  const size = bits % 8 === 0 ? counted(bits / 8, "byte") : counted(bits, "bit");
  if (what === "outside") return "";
  return what === "member" ? `${label}: ${size} at ${Math.floor(start / 8)}` : `${label} of ${size}`;
}

function showMember({ index }: Segment): void {
  if (index >= 0) document.getElementById(`member-${index}`)?.scrollIntoView({ block: "center" });
}
