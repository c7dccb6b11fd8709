import type { LayoutNode } from "../shared/model.ts";
import { labelOf } from "./memory-lines.ts";
import { SCROLLS } from "./memory-map.tsx";
import { counted } from "./words.ts";

const MOST_MEMBERS = 256;

/** A union as bars from one start: how much of its room each member takes. */
export function UnionMap({
  layout,
  active,
  setActive,
}: {
  readonly layout: LayoutNode;
  readonly active: number | undefined;
  readonly setActive: (index: number | undefined) => void;
}) {
  const bars = layout.members.slice(0, MOST_MEMBERS);
  return (
    <div
      class="map"
      role="img"
      aria-label={`${counted(layout.members.length, "member")} in one place`}
      {...SCROLLS}
    >
      {bars.map((member, i) => {
        const index = indexOf(layout, i);
        const bytes = member.bit_size === undefined ? member.size : member.bit_size / 8;
        return (
          <div key={index} class="map-line">
            <div class="map-bytes">
              <div
                class="map-part"
                data-what="member"
                data-odd={i % 2 === 1}
                data-active={index === active}
                title={`${labelOf(member)}: ${counted(member.size, "byte")}`}
                style={{ left: "0%", width: `${layout.size === 0 ? 0 : (bytes / layout.size) * 100}%` }}
                onPointerEnter={() => setActive(index)}
                onPointerLeave={() => setActive(undefined)}
              />
              <span class="map-beside">{labelOf(member)}</span>
            </div>
          </div>
        );
      })}
    </div>
  );
}

/** The index that the table gives the i-th member: those of anonymous members are counted before it. */
function indexOf(layout: LayoutNode, i: number): number {
  const count = (node: { readonly members?: LayoutNode["members"] }): number =>
    (node.members ?? []).reduce((sum, member) => sum + 1 + count(member), 0);
  return layout.members.slice(0, i).reduce((sum, member) => sum + 1 + count(member), 0);
}
