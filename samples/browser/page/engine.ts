import { type Remote, wrap } from "comlink";
import { useEffect, useState } from "preact/hooks";
import type { ErrorData } from "../../../src/index.ts";
import type { Answer } from "../worker/answers.ts";
import type { Workspace } from "../worker/workspace.ts";

/** The worker, and what ends it: no memory left, or a fault of ours. */
export interface Engine {
  readonly workspace: Remote<Workspace>;
  readonly ended: Promise<string>;
}

/** Starts the worker, whose script lies in the page: a file opened from disk has no other that it could load. */
export function startEngine(): Engine {
  const source = document.getElementById("worker")?.textContent ?? "";
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(url);
  const ended = new Promise<string>((resolve) => {
    worker.addEventListener("error", ({ message }) => resolve(message || "the worker ended"));
  });
  return { workspace: wrap<Workspace>(worker), ended };
}

/** What the worker was asked: its answer, the one before it while it is at work, or why there is none. */
export interface Asked<T> {
  readonly value: T | undefined;
  readonly error: ErrorData | undefined;
  readonly isBusy: boolean;
}

/**
 * Asks the worker anew when `about` changes; answers that come too late are dropped. `ask` is undefined where there is
 * nothing to ask.
 */
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
