import { useEffect, useState } from "preact/hooks";

const FINGER = "(pointer: coarse)";

/** Pixels of a row: more where it is touched. */
export function useRowHeight(): number {
  const [isFinger, setFinger] = useState(() => matchMedia(FINGER).matches);
  useEffect(() => {
    const query = matchMedia(FINGER);
    const follow = () => setFinger(query.matches);
    query.addEventListener("change", follow);
    return () => query.removeEventListener("change", follow);
  }, []);
  return isFinger ? 44 : 32;
}
