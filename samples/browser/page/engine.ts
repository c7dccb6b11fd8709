import { type Remote, wrap } from "comlink";
import { useEffect, useState } from "preact/hooks";
import type { ErrorData } from "../../../src/index.ts";
import type { Answer } from "../worker/answers.ts";
import type { Workspace } from "../worker/workspace.ts";

/** Starts the worker, whose script lies in the page: a file opened from disk has no other that it could load. */
export function startEngine(): Remote<Workspace> {
  const source = document.getElementById("worker")?.textContent ?? "";
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  return wrap<Workspace>(new Worker(url));
}

/** What the worker was asked: its answer, the one before it while it is at work, or why there is none. */
export interface Asked<T> {
  readonly value: T | undefined;
  readonly error: ErrorData | undefined;
  readonly isBusy: boolean;
}

/** Asks the worker anew when `about` changes; answers that come too late are dropped. `ask` is undefined where there is nothing to ask. */
export function useAsked<T>(
  ask: (() => Promise<Answer<T>>) | undefined,
  about: readonly unknown[],
): Asked<T> {
  const [asked, setAsked] = useState<Asked<T> & { about: string }>({ ...NOTHING, about: "" });
  const key = JSON.stringify(about);
  useEffect(() => {
    if (ask === undefined) return;
    let isLate = false;
    ask().then((answer) => {
      if (isLate) return;
      setAsked(
        answer.ok
          ? { value: answer.value, error: undefined, isBusy: false, about: key }
          : { value: undefined, error: answer.error, isBusy: false, about: key },
      );
    });
    return () => {
      isLate = true;
    };
  }, [key, ask === undefined]);
  if (ask === undefined) return NOTHING;
  return asked.about === key ? asked : { ...asked, isBusy: true };
}

const NOTHING: Asked<never> = { value: undefined, error: undefined, isBusy: false };
