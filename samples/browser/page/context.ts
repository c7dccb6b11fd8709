import type { Remote } from "comlink";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { FileSummary } from "../shared/model.ts";
import type { Workspace } from "../worker/workspace.ts";

/** What all parts of the page know. */
export interface PageContext {
  readonly engine: Remote<Workspace>;
  readonly files: readonly FileSummary[];
  /** Whether offsets are in hexadecimal. */
  readonly isHex: boolean;
  readonly setHex: (isHex: boolean) => void;
}

export const Page = createContext<PageContext | undefined>(undefined);

export function usePage(): PageContext {
  const page = useContext(Page);
  if (page === undefined) throw new Error("there is no page around this component");
  return page;
}

/** What changes when a file's types are split on something else: answers about them are asked for anew. */
export function stateOf({ key, base, error }: FileSummary): string {
  return `${key} ${base.kind} ${base.kind === "kernel" ? base.key : ""} ${error?.code ?? ""}`;
}
