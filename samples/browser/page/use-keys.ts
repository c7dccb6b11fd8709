import { useEffect } from "preact/hooks";

/** The keys of the page besides those of its parts; the dialog lists them. */
export const SHORTCUTS: readonly (readonly [keys: string, what: string])[] = [
  ["/", "search types"],
  ["↑ ↓", "go through what was found"],
  ["Enter", "show the type"],
  ["Esc", "clear the search"],
  ["o", "open files"],
  ["Alt ←", "back to the type before"],
  ["?", "these keys"],
];

/** Single keys, where nothing is being typed. */
export function useKeys({ pick, help }: { readonly pick: () => void; readonly help: () => void }): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input, dialog")) return;
      const search = document.getElementById("search");
      if (event.key === "/" && search !== null) search.focus();
      else if (event.key === "o") pick();
      else if (event.key === "?") help();
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [pick, help]);
}
