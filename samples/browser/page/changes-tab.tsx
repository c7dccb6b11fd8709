import type { Change } from "../../../src/index.ts";
import type { FileSummary, TypeView } from "../shared/model.ts";
import { ChangeCard } from "./change-card.tsx";
import { stateOf, usePage } from "./context.ts";
import { useAsked } from "./engine.ts";
import { ErrorCard } from "./error-card.tsx";
import { isOlder } from "./route.ts";

/** What a type is in the other kernels that are open. */
export function ChangesTab({ file, view }: { readonly file: FileSummary; readonly view: TypeView }) {
  const { files } = usePage();
  const others = files.filter(
    ({ form, error, key }) => form === "kernel" && error === undefined && key !== file.key,
  );
  return (
    <div class="changes">
      {others.map((other) => (
        <OtherKernel key={other.key} file={file} other={other} view={view} />
      ))}
    </div>
  );
}

function OtherKernel({
  file,
  other,
  view,
}: {
  readonly file: FileSummary;
  readonly other: FileSummary;
  readonly view: TypeView;
}) {
  const { engine } = usePage();
  const [old, next] = isOlder(other, file) ? [other, file] : [file, other];
  const asked = useAsked(() => engine.changes(old.key, next.key), [stateOf(old), stateOf(next)]);
  const isThis = (change: Change) => (file === old ? change.oldId : change.newId) === view.id;
  const change = asked.value?.changes.find(isThis);
  return (
    <section>
      <h2>
        <bdi>{old.name}</bdi> → <bdi>{next.name}</bdi>
      </h2>
      {asked.error !== undefined && <ErrorCard error={asked.error} />}
      {asked.value === undefined && asked.error === undefined && <p class="soft">Comparing all types…</p>}
      {change !== undefined && <ChangeCard change={change} old={old} next={next} />}
      {asked.value !== undefined && change === undefined && (
        <p>{view.name === "" ? "It has no name to be compared by." : `${view.title} is the same in both.`}</p>
      )}
    </section>
  );
}
