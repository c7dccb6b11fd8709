import type { FileSummary, TypeView, UserGroup } from "../shared/model.ts";
import { stateOf, usePage } from "./context.ts";
import { useAsked } from "./engine.ts";
import { ErrorCard } from "./error-card.tsx";
import { MoreButton, useMore } from "./more.tsx";
import { typeHref } from "./route.ts";
import { number, place } from "./words.ts";

const HEADINGS = {
  embeds: "Held by value in",
  points: "Pointed to from",
  takes: "Taken by functions and callbacks",
  returns: "Returned by functions",
} as const;
const SHOWN_USERS = 200;

/** Who holds a type, points to it, takes or returns it. */
export function UsersTab({ file, view }: { readonly file: FileSummary; readonly view: TypeView }) {
  const { engine } = usePage();
  const { value, error } = useAsked(() => engine.users(file.key, view.id), [stateOf(file), view.id]);
  if (error !== undefined) return <ErrorCard error={error} />;
  if (value === undefined) return <p class="soft">Going over all types…</p>;
  if (value.length === 0)
    return (
      <p class="empty">
        Nothing in {file.name} uses {view.title}.
      </p>
    );
  return (
    <div class="users">
      {value.map((group) => (
        <Group key={`${view.id} ${group.how}`} file={file.key} group={group} />
      ))}
    </div>
  );
}

function Group({ file, group }: { readonly file: number; readonly group: UserGroup }) {
  const { isHex } = usePage();
  const { how, users } = group;
  const [shown, more] = useMore(users.length, SHOWN_USERS);
  return (
    <section data-how={how}>
      <h2>
        {HEADINGS[how]} <span class="count">{number(users.length)}</span>
      </h2>
      <ul class="rows">
        {users.slice(0, shown).map(({ id, text, offset }, i) => (
          <li key={i}>
            <a href={typeHref(file, id)}>
              <bdi>{text}</bdi>
            </a>
            {offset !== undefined && <span class="n soft">at {place(offset, isHex)}</span>}
          </li>
        ))}
      </ul>
      <MoreButton left={users.length - shown} more={more} />
    </section>
  );
}
