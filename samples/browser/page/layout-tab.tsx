import { useMemo, useState } from "preact/hooks";
import type { LayoutMember, LayoutNode } from "../shared/model.ts";
import { usePage } from "./context.ts";
import { isNested, type LayoutRow, layoutRows, layoutTotals } from "./layout-rows.ts";
import { MemoryMap } from "./memory-map.tsx";
import { MoreButton, useMore } from "./more.tsx";
import { typeHref } from "./route.ts";
import { UnionMap } from "./union-map.tsx";
import { counted, place } from "./words.ts";

/** Rows that are shown at first; the kernel's largest struct has fewer. */
const SHOWN_ROWS = 1000;

/**
 * How a struct or union lies in memory: a map, and a table that says the same in words and leads to the types of its
 * members.
 */
export function LayoutTab({ file, layout }: { readonly file: number; readonly layout: LayoutNode }) {
  const { isHex, setHex } = usePage();
  const [active, setActive] = useState<number | undefined>(undefined);
  const rows = useMemo(() => layoutRows(layout), [layout]);
  const [shown, more] = useMore(rows.length, SHOWN_ROWS);
  return (
    <div class="layout">
      <LayoutFacts layout={layout} />
      <div class="layout-map">
        {layout.kind === "STRUCT" ? (
          <MemoryMap layout={layout} active={active} setActive={setActive} />
        ) : (
          <UnionMap layout={layout} active={active} setActive={setActive} />
        )}
      </div>
      <div class="layout-table">
        <table class="members">
          <caption class="hidden">Members with their offsets and sizes in bytes</caption>
          <thead>
            <tr>
              <th scope="col" class="n">
                Offset
              </th>
              <th scope="col" class="n">
                Size
              </th>
              <th scope="col">Member</th>
              <th scope="col" class="of-type">
                Type
                <label class="hex">
                  <input
                    type="checkbox"
                    checked={isHex}
                    onChange={(event) => setHex(event.currentTarget.checked)}
                  />
                  <span>hex</span>
                </label>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, shown).map((row, i) => (
              <Row key={i} row={row} file={file} isHex={isHex} active={active} setActive={setActive} />
            ))}
          </tbody>
        </table>
        <MoreButton left={rows.length - shown} more={more} />
      </div>
    </div>
  );
}

function LayoutFacts({ layout }: { readonly layout: LayoutNode }) {
  const totals = layoutTotals(layout);
  const isStruct = layout.kind === "STRUCT";
  return (
    <ul class="facts">
      <li>
        <b>{layout.size.toLocaleString("en-US")}</b> {layout.size === 1 ? "byte" : "bytes"}
      </li>
      <li>
        <b>{totals.cachelines.toLocaleString("en-US")}</b>{" "}
        {totals.cachelines === 1 ? "cacheline" : "cachelines"}
      </li>
      <li>
        <b>{totals.members.toLocaleString("en-US")}</b> {totals.members === 1 ? "member" : "members"}
      </li>
      {isStruct && (
        <li data-waste={totals.holes > 0}>
          <b>{totals.holes}</b> {totals.holes === 1 ? "hole" : "holes"}
          {totals.holes > 0 && `, ${counted(totals.holeBytes, "byte")}`}
        </li>
      )}
      {totals.bitHoles > 0 && (
        <li data-waste={true}>
          <b>{totals.bitHoles}</b> {totals.bitHoles === 1 ? "bit hole" : "bit holes"}
        </li>
      )}
      {layout.padding > 0 && (
        <li data-waste={true}>
          <b>{layout.padding}</b> {layout.padding === 1 ? "byte" : "bytes"} of padding
        </li>
      )}
      <li>
        aligned to <b>{layout.align}</b>
      </li>
      {layout.packed && <li>packed</li>}
    </ul>
  );
}

function Row({
  row,
  file,
  isHex,
  active,
  setActive,
}: {
  readonly row: LayoutRow;
  readonly file: number;
  readonly isHex: boolean;
  readonly active: number | undefined;
  readonly setActive: (index: number | undefined) => void;
}) {
  if (row.row === "cacheline") {
    const ago = row.ago === 0 ? "" : `, ${counted(row.ago, "byte")} before`;
    return (
      <tr class="cacheline">
        <td colSpan={4}>
          <span>
            cacheline {row.line} begins at {place(row.line * 64, isHex)}
            {ago}
          </span>
        </td>
      </tr>
    );
  }
  if (row.row === "bit hole" || row.row === "bit padding") {
    const what = row.row === "bit hole" ? "unused" : "unused at the end";
    return (
      <tr class="waste">
        <td class="n" />
        <td class="n" />
        <td colSpan={2} data-depth={row.depth}>
          {counted(row.bits, "bit")} {what}
        </td>
      </tr>
    );
  }
  if (row.row !== "member") {
    return (
      <tr class="waste">
        <td class="n">{place(row.offset, isHex)}</td>
        <td class="n">{place(row.size, isHex)}</td>
        <td colSpan={2} data-depth={row.depth}>
          {row.row === "hole" ? "hole" : "padding"} of {counted(row.size, "byte")}
        </td>
      </tr>
    );
  }
  const { member, index, depth } = row;
  return (
    <tr
      id={`member-${index}`}
      data-active={active === index}
      onPointerEnter={() => setActive(index)}
      onPointerLeave={() => setActive(undefined)}
      onFocusCapture={() => setActive(index)}
      onBlurCapture={() => setActive(undefined)}
    >
      <td class="n">
        {place(member.offset, isHex)}
        {member.bit_size !== undefined && <span class="bits">:{member.bit_offset}</span>}
      </td>
      <td class="n">
        {member.bit_size === undefined ? place(member.size, isHex) : <BitSize bits={member.bit_size} />}
      </td>
      <td class="member" data-depth={depth}>
        {isNested(member) ? (
          <span class="soft">{member.kind === "UNION" ? "union" : "struct"}</span>
        ) : (
          <bdi>{member.name ?? "(unnamed)"}</bdi>
        )}
        {!isNested(member) && (
          <span class="under">
            <TypeText file={file} member={member} />
          </span>
        )}
      </td>
      <td class="of-type">{!isNested(member) && <TypeText file={file} member={member} />}</td>
    </tr>
  );
}

function BitSize({ bits }: { readonly bits: number }) {
  return (
    <span class="bits">
      {bits} {bits === 1 ? "bit" : "bits"}
    </span>
  );
}

function TypeText({ file, member }: { readonly file: number; readonly member: LayoutMember }) {
  if (member.link === 0) return <span>{member.type}</span>;
  return <a href={typeHref(file, member.link)}>{member.type}</a>;
}
