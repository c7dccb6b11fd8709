import { useEffect, useId, useMemo, useState } from "preact/hooks";
import type { FileSummary, TypeList } from "../shared/model.ts";
import { stateOf, usePage } from "./context.ts";
import { useAsked } from "./engine.ts";
import { goTo, hrefOf, type Route, typeHref } from "./route.ts";
import { useRowHeight } from "./use-row-height.ts";
import { VirtualList } from "./virtual-list.tsx";
import { counted, KIND_FILTERS, kindMark, number } from "./words.ts";

/** What is searched for: it stays when another file is shown. */
export interface TypeSearch {
  readonly query: string;
  /** Which of `KIND_FILTERS`. */
  readonly filter: number;
}

/**
 * Searching the types of a file, as one types. Whoever shows it gives it the file's state as its key: what was found
 * among other types means nothing here.
 */
export function SearchPanel({
  file,
  route,
  search,
  setSearch,
}: {
  readonly file: FileSummary;
  readonly route: Route;
  readonly search: TypeSearch;
  readonly setSearch: (search: TypeSearch) => void;
}) {
  const { engine } = usePage();
  const { query, filter } = search;
  const [active, setActive] = useState(0);
  const rowHeight = useRowHeight();
  const listId = useId();
  const state = stateOf(file);
  const isReadable = file.error === undefined;
  const list = useAsked(isReadable ? () => engine.list(file.key) : undefined, [state]).value;
  const { kinds } = KIND_FILTERS[filter];
  const found = useAsked(isReadable ? () => engine.search(file.key, query, kinds) : undefined, [
    state,
    query,
    filter,
  ]);
  const places = found.value;
  useEffect(() => setActive(0), [state, query, filter]);
  const count = list === undefined || places === undefined ? 0 : places.length;
  const words = useMemo(() => query.toLowerCase().split(/\s+/).filter(Boolean), [query]);

  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
    if (step !== undefined) {
      setActive((at) => Math.max(0, Math.min(count - 1, at + step)));
    } else if (event.key === "Enter" && list !== undefined && places !== undefined && active < count) {
      goTo(typeHref(file.key, list.ids[places[active]]));
    } else if (event.key === "Escape" && query !== "") {
      setSearch({ query: "", filter });
    } else return;
    event.preventDefault();
  };
  return (
    <aside class="panel" aria-label={`Types of ${file.name}`}>
      <div class="panel-top">
        <input
          id="search"
          class="search"
          type="search"
          {...combobox(listId, count > 0 ? active : undefined)}
          placeholder={list === undefined ? "Search types" : `Search ${counted(list.ids.length, "name")}`}
          aria-label="Search types"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          value={query}
          onInput={(event) => setSearch({ query: event.currentTarget.value, filter })}
          onKeyDown={press}
        />
        <fieldset class="filters">
          <legend class="hidden">Kinds of types</legend>
          {KIND_FILTERS.map(({ name }, i) => (
            <label key={name}>
              <input
                type="radio"
                name="kinds"
                checked={filter === i}
                onChange={() => setSearch({ query, filter: i })}
              />
              <span>{name}</span>
            </label>
          ))}
        </fieldset>
        <p class="found soft" role="status">
          {list === undefined || places === undefined
            ? isReadable
              ? "Reading names…"
              : "Its types cannot be listed"
            : words.length === 0 && filter === 0
              ? `${counted(count, "type")}, most used first`
              : `${number(count)} of ${counted(list.ids.length, "type")}`}
          <a class="about-link" href={hrefOf({ page: "file", key: file.key, isAbout: true })}>
            About this file
          </a>
        </p>
      </div>
      <VirtualList
        id={listId}
        class="results"
        role="listbox"
        aria-label="Types found"
        aria-busy={found.isBusy}
        tabIndex={-1}
        count={count}
        rowHeight={rowHeight}
        active={active}
        row={(index) =>
          list !== undefined &&
          places !== undefined && (
            <TypeRow
              id={`${listId}-${index}`}
              list={list}
              place={places[index]}
              words={words}
              index={index}
              count={count}
              isActive={index === active}
              isShown={route.page === "type" && route.id === list.ids[places[index]]}
              href={typeHref(file.key, list.ids[places[index]])}
            />
          )
        }
      />
      {count === 0 && places !== undefined && list !== undefined && (
        <p class="none soft">
          {query === "" ? "There are none of this kind." : `No type has "${query}" in its name.`}
        </p>
      )}
    </aside>
  );
}

/** What makes an input the head of our own list; the types of Preact would have one of the browser's. */
function combobox(listId: string, active: number | undefined) {
  return {
    role: "combobox",
    list: undefined,
    "aria-expanded": true,
    "aria-autocomplete": "list",
    "aria-controls": listId,
    "aria-activedescendant": active === undefined ? undefined : `${listId}-${active}`,
  } as const;
}

function TypeRow({
  id,
  list,
  place,
  words,
  index,
  count,
  isActive,
  isShown,
  href,
}: {
  readonly id: string;
  readonly list: TypeList;
  readonly place: number;
  readonly words: readonly string[];
  readonly index: number;
  readonly count: number;
  readonly isActive: boolean;
  readonly isShown: boolean;
  readonly href: string;
}) {
  const name = list.names.slice(list.starts[place], list.starts[place + 1] - 1);
  const { letter, word } = kindMark(list.kinds[place]);
  const size = list.sizes[place];
  return (
    <a
      id={id}
      class="type-row"
      role="option"
      aria-selected={isActive}
      aria-setsize={count}
      aria-posinset={index + 1}
      data-shown={isShown}
      tabIndex={-1}
      href={href}
    >
      <span class="kind" data-kind={letter} title={word} aria-hidden="true">
        {letter}
      </span>
      <span class="hidden">{word} </span>
      <span class="type-name">{marked(name, words)}</span>
      {size > 0 && <span class="size">{number(size)}</span>}
    </a>
  );
}

/** A name with the first place of each searched word marked. */
function marked(name: string, words: readonly string[]) {
  const lower = name.toLowerCase();
  const spans = words
    .map((word) => ({ start: lower.indexOf(word), length: word.length }))
    .filter(({ start }) => start >= 0)
    .sort((a, b) => a.start - b.start);
  const parts = [];
  let at = 0;
  for (const { start, length } of spans) {
    if (start < at) continue;
    parts.push(name.slice(at, start), <mark key={start}>{name.slice(start, start + length)}</mark>);
    at = start + length;
  }
  return [...parts, name.slice(at)];
}
