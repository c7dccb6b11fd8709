import { useMemo } from "preact/hooks";
import type { Change, MemberChange } from "../../../src/index.ts";
import type { FileSummary } from "../shared/model.ts";
import { changeRows, oldPath } from "./change-rows.ts";
import { usePage } from "./context.ts";
import { MoreButton, useMore } from "./more.tsx";
import { typeHref } from "./route.ts";
import { counted, place } from "./words.ts";

const SHOWN_ROWS = 60;
const CLASS_WORDS = {
  layout: "layout changed",
  addition: "only additions",
  names: "only names changed",
  qualifiers: "only qualifiers changed",
} as const;

/** What changed in one definition. */
export function ChangeCard({
  change,
  old,
  next,
}: {
  readonly change: Change;
  readonly old: FileSummary;
  readonly next: FileSummary;
}) {
  const rows = useMemo(() => changeRows(change.members), [change]);
  const [shown, more] = useMore(rows.length, SHOWN_ROWS);
  const { oldSize, newSize, follows } = change;
  return (
    <div class="change">
      <p class="change-head">
        <span class="tag" data-class={change.class}>
          {change.change === "changed" ? CLASS_WORDS[change.class] : change.change}
        </span>
        {change.change === "changed" && oldSize !== undefined && newSize !== undefined && (
          <span>
            {oldSize === newSize
              ? counted(newSize, "byte")
              : `${oldSize.toLocaleString("en-US")} → ${counted(newSize, "byte")}`}
          </span>
        )}
        {change.oldId !== 0 && <a href={typeHref(old.key, change.oldId)}>in {old.name}</a>}
        {change.newId !== 0 && <a href={typeHref(next.key, change.newId)}>in {next.name}</a>}
      </p>
      {change.oldType !== undefined && change.newType !== undefined && (
        <div class="before-after">
          <pre class="removed">{change.oldType}</pre>
          <pre class="added">{change.newType}</pre>
        </div>
      )}
      {follows !== undefined && <p>It changed only because it holds {follows.join(", ")}.</p>}
      {change.members.length > 0 && (
        <table class="plain">
          <caption class="hidden">Members that changed</caption>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Before</th>
              <th scope="col">After</th>
            </tr>
          </thead>
          <tbody>
            {rows
              .slice(0, shown)
              .map((row, i) =>
                row.row === "change" ? (
                  <MemberRow key={i} member={row.change} />
                ) : (
                  <MovedRow key={i} {...row} />
                ),
              )}
          </tbody>
        </table>
      )}
      <MoreButton left={rows.length - shown} more={more} />
    </div>
  );
}

/** Members one after the other that moved by as much. */
function MovedRow({
  first,
  last,
  count,
  by,
}: {
  readonly first: MemberChange;
  readonly last: MemberChange;
  readonly count: number;
  readonly by: number;
}) {
  const bits = Math.abs(by);
  const distance = bits % 8 === 0 ? counted(bits / 8, "byte") : counted(bits, "bit");
  return (
    <tr data-change="moved">
      <td>
        <bdi>{first.path || first.name}</bdi> … <bdi>{last.path || last.name}</bdi>{" "}
        <span class="soft">moved</span>
      </td>
      <td colSpan={2} class="soft">
        {counted(count, "member")} {distance} {by < 0 ? "down" : "up"}
      </td>
    </tr>
  );
}

function MemberRow({ member }: { readonly member: MemberChange }) {
  const before = oldPath(member);
  return (
    <tr data-change={member.change}>
      <td>
        {before !== undefined && (
          <>
            <bdi class="soft">{before}</bdi> →{" "}
          </>
        )}
        <bdi>{member.path || member.name}</bdi> <span class="soft">{member.change}</span>
      </td>
      <td>
        <Side
          type={member.oldType}
          bits={member.oldBitOffset}
          size={member.oldBitSize}
          value={member.oldValue}
        />
      </td>
      <td>
        <Side
          type={member.newType}
          bits={member.newBitOffset}
          size={member.newBitSize}
          value={member.newValue}
        />
      </td>
    </tr>
  );
}

/** A member as it was or is: its type and place, or its value. */
function Side({
  type,
  bits,
  size,
  value,
}: {
  readonly type: string | undefined;
  readonly bits: number | undefined;
  readonly size: number | undefined;
  readonly value: string | undefined;
}) {
  const { isHex } = usePage();
  const at =
    bits === undefined
      ? undefined
      : `${place(Math.floor(bits / 8), isHex)}${bits % 8 === 0 ? "" : `:${bits % 8}`}`;
  const isWhole = size !== undefined && size % 8 === 0;
  return (
    <>
      {value !== undefined && <span class="n">{value}</span>}
      {type !== undefined && <code>{type}</code>}
      {at !== undefined && (
        <span class="n soft">
          {" "}
          at {at}
          {size !== undefined && `, ${isWhole ? counted(size / 8, "byte") : counted(size, "bit")}`}
        </span>
      )}
    </>
  );
}
