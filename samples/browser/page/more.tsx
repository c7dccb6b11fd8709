import { useState } from "preact/hooks";
import { number } from "./words.ts";

/** How many of `count` rows are shown, and what shows as many again. */
export function useMore(count: number, step: number): [shown: number, more: () => void] {
  const [most, setMost] = useState(step);
  return [Math.min(count, most), () => setMost(most + step)];
}

export function MoreButton({ left, more }: { readonly left: number; readonly more: () => void }) {
  if (left <= 0) return null;
  return (
    <button class="button more" type="button" onClick={more}>
      Show more ({number(left)} left)
    </button>
  );
}
