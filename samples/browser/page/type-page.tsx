import { useEffect, useRef } from "preact/hooks";
import type { FileSummary, TypeView } from "../shared/model.ts";
import { ChangesTab } from "./changes-tab.tsx";
import { stateOf, usePage } from "./context.ts";
import { useAsked } from "./engine.ts";
import { ErrorCard } from "./error-card.tsx";
import { LayoutTab } from "./layout-tab.tsx";
import { hrefOf, type TypeTab, typeHref } from "./route.ts";
import { TextTab } from "./text-tab.tsx";
import { DeclarationTab, EnumTab, FactsTab, FunctionTab, SectionTab } from "./type-bodies.tsx";
import { UsersTab } from "./users-tab.tsx";
import { counted } from "./words.ts";

/** All about one type. */
export function TypePage({
  file,
  id,
  tab,
}: {
  readonly file: FileSummary;
  readonly id: number;
  readonly tab: TypeTab;
}) {
  const { engine } = usePage();
  const asked = useAsked(() => engine.type(file.key, id), [stateOf(file), id]);
  const view = asked.value;
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (view === undefined) return;
    document.title = `${view.title} in ${file.name} · btfx`;
    title.current?.closest("main")?.scrollTo(0, 0);
    // Whoever followed a link goes on from the title; whoever searches goes on searching.
    if (document.activeElement?.id !== "search") title.current?.focus({ preventScroll: true });
  }, [view?.id]);
  if (asked.error !== undefined) return <ErrorCard error={asked.error} />;
  if (view === undefined) return <p class="soft">Reading…</p>;
  const tabs = tabsOf(view, file);
  const shown = tabs.some(({ name }) => name === tab) ? tab : "layout";
  return (
    <article class="type" aria-busy={asked.isBusy}>
      <a class="back" href={hrefOf({ page: "file", key: file.key, isAbout: false })}>
        <span aria-hidden="true">←</span> All types
      </a>
      <header class="type-head">
        <h1 ref={title} tabIndex={-1}>
          <bdi>{view.title}</bdi>
        </h1>
        <p class="soft">
          {view.size !== undefined && <span class="fact">{counted(view.size, "byte")}</span>}
          <span class="fact">type [{view.id}]</span>
          <span class="fact">
            in <bdi>{view.from ?? file.name}</bdi>
          </span>
        </p>
      </header>
      <nav class="tabs" aria-label="About this type">
        {tabs.map(({ name, title }) => (
          <a
            key={name}
            href={typeHref(file.key, id, name)}
            aria-current={name === shown ? "page" : undefined}
          >
            {title}
          </a>
        ))}
      </nav>
      <TypeTabBody file={file} view={view} tab={shown} />
    </article>
  );
}

function tabsOf({ body, kind }: TypeView, file: FileSummary): { name: TypeTab; title: string }[] {
  const { files } = usePage();
  const others = files.filter(({ form, error }) => form === "kernel" && error === undefined);
  const isComparable = file.form === "kernel" && others.length > 1;
  return [
    { name: "layout" as const, title: body === "layout" ? "Layout" : "Definition" },
    { name: "users" as const, title: "Used by" },
    ...(["STRUCT", "UNION", "ENUM", "ENUM64", "TYPEDEF"].includes(kind)
      ? [{ name: "text" as const, title: "As C" }]
      : []),
    ...(isComparable ? [{ name: "changes" as const, title: "In other kernels" }] : []),
  ];
}

function TypeTabBody({
  file,
  view,
  tab,
}: {
  readonly file: FileSummary;
  readonly view: TypeView;
  readonly tab: TypeTab;
}) {
  if (tab === "users") return <UsersTab file={file} view={view} />;
  if (tab === "text") return <TextTab file={file} id={view.id} />;
  if (tab === "changes") return <ChangesTab file={file} view={view} />;
  switch (view.body) {
    case "layout":
      return <LayoutTab key={view.id} file={file.key} layout={view.layout} />;
    case "enum":
      return <EnumTab enumerators={view.enumerators} signed={view.signed} />;
    case "function":
      return (
        <FunctionTab
          file={file.key}
          declaration={view.declaration}
          returns={view.returns}
          parameters={view.parameters}
        />
      );
    case "alias":
      return <DeclarationTab file={file.key} declaration={view.declaration} target={view.target} />;
    case "section":
      return <SectionTab file={file.key} variables={view.variables} />;
    case "facts":
      return <FactsTab facts={view.facts} />;
  }
}
