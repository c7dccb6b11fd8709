import { useMemo, useState } from "preact/hooks";
import type { Change } from "../../../src/index.ts";
import type { FileSummary } from "../shared/model.ts";
import { ChangeCard } from "./change-card.tsx";
import { stateOf, usePage } from "./context.ts";
import { useAsked } from "./engine.ts";
import { ErrorCard } from "./error-card.tsx";
import { MoreButton, useMore } from "./more.tsx";
import { goTo, hrefOf } from "./route.ts";
import { counted, number } from "./words.ts";

const SHOWN_CHANGES = 100;

/** What changed between two kernels: those that reach most come first. */
export function ChangesPage({ old, next }: { readonly old: number; readonly next: number }) {
  const { files } = usePage();
  const kernels = files.filter(({ form, error }) => form === "kernel" && error === undefined);
  const before = kernels.find(({ key }) => key === old);
  const after = kernels.find(({ key }) => key === next);
  return (
    <article class="page">
      <h1>What changed?</h1>
      <div class="choose">
        <KernelChoice label="From" kernels={kernels} value={old} onChoose={(key) => show(key, next)} />
        <KernelChoice label="to" kernels={kernels} value={next} onChoose={(key) => show(old, key)} />
      </div>
      {before === undefined || after === undefined ? (
        <p class="empty">Choose two kernels that are open.</p>
      ) : (
        <Changes key={`${old} ${next}`} old={before} next={after} />
      )}
    </article>
  );
}

function show(old: number, next: number): void {
  goTo(hrefOf({ page: "changes", old, next }));
}

function KernelChoice({
  label,
  kernels,
  value,
  onChoose,
}: {
  readonly label: string;
  readonly kernels: readonly FileSummary[];
  readonly value: number;
  readonly onChoose: (key: number) => void;
}) {
  return (
    <label>
      {label}{" "}
      <select value={value} onChange={(event) => onChoose(Number(event.currentTarget.value))}>
        {kernels.map(({ key, name }) => (
          <option key={key} value={key}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function Changes({ old, next }: { readonly old: FileSummary; readonly next: FileSummary }) {
  const { engine } = usePage();
  const [query, setQuery] = useState("");
  const { value, error } = useAsked(() => engine.changes(old.key, next.key), [stateOf(old), stateOf(next)]);
  const found = useMemo(() => {
    const word = query.trim().toLowerCase();
    return value?.changes.filter(({ name }) => name.toLowerCase().includes(word)) ?? [];
  }, [value, query]);
  const [shown, more] = useMore(found.length, SHOWN_CHANGES);
  if (error !== undefined) return <ErrorCard error={error} />;
  if (value === undefined) return <p class="soft">Comparing all types…</p>;
  const totals = { changed: 0, added: 0, removed: 0 };
  for (const counts of Object.values(value.summary)) {
    totals.changed += counts.changed;
    totals.added += counts.added;
    totals.removed += counts.removed;
  }
  return (
    <>
      <ul class="facts">
        {Object.entries(totals).map(([what, count]) => (
          <li key={what}>
            <b>{number(count)}</b> {what}
          </li>
        ))}
      </ul>
      {value.changes.length === 0 ? (
        <p class="empty">No type is different.</p>
      ) : (
        <>
          <input
            class="search"
            type="search"
            aria-label="Search what changed"
            placeholder={`Search ${counted(value.changes.length, "change")}`}
            value={query}
            onInput={(event) => setQuery(event.currentTarget.value)}
          />
          <ul class="change-list">
            {found.slice(0, shown).map((change) => (
              <ChangeRow key={`${change.oldId} ${change.newId}`} change={change} old={old} next={next} />
            ))}
          </ul>
          {found.length === 0 && <p class="soft">Nothing of this name changed.</p>}
          <MoreButton left={found.length - shown} more={more} />
        </>
      )}
    </>
  );
}

function ChangeRow({
  change,
  old,
  next,
}: {
  readonly change: Change;
  readonly old: FileSummary;
  readonly next: FileSummary;
}) {
  const [isOpen, setOpen] = useState(false);
  const { kind, name, embeddedBy, pointedToBy } = change;
  const reach = [
    ...(embeddedBy > 0 ? [`embedded by ${number(embeddedBy)}`] : []),
    ...(pointedToBy > 0 ? [`pointed to by ${number(pointedToBy)}`] : []),
  ].join(", ");
  return (
    <li>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <span class="soft">{kind.toLowerCase()}</span> <bdi class="strong">{name}</bdi>
          <span class="tag" data-class={change.class}>
            {change.change === "changed" ? change.class : change.change}
          </span>
          {reach !== "" && <span class="soft reach">{reach}</span>}
        </summary>
        {isOpen && <ChangeCard change={change} old={old} next={next} />}
      </details>
    </li>
  );
}
