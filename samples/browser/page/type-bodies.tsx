import type { Named, PlacedBytes, TypeLink } from "../shared/model.ts";
import { usePage } from "./context.ts";
import { MoreButton, useMore } from "./more.tsx";
import { typeHref } from "./route.ts";
import { place } from "./words.ts";

const SHOWN_ROWS = 500;

/** The values of an enum. */
export function EnumTab({
  enumerators,
  signed,
}: {
  readonly enumerators: readonly Named[];
  readonly signed: boolean;
}) {
  const { isHex } = usePage();
  const [shown, more] = useMore(enumerators.length, SHOWN_ROWS);
  return (
    <>
      <table class="plain narrow">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col" class="n">
              Value ({signed ? "signed" : "unsigned"})
            </th>
          </tr>
        </thead>
        <tbody>
          {enumerators.slice(0, shown).map(({ name, value }) => (
            <tr key={name}>
              <td>
                <bdi>{name}</bdi>
              </td>
              <td class="n">{isHex && !value.startsWith("-") ? `0x${BigInt(value).toString(16)}` : value}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <MoreButton left={enumerators.length - shown} more={more} />
    </>
  );
}

/** What a function takes and returns. */
export function FunctionTab({
  file,
  declaration,
  returns,
  parameters,
}: {
  readonly file: number;
  readonly declaration: string;
  readonly returns: TypeLink;
  readonly parameters: readonly (Named & { readonly id: number })[];
}) {
  return (
    <>
      <pre class="declaration">{declaration};</pre>
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">Parameter</th>
            <th scope="col">Type</th>
          </tr>
        </thead>
        <tbody>
          {parameters.map(({ name, value, id }, i) => (
            <tr key={i}>
              <td>{name === "" ? <span class="soft">(unnamed)</span> : <bdi>{name}</bdi>}</td>
              <td>
                <Link file={file} link={{ text: value, id }} />
              </td>
            </tr>
          ))}
          <tr>
            <td class="soft">returns</td>
            <td>
              <Link file={file} link={returns} />
            </td>
          </tr>
        </tbody>
      </table>
    </>
  );
}

/** A typedef or a variable, and what it stands for. */
export function DeclarationTab({
  file,
  declaration,
  target,
}: {
  readonly file: number;
  readonly declaration: string;
  readonly target: TypeLink;
}) {
  return (
    <>
      <pre class="declaration">{declaration};</pre>
      <p>
        of type <Link file={file} link={target} />
      </p>
    </>
  );
}

/** The variables of a section. */
export function SectionTab({
  file,
  variables,
}: {
  readonly file: number;
  readonly variables: readonly (TypeLink & PlacedBytes)[];
}) {
  const { isHex } = usePage();
  const [shown, more] = useMore(variables.length, SHOWN_ROWS);
  return (
    <>
      <table class="plain">
        <thead>
          <tr>
            <th scope="col" class="n">
              Offset
            </th>
            <th scope="col" class="n">
              Size
            </th>
            <th scope="col">Variable</th>
          </tr>
        </thead>
        <tbody>
          {variables.slice(0, shown).map((variable) => (
            <tr key={variable.id}>
              <td class="n">{place(variable.offset, isHex)}</td>
              <td class="n">{place(variable.size, isHex)}</td>
              <td>
                <Link file={file} link={variable} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <MoreButton left={variables.length - shown} more={more} />
    </>
  );
}

/** What there is to say of a number, or of a type that is only declared. */
export function FactsTab({ facts }: { readonly facts: readonly Named[] }) {
  return (
    <dl class="pairs">
      {facts.map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Link({ file, link }: { readonly file: number; readonly link: TypeLink }) {
  if (link.id === 0) return <code>{link.text}</code>;
  return (
    <a href={typeHref(file, link.id)}>
      <code>{link.text}</code>
    </a>
  );
}
