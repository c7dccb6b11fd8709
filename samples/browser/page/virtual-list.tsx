import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  type VirtualItem,
  Virtualizer,
} from "@tanstack/virtual-core";
import type { ComponentChildren, HTMLAttributes } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

/** A list of rows of one height, of which only those in sight are in the document. */
export function VirtualList({
  count,
  rowHeight,
  active,
  row,
  ...attributes
}: {
  readonly count: number;
  readonly rowHeight: number;
  /** The row that is kept in sight. */
  readonly active?: number;
  readonly row: (index: number) => ComponentChildren;
} & Omit<HTMLAttributes<HTMLDivElement>, "ref">) {
  const box = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer(count, rowHeight, () => box.current);
  useEffect(() => {
    if (active !== undefined && active < count) virtualizer.scrollToIndex(active, { align: "auto" });
  }, [active, count]);
  return (
    <div {...attributes} ref={box}>
      <div class="virtual" role="presentation" style={{ height: `${virtualizer.getTotalSize()}px` }}>
        {virtualizer.getVirtualItems().map((item: VirtualItem) => (
          <div
            key={item.key}
            class="virtual-row"
            role="presentation"
            style={{ height: `${item.size}px`, transform: `translateY(${item.start}px)` }}
          >
            {row(item.index)}
          </div>
        ))}
      </div>
    </div>
  );
}

/** What TanStack's adapters for other libraries do. */
function useVirtualizer(
  count: number,
  rowHeight: number,
  getScrollElement: () => HTMLDivElement | null,
): Virtualizer<HTMLDivElement, HTMLDivElement> {
  const [, render] = useState({});
  const options = {
    count,
    getScrollElement,
    estimateSize: () => rowHeight,
    overscan: 12,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    onChange: () => render({}),
  };
  const [virtualizer] = useState(() => new Virtualizer<HTMLDivElement, HTMLDivElement>(options));
  virtualizer.setOptions(options);
  useEffect(() => virtualizer.measure(), [rowHeight]);
  useEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());
  return virtualizer;
}
