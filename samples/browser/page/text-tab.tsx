import { useState } from "preact/hooks";
import type { FileSummary } from "../shared/model.ts";
import { stateOf, usePage } from "./context.ts";
import { useAsked } from "./engine.ts";
import { ErrorCard } from "./error-card.tsx";

/** The definition as pahole prints it, to be copied. */
export function TextTab({ file, id }: { readonly file: FileSummary; readonly id: number }) {
  const { engine } = usePage();
  const [isCopied, setCopied] = useState(false);
  const { value, error } = useAsked(() => engine.text(file.key, id), [stateOf(file), id]);
  if (error !== undefined) return <ErrorCard error={error} />;
  if (value === undefined) return <p class="soft">Writing…</p>;
  const copy = async () => {
    await navigator.clipboard.writeText(value);
    setCopied(true);
  };
  return (
    <div class="text">
      <button class="button" type="button" onClick={copy}>
        {isCopied ? "Copied" : "Copy"}
      </button>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys */}
      <pre tabIndex={0}>{value}</pre>
    </div>
  );
}
