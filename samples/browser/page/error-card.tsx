import { type ErrorData, errorText } from "../../../src/index.ts";

/** An error of the library, in its words: what is wrong, where, and what to do about it. */
export function ErrorCard({ error }: { readonly error: ErrorData }) {
  return (
    <section class="error-card" role="alert">
      <h2>This cannot be shown</h2>
      <p class="error-text">{errorText(error)}</p>
      {error.hint !== undefined && <p class="hint">{error.hint}</p>}
      <p class="soft">
        code <code>{error.code}</code>
      </p>
    </section>
  );
}
