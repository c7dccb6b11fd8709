import type { RefObject } from "preact";
import { SHORTCUTS } from "./use-keys.ts";

/** The keys of the page, and whose work is in it. */
export function ShortcutsDialog({ dialog }: { readonly dialog: RefObject<HTMLDialogElement | null> }) {
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="shortcuts-title">
      <h2 id="shortcuts-title">Keys</h2>
      <dl class="keys">
        {SHORTCUTS.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <details class="licenses">
        <summary>Licences of the packages in this page</summary>
        <pre>{document.getElementById("licenses")?.textContent}</pre>
      </details>
      <form method="dialog">
        <button class="button" type="submit">
          Close
        </button>
      </form>
    </dialog>
  );
}
