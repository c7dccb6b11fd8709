import type { FileSummary } from "../shared/model.ts";
import { stateOf, usePage } from "./context.ts";
import { useAsked } from "./engine.ts";
import { ErrorCard } from "./error-card.tsx";
import { Reasons, useFits } from "./fits-page.tsx";
import { hrefOf, typeHref } from "./route.ts";
import { counted, fileSize, number } from "./words.ts";

const FORM_TITLES = {
  kernel: "BTF that stands alone, as a kernel's or a program's",
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
      {error === undefined && <AtAGlance file={file} />}
    </article>
  );
}

function Facts({ file }: { readonly file: FileSummary }) {
  const { form, release, layers, fileBytes, btfBytes, typeCount, base, distilledBytes } = file;
  const rows: [string, string][] = [
    ["What it is", form === "kernel" && release !== undefined ? "a kernel" : FORM_TITLES[form]],
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

function AtAGlance({ file }: { readonly file: FileSummary }) {
  const { engine } = usePage();
  const { value } = useAsked(() => engine.overview(file.key), [stateOf(file)]);
  if (value === undefined) return null;
  const most = value.kinds[0]?.count ?? 1;
  return (
    <div class="glance">
      <section>
        <h2>Types by kind</h2>
        <table class="plain bars">
          <tbody>
            {value.kinds.map(({ kind, count }) => (
              <tr key={kind}>
                <th scope="row">{kind.toLowerCase().replaceAll("_", " ")}</th>
                <td class="n">{number(count)}</td>
                <td class="bar">
                  <span style={{ width: `${(count / most) * 100}%` }} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {value.largest.length > 0 && (
        <section>
          <h2>Largest types</h2>
          <ul class="rows">
            {value.largest.map(({ id, title, size }) => (
              <li key={id}>
                <a href={typeHref(file.key, id)}>
                  <bdi>{title}</bdi>
                </a>
                <span class="n soft">{counted(size, "byte")}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
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
