import type { FileSummary } from "../shared/model.ts";
import { stateOf, usePage } from "./context.ts";
import { useAsked } from "./engine.ts";
import { ErrorCard } from "./error-card.tsx";
import { Reasons, useFits } from "./fits-page.tsx";
import { hrefOf } from "./route.ts";
import { counted, fileSize, number } from "./words.ts";

const FORM_TITLES = {
  kernel: "types that stand alone",
  module: "split BTF of a module",
  object: "BPF object",
  unreadable: "",
} as const;

/** What a file is, and of a module its distilled base and the kernels that it fits. */
export function FilePage({ file }: { readonly file: FileSummary }) {
  const { name, form, error } = file;
  return (
    <article class="page">
      <a class="back" href={hrefOf({ page: "file", key: file.key, isAbout: false })}>
        <span aria-hidden="true">←</span> All types
      </a>
      <h1>
        <bdi>{name}</bdi>
      </h1>
      {error !== undefined && <ErrorCard error={error} />}
      {form !== "unreadable" && <Facts file={file} />}
      {form === "module" && <ModuleFits file={file} />}
      {form === "module" && <DistilledBase file={file} />}
      {error === undefined && (
        <p class="soft tip">
          Search its types on the left: press <kbd>/</kbd> and type a part of a name, more words narrow it
          down.
        </p>
      )}
    </article>
  );
}

function Facts({ file }: { readonly file: FileSummary }) {
  const { form, release, layers, fileBytes, btfBytes, typeCount, base, distilledBytes } = file;
  const rows: [string, string][] = [
    ["What it is", FORM_TITLES[form]],
    ...(release === undefined
      ? []
      : ([[form === "module" ? "Built for" : "Release", release]] as [string, string][])),
    ["File", fileSize(fileBytes) + (layers.length > 0 ? `, unpacked from ${layers.join(", ")}` : "")],
    ["BTF", `${fileSize(btfBytes)}, ${counted(typeCount, "type")}`],
    ...(form !== "module" || base.kind === "none"
      ? []
      : ([["Types are split on", base.kind === "kernel" ? base.name : "its own distilled base"]] as [
          string,
          string,
        ][])),
    ...(form !== "module"
      ? []
      : ([
          [
            ".BTF.base",
            distilledBytes === undefined ? "none: not distilled" : counted(distilledBytes, "byte"),
          ],
        ] as [string, string][])),
  ];
  return (
    <dl class="pairs">
      {rows.map(([what, value]) => (
        <div key={what}>
          <dt>{what}</dt>
          <dd>
            <bdi>{value}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function ModuleFits({ file }: { readonly file: FileSummary }) {
  const { files } = usePage();
  const fits = useFits()?.filter(({ module }) => module === file.key) ?? [];
  if (fits.length === 0) return null;
  return (
    <section>
      <h2>Kernels</h2>
      <ul class="verdicts">
        {fits.map((fit) => (
          <li key={fit.kernel} data-verdict={fit.verdict}>
            <b>
              {fit.verdict === "fits" ? "fits" : fit.verdict === "unknown" ? "not known for" : "does not fit"}
            </b>{" "}
            <bdi>{files.find(({ key }) => key === fit.kernel)?.name}</bdi>
            <span class="soft">{fit.headline}</span>
          </li>
        ))}
      </ul>
      {fits
        .filter(({ verdict }) => verdict === "does not fit")
        .map((fit) => (
          <Reasons key={fit.kernel} fit={fit} files={files} />
        ))}
    </section>
  );
}

function DistilledBase({ file }: { readonly file: FileSummary }) {
  const { engine } = usePage();
  const { value } = useAsked(file.error === undefined ? () => engine.distilled(file.key) : undefined, [
    stateOf(file),
    file.distilledBytes,
  ]);
  if (value === undefined) return null;
  return (
    <section>
      <h2>
        {value.isOwn ? ".BTF.base" : "What its .BTF.base would be"}{" "}
        <span class="count">{number(value.types.length)}</span>
      </h2>
      <p class="soft">
        {value.isOwn
          ? `The ${counted(value.bytes, "byte")} that it brings of its base: types that a kernel must have alike.`
          : `It has none. btfx distill would give it one of ${counted(value.bytes, "byte")}: types that a kernel must have alike.`}
      </p>
      <ul class="rows columns">
        {value.types.map(({ id, kind, name, size }) => (
          <li key={id}>
            <span class="soft">{kind.toLowerCase()}</span> <bdi>{name}</bdi>
            {size !== undefined && kind !== "FWD" && <span class="n soft">{counted(size, "byte")}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
