import { useEffect, useState } from "preact/hooks";
import type { FailureLines } from "../../../src/index.ts";
import type { FileSummary, Fit } from "../shared/model.ts";
import { stateOf, usePage } from "./context.ts";
import { ErrorCard } from "./error-card.tsx";

/** Whether the modules that are open relocate onto the kernels that are open. */
export function FitsPage() {
  const fits = useFits();
  const { files } = usePage();
  const kernels = files.filter(({ form, error }) => form === "kernel" && error === undefined);
  const modules = files.filter(({ form }) => form === "module");
  if (kernels.length === 0 || modules.length === 0) {
    return (
      <p class="empty">Open a kernel and a module, and this page says whether the one fits the other.</p>
    );
  }
  const missing = fits?.filter(({ verdict }) => verdict !== "fits") ?? [];
  return (
    <article class="page">
      <h1>Which modules fit which kernel?</h1>
      <p class="soft">
        What a kernel finds out when it loads a module with a distilled base: does it have the same types?
      </p>
      {fits === undefined ? (
        <p class="soft">Relocating…</p>
      ) : (
        <>
          <div class="wide">
            <table class="plain matrix">
              <thead>
                <tr>
                  <th scope="col">Module</th>
                  {kernels.map(({ key, name }) => (
                    <th key={key} scope="col">
                      <bdi>{name}</bdi>
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {modules.map((module) => (
                  <tr key={module.key}>
                    <th scope="row">
                      <bdi>{module.name}</bdi>
                    </th>
                    {kernels.map(({ key }) => (
                      <Cell
                        key={key}
                        fit={fits.find((fit) => fit.module === module.key && fit.kernel === key)}
                      />
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {missing.map((fit) => (
            <Reasons key={`${fit.module} ${fit.kernel}`} fit={fit} files={files} />
          ))}
        </>
      )}
    </article>
  );
}

/** Each module on each kernel, asked for anew when files come and go. */
export function useFits(): readonly Fit[] | undefined {
  const { engine, files } = usePage();
  const [fits, setFits] = useState<readonly Fit[] | undefined>(undefined);
  const state = files.map(stateOf).join(", ");
  useEffect(() => {
    let isLate = false;
    engine.fits().then((answer) => {
      if (!isLate) setFits(answer);
    });
    return () => {
      isLate = true;
    };
  }, [state]);
  return fits;
}

function Cell({ fit }: { readonly fit: Fit | undefined }) {
  if (fit === undefined) return <td>…</td>;
  const word = { fits: "fits", "does not fit": "does not fit", unknown: "not known" }[fit.verdict];
  return (
    <td data-verdict={fit.verdict}>
      {fit.verdict === "fits" ? (
        word
      ) : (
        <a href={`#${reasonId(fit)}`} onClick={(event) => showReasons(event, fit)}>
          {word}
        </a>
      )}
      <small class="soft">{fit.headline}</small>
    </td>
  );
}

/** All that keeps a module from a kernel, in the words of `btfx relocate`. */
export function Reasons({ fit, files }: { readonly fit: Fit; readonly files: readonly FileSummary[] }) {
  const nameOf = (key: number) => files.find((file) => file.key === key)?.name ?? "";
  return (
    <section class="reasons" id={reasonId(fit)} tabIndex={-1}>
      <h2>
        <bdi>{nameOf(fit.module)}</bdi> does not relocate onto <bdi>{nameOf(fit.kernel)}</bdi>
      </h2>
      {fit.error !== undefined ? <ErrorCard error={fit.error} /> : <p>{fit.headline}</p>}
      <ul class="failures">
        {fit.failures.map((failure) => (
          <Failure key={`${failure.name} ${failure.what}`} failure={failure} />
        ))}
      </ul>
      {fit.distilledHere && (
        <p class="soft">
          The module has no <code>.BTF.base</code>; it was given the one that <code>btfx distill</code> makes.
        </p>
      )}
    </section>
  );
}

function Failure({ failure }: { readonly failure: FailureLines }) {
  return (
    <li>
      <p>
        {failure.kind !== "" && (
          <>
            {failure.kind} <b>{failure.name}</b>{" "}
          </>
        )}
        {failure.what}
      </p>
      {failure.users !== undefined && <p class="soft">{failure.users}</p>}
      {failure.note !== undefined && <p class="soft">{failure.note}</p>}
    </li>
  );
}

function reasonId({ module, kernel }: Fit): string {
  return `reasons-${module}-${kernel}`;
}

/** The address is the route's, so the link cannot lead there by itself. */
function showReasons(event: Event, fit: Fit): void {
  event.preventDefault();
  const section = document.getElementById(reasonId(fit));
  section?.scrollIntoView({ block: "start" });
  section?.focus({ preventScroll: true });
}
